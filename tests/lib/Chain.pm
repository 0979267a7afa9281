# What tests of forkchain share: the forest that its events add up to, by the kernel's rules and
# not by the tool's own reckoning, and whether a dump of anonvma is the same.
package Chain;
use strict;
use warnings;
use Exporter 'import';
use Cpanel::JSON::XS;
use Test::More;
our @EXPORT = qw(read_events replayed same_as_dump);

# An event's line, which is flat: cheaper than to decode all of it.
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

# An anon_vma: what is told of one address may be of several, one after the other, and another CPU
# may tell of the next before this one tells that the first is gone.
sub anon_vma {
	my ($avs, $addr, $parent) = @_;
	return $avs->{$addr} = { addr => $addr, parent => $parent, children => $parent ? 0 : 1, active => 0, links => 0 };
}

# A VMA has given up its AVCs.
sub release {
	my $v = shift;
	$v->{own}{active}-- if $v->{own};
	for my $av (@{ $v->{chain} // [] }) {
		next if --$av->{links} || !$av->{parent};
		$av->{parent}{children}--;
	}
}

# Applies events, from nothing: {vma: address => {pid, n, chain: [anon_vmas], own}, wrong: [texts],
# forks, reused, failed}. A VMA whose beginning was not seen has no chain.
sub replayed {
	my ($events, $until) = @_;
	my (%vma, %vmas, %pid_of, %avs, @wrong);
	my %s = (vma => \%vma, wrong => \@wrong, map { $_ => 0 } qw(forks reused failed));
	for my $e (@$events) {
		last if defined $until && $e->{ts} > $until;
		my $what = "$e->{event} of $e->{pid} at $e->{start}";
		my $v = $vma{ $e->{vma} };
		next if $e->{event} eq 'clone' && $e->{cause} eq 'fork'; # the fork has it, too
		if ($e->{event} eq 'fork') { $pid_of{ $e->{mm} } = $e->{child} }
		elsif ($e->{event} ne 'unlink' && !$vmas{ $e->{mm} }) { $pid_of{ $e->{mm} } = $e->{owner} // $e->{pid} }
		my $n = ($v ? $v->{n} : 0) + ($e->{event} eq 'unlink' ? -$e->{avcs} : $e->{avcs});
		$s{failed}++ if $e->{failed};

		# What failed was unlinked before: that comes first.
		if ($e->{event} eq 'unlink' || $e->{error}) {
			push @wrong, "$what: freed $e->{avcs} of $v->{n}" if $v && $n && !$e->{failed};
			if ($n && $e->{failed}) { # else its beginning was not seen
				$vma{ $e->{vma} } = { mm => $e->{mm}, n => $n, failed => $e->{failed} };
				next;
			}
			release($v) if $v;
			$vmas{ $e->{mm} }-- if $v && !$v->{failed};
			delete $vma{ $e->{vma} };
			next;
		}
		next if !$n; # another thread was faster
		push @wrong, "$what: has $n AVCs, and is told $e->{chain}" if $n != $e->{chain};
		$vmas{ $e->{mm} }++ if !$v;
		my $to = $vma{ $e->{vma} } //= {};
		@$to{qw(mm n start)} = ($e->{mm}, $n, $e->{start});
		if ($e->{event} eq 'prepare') {
			my $old = $avs{ $e->{anon_vma} };
			$to->{own} = $e->{reused} && $old ? $old : anon_vma(\%avs, $e->{anon_vma});
			push @wrong, "$what: reused, and no VMA calls it its own" if $e->{reused} && $old && !$old->{active};
			$to->{chain} = [ $to->{own} ];
		} elsif ($e->{event} eq 'clone') {
			my ($from) = grep {
				$_ != $to && $_->{mm} eq $to->{mm} && $_->{n} == $n && $_->{own} && $_->{own}{addr} eq $e->{anon_vma}
			} values %vma;
			$to->{own} = $from ? $from->{own} : $avs{ $e->{anon_vma} };
			$to->{chain} = $from->{chain} if $from && $from->{chain};
		} else {
			$s{forks}++;
			$s{reused}++ if $e->{reused};
			my @parents = grep { $_ != $to && $_->{chain} && ($pid_of{ $_->{mm} } // 0) == $e->{pid} } values %vma;
			push @wrong, map { "$what: $_" } fork_of($e, $to, \%avs, @parents);
		}
		$to->{own}{active}++ if $to->{own};
		$_->{links}++ for @{ $to->{chain} // [] };
	}
	$_->{pid} = $pid_of{ $_->{mm} } for values %vma;
	return \%s;
}

# Is the rule of anon_vma_clone() kept? An anon_vma without VMAs that call it theirs and with fewer
# than two children is reused; a new one is the child of the parent's. What is wrong.
sub fork_of {
	my ($e, $to, $avs, @parents) = @_;
	my @wrong;
	# VMAs are cut, and grow: those of a process with the same own anon_vma have the same chain.
	if ($e->{reused}) {
		my ($from) = grep { $_->{n} == $e->{avcs} && grep { $_->{addr} eq $e->{anon_vma} } @{ $_->{chain} } } @parents;
		my ($own) = $from ? grep { $_->{addr} eq $e->{anon_vma} } @{ $from->{chain} } : $avs->{ $e->{anon_vma} };
		$to->{own} = $own;
		$to->{chain} = $from->{chain} if $from;
		return () if !$own;
		push @wrong, "reused, and $own->{active} VMAs call it theirs" if $own->{active};
		push @wrong, "reused, and has $own->{children} children" if $own->{children} > 1;
		return @wrong;
	}
	my ($from) = grep { $_->{own}{addr} eq $e->{parent} } @parents;
	my $above = $from ? $from->{own} : undef;
	$to->{own} = anon_vma($avs, $e->{anon_vma}, $above // { children => 0 });
	return () if !$from;
	$above->{children}++;
	$to->{chain} = [ @{ $from->{chain} }, $to->{own} ];
	push @wrong, "$from->{n} AVCs, and the child gets $to->{n}" if $from->{n} + 1 != $to->{n};
	for my $other (@{ $from->{chain} }) {
		push @wrong, "$other->{addr} was not reused, without VMAs and with $other->{children} children"
			if !$other->{active} && $other->{children} < 2;
	}
	return @wrong;
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
		$should{$_}++ for map { "$pid: " . ($_->{chain} ? join ' ', sort map { $_->{addr} } @{ $_->{chain} } : "$_->{n} unknown") }
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
