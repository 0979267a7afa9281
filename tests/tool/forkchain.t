#!/usr/bin/perl
# forkchain's bad input, and what it shows of a recording, without loading any BPF.
use strict;
use warnings;
use Test::More;
use FindBin;
use lib "$FindBin::Bin/../lib";
use BadInput;
use Run;

chdir "$FindBin::Bin/../..";
my $tool = 'build/bin/forkchain';
my $data = '--replay tests/data/forkchain/chain.jsonl';

bad_usage(
	$tool, @SHARED_USAGE,
	[ '-e nonsense',     qr/'nonsense'/ ],
	[ '-e',              qr/-e/ ],
	[ '--top --chains',  qr/--top.*--chains/ ],
	[ '--top -e fork',   qr/-e/ ],
	[ '--buffer 3',      qr/buffer.*'3'/ ],
	[ '--buffer 2e3',    qr/buffer.*'2e3'/ ],
	[ '--rows -1',       qr/rows.*'-1'/ ],
);
refused(
	$tool, @SHARED_REFUSED,
	[ "$data -o /dev/full",       qr/cannot write.*No space left/ ],
	[ '--replay man/rmaptop.1.scd', qr{rmaptop.1.scd, line 1: } ],
);

# A line without what an event must have.
for my $key (qw(event pid avcs chain vma)) {
	my $r = run("sed 's/\"$key\":[^,]*,//' tests/data/forkchain/chain.jsonl | $tool --replay -");
	is($r->{status}, 1, "events without $key: exit 1");
	like($r->{err}, qr/\Aforkchain: standard input, line 2: /, '  the line is named');
}
my $closed = run("( $tool $data -j; echo \$? >&2 ) | head -1");
is($closed->{err}, "0\n", 'a closed pipe: exit 0, silently');
done_testing();
