# Recordings that somebody forged: each text in them would do something to a terminal.
package Forged;
use strict;
use warnings;
use Exporter 'import';
use File::Temp 'tempdir';
use Cpanel::JSON::XS;
use Test::More;
our @EXPORT = qw(forged harmless $EVIL);

# Sets the terminal's title, clears the screen, asks it to answer; the same by C1 characters;
# then turns the direction of writing, hides, and breaks the line.
our $EVIL = "\e]2;PWNED\a\e[2J\e[c\x{9b}2J\x{9d}2;PWNED\x{9c}\x{202e}\x{2066}\x{200f}\x{61c}\x{200b}\x{feff}\x{ad}\x7f\r\n\tX";
my $short = "\e[2J\x{202e}\x{9b}c"; # of a process's name 15 bytes are kept

my %one = (count => 1, ns => 10, p50 => 10, p90 => 10, p99 => 10, max => 10,
	hist => [ { lo => 10, hi => 11, count => 1 } ]);
my @rows = map { { pid => $_, comm => "$_$short", cause => 'unmap', kind => 'file', cgroup => "/$EVIL",
	owner => $_ & 1 ? { dev => '8:1', ino => $_, name => $EVIL } : { pid => $_, comm => $EVIL },
	walks => 1, vmas => 1, mapped => 1, phantom => 0, ns => 10, lock_ns => 0, vmas_max => 1, %one } } 1 .. 4;
my %rows = (
	rmaptop => \@rows,
	exchangelat => [ map { { op => 'exchange', nid => [ 0, 1 ], order => 0, pid => $_, comm => "$_$short",
		reason => $EVIL, phases => { data => \%one }, result => { ok => 1 },
		total => \%one, each => \%one, blocked => \%one } } 1 .. 4 ],
);

my $dir = tempdir(CLEANUP => 1);

# Writes a recording of TOOL; CHANGE gets its lines as data.  Its path.
sub forged {
	my ($tool, $change) = @_;
	my @lines = (
		{ type => 'header', tool => $tool, version => $EVIL, kernel => $EVIL, backend => "x$EVIL", start => 1,
			options => [$EVIL],
			coverage => { "a$EVIL" => { state => 'none', why => $EVIL }, "b$EVIL" => { state => 'partial', why => $EVIL },
				"c$EVIL" => { state => $EVIL, why => undef } } },
		(map { { type => 'interval', ts => $_ + 1, interval_s => 1, rows => $rows{$tool} } } 1 .. 2),
		{ type => 'end', ts => 4, seen => 20, recorded => 8, lost => { $EVIL => 7, "full$EVIL" => 5 },
			inexact => { $EVIL => 1 }, bpf => { runs => 1, ns => 1 } },
	);
	$change->(\@lines) if $change;
	my $path = "$dir/" . ++$main::forged;
	open my $f, '>', $path or die "$path: $!";
	print $f Cpanel::JSON::XS->new->ascii->canonical->encode($_), "\n" for @lines;
	close $f;
	return $path;
}

# Nothing in OUTPUT (bytes) but what is seen, and lines.
sub harmless {
	my ($output, $name) = @_;
	my $text = $output;
	ok(utf8::decode($text), "$name: UTF-8");
	my %bad = map { sprintf('U+%04X', ord) => 1 } $text =~ /([^\n\PC]|[\x{200b}\x{ad}])/g;
	is(join(' ', sort keys %bad), '', "$name: no character that controls") or diag($output =~ s/\e/<ESC>/gr);
}

1;
