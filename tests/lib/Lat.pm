# What tests of exchangelat share: running it around a command between two looks at
# /proc/vmstat, and its rows.
package Lat;
use strict;
use warnings;
use Exporter 'import';
use Cpanel::JSON::XS;
use Run;
use Test::More;
our @EXPORT = qw(quiet_kernel traced read_lines rows sum books_balance bucket_top percentile_index);

# Nothing migrates but what a test asks for.
sub quiet_kernel {
	for my $off (
		[ '/proc/sys/kernel/numa_balancing',                0 ],
		[ '/sys/module/damon_stat/parameters/enabled',      'N' ],
		[ '/proc/sys/vm/compaction_proactiveness',          0 ],
		[ '/sys/kernel/mm/transparent_hugepage/khugepaged/defrag', 0 ],
	) {
		my ($file, $value) = @$off;
		next unless -w $file;
		open my $f, '>', $file or next;
		print $f "$value\n";
		close $f;
	}
}

# {header, intervals, end} of a recording.
sub read_lines {
	my $file = shift;
	my %x = (intervals => [], end => {}, header => {});
	open my $f, '<', $file or return \%x;
	while (my $text = <$f>) {
		my $line = eval { decode_json($text) } // { type => 'broken' };
		if ($line->{type} eq 'interval') { push @{ $x{intervals} }, $line }
		else { $x{ $line->{type} } = $line }
	}
	return \%x;
}

# Runs COMMAND under exchangelat; its recording, and by how much /proc/vmstat grew meanwhile.
sub traced {
	my ($options, $command) = @_;
	open my $f, '>', '/tmp/traced.sh' or die;
	print $f "cat /proc/vmstat > /tmp/vmstat.a\n{ $command; } > /tmp/traced.out 2> /tmp/traced.err\ncat /proc/vmstat > /tmp/vmstat.b\n";
	close $f;
	unlink '/tmp/recording';
	my $r = run("exchangelat -j $options -o /tmp/recording -- sh /tmp/traced.sh");
	is($r->{status}, 0, "exchangelat $options: exit 0") or diag($r->{err});
	my %stat;
	for my $side ([ a => -1 ], [ b => 1 ]) {
		open my $v, '<', "/tmp/vmstat.$side->[0]" or next;
		while (<$v>) {
			$stat{$1} += $side->[1] * $2 if /^(\w+) (\d+)/;
		}
	}
	return (read_lines('/tmp/recording'), \%stat);
}

# The rows of an operation; a recording of a COMMAND has one interval.
sub rows {
	my ($x, $op) = @_;
	return grep { $_->{op} eq $op } map { @{ $_->{rows} } } @{ $x->{intervals} };
}

# Counts and sums of all rows of an operation; percentiles do not add up and stay out.
sub sum {
	my ($x, $op) = @_;
	my %sum = (result => {}, phases => {}, map { $_ => { count => 0, ns => 0 } } qw(total each blocked));
	for my $row (rows($x, $op)) {
		$sum{result}{$_} += $row->{result}{$_} for keys %{ $row->{result} };
		for my $field (qw(count ns)) {
			$sum{$_}{$field} += $row->{$_}{$field} // 0 for qw(total each blocked);
			$sum{phases}{$_}{$field} += $row->{phases}{$_}{$field} for keys %{ $row->{phases} };
		}
	}
	return \%sum;
}

# seen = recorded + lost; and nothing is lost unless something was to be.
sub books_balance {
	my ($x, $name) = @_;
	my $lost = 0;
	$lost += $_ for values %{ $x->{end}{lost} };
	is($x->{end}{seen}, $x->{end}{recorded} + $lost, "$name: seen = recorded + lost");
	is($x->{end}{lost}{unmatched}, 0, "$name: every loss has its cause");
	is($lost, 0, "$name: nothing is lost") or diag(explain($x->{end}{lost})) unless $name =~ /too few/;
	is($x->{end}{inexact}{$_}, 0, "$name: none are $_") for sort keys %{ $x->{end}{inexact} };
}

# The index, in order, of the value that P per cent do not exceed.
sub percentile_index {
	my ($p, $n) = @_;
	my $i = 0;
	$i++ while ($i + 1) * 100 < $p * $n;
	return $i;
}

# The largest value of the bucket that a value falls into (bpf/hist.h), at most MAX.
sub bucket_top {
	my ($v, $max) = @_;
	my $top = $v;
	if ($v >= 16) {
		my $shift = 0;
		$shift++ while ($v >> ($shift + 4));
		$top = ((($v >> $shift) + 1) << $shift) - 1;
	}
	return $top < $max ? $top : $max;
}

1;
