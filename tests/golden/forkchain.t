#!/usr/bin/perl
# What forkchain shows of recordings of real runs, in every view and width.
# With --update it writes what is expected, tests/golden/forkchain/*.txt.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib";
use Golden;
use Run;
use Test::More;

chdir "$FindBin::Bin/../..";
my $tool = 'build/bin/forkchain';
my $dir  = 'tests/golden/forkchain';
my $file = 'tests/data/forkchain/chain.jsonl';
my $data = "--replay $file";

golden_all($dir, 'top',    "$tool --top $data");
golden_all($dir, 'chains', "$tool --chains $data");
golden_all($dir, 'events', "$tool -e fork $data");
golden_all($dir, 'by-second', "$tool --top -r 3 -i .2 $data");

# Recorded lines come back as they were.
open my $f, '<', $file or die;
my @recorded = grep { /"type":"event"/ } <$f>;
is(join('', grep { /"type":"event"/ } split /^/, run("$tool -j $data")->{out}), join('', @recorded),
	'-j: events as recorded');
cmp_ok(scalar(@recorded), '>', 100, '  and there are some');
done_testing();
