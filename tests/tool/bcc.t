#!/usr/bin/perl
# Bad input to the BCC scripts. Needs no BPF.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib";
use BadInput;
use Run;
use Test::More;

my $scripts = "$FindBin::Bin/../../scripts/bcc";
my @usage = (
	[ '--nonsense',  qr/--nonsense/ ],
	[ '--fold',      qr/--fold/ ],
	[ '-q',          qr/-q/ ],
	[ 'abc',         qr/interval.*'abc'/ ],
	[ '-- ',         qr/COMMAND/ ],
	[ '0',           qr/interval.*'0'/ ],
	[ 'nan',         qr/interval.*'nan'/ ],
	[ '1 0',         qr/count.*'0'/ ],
	[ '1 -3',        qr/-3/ ],
	[ '1 2 3',       qr/: 3/ ],
	[ '1 1.5',       qr/count.*'1.5'/ ],
	[ '-d 0',        qr/duration.*'0'/ ],
	[ '-d inf',      qr/duration.*'inf'/ ],
	[ '-d',          qr/-d/ ],
	[ '-p abc',      qr/pid.*'abc'/ ],
	[ '-p 0',        qr/pid.*'0'/ ],
	[ '-p 2147483648', qr/pid.*'2147483648'/ ],
);
my @refused = (
	[ '-p 4194303',            qr/no process.*4194303/ ],
	[ '-o /no/such/dir/file',  qr{/no/such/dir/file} ],
	[ '-o /tmp',               qr{/tmp: .*directory} ],
);
bad_usage("$scripts/$_", @usage) for qw(rmapstacks.py anonvmagrowth.py);
bad_usage("$scripts/rmapstacks.py", [ '--flame x.png', qr/'x.png'/ ], [ '-f=yes', qr/-f/ ]);
bad_usage("$scripts/anonvmagrowth.py", [ '--json=yes', qr/--json/ ], [ '-r x', qr/rows.*'x'/ ], [ '-r 0', qr/rows.*'0'/ ]);
BadInput::refused("$scripts/$_", @refused) for qw(rmapstacks.py anonvmagrowth.py);
BadInput::refused("$scripts/rmapstacks.py", [ '--flame /no/such/dir/x.svg', qr{/no/such/dir/x.svg} ]);

my ($version) = run("grep '^VERSION' $scripts/../../Makefile")->{out} =~ /:= (\S+)/;
for my $script (qw(rmapstacks anonvmagrowth)) {
	my $r = run("$scripts/$script.py --version");
	is($r->{out}, "$script.py $version\n", "$script --version is the project's");
	$r = run("$scripts/$script.py --help");
	is("$r->{status} $r->{err}", '0 ', "$script --help: exit 0");
	like($r->{out}, qr/interval.*count.*--pid.*--duration/s, '  and tells of the options');
	SKIP: {
		skip 'this is not root, who gives up being it', 2 if $>;
		$r = run("setpriv --reuid 65534 --clear-groups $scripts/$script.py -d 1");
		is($r->{status}, 4, "$script without permission: exit 4");
		like($r->{err}, qr/\A$script.py: [^\n]*CAP_BPF[^\n]*\n\z/, '  one line that names the capability');
	}
}

# A flame graph: what is told of each function adds up, and names are text, not markup.
my $draw = 'import flame; print(flame.svg([(["a", "b<&\"x"], 30), (["a", "c"], 10), (["d"], 60)], "t<", "VMAs"))';
my $svg = run("cd $scripts && /usr/bin/python3 -c '$draw'")->{out};
for my $told ('all: 100 VMAs, 100.0 %', 'a: 40 VMAs, 40.0 %', 'b&lt;&amp;"x: 30 VMAs, 30.0 %', 'c: 10 VMAs, 10.0 %', 'd: 60 VMAs, 60.0 %') {
	like($svg, qr{<title>\Q$told\E</title>}, "flame graph: $told");
}
my (%width, %top);
while ($svg =~ m{<title>(\w+): .*?</title><rect x="[\d.]+" y="(\d+)" width="([\d.]+)"}g) {
	($top{$1}, $width{$1}) = ($2, $3);
}
# Of 1,180 pixels, less half a one for the gap.
is_deeply(\%width, { all => '1179.50', a => '471.50', c => '117.50', d => '707.50' }, '  and is as wide as it weighs');
cmp_ok($top{c}, '<', $top{a}, '  a function is above who called it');
cmp_ok($top{a}, '<', $top{all}, '  and all is at the bottom');
my $parsed = run("cd $scripts && /usr/bin/python3 -c '$draw' | /usr/bin/python3 -c 'import sys, xml.dom.minidom; xml.dom.minidom.parse(sys.stdin)'");
is("$parsed->{status} $parsed->{err}", '0 ', '  and it is XML');
like(run("cd $scripts && /usr/bin/python3 -c 'import flame; print(flame.svg([], \"t\", \"VMAs\"))'")->{out}, qr/nothing was seen/,
	'  of nothing it says so');
done_testing();
