#!/usr/bin/perl
# make install brings all there is, and make uninstall takes it away again, and nothing else.
use strict;
use warnings;
use Test::More;
use FindBin;
use lib "$FindBin::Bin/../lib";
use Commands;
use File::Temp 'tempdir';
use Run;

chdir "$FindBin::Bin/../..";
my $dir = tempdir(CLEANUP => 1);

# {PATH => what it is and holds} of all below, without folders.
sub all_in {
	my $below = shift;
	return { map { my ($p, $rest) = split /\t/, $_, 2; $p => $rest }
		split /\n/, run("cd $below && find . ! -type d -printf '%P\\t%y %l ' -exec sh -c '[ -L \"\$1\" ] || md5sum <\"\$1\"' sh {} \\; -printf '\\n' | grep .")->{out} };
}

# What was there before, some of it with names like ours.
for my $file (qw(bin/rmaptop-old share/man/man1/rmaptop.1x share/folioscope/plot/mine.py share/bash-completion/completions/other)) {
	my ($folder) = $file =~ m{(.*)/};
	run("mkdir -p $dir/usr/$folder && echo mine >$dir/usr/$file");
}
my $before = all_in($dir);
my $sources = run('git status --porcelain --ignored 2>/dev/null | sort')->{out};

for my $round (1, 2) {
	my $r = run("make -s install DESTDIR=$dir PREFIX=/usr");
	is("$r->{status} $r->{err}", '0 ', "make install, time $round");
}
my @commands = grep { program($_) } commands();
ok(-x "$dir/usr/bin/$_", "brings $_") for @commands;
for my $page (pages()) {
	my ($section) = $page =~ /\.(\d)$/;
	ok(-s "$dir/usr/share/man/man$section/$page", "brings $page");
}
for my $folder (qw(bpftrace bcc plot)) {
	for my $file (grep { !/\.pyc$/ } split /\n/, run("find scripts/$folder -type f 2>/dev/null")->{out}) {
		my $there = "$dir/usr/share/folioscope/" . $file =~ s{^scripts/}{}r;
		is(run("cmp $file $there")->{status}, 0, "brings $file");
		is(-x $there // '', -x $file // '', '  which can be run, or not');
	}
}
for my $file (split /\n/, run('find kernel-patch -type f')->{out}) {
	is(run("cmp $file $dir/usr/share/folioscope/$file")->{status}, 0, "brings $file");
}
for my $plot (grep { -x && !-d } glob "$dir/usr/share/folioscope/plot/*") {
	is(run("cd / && $plot --help")->{status}, 0, $plot =~ s{.*/}{}r . ': finds what it shares');
}
for my $command (@commands) {
	is(run("cd / && $dir/usr/bin/$command --version")->{status}, 0, "$command runs from there");
	is(run("bash -c '. $dir/usr/share/bash-completion/completions/$command && complete -p $command'")->{status}, 0, '  and has its completion');
}
is(run("grep -rl $dir $dir")->{out}, '', 'nothing knows where it was staged');
is(run('git status --porcelain --ignored 2>/dev/null | sort')->{out}, $sources, 'the sources are as they were');

is(run("make -s uninstall DESTDIR=$dir PREFIX=/usr")->{status}, 0, 'make uninstall');
is_deeply(all_in($dir), $before, 'leaves what was there before, and nothing of ours');
run("rm $dir/usr/share/folioscope/plot/mine.py; make -s install DESTDIR=$dir PREFIX=/usr && make -s uninstall DESTDIR=$dir PREFIX=/usr");
ok(!-e "$dir/usr/share/folioscope", 'and no folder, if there is nothing in it');
is(run("make -s uninstall DESTDIR=$dir/nowhere")->{status}, 0, 'make uninstall where nothing is');
done_testing();
