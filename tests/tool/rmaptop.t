#!/usr/bin/perl
# rmaptop's bad input, on the machine itself, without loading any BPF.
use strict;
use warnings;
use Test::More;
use FindBin;
use lib "$FindBin::Bin/../lib";
use BadInput;

chdir "$FindBin::Bin/../..";
my $tool = 'build/bin/rmaptop';

bad_usage($tool, @SHARED_USAGE);
refused($tool, @SHARED_REFUSED);

done_testing();
