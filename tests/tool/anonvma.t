#!/usr/bin/perl
# anonvma's bad input, checks of forged recordings, and its output's end, on the machine
# itself, without loading any BPF.
use strict;
use warnings;
use Test::More;
use FindBin;
use lib "$FindBin::Bin/../lib";
use BadInput;
use File::Temp 'tempdir';
use Run;

chdir "$FindBin::Bin/../..";
my $tool = 'build/bin/anonvma';
my $data = 'tests/data/anonvma/branches.jsonl';
my $tmp  = tempdir(CLEANUP => 1);

bad_usage(
	$tool,
	[ '--nonsense',             qr/--nonsense/ ],
	[ '-i 1',                   qr/-i/ ],
	[ '-p abc',                 qr/pid.*'abc'/ ],
	[ '-p 0',                   qr/pid.*'0'/ ],
	[ '-p 2147483648',          qr/pid.*'2147483648'/ ],
	[ '--tree x',               qr/pid.*'x'/ ],
	[ '--tree',                 qr/--tree/ ],
	[ '--at 1',                 qr/--at wants PID ADDR/ ],
	[ '--at x 1000',            qr/pid.*'x'/ ],
	[ '--at 1 1000 2000',       qr/'2000'/ ],
	[ '--at 1 xyz',             qr/ADDR.*'xyz'/ ],
	[ '--at 1 -5',              qr/'-5'/ ],
	[ '--at 1 10000000000000000', qr/ADDR.*'10000000000000000'/ ],
	[ '1000',                   qr/--at/ ],
	[ '-r -1',                  qr/rows.*'-1'/ ],
	[ '-r 4294967296',          qr/rows.*'4294967296'/ ],
	[ '--json=yes',             qr/--json=yes/ ],
	[ '--json --dot',           qr/--json.*--dot/ ],
	[ '--dot --summary',        qr/--dot.*--summary/ ],
	[ '--dot --check',          qr/--dot.*--check/ ],
	[ '--replay a -p 1',        qr/-p.*recording/ ],
	[ '--replay a -c /tmp',     qr/-c.*recording/ ],
	[ '--replay a --tree 1',    qr/--tree.*recording/ ],
	[ '--replay a --at 1 1000', qr/--at.*recording/ ],
	[ '--replay',               qr/--replay/ ],
);

open my $f, '<', $data or die;
my @lines = <$f>;
close $f;

sub file {
	my ($name, @text) = @_;
	open my $out, '>', "$tmp/$name" or die "$tmp/$name: $!";
	print $out @text;
	close $out;
	return "--replay $tmp/$name";
}

refused(
	$tool, @SHARED_REFUSED,
	[ '--replay tests/data/rmaptop/forktree.jsonl', qr/recording of rmaptop, not of anonvma/ ],
	[ file('headless', @lines[1 .. $#lines]),       qr/headless, line 1: .*header/ ],
	[ file('address', $lines[0], $lines[1] =~ s/"addr":"0x/"addr":"/r, @lines[2 .. $#lines]), qr/address, line 2: / ],
	[ file('vma', @lines[0, 1], $lines[2] =~ s/"start"/"begin"/r, @lines[3 .. $#lines]), qr/vma, line 3: / ],
	[ "--replay $data -o /dev/full",                qr/cannot write.*No space left/ ],
	[ "--replay $data --json > /dev/full",          qr/cannot write/ ],
);

# Each check finds what breaks it, once, and says where; nothing else does.
my $fine = run("$tool --check --replay $data");
is($fine->{status}, 0, 'a recording of what holds: exit 0');
like($fine->{out}, qr/^no violation in 9 anon_vmas and 29 AVCs of 9 VMAs$/m, '  and says so');
for my $case (
	[ own      => 9,  '"active":true', '"active":true,"linked":false', qr/^VMA \w+-\w+ of \d+ family, its own anon_vma is not in its chain: 0x\w+$/m ],
	[ root     => 9,  '"root":"0x\w+"', '"root":"0x1"', qr/^VMA .*anon_vma 0x\w+, an anon_vma of its chain has another root than the others: 0x\w+, not 0x\w+$/m ],
	[ num_active_vmas => 3, '"num_active_vmas":1', '"num_active_vmas":2', qr/^anon_vma 0x\w+, num_active_vmas is not .*: 2, not 1$/m ],
	[ num_children    => 1, '"num_children":3', '"num_children":2', qr/^anon_vma 0x\w+, num_children is not .*: 2, not 3$/m ],
	[ interval => 9,  '"last":(\d+)', '"last":1', qr/^VMA .*the interval tree does not know of all its pages: 1, not \d+$/m ],
) {
	my ($check, $n, $from, $to, $said) = @$case;
	my @bad = @lines;
	$bad[$n] =~ s/$from/$to/ or die "no $from in line $n";
	my $args = file($check, @bad);
	my $r = run("$tool --check $args");
	is($r->{status}, 1, "$check broken: exit 1");
	like($r->{out}, $said, '  it is said where');
	like($r->{out}, qr/^1 violation in /m, '  and nothing else');
	like(run("$tool --check -j $args")->{out}, qr/"violations":\[\{"check":"$check"/, '  in JSON, too');
	is(run("$tool $args > /dev/null")->{status}, 0, '  without --check: exit 0');
	$bad[$n] =~ s/"vmas":/"changed":true,"vmas":/;
	is(run("$tool --check " . file('changed', @bad))->{status}, 0, '  no violation where it changed while it was read');
}

# Whoever recorded was stopped: what there is is shown, and said.
my $r = run("$tool " . file('cut', @lines[0 .. 4], substr $lines[5], 0, 100));
is($r->{status}, 0, 'half a recording: exit 0');
like($r->{err}, qr/\Aanonvma: \S*cut [^\n]*cut off\n\z/, '  one line that says so');
is(scalar(() = $r->{out} =~ /^ *anon_vma 0x/mg), 4, '  what is whole is shown');
like($r->{out}, qr/^not read to the end/m, '  and no accounting is made up');
is(run("$tool --check --replay $tmp/cut")->{status}, 1, '  with --check: exit 1');

# A reader that goes away is no error.
my $long = file('long', $lines[0], map { (@lines[1 .. $#lines - 1]) } 1 .. 200);
for my $view ('', '--json', '--dot') {
	$r = run("( $tool $view $long 2>/dev/null; echo \$? > $tmp/status ) | head -n 1");
	open my $s, '<', "$tmp/status" or die;
	is(<$s>, "0\n", "closed pipe, '$view': exit 0");
	is(($r->{out} =~ tr/\n//), 1, '  the line that was read arrived');
}
is(run("$tool --replay $data -o $tmp/out; cat $tmp/out")->{out}, run("$tool --replay $data")->{out}, '-o: the same in a file');

# Names come from others: what is no text is not sent to the terminal.
$r = run("$tool " . file('names', map { s/"comm":"family"/"comm":"\\u001b[31m<b>&"/gr } @lines));
unlike($r->{out}, qr/\x1b/, 'control characters are not printed');
$r = run("$tool --dot --replay $tmp/names");
unlike($r->{out}, qr/<b>&"|\x1b/, 'nor taken for part of a picture');
like($r->{out}, qr/&#60;b&#62;&#38;/, '  but shown in it');
done_testing();
