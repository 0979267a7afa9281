#!/usr/bin/perl
# Whatever a recording holds, what is printed of it does nothing to a terminal.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib";
use Forged;
use Cpanel::JSON::XS;
use Run;
use Test::More;

chdir "$FindBin::Bin/../..";

for my $case ([ 'rmaptop', '', '-g task,cgroup,owner,cause', '-g owner', '-g cgroup', '-s COMM' ],
	[ 'exchangelat', '', '-t', '--reason', '--nid --order', '--histogram', '--phases', '--heatmap' ]) {
	my ($tool, @views) = @$case;
	my $split = $tool eq 'rmaptop' ? '-g task,cgroup,owner,cause' : '-t';
	my $file = forged($tool);
	for my $view (@views) {
		for my $env ('LC_ALL=C.UTF-8 COLUMNS=1000', 'LC_ALL=C.UTF-8 COLUMNS=40', 'LC_ALL=C') {
			my $r = run("env TZ=UTC $env build/bin/$tool $view --replay $file");
			is("$r->{status} $r->{err}", '0 ', "$tool $view, $env: exit 0, silent on standard error");
			harmless($r->{out}, "$tool $view, $env");
			next unless $env =~ /1000/;
			like($r->{out}, qr/^.*backend x\?\]2;PWNED\?.*seen in part: b\?.*not seen: [ac]\?.*\?X \(/, '  what may be seen is there, in one line');
			like($r->{out}, qr/7 lost \(\?\]2;PWNED/, '  also of the books');
		}
	}
	like(run("build/bin/$tool --replay $file")->{out}, qr/1\?\[2J\?\?c/, "$tool: a name is there") if $tool eq 'rmaptop';

	# As JSON nothing is lost, and it is ASCII.
	my $r = run("build/bin/$tool --json $split --replay $file");
	unlike($r->{out}, qr/[^\n\x20-\x7f]/, "$tool --json: ASCII"); # of which jansson leaves DEL as it is
	my ($header, @lines) = map { decode_json($_) } split /\n/, $r->{out};
	is($header->{coverage}{"a$EVIL"}{why}, $EVIL, '  and all that was recorded') or diag($r->{out});
	is($lines[0]{rows}[0]{owner}{name}, $EVIL, '  also in rows') if $tool eq 'rmaptop';
	is($lines[-1]{seen}, 20, '  to the end');
	is_deeply([ sort { $a <=> $b } values %{ $lines[-1]{lost} } ], [ 5, 7 ], '  with all its causes');

	# Complaints about a recording repeat what it says.
	for my $complaint (
		[ 'its tool', sub { $_[0][0]{tool} = $EVIL } ],
		[ 'its lines', sub { $_[0][1]{rows} = $EVIL } ],
	) {
		$r = run("LC_ALL=C.UTF-8 build/bin/$tool --replay " . forged($tool, $complaint->[1]));
		is($r->{status}, 1, "$tool: of a recording that is wrong in $complaint->[0]: exit 1");
		harmless($r->{err}, "$tool: what is said of $complaint->[0]");
		like($r->{err}, qr/\A$tool: [^\n]+\n\z/, '  one line');
	}
	$r = run(qq(LC_ALL=C.UTF-8 build/bin/$tool --replay \$'/no/\\e[2J\\xc2\\x9b\\xe2\\x80\\xae'));
	harmless($r->{err}, "$tool: what is said of a file");
	like($r->{err}, qr{/no/\?\[2J\?\?: No such}, '  with its name');
}
done_testing();
