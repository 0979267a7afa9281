#!/usr/bin/perl
# Whatever a recording holds, the interactive display of it does nothing to the terminal.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib";
use Forged;
use Run;
use Test::More;
use Tui;

chdir "$FindBin::Bin/../..";
plan skip_all => 'no tmux' if run('command -v tmux')->{status};
my $file = forged('rmaptop');

for my $size ([ 80, 24 ], [ 200, 60 ], [ 40, 10 ]) {
	my ($width, $height) = @$size;
	my $t     = Tui->new($width, $height, 'C.UTF-8');
	my $title = $t->ask('#{pane_title}');
	$t->tmux('pipe-pane', "cat >$t->{dir}/raw");
	$t->start("build/bin/rmaptop -g task,cgroup,owner,cause,kind -i 100 --replay $file");
	my $screen = $t->wait_for(qr/1\?\[2J\?\?c/, "${width}x$height: a name is there");
	like($screen, qr/7\?*\]2;PWNED|12 walks lost \(\?\]2;PWNED/, '  so are the books') if $height > 10;
	my $see = sub {
		my ($name, $text, @keys) = @_;
		$t->keys(@keys);
		harmless($t->wait_for($text, "  $name"), '    it');
	};
	my $back = sub {
		$t->keys('Escape');
		$t->wait_for(qr/F10Quit/);
	};
	harmless($screen, '  the table');
	$see->('the coverage', qr/^What is seen here/m, 'v');
	$see->('its end', qr/lost \(\?/, 'End');
	$back->();
	$see->('a row', qr/^\d \d\?\[2J\?\?c.*\nPID/m, 'Home', 'Enter');
	$back->();
	$see->('the tree', $width > 40 ? qr/[├└]─/ : qr/\d\?\[2J\?\?c +\d/, 't');
	$see->('a filter', qr/^Filter: P/m, '\\', 'P');
	$back->();
	$t->keys('F10');
	$screen = $t->wait_for(qr/^status=0$/m, '  it ends');
	like($screen, qr/7 lost\s\(\?\]2;PWNED/, '  and says what was lost');
	is($t->ask('#{pane_title}'), $title, '  the title is what it was');
	# What reached the terminal: the display's own sequences, none of those in the recording.
	my $raw = Tui::slurp("$t->{dir}/raw") // '';
	cmp_ok(length $raw, '>', 1000, '  all of it was looked at');
	$raw =~ s/.*?(?=\e\[\?1049h)//s; # the shell's own
	$raw =~ s/^status=.*//ms;
	unlike($raw, qr/\e\]|\e\[c|\x07|\xc2[\x80-\x9f\xad]|\xe2\x80[\x8b-\x8f\xa8-\xae]|\xe2\x81[\xa0-\xaf]|\xd8\x9c|\xef\xbb\xbf/,
		'  nothing of what was forged reached it');
	$t->finish;
}
done_testing();
