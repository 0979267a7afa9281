#!/usr/bin/perl
# exchangelat's bad input and its output's end, on the machine itself, without loading any BPF.
use strict;
use warnings;
use Test::More;
use FindBin;
use lib "$FindBin::Bin/../lib";
use BadInput;
use File::Temp 'tempdir';
use Run;

chdir "$FindBin::Bin/../..";
my $tool = 'build/bin/exchangelat';
my $data = 'tests/data/exchangelat';
my $tmp  = tempdir(CLEANUP => 1);
my $both = "--replay $data/both.jsonl";

bad_usage(
	$tool, @SHARED_USAGE,
	[ '--op nonsense',                qr/'nonsense'/ ],
	[ '--op ""',                      qr/operation ''/ ],
	[ '--op',                         qr/--op/ ],
	[ '--compare --op migrate',       qr/--compare.*--op both/ ],
	[ '--op exchange --compare',      qr/--compare.*--op both/ ],
	[ '--cells 0',                    qr/cells.*'0'/ ],
	[ '--cells -1',                   qr/cells.*'-1'/ ],
	[ '--cells 1e3',                  qr/cells.*'1e3'/ ],
	[ '--cells 16777217',             qr/cells.*16777216.*'16777217'/ ],
	[ '--cells 99999999999999999999', qr/cells.*'99999999999999999999'/ ],
);

sub file {
	my ($name, @lines) = @_;
	open my $f, '>', "$tmp/$name" or die "$tmp/$name: $!";
	print $f @lines;
	close $f;
	return "--replay $tmp/$name";
}

open my $f, '<', "$data/both.jsonl" or die;
my @lines = <$f>;
my $end   = pop @lines;
(my $other = $lines[0]) =~ s/"tool":"exchangelat"/"tool":"rmaptop"/;

refused(
	$tool, @SHARED_REFUSED,
	[ "$both --replay /no/such/recording",                             qr{/no/such/recording.*No such file} ],
	[ '--replay man/rmaptop.1.scd',                                    qr{rmaptop.1.scd, line 1: } ],
	[ file('other', $other, @lines[1 .. 7], $end),                     qr/recording of rmaptop, not of exchangelat/ ],
	[ file('headless', @lines[1 .. 7], $end),                          qr/headless, line 1: .*header/ ],
	[ file('uncovered', qq({"type":"header","tool":"exchangelat"}\n)), qr/uncovered, line 1: / ],
	[ "$both -o /no/such/dir/file",                                    qr{/no/such/dir/file} ],
	[ "$both -o /dev/full",                                            qr/cannot write.*No space left/ ],
	[ "$both --json -o /dev/full",                                     qr/cannot write/ ],
	[ "$both > /dev/full",                                             qr/cannot write.*No space left/ ],
);

# What was read before a bad line is shown; then it ends.
for my $case (
	[ 'phase',  '"drain":', '"nonsense":' ],
	[ 'result', '"ok":',    '"better":' ],
	[ 'bucket', '"lo":20480', '"lo":20481' ],
	[ 'json',   '"rows":',  'rows:' ],
) {
	my ($name, $from, $to) = @$case;
	(my $bad = $lines[3]) =~ s/$from/$to/ or die "no $from";
	my $r = run("$tool " . file($name, @lines[0 .. 2], $bad, @lines[4 .. 7], $end));
	is($r->{status}, 1, "a line with a bad $name: exit 1");
	like($r->{err}, qr/\Aexchangelat: \S*$name, line 4: .*\n\z/, '  one line that names file and line');
	my @shown = $r->{out} =~ / s  exchange: /g;
	is(scalar @shown, $name eq 'json' ? 1 : 2, '  reports before it are shown');
}

# Whoever recorded was stopped: what there is is shown, and said.
my $whole = run("$tool $both")->{out};
for my $case (
	[ 'no end line',      join('', @lines) ],
	[ 'half an end line', join('', @lines, substr $end, 0, 40) ],
	[ 'half a line',      join('', @lines, substr $lines[7], 0, 1000) ],
) {
	my ($name, $text) = @$case;
	my $r = run("$tool " . file('cut', $text));
	is($r->{status}, 0, "a recording with $name: exit 0");
	like($r->{err}, qr/\Aexchangelat: \S*cut [^\n]*cut off\n\z/, '  one line that says so');
	is($r->{out} =~ s/\nnot read to the end.*//sr, $whole =~ s/\n\d+ events.*//sr, '  all that is whole is shown');
	like($r->{out}, qr/\nnot read to the end: how many events were seen and lost is not known\n\z/,
		'  and no accounting is made up');
}

# A reader that goes away is no error. More is printed than a pipe takes.
my $long = file('long', $lines[0], (@lines[1 .. 7]) x 20, $end);
for my $view ('', '--json', '-H', '--compare') {
	my $r = run("( $tool $view $long; echo \$? > $tmp/status ) | head -n 1");
	open my $s, '<', "$tmp/status" or die;
	is(<$s>, "0\n", "closed pipe, '$view': exit 0");
	is($r->{err}, '', '  silently');
	is(($r->{out} =~ tr/\n//), 1, '  the line that was read arrived');
}

# Output in a file is what it would be on standard output.
run("$tool $both -o $tmp/out");
is(join('', do { open my $o, '<', "$tmp/out" or die; <$o> }), $whole, '-o: the same in a file');
like(run("$tool -r 5 --replay $data/split.jsonl")->{out}, qr/^and 1 more row \(/m, 'one row is left out');

done_testing();
