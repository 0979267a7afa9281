# What tests of anonvma share: a family that stands (tests/forest), a dump, and whether the
# dump is the forest that the family foretells.
package Forest;
use strict;
use warnings;
use Exporter 'import';
use FindBin;
use IPC::Open2;
use Cpanel::JSON::XS;
use Run;
use Test::More;
our @EXPORT = qw(family family_ends dump same_forest);

my $program = "$FindBin::Bin/../../../build/tests/family";

# Starts a family: {what it foretells, and private: pid, in}.
sub family {
	my ($shape, @n) = @_;
	# A storm leaves the reader some time, which all share with what emulates their machine.
	my @nice = $shape eq 'storm' ? qw(nice -n 10) : ();
	my $pid = open2(my $out, my $in, @nice, $program, $shape, @n);
	my $line = <$out> // '';
	my $told = eval { decode_json($line) } // {};
	ok($told->{type}, "family $shape stands") or diag("it printed: $line");
	return { %$told, _pid => $pid, _in => $in, _out => $out };
}

sub family_ends {
	my $family = shift;
	close $family->{_in};
	waitpid $family->{_pid}, 0;
	is($?, 0, '  and ends') or diag("status $?");
}

# Runs anonvma -j: {header, anon_vmas, last, end, status, err}.
sub dump {
	my $options = shift;
	my $r = run("anonvma -j $options -o /tmp/dump");
	my %d = (%$r, anon_vmas => [], last => {}, end => {}, header => {});
	open my $f, '<', '/tmp/dump' or return \%d;
	while (<$f>) {
		my $line = eval { decode_json($_) } // { type => 'broken' };
		if ($line->{type} eq 'snapshot' && $line->{addr}) { push @{ $d{anon_vmas} }, $line }
		elsif ($line->{type} eq 'snapshot') { $d{last} = $line }
		else { $d{ $line->{type} } = $line }
	}
	return \%d;
}

# Compares the VMAs and anon_vmas of a family with a dump that has at least these. The
# anon_vmas of the family have numbers, those of the dump addresses: each must be one other.
sub same_forest {
	my ($told, $dump, $name, %but) = @_;
	my (%vma, %av, %addr_of, %id_of, @wrong);
	for my $av (@{ $dump->{anon_vmas} }) {
		$av{ $av->{addr} } = $av;
		for my $vma (@{ $av->{vmas} }) {
			my $v = $vma{"$vma->{pid} $vma->{start}"} //= { %$vma, chain => [] };
			push @{ $v->{chain} }, $av->{addr};
			$v->{own} = $av->{addr} if $vma->{active};
		}
	}
	my %vmas_of;
	for my $want (@{ $told->{vmas} }) {
		my $what = "$want->{pid} $want->{start}";
		my $got = $vma{$what};
		if (!@{ $want->{chain} }) {
			push @wrong, "$what: has anon_vmas, and nothing was written to it" if $got;
			next;
		}
		if (!$got) {
			push @wrong, "$what: is not there";
			next;
		}
		push @wrong, "$what: $_ is $got->{$_}, not $want->{$_}" for grep { $got->{$_} ne $want->{$_} } qw(end pgoff);
		# By depth the chains are in the same order.
		my @chain = sort { $av{$a}{depth} <=> $av{$b}{depth} } @{ $got->{chain} };
		my %depth = map { $_->{id} => $_->{depth} } @{ $told->{anon_vmas} };
		my @ids = sort { $depth{$a} <=> $depth{$b} } @{ $want->{chain} };
		push @wrong, "$what: " . @chain . ' AVCs, not ' . @ids if @chain != @ids;
		for my $i (0 .. ($#chain < $#ids ? $#chain : $#ids)) {
			push @wrong, "$what: $chain[$i] stands for $ids[$i] and $id_of{$chain[$i]}"
				if ($id_of{ $chain[$i] } //= $ids[$i]) != $ids[$i];
			push @wrong, "$what: $ids[$i] is $chain[$i] and $addr_of{$ids[$i]}"
				if ($addr_of{ $ids[$i] } //= $chain[$i]) ne $chain[$i];
			$vmas_of{ $ids[$i] }++;
		}
		push @wrong, "$what: its own is " . ($got->{own} // 'none') . ", not anon_vma $want->{own}"
			if ($id_of{ $got->{own} // '' } // -1) != $want->{own};
	}
	for my $want (@{ $told->{anon_vmas} }) {
		my $got = $av{ $addr_of{ $want->{id} } // '' } or next;
		for my $key (grep { !$but{$_} } qw(depth refcount num_children num_active_vmas)) {
			push @wrong, "anon_vma $want->{id}: $key is $got->{$key}, not $want->{$key}"
				if $got->{$key} != $want->{$key};
		}
		for my $key (qw(parent root)) {
			push @wrong, "anon_vma $want->{id}: $key is $got->{$key}"
				if ($addr_of{ $want->{$key} } // '') ne $got->{$key};
		}
		my $n = @{ $got->{vmas} };
		push @wrong, "anon_vma $want->{id}: $n VMAs, not $vmas_of{$want->{id}}" if $n != $vmas_of{ $want->{id} };
		push @wrong, "anon_vma $want->{id}: changed" if $got->{changed};
	}
	is(scalar(keys %addr_of), scalar(@{ $told->{anon_vmas} }), "$name: as many anon_vmas as foretold");
	ok(!@wrong, '  and all is as foretold') or diag(join "\n", @wrong[0 .. ($#wrong < 19 ? $#wrong : 19)]);
}

1;
