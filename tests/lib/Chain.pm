# What tests of forkchain share: the forest that its events add up to, by the kernel's rules and
# not by the tool's own reckoning, and whether a dump of anonvma is the same.
package Chain;
use strict;
use warnings;
use Exporter 'import';
use JSON::PP;
use Test::More;
our @EXPORT = qw(read_events replayed same_as_dump);

# An event's line, which is flat: many of them are read, and JSON::PP takes its time.
sub event_of {
	my $text = shift;
	my %e;
	my $holder = $text =~ s/,"holder":(\{[^}]*\})// ? decode_json($1) : undef;
	while ($text =~ /"(\w+)":(?:"([^"]*)"|([^,}]+))/g) {
		$e{$1} = defined $2 ? $2 : $3 eq 'null' || $3 eq 'false' ? undef : $3 eq 'true' ? 1 : $3;
	}
	$e{holder} = $holder if $holder;
	return \%e;
}

# {header, events, end, intervals, snapshots} of a recording.
sub read_events {
	my $file = shift;
	my %x = (events => [], intervals => [], snapshots => [], end => {}, header => {});
	open my $f, '<', $file or return \%x;
	while (<$f>) {
		if (/^\{"type":"event".*\}$/) {
			push @{ $x{events} }, event_of($_);
			next;
		}
		my $line = eval { decode_json($_) } // { type => 'broken' };
		if ($line->{type} =~ /^(?:interval|snapshot)$/) { push @{ $x{"$line->{type}s"} }, $line }
		else { $x{ $line->{type} } = $line }
	}
	return \%x;
}

# Applies events, from nothing: {vma: address => {pid, n, chain: [addresses of anon_vmas], own},
# wrong: [texts], forks, reused, failed}. A VMA whose beginning was not seen has no chain.
sub replayed {
	my ($events, $until) = @_;
	my (%vma, %vmas, %pid_of, %active, %children, %known, @wrong);
	my %s = (vma => \%vma, wrong => \@wrong, map { $_ => 0 } qw(forks reused failed));
	for my $e (@$events) {
		last if defined $until && $e->{ts} > $until;
		my $what = "$e->{event} of $e->{pid} at $e->{start}";
		my $v = $vma{ $e->{vma} };
		my $own = $e->{anon_vma};
		if ($e->{event} eq 'clone' && $e->{cause} eq 'fork') {
			$s{failed}++ if $e->{failed};
			next; # the fork has it, too
		}
		if ($e->{event} eq 'fork') { $pid_of{ $e->{mm} } = $e->{child} }
		elsif ($e->{event} ne 'unlink' && !$vmas{ $e->{mm} }) { $pid_of{ $e->{mm} } = $e->{owner} // $e->{pid} }
		my $n = ($v ? $v->{n} : 0) + ($e->{event} eq 'unlink' ? -$e->{avcs} : $e->{avcs});

		# Who failed has freed it before; nothing is known of its anon_vmas.
		if ($e->{failed}) {
			$s{failed}++;
			if ($n) { $vma{ $e->{vma} } = { %{ $v // {} }, n => $n, mm => $e->{mm}, failed => 1 } }
			else {
				release($v, \%active) if $v;
				delete $vma{ $e->{vma} };
			}
			if ($e->{event} eq 'fork' && !$e->{error}) { # before it failed
				$vma{ $e->{vma} }{own} = $own;
				$active{$own}++;
				$children{ $e->{parent} }++ if !$e->{reused};
				$known{$own} = $e->{parent};
			}
			next;
		}
		if ($e->{event} eq 'unlink') {
			push @wrong, "$what: freed $e->{avcs} of $v->{n}" if $v && $n;
			release($v, \%active) if $v;
			$vmas{ $e->{mm} }-- if $v;
			delete $vma{ $e->{vma} };
			next;
		}
		next if !$n; # another thread was faster
		push @wrong, "$what: has $n AVCs, and is told $e->{chain}" if $n != $e->{chain};
		$vmas{ $e->{mm} }++ if !$v;
		my $to = $vma{ $e->{vma} } //= { mm => $e->{mm} };
		@$to{qw(n start end own)} = ($n, @$e{qw(start end anon_vma)});
		if ($e->{event} eq 'prepare') {
			push @wrong, "$what: " . ($e->{reused} ? '' : 'not ') . "reused, and $active{$own} VMAs call it theirs"
				if $known{$own} && !$e->{reused} != !$active{$own};
			$to->{chain} = [$own];
			$known{$own} = $own if !$e->{reused};
			$children{$own} //= 1; # a root counts itself
		} elsif ($e->{event} eq 'clone') {
			my ($from) = grep { $_ != $to && $_->{mm} eq $to->{mm} && ($_->{own} // '') eq $own } values %vma;
			$to->{chain} = $from->{chain} if $from && $from->{chain} && @{ $from->{chain} } == $n;
		} else {
			$s{forks}++;
			$s{reused}++ if $e->{reused};
			fork_of($e, $to, $what, \%vma, \%pid_of, \%active, \%children, \%known, \@wrong);
		}
		$active{$own}++;
	}
	$_->{pid} = $pid_of{ $_->{mm} } for values %vma;
	return \%s;
}

# A VMA has given up its AVCs.
sub release {
	my ($v, $active) = @_;
	$active->{ $v->{own} }-- if $v->{own};
}

# Is the rule of anon_vma_clone() kept? An anon_vma without VMAs that call it theirs and with fewer
# than two children is reused, the first of the chain that is; a new one is the child of the
# parent's.
sub fork_of {
	my ($e, $to, $what, $vma, $pid_of, $active, $children, $known, $wrong) = @_;
	my $own = $e->{anon_vma};
	# VMAs are cut, and grow: those of a process with the same own anon_vma have the same chain.
	my ($from) = grep {
		$_ != $to && $_->{chain} && ($pid_of->{ $_->{mm} } // 0) == $e->{pid}
			&& ($e->{reused} ? $_->{n} == $e->{avcs} && grep { $_ eq $own } @{ $_->{chain} } : $_->{own} eq $e->{parent})
	} values %$vma;
	if ($e->{reused}) {
		push @$wrong, "$what: $own is reused, and $active->{$own} VMAs call it theirs" if $active->{$own};
		push @$wrong, "$what: $own is reused, and has $children->{$own} children"
			if $known->{$own} && $children->{$own} > 1;
		$to->{chain} = $from->{chain} if $from;
		return;
	}
	$children->{ $e->{parent} }++;
	$children->{$own} = 0;
	$known->{$own} = $e->{parent};
	return if !$from;
	$to->{chain} = [ @{ $from->{chain} }, $own ];
	push @$wrong, "$what: $from->{n} AVCs, and the child gets $to->{n}" if $from->{n} + 1 != $to->{n};
	push @$wrong, "$what: its parent is $e->{parent}, not $from->{own}" if $e->{parent} ne $from->{own};
	for my $other (@{ $from->{chain} }) {
		push @$wrong, "$what: $other was not reused, without VMAs and with " . ($children->{$other} // 'no') . ' children'
			if $known->{$other} && !$active->{$other} && $children->{$other} < 2;
	}
}

# Have these processes, in a dump of anonvma, exactly the AVCs that the events add up to?
sub same_as_dump {
	my ($state, $dump, $name, @pids) = @_;
	my (%vmas, @wrong, %is, %should);
	for my $av (@{ $dump->{anon_vmas} }) {
		push @{ $vmas{"$_->{pid} $_->{start}"} }, $av->{addr} for @{ $av->{vmas} };
	}
	my $avcs = 0;
	for my $pid (@pids) {
		$avcs += @{ $vmas{$_} } for grep { /^$pid / } keys %vmas;
		# A VMA may have been cut or moved since: but not its chain.
		$is{$_}++ for map { "$pid: " . join ' ', sort @{ $vmas{$_} } } grep { /^$pid / } keys %vmas;
		$should{$_}++ for map { "$pid: " . ($_->{chain} ? join ' ', sort @{ $_->{chain} } : "$_->{n} unknown") }
			grep { ($_->{pid} // 0) == $pid } values %{ $state->{vma} };
	}
	cmp_ok($avcs, '>', 0, "$name: there are AVCs ($avcs)");
	is_deeply(\%should, \%is, '  the events add up to them, anon_vma by anon_vma') or do {
		diag("events have, the dump has not: $_") for grep { ($is{$_} // 0) != $should{$_} } sort keys %should;
		diag("the dump has, events have not: $_") for grep { ($should{$_} // 0) != $is{$_} } sort keys %is;
	};
	is(join("\n", @{ $state->{wrong} }), '', '  and each by the kernel\'s rules');
}

1;
