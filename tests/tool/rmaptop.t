#!/usr/bin/perl
# rmaptop's bad input, on the machine itself, without loading any BPF.
use strict;
use warnings;
use Test::More;
use FindBin;
use lib "$FindBin::Bin/../lib";
use Run;

chdir "$FindBin::Bin/../..";
my $tool = 'build/bin/rmaptop';

# Bad usage: exit 2, one line that names what is wrong.
for my $case (
	[ '--nonsense',  qr/--nonsense/ ],
	[ '-q',          qr/-q/ ],
	[ 'abc',         qr/interval.*'abc'/ ],
	[ '-- ',         qr/COMMAND/ ],
	[ '0',           qr/interval.*'0'/ ],
	[ '-i -1',       qr/interval.*'-1'/ ],
	[ '-i 1x',       qr/interval.*'1x'/ ],
	[ '-i nan',      qr/interval.*'nan'/ ],
	[ '-i',          qr/-i/ ],
	[ '1 0',         qr/count.*'0'/ ],
	[ '1 -3',        qr/-3/ ],
	[ '1 2 3',       qr/'3'/ ],
	[ '-n 1.5',      qr/count.*'1.5'/ ],
	[ '-d 0',        qr/duration.*'0'/ ],
	[ '-p abc',      qr/pid.*'abc'/ ],
	[ '-p 0',        qr/pid.*'0'/ ],
	[ '-b magic',    qr/'magic'/ ],
	[ '-r -1',       qr/rows.*'-1'/ ],
	[ '--json=yes',  qr/--json=yes/ ],
	[ '-r 5 -q',     qr/'-q'/ ],
	[ '1 -n 2 -Z 3', qr/'-Z'/ ],
) {
	my ($args, $names) = @$case;
	my $r = run("$tool $args");
	is($r->{status}, 2, "rmaptop $args: exit 2");
	like($r->{err}, qr/\Armaptop: .*$names.*\n\z/, '  one line that names it');
	is($r->{out}, '', '  nothing on standard output');
}

# What only the machine can refuse: exit 1.
for my $case (
	[ '-p 4194303',            qr/no process.*4194303/ ],
	[ '-c /no/such/cgroup',    qr{/no/such/cgroup} ],
	[ '-c /etc/passwd',        qr{/etc/passwd} ],
	[ '-o /no/such/dir/file',  qr{/no/such/dir/file} ],
) {
	my ($args, $names) = @$case;
	my $r = run("$tool $args");
	is($r->{status}, 1, "rmaptop $args: exit 1");
	like($r->{err}, qr/\Armaptop: .*$names.*\n\z/, '  one line that names it');
}

done_testing();
