# A tool in a terminal that tmux is: keys go in, screens come out. Nothing here waits for a
# time but for what is on the screen, and gives up after long.
package Tui;
use strict;
use warnings;
use File::Temp 'tempdir';
use Test::More;
use Time::HiRes 'sleep';

my $DEADLINE = $ENV{TUI_DEADLINE} // 60;            # seconds; a loaded machine is slow
my $update   = grep { $_ eq '--update' } @ARGV;
my $count    = 0;
my %open;                                           # servers to be ended

sub quoted {
	my $s = shift;
	$s =~ s/'/'\\''/g;
	return "'$s'";
}

# A shell of WIDTH x HEIGHT; its environment is TZ=UTC, LC_ALL=LOCALE and ENV ("A=b C=d").
sub new {
	my ($class, $width, $height, $locale, $env) = @_;
	my $self = bless {
		tmux  => "LC_ALL=C.UTF-8 tmux -u -L folioscope-$$-" . $count++ . ' -f /dev/null',
		width => $width, height => $height, locale => $locale,
		dir   => tempdir(CLEANUP => 1),
	}, $class;
	$env //= '';
	my $shell = "exec env -u NO_COLOR -u COLUMNS -u LINES TZ=UTC LC_ALL=$locale PS1=prompt: $env bash --norc --noprofile";
	$self->tmux('new-session', '-d', '-x', $width, '-y', $height, $shell);
	$self->tmux('set', '-g', 'status', 'off');
	$open{ $self->{tmux} } = $self;
	$self->resize($width, $height);
	$self->wait_for(qr/^prompt:$/m, 'a shell');
	return $self;
}

sub tmux {
	my ($self, @words) = @_;
	return scalar `$self->{tmux} @{[ map { quoted($_) } @words ]} 2>&1`;
}

# Types keys by tmux's names: "Down", "Enter", "a", "C-c".
sub keys {
	my ($self, @keys) = @_;
	$self->tmux('send-keys', '--', $_) for @keys;
}

# Types text as it is.
sub type {
	my ($self, $text) = @_;
	$self->tmux('send-keys', '-l', '--', $text);
}

# Presses a mouse button there (0: left, 64 and 65: wheel), counted from 0.
sub mouse {
	my ($self, $button, $x, $y) = @_;
	# What is pressed is released; a wheel is not.
	for my $code ($button, $button < 64 ? 3 : ()) {
		$self->tmux('send-keys', '-H', map { sprintf '%x', $_ } 0x1b, 0x5b, 0x4d, 32 + $code, 33 + $x, 33 + $y);
	}
}

# Runs a command line; how it ended will be on the screen as "status=N".
sub start {
	my ($self, $command) = @_;
	open my $f, '>', "$self->{dir}/run" or die;
	print $f "stty -a >$self->{dir}/stty.before\n$command\nprintf 'status=%d\\n' \$?\nstty -a >$self->{dir}/stty.after\n";
	close $f;
	$self->type("clear; . $self->{dir}/run");
	$self->keys('Enter');
}

sub screen {
	my ($self, @options) = @_;
	return $self->tmux('capture-pane', '-p', @options);
}

# Lines with their colours and attributes.
sub coloured {
	my $self = shift;
	return split /\n/, $self->screen('-e');
}

sub resize {
	my ($self, $width, $height) = @_;
	@$self{qw(width height)} = ($width, $height);
	$self->tmux('resize-window', '-x', $width, '-y', $height);
}

# Waits until CHECK is true of the screen; the screen as it then is.
sub wait_until {
	my ($self, $check) = @_;
	my $screen = '';
	for (my $end = time + $DEADLINE; time < $end; sleep .02) {
		$screen = $self->screen;
		return ($screen, 1) if $check->($screen);
	}
	return ($screen, 0);
}

# Waits for a text; that it comes is a test, if it has a name, or must be.
sub wait_for {
	my ($self, $text, $name) = @_;
	my ($screen, $ok) = $self->wait_until(sub { $_[0] =~ $text });
	ok($ok, $name) if defined $name && $name ne 'a shell';
	diag("no $text on this screen:\n$screen") unless $ok;
	return $screen;
}

# Waits until a text is gone.
sub wait_gone {
	my ($self, $text, $name) = @_;
	my ($screen, $ok) = $self->wait_until(sub { $_[0] !~ $text });
	ok($ok, $name) if defined $name;
	diag("still $text on this screen:\n$screen") unless $ok;
	return $screen;
}

# The line that is selected, from LINE on, without its colours; undef if there is none.
sub selected {
	my ($self, $line) = @_;
	my @lines = $self->coloured;
	for my $text (@lines[ $line + 1 .. $#lines - 1 ]) {
		next unless $text =~ /^(?:\e\[[\d;]*m)*\e\[(?:30;)?46m/;
		return $text =~ s/\e\[[\d;]*m//gr;
	}
	return undef;
}

# Waits until the selected line has a text.
sub wait_selected {
	my ($self, $line, $text, $name) = @_;
	my $selected = '';
	my (undef, $ok) = $self->wait_until(sub { ($selected = $self->selected($line) // '') =~ $text });
	ok($ok, $name) or diag("selected is '$selected', not $text");
	return $selected;
}

sub slurp {
	open my $f, '<', $_[0] or return undef;
	local $/;
	return <$f>;
}

# Waits until the screen is the one in a file; with --update once it is still, it becomes that.
sub golden {
	my ($self, $path) = @_;
	my $name = $path =~ s{.*/|\.txt$}{}gr;
	if ($update) {
		my $last = '';
		$self->wait_until(sub { sleep .2; my $still = $_[0] eq $last; $last = $_[0]; return $still });
		open my $f, '>', $path or die "$path: $!";
		print $f $last;
		close $f;
	}
	my $wanted = slurp($path) // '';
	my ($screen, $ok) = $self->wait_until(sub { $_[0] eq $wanted });
	unless (ok($ok, "$name: as expected")) {
		open my $f, '|-', "diff -u $path - | head -40 | sed 's/^/# /' >&2";
		print $f $screen;
	}
	unlike($screen, qr/[^\n\x20-\x7e]/, "$name: ASCII") if $self->{locale} eq 'C';
	return $screen;
}

# A formatted answer of tmux: '#{cursor_flag}'.
sub ask {
	my ($self, $format) = @_;
	return $self->tmux('display', '-p', $format) =~ s/\n//r;
}

# After it was told to end: the terminal is as it was, and the shell has it.
sub ended {
	my ($self, $status, $name) = @_;
	my $screen = $self->wait_for(qr/^status=\d+\nprompt:$/m, "$name: the shell is back");
	my ($got) = $screen =~ /^status=(\d+)$/m;
	is($got, $status, "$name: exit $status");
	my ($before, $after) = map { slurp("$self->{dir}/stty.$_") =~ s/^speed.*//r } qw(before after);
	is($after, $before, '  stty says what it said before, but for the size');
	is($self->ask('#{alternate_on}#{cursor_flag}#{mouse_any_flag}#{keypad_cursor_flag}'), '0100',
		'  main screen, a cursor, no mouse, ordinary keys');
	return $screen;
}

sub close_all {
	my $code = $?;
	$_->tmux('kill-server') for values %open;
	%open = ();
	$? = $code;
}

sub finish {
	my $self = shift;
	$self->tmux('kill-server');
	delete $open{ $self->{tmux} };
}

END { close_all() }
$SIG{INT} = $SIG{TERM} = sub { exit 1 };

1;
