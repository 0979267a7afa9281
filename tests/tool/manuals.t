#!/usr/bin/perl
# Help and manual page of every tool name the same options; make install brings both, and plots.
use strict;
use warnings;
use Test::More;
use FindBin;
use lib "$FindBin::Bin/../lib";
use Run;
use File::Temp 'tempdir';

chdir "$FindBin::Bin/../..";
my @tools = map { m{man/(\w+)\.1} } glob 'man/*.1.scd';
ok(scalar(@tools), 'there are manual pages');
for my $tool (@tools) {
	my $help = run("build/bin/$tool --help");
	is($help->{status}, 0, "$tool --help: exit 0");
	is(run("build/bin/$tool -h")->{out}, $help->{out}, '  -h is the same');
	like(run("build/bin/$tool -V")->{out}, qr/\Afolioscope \d+\.\d+\.\d+\n\z/, '  -V prints the version');
	my %in_help = map { $_ => 1 } $help->{out} =~ /(--[a-z][a-z-]*)/g;
	open my $f, '<', "man/$tool.1.scd" or die;
	my %in_man = map { $_ => 1 } join('', <$f>) =~ /^(?:\*-\w\*, )?\*(--[a-z][a-z-]*)\*/mg;
	is_deeply([ sort grep { $_ ne '--usage' } keys %in_help ], [ sort keys %in_man ],
		'  help and manual page name the same options');
	is(run("scdoc < man/$tool.1.scd")->{status}, 0, '  the manual page builds');
	like(`cat README.md`, qr/`$tool`/, '  the README knows it');
	cmp_ok(-s "build/bin/$tool", '<', 4 << 20, '  one file below 4 MB');
	unlike(run("readelf -l build/bin/$tool")->{out}, qr/INTERP/, '  that is static');
}
my $dir = tempdir(CLEANUP => 1);
is(run("make -s install DESTDIR=$dir PREFIX=/usr")->{status}, 0, 'make install');
ok(-x "$dir/usr/bin/$_" && -s "$dir/usr/share/man/man1/$_.1", "  brings $_ and its page") for @tools;
my $plot = "$dir/usr/share/folioscope/plot/exchangelat.py";
ok(-x $plot && run("$plot --help")->{status} == 0, '  brings plots that find what they share');
done_testing();
