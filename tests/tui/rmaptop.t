#!/usr/bin/perl
# rmaptop's interactive display of recordings, in a terminal that tmux is: screens at three
# sizes and in two character sets, every key, resizing, and the terminal afterwards.
# With --update it writes what is expected, tests/tui/rmaptop/*.txt.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib";
use Run;
use Test::More;
use Tui;

chdir "$FindBin::Bin/../..";
plan skip_all => 'no tmux' if run('command -v tmux')->{status};
my $tool   = 'build/bin/rmaptop';
my $dir    = 'tests/tui/rmaptop';
my $tree   = '--replay tests/data/rmaptop/forktree.jsonl';
my $names  = '--replay tests/data/rmaptop/names.jsonl';
my $one    = "-i 100 $tree";                # all in one report: nothing moves by itself
my $header = 3;                             # lines above the titles

# The cells of a column, by the place of its title.
sub column {
	my ($screen, $title) = @_;
	my @lines = split /\n/, $screen;
	my @rows  = @lines[ $header + 1 .. $#lines - 1 ];
	my $at    = index $lines[$header], $title;
	return () if $at < 0;
	my $end = $at + length $title;
	@rows = grep { /\S/ } @rows;
	return map { substr($_, $at) =~ /^(\S+)/ ? $1 : '' } @rows if $title =~ /COMM|CAUSE|KIND/;
	return map { substr($_, 0, $end) =~ /(\S+)$/ ? $1 : '' } @rows;
}

# --- every view, at every size, in both character sets
for my $size ([ 80, 24 ], [ 40, 10 ], [ 200, 60 ]) {
	my ($width, $height) = @$size;
	my %screen;
	for my $locale ('C.UTF-8', 'C') {
		my $t    = Tui->new($width, $height, $locale);
		my $view = sub {
			my ($name) = @_;
			my $ascii = $locale eq 'C' && $screen{$name} =~ /[^\x00-\x7f]/ ? '-ascii' : '';
			my $screen = $t->golden("$dir/$name-${width}x$height$ascii.txt");
			$screen{$name} //= $screen;
		};
		$t->start("$tool $one");
		$t->wait_for(qr/forktree/, "${width}x$height, $locale: the table");
		$view->('table');
		for my $window ([ 'help', 'h' ], [ 'coverage', 'v' ], [ 'sort', 'F6' ], [ 'columns', 'c' ], [ 'group', 'g' ]) {
			$t->keys($window->[1]);
			$view->($window->[0]);
			$t->keys('Escape');
			$view->('table');
		}
		$t->keys('Down', 'Enter');
		$view->('row');
		$t->keys('Enter', 'Home', 't');
		$view->('tree');
		$t->keys('q');
		$t->ended(0, 'q');
		$t->finish;
	}
}

# --- the slowest walks of a row, and the stack of the slowest
for my $size ([ 80, 24 ], [ 200, 60 ]) {
	my $t = Tui->new(@$size, 'C.UTF-8');
	$t->start("$tool -i 100 --replay tests/data/rmaptop/slow.jsonl");
	$t->wait_for(qr/forktree/);
	$t->keys('Enter');
	$t->wait_for(qr/time spent walking/);
	$t->keys('End');
	my $screen = $t->wait_for(qr/^Kernel stack of the slowest.*\n +rmap_walk_traced\s*\n.*entry_SYSCALL/ms,
		"$size->[0] columns: a row has the stack of its slowest walk");
	$t->golden("$dir/slowest-$size->[0]x$size->[1].txt");
	$t->keys('Escape', '/');
	$t->type('mkclean');
	$t->keys('Enter', 'Enter', 'End');
	$t->wait_for(qr/folio_clear_dirty_for_io.*do_writepages/s, '  another row another');
	$t->keys('q', 'q');
	$t->ended(0, 'q');
	$t->finish;
}

# --- names that are wide, and some that are none
for my $size ([ 80, 24 ], [ 40, 10 ], [ 20, 12 ]) {
	my ($width, $height) = @$size;
	for my $locale ('C.UTF-8', 'C') {
		my $t = Tui->new($width, $height, $locale);
		$t->start("$tool $names");
		$t->keys('{', 'P');
		$t->wait_for(qr/paused/);
		$t->golden(sprintf '%s/names-%dx%d%s.txt', $dir, $width, $height, $locale eq 'C' ? '-ascii' : '');
		$t->keys('Down', 'Enter');
		$t->wait_for(qr/^22 a\?/m, 'a name with control characters is shown without them');
		$t->finish;
	}
}

# --- moving, with arrows and the mouse
my $t = Tui->new(80, 10, 'C.UTF-8');
$t->start("$tool $one");
$t->wait_for(qr/forktree/);
my @rows = map { s/\s+$//r } (split /\n/, $t->screen)[ $header + 1 .. 8 ];
sub at_row { $t->wait_selected($header, qr/^\Q$rows[$_[0]]\E\s*$/, $_[1]) }
at_row(0, 'at first the first row is selected');
$t->keys('Down');
at_row(1, 'Down: the next');
$t->keys('Down', 'Down', 'Up');
at_row(2, 'Up: the one before');
$t->keys('End');
$t->wait_selected($header, qr/658us/, 'End: the last');
unlike($t->screen, qr/^\Q$rows[0]\E$/m, '  which the rest has scrolled for');
$t->keys('PgUp', 'PgUp', 'PgUp', 'PgUp', 'PgUp', 'PgUp');
at_row(0, 'PgUp, often: the first');
$t->keys('PgDn');
$t->wait_gone(qr/^\Q$rows[0]\E$/m, 'PgDn: another page');
$t->keys('Home');
at_row(0, 'Home: the first');
$t->mouse(0, 5, $header + 3);
at_row(2, 'a click selects');
$t->mouse(65, 5, $header + 3);
$t->wait_gone(qr/^\Q$rows[0]\E$/m, 'the wheel scrolls down');
$t->mouse(64, 5, $header + 3) for 1 .. 5;
at_row(0, 'the wheel scrolls up');

# --- order
like((split /\n/, $t->screen)[0], qr/by TIME\b/, 'ordered by time at first');
$t->mouse(0, index((split /\n/, $t->screen)[$header], 'WALKS'), $header);
my $screen = $t->wait_for(qr/by WALKS/, 'a click on a title sorts by it');
my @walks = column($screen, 'WALKS');
is("@walks", join(' ', sort { $b <=> $a } @walks), '  the most first');
$t->mouse(0, index((split /\n/, $screen)[$header], 'WALKS'), $header);
@walks = column($t->wait_for(qr/by WALKS, reversed/, 'a second click turns it round'), 'WALKS');
is("@walks", join(' ', sort { $a <=> $b } @walks), '  the least first');
$t->keys('r');
$t->wait_gone(qr/reversed/, 'r turns it back');
$t->keys('>');
$t->wait_for(qr/by VMAS /, '> sorts by the next column');
$t->keys('<', '<');
my @kinds = column($t->wait_for(qr/by KIND/, '< by the one before'), 'KIND');
is("@kinds", join(' ', sort @kinds), '  names alphabetically');
$t->keys('Home', 'F6');
$t->wait_for(qr/^Sort by/m, 'F6 lists columns');
$t->keys('Home', 'Enter');
my @pids = column($t->wait_for(qr/by PID/, '  Enter sorts by the one chosen'), 'PID');
is("@pids", join(' ', sort { $a <=> $b } @pids), '  the smallest pid first');
$t->keys('F6', 'Down', 'Escape');
$t->wait_for(qr/by PID/, '  Esc changes nothing');

# The row selected stays so where it moves.
$t->keys('Home', 'Down', 'Down');
my $followed = $t->wait_selected($header, qr/\Q$pids[2]\E/, 'a row is selected');
$t->keys('r');
$t->wait_for(qr/reversed/);
$t->wait_selected($header, qr/^\Q$followed\E$/, '  and still is where it moved to');
$t->keys('r', 'F6', 'End', 'Up', 'Up', 'Up', 'Up', 'Up', 'Up', 'Enter', 'Home');
$t->wait_for(qr/by /);

# --- search
$t->type('/mkc');
$t->wait_for(qr/^Search: mkc/m, '/ asks for a text');
$t->wait_selected($header, qr/mkclean/, '  what contains it is selected while typing');
$t->type('x');
$t->wait_for(qr/not found/, '  or is not found');
$t->keys('BSpace', 'Enter');
$t->wait_for(qr/F10Quit/, '  Enter ends it');
$t->type('/restore');
my $first = $t->wait_selected($header, qr/restore/, 'search again');
$t->keys('Enter', 'n');
$t->wait_selected($header, qr/^(?!\Q$first\E).*restore/, 'n: the next one');
$t->keys('F3');
$t->wait_for(qr/^Search:/m, 'F3 is /');
$t->keys('Escape');

# --- filter
$t->type('\\SHMEM');
$t->wait_for(qr/^Filter: SHMEM/m, '\\ asks for a text');
$t->keys('Enter');
$screen = $t->wait_for(qr/filter 'SHMEM'/, '  which the header tells');
@kinds = column($screen, 'KIND');
ok(@kinds > 1 && !(grep { $_ ne 'shmem' } @kinds), '  only what contains it is left') or diag($screen);
$t->keys('r', 'r', '>', '<');
@kinds = column($t->wait_for(qr/filter 'SHMEM'/), 'KIND');
ok(!(grep { $_ ne 'shmem' } @kinds), '  also after sorting');
$t->keys('F4', 'Escape');
$t->wait_gone(qr/filter/, 'F4 and Esc: no filter');
$t->wait_for(qr/anon/, '  all is back');

# --- columns and grouping
$t->keys('F2');
$t->wait_for(qr/^Columns/m, 'F2 lists columns');
$t->keys('Home', 'Down', 'Space');
$t->wait_for(qr/\[ \] COMM/, '  Space switches one off');
$t->keys('Escape');
$t->wait_for(qr/F10Quit/);
$t->wait_gone(qr/forktree|COMM/, '  and it is gone');
$t->keys('c', 'Down', 'Enter', 'c');
$t->wait_for(qr/\[ \] COMM/, '  and is known to be, in the list');
$t->keys('Down', 'Space', 'Escape');
$t->wait_for(qr/^ *PID COMM/m, 'switched on it is back');
$t->keys('g', 'End', 'Up', 'Enter');
$screen = $t->wait_for(qr/^CAUSE +WALKS/m, 'g: rows by cause alone');
is(scalar(grep { $_ eq 'mkclean' } column($screen, 'CAUSE')), 1, '  a cause has one row');
$t->keys('F7', 'Home', 'Enter');
$t->wait_for(qr/^ *PID COMM +CAUSE +KIND/m, 'F7: by all again');

# --- tree
$t->keys('t');
$screen = $t->wait_for(qr/├─/, 't: rows below their process');
like($screen, qr/^ *\d+ forktree +\d+.*\n.*[├└]─ +\w+ +\w+ +\d/m, '  whose sum is above them');
$t->keys('F5');
$t->wait_gone(qr/├─/, 'F5: no tree');

# --- the row's window
$t->keys('Home');
my ($pid) = $t->wait_selected($header, qr/\d/) =~ /(\d+)/;
$t->keys('Enter');
$screen = $t->wait_for(qr/process that walks/, 'Enter opens a row');
like($screen, qr/^$pid forktree/m, '  its title says which');
$t->keys('End');
$t->wait_for(qr/[█▉▊▋▌▍▎▏]/, '  its histogram is there');
$t->keys('Escape');
$t->wait_for(qr/F10Quit/, '  Esc closes it');

# --- help
$t->resize(100, 70);
$t->keys('?');
$screen = $t->wait_for(qr/^Keys/m, '? is help');
my $man = do { open my $f, '<', 'man/rmaptop.1.scd' or die; local $/; <$f> };
my ($interactive) = $man =~ /^# INTERACTIVE\n(.*?)^# /ms;
for my $key ('Up', 'Down', 'PgUp', 'PgDn', 'Home', 'End', 'mouse', 'Enter', '/', 'F3', 'n', '\\', 'F4', '>', '<',
	'F6', 'r', 't', 'F5', 'c', 'F2', 'g', 'F7', 'v', 'h', '?', 'F1', 'P', 'Space', 'F8', 'q', 'F10', 'Ctrl-C',
	'+', '-', '[', ']', '{', '}') {
	like($screen, qr/^(?=.{0,40}?(?<!\S)\Q$key\E(?![\w-])).*/m, "help names $key");
	my $escaped = join '', map { /[a-zA-Z0-9 ]/ ? $_ : "\\\\?\Q$_\E" } split //, $key;
	like($interactive // '', qr/\*$escaped\*/, '  so does the manual page');
}
$t->keys('q');
$t->wait_for(qr/F10Quit/, 'q leaves the help, not the tool');
$t->keys('F10');
$t->ended(0, 'F10');
like($t->screen, qr/^8360 walks seen, 8360 recorded$/m, '  the sums follow');
$t->finish;

# --- a recording is played
$t = Tui->new(80, 24, 'C.UTF-8');
$t->start("$tool $tree");
$t->wait_for(qr{ \d+/15  1x}, 'a recording plays at its own speed');
$t->keys('}');
$t->wait_for(qr{ 15/15 }, '}: its end');
$t->keys('[');
$t->wait_for(qr{ 14/15 .*paused.*\n5456 walks/s}, '[: one back, and pause');
$t->golden("$dir/report-80x24.txt");
$t->keys('[', '[', ']');
$t->wait_for(qr{ 13/15 }, ']: one forth');
$t->keys('{', '[');
$t->wait_for(qr{ 1/15 .*paused}, '{ and [: not before the first');
$t->keys(']');
$t->wait_for(qr{ 2/15 .*paused.*task}, 'paused at the second');
$t->keys('r', 't', 'Down');
$screen = $t->wait_for(qr{ 2/15 .*paused.*reversed.*tree}, 'keys work meanwhile');
like($screen, qr/├─ +migrate_restore/, '  on the numbers that stay');
$t->keys('+', '+', '+');
$t->wait_for(qr{ 2/15  8x }, '+ is faster');
$t->keys('-');
$t->wait_for(qr{ 2/15  4x }, '- is slower');
$t->keys('+', '+', '+', '+', '+', '+');
$t->wait_for(qr{ 2/15  64x }, '  up to 64 times');
$t->keys('Enter', 'Space');
$t->wait_for(qr{15/15  64x }, 'Space goes on, to the end, also behind a window');
like($t->screen, qr/process that walks/, '  the window stays, as the row was');
$t->keys('Escape', '[');
$t->wait_for(qr{ 14/15 .*reversed.*tree}, 'order and tree are what they were');
$t->keys('C-c');
$t->ended(0, 'Ctrl-C');

# What was selected stays while reports come and go.
$t->start("$tool $names");
$t->wait_for(qr/1x/);
$t->keys('{', 'P', 'Home', 'Down', 'Down');
$t->wait_selected($header, qr/^ *333 /, 'the third row is selected');
$t->keys(']');
$t->wait_for(qr{ 2/2 });
$t->wait_selected($header, qr/^ *333 /, '  in the next report it is the first, and selected');
$t->keys('[');
$t->wait_for(qr{ 1/2 });
$t->wait_selected($header, qr/^ *333 /, '  and back');
$t->keys('Down', 'Down');
$t->wait_selected($header, qr/averyvery/, 'a row that the next report has not');
$t->keys(']', '[');
$t->wait_for(qr{ 1/2 });
$t->wait_selected($header, qr/averyvery/, '  is selected again when it is there again');
like($t->screen, qr/13 walks lost \(full, recursion\)/, 'what was lost is told');
ok((grep { /\e\[[\d;]*31m.*13 walks lost/ } $t->coloured), '  in red');
like($t->screen, qr/not seen: damon, device/, 'so is what is not seen');
$t->keys('q');
$t->ended(0, 'q');

# --- sizes, while it runs
$t->start("$tool $one");
$t->golden("$dir/table-80x24.txt");
for my $size ([ 40, 10 ], [ 20, 5 ], [ 1, 1 ], [ 3, 2 ], [ 7, 4 ], [ 200, 60 ], [ 80, 24 ]) {
	$t->resize(@$size);
	my $name = sprintf 'table-%dx%d.txt', @$size;
	if ($size->[0] >= 20) {
		$t->golden("$dir/$name");
	} else {
		$t->keys('h', 'End', 'Escape', 'Down', 'F6', 'Escape', 't', 'End', 'Enter', 'Escape', 't', '/', 'z', 'Escape', 'Home');
	}
}
$t->keys('Enter');
$t->wait_for(qr/process that walks/);
$t->resize(40, 10);
$t->resize(80, 24);
$t->keys('Escape');
$t->golden("$dir/table-80x24.txt");

# --- there and back while it cannot look: all that it hears of is one signal, and the old size
{
	my $stopped = Tui->new(80, 24, 'C.UTF-8');
	# Not a job of the shell that has the terminal, which would take that when it stops.
	$stopped->start("sh -c '$tool $one; exit \$?'");
	$stopped->golden("$dir/table-80x24.txt");
	my ($shell)   = run('pgrep -n -P ' . $stopped->ask('#{pane_pid}'))->{out} =~ /(\d+)/;
	my ($process) = run("pgrep -n -P $shell")->{out} =~ /(\d+)/;
	my $tty       = $stopped->ask('#{pane_tty}');
	kill STOP => $process;
	for my $size ([ 30, 8 ], [ 80, 24 ]) {
		my ($width, $height) = @$size;
		$stopped->resize($width, $height);
		my (undef, $told) = $stopped->wait_until(sub { run("stty -F $tty size")->{out} eq "$height $width\n" });
		ok($told, "a stopped one's terminal is ${width}x$height");
	}
	isnt($stopped->screen, Tui::slurp("$dir/table-80x24.txt"), '  without what stood there before');
	kill CONT => $process;
	$stopped->golden("$dir/table-80x24.txt");

	# Keys that come together: each is for what the one before it has opened.
	my $together = sub {
		my ($name, $text, @keys) = @_;
		kill STOP => $process;
		$stopped->keys(@keys);
		kill CONT => $process;
		$stopped->wait_for($text, "@keys at once: $name");
	};
	$together->('the last of the menu', qr/^replay.*by MAX /m, 'F6', 'End', 'Enter');
	$together->('the one above what was chosen', qr/^replay.*by P99 /m, 'F6', 'Up', 'Enter');
	$together->('the end of the text', qr/^A phantom is a VMA/m, 'h', 'End');
	$together->('that text closed, a filter', qr/^Filter:/m, 'Escape', 'F4');
	$together->('all four', qr/^Filter: file/m, 'f', 'i', 'l', 'e');
	$stopped->keys('Escape', 'q');
	$stopped->ended(0, 'q');
	$stopped->finish;
}

# --- sizes, while a recording plays
{
	# Report N: five rows with 100 + N walks in all, 20 + N of them the first's.
	my $n    = 899;
	my $play = Tui->new(80, 24, 'C.UTF-8');
	open my $f, '>', "$play->{dir}/long" or die;
	print $f qq({"type":"header","tool":"rmaptop","backend":"fentry","start":1,"coverage":{}}\n);
	for my $at (1 .. $n) {
		my @numbers = map { $_ == 1 ? 20 + $at : 20 } 1 .. 5;
		print $f qq({"type":"interval","ts":$at,"interval_s":1,"rows":[), join(',', map {
			my $walks = $numbers[ $_ - 1 ];
			qq({"pid":$_,"comm":"task$_","cause":"unmap","kind":"anon","walks":$walks,"vmas":$walks,"mapped":$walks,"ns":)
				. $walks * 1000 . qq(,"lock_ns":0,"max":1000,"vmas_max":1,"hist":[{"lo":960,"hi":1024,"count":$walks}]})
		} 1 .. 5), "]}\n";
	}
	print $f qq({"type":"end","ts":$n,"seen":0,"recorded":0,"lost":{}}\n);
	close $f;
	$play->start("$tool --replay $play->{dir}/long");
	$play->keys('+', '+', '+', '+');

	# The number of a report whose numbers are all on the screen; '' if they do not agree.
	my $whole = sub {
		my $screen = shift;
		my ($at)   = $screen =~ m{ (\d+)/$n } or return '';
		my $walks  = 100 + $at;
		my $first  = 20 + $at;
		return '' unless $screen =~ /^$walks walks\/s /m && $screen =~ /^ *1 task1 +unmap +anon +$first /m;
		return '' unless 5 == (() = $screen =~ /^ *\d task\d +unmap/mg) && $screen =~ /F10Quit\s*\z/;
		return $at;
	};
	my $plays = sub {
		my ($name, $seen) = @_;
		my $first = '';
		$play->keys('{'); # far from the end
		my ($screen, $ok) = $play->wait_until(sub {
			my $at = $seen->($_[0]);
			$first = $at if $first eq '';
			return $at ne '' && $at ne $first;
		});
		ok($ok, $name) or diag("after '$first':\n$screen");
	};
	$plays->('a recording plays', $whole);
	for my $size ([ 10, 3 ], [ 200, 60 ], [ 10, 3 ], [ 40, 10 ], [ 10, 4 ], [ 3, 3 ], [ 1, 1 ], [ 80, 2 ]) {
		$play->resize(@$size);
		my ($width, $height) = @$size;
		# Of a line there is what there is room for: the number of walks, from 10 columns on.
		$plays->("${width}x$height: plays on", $height < 9 ? sub { $_[0] =~ /\A(?:\d+\/$n\b.*  )?([1-9]\d\d) walk/ ? $1 : '' }
			: $width >= 80 ? $whole : sub { $_[0] =~ /^ *1 task1 +unmap +(\d+)/m ? $1 : '' })
			if $width >= 10;
		$play->resize(80, 24);
		$plays->('  and back at 80x24 all of a report is there, and of the next', $whole);
	}

	# What stands before the table, too: opened in one size, seen in others.
	for my $window ([ 'help', 'h', qr/^Keys/m ], [ 'a row', 'Enter', qr/process that walks/ ], [ 'the coverage', 'v', qr/^Backend/m ],
		[ 'a menu', 'F6', qr/^Sort by/m ], [ 'ticks', 'c', qr/\[x\] PID/ ], [ 'a search', '/', qr/^Search:/m ]) {
		my ($name, $key, $text) = @$window;
		$play->keys($key);
		$play->wait_for($text);
		$play->resize(10, 3);
		$play->wait_gone($text) if $name =~ /row|help/;
		$play->keys('Down', 'Down', 'Up');
		$play->resize(200, 60);
		$play->resize(10, 3);
		$play->resize(80, 24);
		$play->wait_for($text, "$name is there after 10x3, 200x60 and 10x3");
		$play->keys('Escape', 'Home');
		$play->wait_for(qr/F10Quit/);
	}
	$plays->('it plays on', $whole);

	# Faster than it can draw.
	for my $round (1 .. 30) {
		$play->tmux('resize-window', '-x', 1 + $round * 37 % 120, '-y', 1 + $round * 23 % 40);
	}
	$play->resize(80, 24);
	$plays->('after thirty sizes in a row all is there', $whole);
	$play->keys('q');
	$play->ended(0, 'q');
	$play->finish;
}

# --- however it ends, the terminal is as before
my ($running) = run('pgrep -n -P ' . $t->ask('#{pane_pid}'))->{out} =~ /(\d+)/;
kill TERM => $running;
$t->ended(0, 'SIGTERM');
for my $signal (qw(INT HUP QUIT SEGV ABRT)) {
	my $status = { QUIT => 131, SEGV => 139, ABRT => 134 }->{$signal} // 0;
	$t->start("ulimit -c 0; $tool $one");
	$t->wait_for(qr/F10Quit/);
	($running) = run('pgrep -n -P ' . $t->ask('#{pane_pid}'))->{out} =~ /(\d+)/;
	kill $signal => $running;
	$t->ended($status, "SIG$signal");
}
$t->start("$tool $one");
$t->wait_for(qr/F10Quit/);
$t->keys('C-z');
$t->wait_for(qr/Stopped/, 'Ctrl-Z: the shell has the terminal');
$t->type('clear; fg');
$t->keys('Enter');
$t->golden("$dir/table-80x24.txt");
$t->keys('q');
$t->wait_for(qr/^prompt:$/m, '  fg goes on');

# A terminal that vanishes ends it, with SIGHUP or without.
for my $hangup ('', "trap '' HUP; ") {
	my $gone = Tui->new(80, 24, 'C.UTF-8');
	$gone->start("trap '' HUP; (trap - HUP; $hangup exec $tool $one 2>$gone->{dir}/err); echo \$? >$gone->{dir}/status");
	$gone->wait_for(qr/F10Quit/);
	$gone->tmux('kill-server');
	$gone->wait_until(sub { -s "$gone->{dir}/status" });
	is(Tui::slurp("$gone->{dir}/status"), "0\n", 'the terminal vanishes: exit 0' . ($hangup && ', without SIGHUP'));
	is(Tui::slurp("$gone->{dir}/err"), '', '  silently');
	$gone->finish;
}
$t->finish;

# --- colours
for my $case ([ '', 1, 'by default' ], [ 'NO_COLOR=', 1, 'NO_COLOR is empty' ], [ 'NO_COLOR=1', 0, 'NO_COLOR is set' ],
	[ 'TERM=vt100', 0, 'a monochrome terminal' ]) {
	my ($env, $coloured, $name) = @$case;
	$t = Tui->new(80, 24, 'C.UTF-8', $env);
	$t->start("$tool $one");
	$t->wait_for(qr/F10Quit/);
	my $colours = grep { /\e\[(?:\d+;)*[349][0-7](?:;\d+)*m/ } $t->coloured;
	ok($coloured ? $colours : !$colours, "$name: " . ($coloured ? 'colours' : 'no colours'));
	ok((grep { /\e\[(?:\d+;)*[17](?:;\d+)*m/ } $t->coloured), '  bold and reverse either way');
	$t->keys('q');
	$t->ended(0, $name);
	$t->finish;
}

# --- no display
for my $case (
	[ '',              "$tool --batch $names",       '--batch' ],
	[ '',              "$tool -o /dev/stdout $names", '-o' ],
	[ '',              "$tool $names | cat",         'a pipe' ],
	[ '',              "$tool $names </dev/null",    'no keys' ],
	[ '',              "cat tests/data/rmaptop/names.jsonl | $tool --replay -", 'a recording on standard input' ],
	[ 'TERM=',         "$tool $names",               'no TERM',         qr/^rmaptop: no interactive display: terminal ''.*\n(?!rmaptop)/m ],
	[ '-u TERM',       "$tool $names",               'TERM unset',      qr/^rmaptop: no interactive display: terminal ''.*\n(?!rmaptop)/m ],
	[ 'TERM=nonsense', "$tool $names",               'an unknown TERM', qr/^rmaptop: no interactive display: terminal 'nonsense'/m ],
	[ 'TERM=dumb',     "$tool $names",               'a dumb TERM',     qr/^rmaptop: no interactive display: terminal 'dumb'/m ],
) {
	my ($env, $command, $name, $warning) = @$case;
	$t = Tui->new(200, 40, 'C.UTF-8');
	$t->start("env $env $command");
	$screen = $t->wait_for(qr/^status=0/m, "$name: plain tables, exit 0");
	like($screen, qr/^rmap walks, backend fentry.*\n.*\n?\n07:10:06.*\n +PID COMM/m, '  with header and titles');
	like($screen, $warning, '  and a warning') if $warning;
	unlike($screen, qr/no interactive/, '  without a warning') unless $warning;
	$t->finish;
}
done_testing();
