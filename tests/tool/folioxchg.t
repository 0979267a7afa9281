#!/usr/bin/perl
# folioxchg's bad input, and that it speaks the kernel's language, on the machine itself.
use strict;
use warnings;
use Test::More;
use FindBin;
use lib "$FindBin::Bin/../lib";
use Run;

chdir "$FindBin::Bin/../..";
my $tool = 'build/bin/folioxchg';

for my $case (
	[ '',                          qr/PID ADDR PID ADDR/ ],
	[ '1 2 3',                     qr/PID ADDR PID ADDR/ ],
	[ 'x 0x1000 0 0x2000',         qr/pid.*'x'/ ],
	[ '0 here 0 0x2000',           qr/address.*'here'/ ],
	[ '0 -1 0 0x2000',             qr/-1/ ],
	[ '0 0x1000 0 0x2000 0',       qr/COUNT.*'0'/ ],
	[ '0 0x1000 0 0x2000 1 1',     qr/'1'/ ],
	[ 'bench 5',                   qr/'5'/ ],
	[ 'bench --pairs 0',           qr/pairs.*'0'/ ],
	[ 'bench --nodes 1',           qr/nodes.*'1'/ ],
	[ 'bench --sharers -2',        qr/sharers.*'-2'/ ],
	[ '--interval 1 bench',        qr/--interval/ ],
) {
	my ($args, $names) = @$case;
	my $r = run("$tool $args");
	is($r->{status}, 2, "folioxchg $args: exit 2");
	like($r->{err}, qr/\Afolioxchg: .*$names.*\n\z/, '  one line that names it');
	is($r->{out}, '', '  nothing on standard output');
}
SKIP: {
	skip 'this machine can exchange folios', 2 if -e '/dev/folio_exchange';
	my $r = run("$tool 0 0x1000 0 0x2000");
	is($r->{status}, 3, 'no device: exit 3');
	like($r->{err}, qr/\Afolioxchg: .*CONFIG_FOLIO_EXCHANGE.*\n\z/, '  one line that names the option');
}

# The header is the kernel's, to the letter.
my ($patch) = grep { `grep -c 'b/include/uapi/linux/folio_exchange.h' $_` > 0 } glob 'kernel-patch/6.12/*.patch';
my ($in, $header) = (0, '');
open my $f, '<', $patch // die 'no patch adds the header' or die;
while (<$f>) {
	$in = m{ b/include/uapi/linux/folio_exchange\.h$} if /^diff /;
	$header .= $1 if $in && /^\+(?!\+\+ )(.*\n)/;
}
open my $ours, '<', 'cmd/xchg/folio_exchange.h' or die;
is(join('', <$ours>), $header, "the header is the kernel's");
done_testing();
