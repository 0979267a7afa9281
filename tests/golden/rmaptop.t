#!/usr/bin/perl
# What rmaptop shows of recordings of real runs: tables, the slowest walks, folded stacks, JSON.
# With --update it writes what is expected, tests/golden/rmaptop/*.txt.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib";
use File::Temp 'tempdir';
use Golden;
use Cpanel::JSON::XS;
use Run;
use Test::More;

chdir "$FindBin::Bin/../..";
my $tool = 'build/bin/rmaptop';
my $dir  = 'tests/golden/rmaptop';
my $tmp  = tempdir(CLEANUP => 1);
my $slow = '--replay tests/data/rmaptop/slow.jsonl';

# --- for people
golden_all($dir, 'table',    "$tool $slow");
golden_all($dir, 'by-kind',  "$tool -i 100 -g kind -s WALKS $slow");
golden_all($dir, 'outliers', "$tool -i 100 --outliers 4 $slow");
golden_all($dir, 'twice',    "$tool -i 100 --outliers 4 $slow $slow");

# --- folded lines: nothing else on the output, and they add up to the rows
sub recorded {
	my $args = shift;
	my $r = run("$tool -j $args");
	is("$r->{status} $r->{err}", '0 ', "-j $args: exit 0, silent on standard error");
	return map { decode_json($_) } split /\n/, $r->{out};
}
my %sum;
for my $row (map { @{ $_->{rows} // [] } } recorded($slow)) {
	$sum{$_} += $row->{$_} for qw(walks vmas phantom);
	$sum{time} += $row->{ns};
}
for my $weight (sort keys %sum) {
	for my $args ($slow, "-i 100 $slow", "$slow $slow") {
		my $r = run("$tool --stacks=$weight $args");
		my $total = 0;
		$total += $_ for $r->{out} =~ / (\d+)$/mg;
		is($r->{status}, 0, "--stacks=$weight $args");
		is($total, $sum{$weight} * ($args =~ /slow.*slow/ ? 2 : 1), '  adds up to the rows');
		is((grep { !/^forktree(;[\w.]+)+;rmap_walk_traced \d+$/ } split /\n/, $r->{out}), 0, '  is folded') or diag $r->{out};
		like($r->{err}, qr/^\d+ walks seen, \d+ recorded$/m, '  has its books on standard error');
	}
}
is(run("$tool --stacks $slow")->{out}, run("$tool --stacks=time $slow")->{out}, '--stacks is --stacks=time');
is(run("$tool --stacks $slow 2>/dev/null")->{out} =~ tr/\n//, 3, 'one line for each stack');

# --- as JSON: replayed it is the same again
sub timeless { return join '', map { s/("type":"end","ts":)[\d.]+/$1 0/r } @_ }
for my $args ($slow, "-i 100 $slow", "$slow $slow") {
	my $once = run("$tool -j $args")->{out};
	open my $f, '>', "$tmp/once" or die;
	print $f $once;
	close $f;
	is(timeless(run("$tool -j --replay $tmp/once")->{out}), timeless($once), "-j $args: replayed it is the same again");
	my ($max, $slowest) = (0, 0);
	for my $line (map { decode_json($_) } split /\n/, $once) {
		next unless $line->{rows} && @{ $line->{rows} };
		my ($most) = sort { $b <=> $a } map { $_->{max} } @{ $line->{rows} };
		is($line->{slowest}[0]{ns}, $most, '  the slowest walk took what its row says');
	}
}

# --- what is no recording of walks
for my $bad ('{"slowest":7}', '{"slowest":[{"cause":"sleep","kind":"anon"}]}', '{"slowest":[{"cause":"unmap","kind":"?"}]}',
	'{"stacks":[{}]}', '{"stacks":{}}', '{"stacks":[{"pid":1,"comm":"a","cause":"nap","kind":"anon","stack":"a","walks":1,"vmas":1,"mapped":1,"ns":1}]}') {
	open my $f, '>', "$tmp/bad" or die;
	my ($header) = split /\n/, Golden::slurp('tests/data/rmaptop/slow.jsonl');
	print $f "$header\n", $bad =~ s/^\{/{"type":"interval","ts":1,"interval_s":1,"rows":[],/r, "\n";
	close $f;
	my $r = run("$tool --replay $tmp/bad");
	is($r->{status}, 1, "$bad: exit 1");
	like($r->{err}, qr/^rmaptop: \S+bad.*$/m, '  and one line');
}

# A stack from a recording does nothing to the terminal.
open my $f, '>', "$tmp/forged" or die;
print $f Golden::slurp('tests/data/rmaptop/slow.jsonl') =~ s/entry_SYSCALL_64_after_hwframe/entry\\u001b[2Jx/gr;
close $f;
my $forged = run("$tool --stacks --replay $tmp/forged")->{out};
like($forged, qr/entry\?\[2Jx/, 'control characters in a stack are not printed');
unlike($forged, qr/\e/, '  at all');

done_testing();
