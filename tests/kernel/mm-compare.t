#!/usr/bin/perl
# mm/compare itself: what it takes for worse, and what not; on forged results.
use strict;
use warnings;
use Test::More;
use FindBin;
use lib "$FindBin::Bin/../lib";
use File::Temp 'tempdir';
use Kselftest qw(parse commands merge write_list read_list);
use Run;

my $mm  = "$FindBin::Bin/mm";
my $tmp = tempdir(CLEANUP => 1);
my @all = commands("$mm/tests.txt", 'check');
my ($cow, $uffd) = ('cow', 'uffd-unit-tests -f move');
ok((grep { $_ eq $cow } @all) && (grep { $_ eq $uffd } @all), 'cow and uffd-unit-tests are run');
my @full = commands("$mm/tests.txt", 'full');
is_deeply([ @full[ 0 .. $#all ] ], \@all, 'with all tests, those of make check come first');

sub spew {
	my ($file, $text) = @_;
	open my $f, '>', "$tmp/$file" or die "$tmp/$file: $!";
	print $f $text;
	close $f or die "$tmp/$file: $!";
	return "$tmp/$file";
}

# What every test says, but for those given: command => [status, output].
sub said {
	my %other = @_;
	my $text = '';
	for my $command (@all) {
		my ($status, $output) = @{ $other{$command} // [ 0, 'ok 1 all is well' ] };
		$text .= "=== begin $command\n$output\n\n=== end $status $command\n" if defined $status;
	}
	return $text;
}

my $cow_says = join "\n", '# [RUN] fork ... with base page', 'ok 1 No leak',
	'# [RUN] fork ... with THP (64 kB)', 'ok 2 No leak', 'ok 3 # SKIP no huge page',
	'not ok 4 # XFAIL Leak', 'ok 6 pinned # SKIP it may not', 'not ok 5 gone 0xdeadbeef after 1.25 ms';
my $uffd_says = "Testing move on anon... done\nTesting wp on shmem... skipped [reason: feature missing]";
my %usual = ($cow => [ 1, $cow_says ], $uffd => [ 0, $uffd_says ]);

is_deeply(
	parse(said(%usual))->{$cow},
	[
		[ 'ok',    'fork ... with base page: No leak' ],
		[ 'ok',    'fork ... with THP (64 kB): No leak' ],
		[ 'skip',  'fork ... with THP (64 kB): no huge page' ],
		[ 'xfail', 'fork ... with THP (64 kB): Leak' ],
		[ 'skip',  'fork ... with THP (64 kB): pinned' ],
		[ 'fail',  'fork ... with THP (64 kB): gone 0xN after N ms' ],
		[ 'fail',  'exit' ],
	],
	'TAP is read, without what differs from run to run'
);
is_deeply(
	parse(said(%usual))->{$uffd},
	[ [ 'ok', 'move on anon' ], [ 'skip', 'wp on shmem' ], [ 'ok', 'exit' ] ],
	'and what uffd-unit-tests says'
);
is_deeply(
	parse("=== begin khugepaged\nRun test: full (madvise:anon)\n\rFill 1/2...\rFill 2/2...    OK\n"
			. "Collapse table....    OK\nSplit.  Fail\n\n=== end 1 khugepaged\n"),
	{ khugepaged => [
		[ 'ok', 'full (madvise:anon): Fill 2/2' ],
		[ 'ok', 'full (madvise:anon): Collapse table' ],
		[ 'fail', 'full (madvise:anon): Split' ], [ 'fail', 'exit' ],
	] },
	'and khugepaged'
);
is_deeply(parse("=== begin a\nok 1 x\nok 2 x\n=== end 0 a\n"),
	{ a => [ [ 'ok', 'x' ], [ 'ok', 'x (2)' ], [ 'ok', 'exit' ] ] }, 'of the same name each counts');

my $list;
{
	open my $f, '>', "$tmp/list" or die;
	write_list($f, '6.12.1-1', parse(said(%usual)), @all);
	close $f;
	$list = "$tmp/list";
	is_deeply((read_list($list))[1], parse(said(%usual)), 'a list is read as it was written');
}

my $runs = 0;
sub compared { # WITH-WHAT SOURCE LIST...
	my ($text, $source, @lists) = @_;
	my $file = spew('said' . $runs++, $text);
	return run("$mm/compare check '$source' '$file' @lists");
}

sub tells { # NAME, WHAT IS SAID, STATUS, PATTERN
	my ($name, $text, $status, $pattern, @lists) = @_;
	my $r = compared($text, '6.12.1-1', @lists ? @lists : $list);
	is(!!$r->{status}, !!$status, "$name: " . ($status ? 'fails' : 'passes')) or diag $r->{out};
	like("$r->{out}$r->{err}", $pattern, "$name: is told");
}

sub with { # COMMAND STATUS OUTPUT
	my ($command, @rest) = @_;
	return said(%usual, $command => \@rest);
}

tells('the same', said(%usual), 0, qr/^ok \d+ - cow: of 7 results none is worse$/m);
tells('what was ok fails', with($cow, 1, $cow_says =~ s/ok 1 No/not ok 1 No/r), 1,
	qr/cow: fail, was ok: fork ... with base page: No leak/);
tells('what was ok is skipped', with($uffd, 0, $uffd_says =~ s/done/skipped [reason: x]/r), 1,
	qr/uffd-unit-tests -f move: skip, was ok: move on anon/);
tells('what was skipped fails', with($uffd, 0, $uffd_says =~ s/skipped/failed/r), 1, qr/fail, was skip: wp on shmem/);
tells('what was skipped is ok', with($uffd, 0, $uffd_says =~ s/skipped.*/done/r), 0, qr/better: ok, was skip: wp on shmem/);
tells('what failed is ok', with($cow, 1, $cow_says =~ s/not ok 5/ok 5/r), 0, qr/better: ok, was fail: .*gone/);
tells('a subtest that is missing', with($cow, 1, $cow_says =~ s/ok 2.*//r), 1, qr/missing, was ok: .*THP/);
tells('a new subtest', with($cow, 1, "$cow_says\nok 6 new"), 0, qr/cow: ok, is not in the list: .*new/);
tells('a new subtest that fails', with($cow, 1, "$cow_says\nnot ok 6 new"), 1, qr/cow: fail, is not in the list: .*new/);
tells('a test that dies', with($uffd, 139, $uffd_says), 1, qr/uffd-unit-tests -f move: fail, was ok: exit/);
tells('a test that takes too long', with($uffd, 124, $uffd_says), 1, qr/uffd-unit-tests -f move: time, was ok: exit/);
tells('a test that does not run', with($uffd, undef), 1, qr/^not ok \d+ - uffd-unit-tests -f move ran$/m);
tells('no output at all', '', 1, qr/^not ok \d+ - cow ran$/m);

# --- what varies; a list of another source; two lists

my $worse = with($cow, 1, $cow_says =~ s/ok 1 No/not ok 1 No/r);
{
	open my $f, '>', "$tmp/varies" or die;
	write_list($f, '6.12.1-1', merge(parse(said(%usual)), parse($worse)), @all);
	close $f;
}
tells('a result that varies', $worse, 0, qr/^ok \d+ - cow/m, "$tmp/varies");
tells('what is worse than it ever was', with($cow, 1, $cow_says =~ s/ok 1 No leak//r), 1,
	qr/missing, was ok\|fail/, "$tmp/varies");
tells('a result that another list has', $worse, 0, qr/^ok \d+ - cow/m, $list, "$tmp/varies");

my $r = compared(with($cow, 1, $cow_says =~ s/ok 2.*//r), '6.12.2-1', $list);
is($r->{status}, 0, 'a subtest that is missing, with another source: passes');
like($r->{err}, qr/recorded with source 6\.12\.1-1, the tests are of 6\.12\.2-1/, 'and why is told');
isnt(compared($worse, '6.12.2-1', $list)->{status}, 0, 'a result that is worse, with another source: fails');
done_testing;
