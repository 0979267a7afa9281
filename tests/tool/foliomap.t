#!/usr/bin/perl
# foliomap's bad input, forged recordings, and its output's end, on the machine itself, without
# loading any BPF.
use strict;
use warnings;
use Test::More;
use FindBin;
use lib "$FindBin::Bin/../lib";
use BadInput;
use File::Temp 'tempdir';
use Run;

chdir "$FindBin::Bin/../..";
my $tool = 'build/bin/foliomap';
my $data = 'tests/data/foliomap';
my $tmp  = tempdir(CLEANUP => 1);

bad_usage(
	$tool,
	[ '',                        qr/PID ADDR.*census/ ],
	[ '--nonsense',              qr/--nonsense/ ],
	[ '1',                       qr/ADDR/ ],
	[ 'x 1000',                  qr/PID.*'x'/ ],
	[ '0 1000',                  qr/PID.*'0'/ ],
	[ '1 xyz',                   qr/ADDR.*'xyz'/ ],
	[ '1 10000000000000000',     qr/ADDR.*'10000000000000000'/ ],
	[ '1 1000 2000',             qr/'2000'/ ],
	[ '--pfn',                   qr/--pfn/ ],
	[ '--pfn x',                 qr/PFN.*'x'/ ],
	[ '--pfn=-1',                qr/PFN.*'-1'/ ],
	[ '--pfn 18446744073709551616', qr/PFN/ ],
	[ '--pfn 5 1000',            qr/--pfn.*'1000'/ ],
	[ '1 1000 --pfn 5',          qr/--pfn/ ],
	[ 'range 1 1000',            qr/range wants PID START LEN/ ],
	[ 'range 1 1000 0',          qr/LEN.*'0'/ ],
	[ 'range 1 1000 4Q',         qr/LEN.*'4Q'/ ],
	[ 'range 1 1000 M',          qr/LEN.*'M?'/ ],
	[ 'range 1 1000 18014398509481984K', qr/LEN/ ],
	[ 'range 1 1000 4096 x',     qr/'x'/ ],
	[ 'census x',                qr/interval.*'x'/ ],
	[ 'census 0',                qr/interval.*'0'/ ],
	[ 'census 1 0',              qr/count.*'0'/ ],
	[ 'census 1 2 3',            qr/'3'/ ],
	[ 'census -n 0',             qr/count.*'0'/ ],
	[ 'census --node -1',        qr/node.*'-1'/ ],
	[ 'census --node x',         qr/node.*'x'/ ],
	[ 'census -p 0',             qr/pid.*'0'/ ],
	[ '1 1000 --node 0',         qr/--node.*census/ ],
	[ '1 1000 -i 1',             qr/-i.*census/ ],
	[ '1 1000 -p 1',             qr/-p.*census/ ],
	[ '--replay a 1 1000',       qr/recording/ ],
	[ '--replay a census',       qr/recording/ ],
	[ '--replay a -p 1',         qr/-p.*recording/ ],
	[ '--json=yes',              qr/--json=yes/ ],
);

sub lines {
	open my $f, '<', "$data/$_[0].jsonl" or die;
	return <$f>;
}

sub file {
	my ($name, @text) = @_;
	open my $out, '>', "$tmp/$name" or die "$tmp/$name: $!";
	print $out @text;
	close $out;
	return "--replay $tmp/$name";
}

my @cow    = lines('cow');
my @census = lines('census');
refused(
	$tool, (grep { $_->[0] =~ /replay/ } @SHARED_REFUSED),
	[ 'census -p 4194303',         qr/no process.*4194303/ ],
	[ 'census -c /no/such/cgroup', qr{/no/such/cgroup} ],
	[ '1 1000 -o /no/such/dir/file', qr{/no/such/dir/file} ],
	[ '--replay tests/data/anonvma/at.jsonl', qr/recording of anonvma, not of foliomap/ ],
	[ file('headless', $cow[1]),   qr/headless, line 1: .*header/ ],
	[ file('nothing', $cow[0], $cow[1] =~ s/"pfn"/"pfm"/r, $cow[2]), qr/nothing, line 2: / ],
	[ "--replay $data/cow.jsonl -o /dev/full", qr/cannot write.*No space left/ ],
);

my $r = run("$tool " . file('kind', $census[0], $census[1] =~ s/"kind":"anon"/"kind":"none"/r, $census[-1]));
is($r->{status}, 1, 'a kind that is none: exit 1');
like($r->{err}, qr/\Afoliomap: [^\n]*not one of foliomap\n\z/, '  one line that says so');

# A recording that was cut off, a reader that goes away, names that are no text.
$r = run("$tool " . file('cut', @cow[0, 1]));
is($r->{status}, 0, 'without an end: exit 0');
like($r->{err}, qr/\Afoliomap: \S*cut [^\n]*cut off\n\z/, '  one line that says so');
like($r->{out}, qr/^mapped by 3:$/m, '  what is there is shown');
my $long = file('long', $census[0], map { @census[1 .. $#census - 1] } 1 .. 200);
$r = run("( $tool $long 2>/dev/null; echo \$? > $tmp/status ) | head -n 1");
open my $s, '<', "$tmp/status" or die;
is(<$s>, "0\n", 'closed pipe: exit 0');
$r = run("$tool " . file('names', map { s/"comm":"pages"/"comm":"\\u001b[31mx"/gr } @cow));
is($r->{status}, 0, 'a name that is no text: exit 0');
unlike($r->{out}, qr/\x1b/, '  control characters are not printed');

# What changed, and what does not add up, is said.
$r = run("$tool " . file('differs', map { s/"agrees":true/"agrees":false/r =~ s/"mapcount":3/"mapcount":4/r } @cow));
like($r->{out}, qr/^3 entries were found that map the page, the kernel counts 4: it changed\s+meanwhile$/m, 'a sum that differs is said');
$r = run("$tool " . file('changed', map { s/"changed":false/"changed":true/r =~ s/"mappers":\[.*?\],"phantoms":\[.*?\],//r } @cow));
like($r->{out}, qr/^  changed  it was freed/m, 'what changed is said');
unlike($r->{out}, qr/mapped by/, '  and no owner');
done_testing();
