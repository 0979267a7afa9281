# Runs a shell command line and keeps apart what it printed.
package Run;
use strict;
use warnings;
use Exporter 'import';
use File::Temp 'tempdir';
our @EXPORT = 'run';

my $dir = tempdir(CLEANUP => 1);

# {status, out, err}; a status above 128 is 128 + the signal.
sub run {
	my $command = shift;
	my $code = system 'bash', '-c', "{ $command; } >$dir/out 2>$dir/err";
	my %r = (status => $code & 127 ? 128 + ($code & 127) : $code >> 8);
	for my $stream (qw(out err)) {
		open my $f, '<', "$dir/$stream" or die "$dir/$stream: $!";
		local $/;
		$r{$stream} = <$f> // '';
	}
	return \%r;
}

1;
