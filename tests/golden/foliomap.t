#!/usr/bin/perl
# What foliomap shows of recordings of pages of several kinds (tests/folio/pages.c), in every
# view and width. With --update it writes what is expected, tests/golden/foliomap/*.txt.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib";
use Golden;
use Cpanel::JSON::XS;
use Run;
use Test::More;

chdir "$FindBin::Bin/../..";
my $tool = 'build/bin/foliomap';
my @names = map { m{([^/]+)\.jsonl$} } glob 'tests/data/foliomap/*.jsonl';
ok(scalar(@names), 'there are recordings');

# --- for people
golden_all('tests/golden/foliomap', $_, "$tool --replay tests/data/foliomap/$_.jsonl") for @names;

# --- as JSON: what is replayed is the same again, but for when it ended
for my $name (@names) {
	my $r = run("$tool --json --replay tests/data/foliomap/$name.jsonl");
	is("$r->{status} $r->{err}", '0 ', "--json, $name: exit 0, silent on standard error");
	open my $f, '<', "tests/data/foliomap/$name.jsonl" or die;
	my @wanted = map { decode_json($_) } <$f>;
	my @got = map { decode_json($_) } split /\n/, $r->{out};
	delete $_->{ts} for $wanted[-1], $got[-1];
	is_deeply(\@got, \@wanted, '  and the same again');
}
done_testing();
