#!/usr/bin/perl
# What exchangelat shows of recordings of real runs, in every view and width.
# With --update it writes what is expected, tests/golden/exchangelat/*.txt.
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
my $tool = 'build/bin/exchangelat';
my $dir  = 'tests/golden/exchangelat';
my $tmp  = tempdir(CLEANUP => 1);
my %data = map { $_ => "--replay tests/data/exchangelat/$_.jsonl" } qw(both split refused);
my $twice = "$data{both} $data{both}";

# --- for people
golden_all($dir, "table-$_",   "$tool $data{$_}")           for sort keys %data;
golden_all($dir, "heatmap-$_", "$tool --heatmap $data{$_}") for sort keys %data;
# seven intervals are many: by the second they are two
for my $name (sort keys %data) {
	golden_all($dir, "histogram-$name", "$tool -i 1 -H $data{$name}");
	golden_all($dir, "phases-$name",    "$tool -i 1 --phases $data{$name}");
	golden_all($dir, "compare-$name",   "$tool -i 1 --compare $data{$name}");
}
golden_all($dir, 'everything',  "$tool -i 100 -H --phases --compare $data{both}");
golden_all($dir, 'twice',       "$tool $twice");
golden_all($dir, 'three-files', "$tool @data{qw(both split refused)}");
golden_all($dir, 'rows',        "$tool -r 2 $data{split}");

# --ascii asks for what the locale decides otherwise.
for my $view ('-i 1 -H', '-i 1 --phases', '--heatmap') {
	my $in_c = run("env TZ=UTC COLUMNS=80 LC_ALL=C $tool $view $data{both}")->{out};
	is(run("env TZ=UTC COLUMNS=80 LC_ALL=C.UTF-8 $tool $view --ascii $data{both}")->{out}, $in_c,
		"$view --ascii: as in ASCII");
}
# --- as JSON
sub lines {
	my $args = shift;
	my $r    = run("$tool --json $args");
	is("$r->{status} $r->{err}", '0 ', "--json $args: exit 0, silent on standard error");
	return $r->{out};
}

# When a recording was replayed is all that may differ.
sub timeless {
	return $_[0] =~ s/("type":"end","ts":)[\d.]+/$1 0/r;
}

for my $args (@data{sort keys %data}, $twice, "-i 100 $data{both}", "-i .5 $data{both}") {
	my $once = lines($args);
	open my $f, '>', "$tmp/once" or die;
	print $f $once;
	close $f;
	is(timeless(lines("--replay $tmp/once")), timeless($once), '  replayed it is the same again');
	next unless $args =~ /^--replay (\S+)$/;
	open my $in, '<', $1 or die;
	my @recorded = grep { /"type":"interval"/ } <$in>;
	is(join('', grep { /"type":"interval"/ } split /^/, $once), join('', @recorded),
		'  intervals are as recorded');
}

# Two files of the same add up to twice as much: all that counts doubles, no more and no less.
sub doubled {
	my ($value, $key) = @_;
	return { map { $_ => doubled($value->{$_}, $_) } keys %$value } if ref $value eq 'HASH';
	return [ map { doubled($_, $key) } @$value ] if ref $value eq 'ARRAY';
	return $key =~ /^(count|ns|runs|seen|recorded)$/ ? 2 * $value : $value;
}

sub decoded {
	return map { decode_json($_) } split /\n/, lines(shift);
}

for my $name (sort keys %data) {
	my ($header, $once, $end)  = decoded("-i 100 $data{$name}");
	my (undef,   $two,  $end2) = decoded("-i 100 $data{$name} $data{$name}");
	for my $row (@{ $once->{rows} }) {
		$_ *= 2 for values %{ $row->{result} };
	}
	is($header->{tool}, 'exchangelat', "$name: a header");
	is_deeply($two->{rows}, doubled($once, '')->{rows}, '  twice: all rows double');
	ok(abs($two->{interval_s} - $once->{interval_s}) < 1e-5, '  the time was the same');
	delete $_->{ts} for $end, $end2;
	is_deeply($end2, doubled($end, ''), '  so do the books');
}

# The intervals of a recording add up to the one that they make together.
my (%sum, %all);
for ([ \%sum, decoded($data{both}) ], [ \%all, decoded("-i 100 $data{both}") ]) {
	my ($into, @lines) = @$_;
	for my $row (map { @{ $_->{rows} // [] } } @lines) {
		my $op = $row->{op};
		$into->{"$op $_"} += $row->{result}{$_} for keys %{ $row->{result} };
		for my $what (grep { ref $row->{$_} && $row->{$_}{hist} } keys %$row) {
			$into->{"$op $what count"} += $row->{$what}{count};
			$into->{"$op $what ns"} += $row->{$what}{ns};
			$into->{"$op $what $_->{lo}"} += $_->{count} for @{ $row->{$what}{hist} };
		}
	}
}
cmp_ok($all{'exchange ok'}, '>', 10000, 'there is something to add');
is_deeply(\%sum, \%all, 'intervals add up to the whole');

# --- nobody's width: a pipe gets all columns
my $unlimited = run("env -u COLUMNS $tool $data{split}")->{out};
like($unlimited, qr/^NID_A NID_B ORDER PID COMM +REASON +DONE FAILED CALLS +TIME .*BLOCKED99$/m,
	'without COLUMNS a table has all its columns');
done_testing();
