# Golden tests: what a tool prints of recorded data, beside what it printed when somebody
# looked at it. With --update the test writes it anew; look at the difference then.
package Golden;
use strict;
use warnings;
use Encode 'decode';
use Exporter 'import';
use Run;
use Test::More;
our @EXPORT = qw(golden golden_all);

my $update = grep { $_ eq '--update' } @ARGV;

# Nothing of the machine: neither its clock, nor its language, nor its width.
sub show {
	my ($command, $columns, $locale) = @_;
	return run("env TZ=UTC LC_ALL=$locale COLUMNS=$columns $command");
}

sub slurp {
	my $path = shift;
	open my $f, '<', $path or return undef;
	local $/;
	return <$f>;
}

# One output against its file, and what is true of all of them.
sub golden {
	my ($path, $command, $columns, $locale) = @_;
	my $r = show($command, $columns, $locale);
	my ($name) = $path =~ m{([^/]+)\.txt$};
	is("$r->{status} $r->{err}", '0 ', "$name: exit 0, silent on standard error");
	if ($update) {
		open my $f, '>', $path or die "$path: $!";
		print $f $r->{out};
		close $f or die "$path: $!";
	}
	my $wanted = slurp($path);
	if (!defined $wanted) {
		fail("$name: no $path: run this test with --update");
	} elsif (!ok($r->{out} eq $wanted, "$name: as expected")) {
		open my $f, '|-', "diff -u $path - | head -20 | sed 's/^/# /' >&2";
		print $f $r->{out};
	}
	is_narrow($r->{out}, $columns, "$name: no line is wider than $columns");
	unlike($r->{out}, qr/[^\n\x20-\x7e]/, "$name: ASCII") if $locale eq 'C';
	unlike($r->{out}, qr/[ \t]\n/, "$name: no blanks at the end of a line");
	return $r->{out};
}

# Every character that the tools draw with is one column wide.
sub is_narrow {
	my ($out, $columns, $name) = @_;
	my @wide = grep { length > $columns } split /\n/, decode('UTF-8', $out, Encode::FB_CROAK);
	ok(!@wide, $name) or diag(Encode::encode('UTF-8', join "\n", @wide[0 .. ($#wide < 4 ? $#wide : 4)]));
}

# One view in every width and both character sets. Where it draws nothing both are the
# same, and one file is enough.
sub golden_all {
	my ($dir, $name, $command) = @_;
	for my $columns (40, 80, 200) {
		my $utf8 = golden("$dir/$name-$columns.txt", $command, $columns, 'C.UTF-8');
		if ($utf8 =~ /[^\x00-\x7f]/) {
			golden("$dir/$name-$columns-ascii.txt", $command, $columns, 'C');
		} else {
			is(show($command, $columns, 'C')->{out}, $utf8, "$name-$columns: the same in ASCII");
		}
	}
}

1;
