#!/usr/bin/perl
# rmaptop's bad input, on the machine itself, without loading any BPF.
use strict;
use warnings;
use Test::More;
use FindBin;
use lib "$FindBin::Bin/../lib";
use BadInput;
use Run;

chdir "$FindBin::Bin/../..";
my $tool = 'build/bin/rmaptop';

bad_usage($tool, @SHARED_USAGE);
bad_usage($tool,
	[ '-g nonsense',   qr/'nonsense'/ ],
	[ '-g task,',      qr/'task,'/ ],
	[ '-g ""',         qr/''/ ],
	[ '-s NONSENSE',   qr/column 'NONSENSE'/ ],
	[ '--reverse=yes', qr/--reverse=yes/ ],
	[ '--kind slab',   qr/'slab'/ ],
	[ '--kind anon,',  qr/'anon,'/ ],
	[ '--cause other', qr/'other'/ ],
	[ '--cause ""',    qr/''/ ],
	[ '--comm sixteen-letters-', qr/'sixteen-letters-'/ ],
	[ '--comm ""',     qr/''/ ],
	[ '--sample 0',    qr/sampling.*'0'/ ],
	[ '--sample 65537', qr/sampling.*'65537'/ ],
	[ '--max-overhead 0', qr/overhead.*'0'/ ],
	[ '--max-overhead 101', qr/overhead.*'101'/ ],
	[ '--max-overhead 1%', qr/overhead.*'1%'/ ],
	[ '--min-vmas 0',  qr/VMAs.*'0'/ ],
	(map { [ "--self-test $_", qr/--self-test/ ] } '-p 1', '-c /tmp', '-g cause', '-s WALKS',
		'-i 1', '-n 1', '-d 1', '1', '--kind anon', '--sample 2', '--batch', '--replay x', '-- true'),
	[ '--replay x --kind anon', qr/--kind.*recording/ ],
);
refused($tool, @SHARED_REFUSED);

# Before anything is loaded; root's own capabilities do not outlive an empty bounding set.
SKIP: {
	skip 'no setpriv', 2 unless run('setpriv --version')->{status} == 0;
	my $r = run(($> ? '' : 'setpriv --bounding-set=-all ') . "$tool --self-test");
	is($r->{status}, 4, '--self-test without capabilities: exit 4');
	like($r->{err}, qr/\Armaptop: .*CAP_BPF.*\n\z/, '  one line that names them');
}

done_testing();
