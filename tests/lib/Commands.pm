# What is installed as a command, and where it is before it is installed.
package Commands;
use strict;
use warnings;
use Exporter 'import';
our @EXPORT = qw(commands program options_of pages text_of);

# Names of all commands that have a page.
sub commands { return map { m{man/([\w-]+)\.1\.scd} } glob 'man/*.1.scd' }

# Pages of any section: "rmaptop.1".
sub pages { return map { m{man/(.*)\.scd} } glob 'man/*.scd' }

# A command's file, or undef if it is not there: a tool, or a script beside the plots.
sub program {
	my $name = shift;
	return (grep { -x } "build/bin/$name", "scripts/plot/$name")[0];
}

# Options that a --help offers: long ones, and short ones beside them.
sub options_of {
	my $help = shift;
	my %options;
	for (split /\n/, $help) {
		next unless /^ +(?:(-\w)(?: [A-Z]+)?, )?(--[a-z][a-z-]*)/;
		$options{$_} = 1 for grep { defined } $1, $2;
	}
	return sort keys %options;
}

sub text_of {
	my $path = shift;
	open my $f, '<', $path or die "$path: $!";
	local $/;
	return <$f>;
}

1;
