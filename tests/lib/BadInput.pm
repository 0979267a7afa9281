# Bad input that all tracing tools take the same way, and how it is checked: none of it
# gets as far as loading BPF, so any machine will do.
package BadInput;
use strict;
use warnings;
use Exporter 'import';
use Run;
use Test::More;
our @EXPORT = qw(bad_usage refused @SHARED_USAGE @SHARED_REFUSED);

# Arguments, and what the message names. Exit 2.
our @SHARED_USAGE = (
	[ '--nonsense',           qr/--nonsense/ ],
	[ '-q',                   qr/-q/ ],
	[ 'abc',                  qr/interval.*'abc'/ ],
	[ '-- ',                  qr/COMMAND/ ],
	[ '0',                    qr/interval.*'0'/ ],
	[ '-i -1',                qr/interval.*'-1'/ ],
	[ '-i 1x',                qr/interval.*'1x'/ ],
	[ '-i nan',               qr/interval.*'nan'/ ],
	[ '-i',                   qr/-i/ ],
	[ '1 0',                  qr/count.*'0'/ ],
	[ '1 -3',                 qr/-3/ ],
	[ '1 2 3',                qr/'3'/ ],
	[ '-n 1.5',               qr/count.*'1.5'/ ],
	[ '-d 0',                 qr/duration.*'0'/ ],
	[ '-p abc',               qr/pid.*'abc'/ ],
	[ '-p 0',                 qr/pid.*'0'/ ],
	[ '-b magic',             qr/'magic'/ ],
	[ '-r -1',                qr/rows.*'-1'/ ],
	[ '--json=yes',           qr/--json=yes/ ],
	[ '-r 5 -q',              qr/'-q'/ ],
	[ '1 -n 2 -Z 3',          qr/'-Z'/ ],
	[ '-i inf',               qr/interval.*'inf'/ ],
	[ '-i 1e10',              qr/interval.*'1e10'/ ],
	[ '-n 0',                 qr/count.*'0'/ ],
	[ '-d -5',                qr/duration.*'-5'/ ],
	[ '-d x',                 qr/duration.*'x'/ ],
	[ '-p 1.5',               qr/pid.*'1.5'/ ],
	[ '-p 2147483648',        qr/pid.*'2147483648'/ ],
	[ '-r x',                 qr/rows.*'x'/ ],
	[ '-r 4294967296',        qr/rows.*'4294967296'/ ],
	[ '--replay',             qr/--replay/ ],
	[ '--replay a -- true',   qr/--replay and COMMAND/ ],
	[ '--replay a -p 1',      qr/-p.*recording/ ],
	[ '--replay a -c /tmp',   qr/-c.*recording/ ],
	[ '--replay a -b kprobe', qr/-b.*recording/ ],
	[ '--replay a b',         qr/'b'/ ],
);

# What only the machine can refuse. Exit 1.
our @SHARED_REFUSED = (
	[ '-p 4194303',                  qr/no process.*4194303/ ],
	[ '-c /no/such/cgroup',          qr{/no/such/cgroup} ],
	[ '-c /etc/passwd',              qr{/etc/passwd} ],
	[ '-o /no/such/dir/file',        qr{/no/such/dir/file} ],
	[ '--replay /no/such/recording', qr{/no/such/recording.*No such file} ],
	[ '--replay /tmp',               qr{/tmp: .*directory} ],
	[ '--replay /dev/null',          qr{/dev/null is empty} ],
	[ '--replay /etc/passwd',        qr{/etc/passwd, line 1: } ],
);

sub check {
	my ($tool, $status, @cases) = @_;
	my ($name) = $tool =~ m{([^/]+)$};
	for my $case (@cases) {
		my ($args, $names) = @$case;
		my $r = run("$tool $args");
		is($r->{status}, $status, "$name $args: exit $status");
		like($r->{err}, qr/\A\Q$name\E: [^\n]*$names[^\n]*\n\z/, '  one line that names it');
		is($r->{out}, '', '  nothing on standard output');
	}
}

# Bad usage: exit 2, one line that names what is wrong.
sub bad_usage {
	my ($tool, @cases) = @_;
	check($tool, 2, @cases);
}

# Cannot be done here: exit 1, likewise.
sub refused {
	my ($tool, @cases) = @_;
	check($tool, 1, @cases);
}

1;
