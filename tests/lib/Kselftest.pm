# What the kernel's own mm tests print, as results that two runs can be compared by: of each
# command of tests/kernel/mm/tests.txt a list of [result, subtest], in order.
#
# A result is ok, xfail (fails where it is known to), skip, fail, time (its limit was over)
# or missing (it was not told); a subtest's name has no addresses and no amounts in it. The last subtest of a
# command is "exit": how the program itself ended.
package Kselftest;
use strict;
use warnings;
use Exporter 'import';
our @EXPORT_OK = qw(parse commands read_list write_list merge rank);

# The higher, the better.
my %rank = (missing => 0, time => 1, fail => 2, skip => 3, xfail => 4, ok => 5);

sub rank { return $rank{ $_[0] } // die "there is no result '$_[0]'\n" }

# What differs from run to run of the same test.
sub normal {
	my $name = shift;
	$name =~ s/0x[0-9a-f]+/0xN/gi;
	$name =~ s/\b\d+\.\d+\b/N/g;
	$name =~ s/\b\d+(?= ?(?:ns|us|ms|s|sec|seconds?|[KMG]i?B\/s|MB)\b)/N/g;
	$name =~ s/\b(transact_test count|Extra pages|extra thread faults) \d+/$1 N/g;
	$name =~ s/[\s.]+$//;
	return $name =~ s/^[\s-]+//r;
}

# One line of a test's output; $said is what it printed before of what it is about to do.
# Returns nothing, or result and name.
sub result_of {
	my ($line, $said) = @_;
	# TAP: "ok 1 name", "not ok 1 name", "ok 1 name # SKIP why", "ok 1 # SKIP name"
	if ($line =~ /^\s*(not )?ok\s+\d+\b(.*)/) {
		my ($result, $rest) = ($1 ? 'fail' : 'ok', $2);
		if (my ($before, $directive, $after) = $rest =~ /^(.*?)# (SKIP|XFAIL)\b(.*)/) {
			$result = lc $directive;
			$rest = $before =~ /\w/ ? $before : $after;
		}
		return ($result, join ': ', grep { length } $said, normal($rest));
	}
	# uffd-unit-tests: "Testing name... done", which may come in pieces
	return ({ done => 'ok', skipped => 'skip', failed => 'fail' }->{$2}, normal($1))
		if $line =~ /^Testing (.*)\.\.\. (done|skipped|failed)/;
	# khugepaged: "step....        OK" with a dot for each wait
	return ({ ok => 'ok', skip => 'skip' }->{ lc $2 } // 'fail', join ': ', $said, normal($1))
		if $said && $line =~ /^(\S.*?)\s*\b(OK|Fail|Skip|Timeout|Unexpected huge page)$/i;
	return;
}

sub ending {
	my $status = shift;
	return { 0 => 'ok', 4 => 'skip', 124 => 'time', 137 => 'time' }->{$status} // 'fail';
}

# What tests/kernel/mm/guest printed: a reference to {command => [[result, subtest], ...]}.
sub parse {
	my $text = shift;
	my (%of, $command, $said, %seen);
	for my $line (split /\n/, $text) {
		$line =~ s/\e\[[0-9;]*m|\r$|^.*\r(?=.)//g;
		if ($line =~ /^=== begin (.*)/) {
			($command, $said) = ($1, '');
			%seen = ();
			next;
		}
		next unless defined $command;
		my ($result, $name);
		if ($line =~ /^=== end (\d+) \Q$command\E$/) {
			($result, $name) = (ending($1), 'exit');
		} elsif ($line =~ /^(?:# \[RUN\]|Run test:) (.*)/) {
			$said = normal($1);
		} else {
			($result, $name) = result_of($line, $said);
		}
		next unless $result;
		$name .= " ($seen{$name})" if ++$seen{$name} > 1;
		push @{ $of{$command} }, [ $result, $name ];
		undef $command if $name eq 'exit';
	}
	return \%of;
}

# The commands of FILE (tests.txt) that are run WHEN, in their order.
sub commands {
	my ($file, $when) = @_;
	my (@check, @full);
	open my $f, '<', $file or die "$file: $!\n";
	while (<$f>) {
		push @{ $1 eq 'check' ? \@check : \@full }, $2
			if /^(check|full)\s+\d+\s+\d+\s+(\S.*)/;
	}
	return $when eq 'full' ? (@check, @full) : @check;
}

# A kept list: the source it was recorded with, and as parse() returns it, but that a result
# that varies is several, with '|' between them.
sub read_list {
	my $file = shift;
	my ($source, %of) = ('');
	open my $f, '<', $file or die "$file: $!\n";
	my $command;
	while (<$f>) {
		chomp;
		if (/^# source (\S+)/) { $source = $1 }
		elsif (/^\[(.*)\]$/) { $command = $1 }
		elsif (/^([a-z|]+)\t(.+)/) { push @{ $of{$command} }, [ $1, $2 ] }
		elsif (/^[^#]/) { die "$file:$.: neither [COMMAND] nor RESULT<tab>SUBTEST\n" }
	}
	return ($source, \%of);
}

# Several runs as one: results that differ are joined by '|', the better first. What a run did
# not tell of was missing there.
sub merge {
	my @runs = @_;
	my %merged;
	for my $command (map { keys %$_ } @runs) {
		next if $merged{$command};
		my (@names, %results);
		for my $run (@runs) {
			for (@{ $run->{$command} // [] }) {
				my ($result, $name) = @$_;
				push @names, $name unless $results{$name};
				push @{ $results{$name} }, split /\|/, $result;
			}
		}
		for my $run (@runs) {
			my %told = map { $_->[1] => 1 } @{ $run->{$command} // [] };
			push @{ $results{$_} }, 'missing' for grep { !$told{$_} } @names;
		}
		for my $name (@names) {
			my %once = map { $_ => 1 } @{ $results{$name} };
			my $all = join '|', sort { rank($b) <=> rank($a) } keys %once;
			push @{ $merged{$command} }, [ $all, $name ];
		}
	}
	return \%merged;
}

sub write_list {
	my ($f, $source, $of, @commands) = @_;
	print $f "# source $source\n";
	for my $command (grep { $of->{$_} } @commands) {
		print $f "\n[$command]\n";
		print $f join("\t", @$_), "\n" for @{ $of->{$command} };
	}
}

1;
