# What the tests of foliomap share: pages of which is known what they are (tests/folio/pages.c),
# what /proc says of frames, and foliomap's answers.
package Pages;
use strict;
use warnings;
use Exporter 'import';
use FindBin;
use IPC::Open2;
use Cpanel::JSON::XS;
use Run;
our @EXPORT = qw(spill words snapshot begin finish);

my $pages = "$FindBin::Bin/../../../build/tests/pages";

sub spill {
	my ($path, $text) = @_;
	open my $f, '>', $path or return 0;
	return print($f $text) && close $f;
}

# The words of a file from one on, as /proc has them for each frame or page.
sub words {
	my ($path, $at, $n) = @_;
	open my $f, '<:raw', $path or return;
	sysseek $f, 8 * $at, 0;
	sysread $f, my $raw, 8 * $n;
	return unpack 'Q<*', $raw // '';
}

# The snapshot (or else interval) line of a run of foliomap, and the run.
sub snapshot {
	my $r = run(shift);
	my ($line) = grep { $_->{type} =~ /snapshot|interval/ } map { decode_json($_) } split /\n/, $r->{out};
	return ($line // {}, $r);
}

# Starts pages with these arguments: what finish() wants, and what it says of itself first.
sub begin {
	my ($args, $before) = @_;
	my $pid = open2(my $out, my $in, 'sh', '-c', ($before ? "$before; " : '') . "exec $pages $args");
	return ({ pid => $pid, in => $in, out => $out }, scalar <$out>);
}

sub finish {
	my ($p, $signal) = @_;
	kill $signal, $p->{pid} if $signal;
	close $p->{in};
	waitpid $p->{pid}, 0;
	return;
}

1;
