#!/usr/bin/perl
# The README's table of what each tool shows on each kernel is what they say of it themselves.
use strict;
use warnings;
use FindBin;
use Test::More;

chdir "$FindBin::Bin/../..";
my $table = `tests/matrix/table`;
is($?, 0, 'every tool can be asked on every kernel');
my ($in_readme) = `cat README.md` =~ /^(\| kernel \| `rmaptop` .*?\n)\n/ms;
is($in_readme, $table, 'the README says the same');
done_testing();
