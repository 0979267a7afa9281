#!/usr/bin/perl
# Completion in bash: it offers what --help has, and values that the commands take.
use strict;
use warnings;
use Test::More;
use FindBin;
use lib "$FindBin::Bin/../lib";
use Commands;
use File::Temp 'tempdir';
use Run;

chdir "$FindBin::Bin/../..";
my $top = `pwd` =~ s/\n//r;
my $dir = tempdir(CLEANUP => 1);
$ENV{PATH} = "$top/build/bin:$top/scripts/plot:$ENV{PATH}";

# What is offered for the last of WORDS, as bash splits a line into words.
sub offered {
	my @words = @_;
	open my $f, '>', "$dir/try" or die;
	my $line = join ' ', map { s/'/'\\''/gr =~ s/.*/'$&'/sr } @words;
	print $f <<"EOS";
set -u +u
. $top/completions/folioscope.bash
spec=\$(complete -p $words[0]) || exit
COMP_WORDS=($line) COMP_CWORD=@{[ $#words ]}
\$(sed -E 's/.*-F ([^ ]+).*/\\1/' <<<"\$spec")
printf '%s\\n' "\${COMPREPLY[@]}"
EOS
	close $f;
	my $r = run("bash --norc $dir/try </dev/null");
	is("$r->{status} $r->{err}", '0 ', "@words: no error");
	my %seen;                                       # readline shows each once, too
	return grep { length && !$seen{$_}++ } split /\n/, $r->{out};
}

for my $tool (commands()) {
	next if !program($tool);                        # folioscope-report may not be there
	my @options = options_of(run("$tool --help")->{out});
	is(join(' ', sort { $a cmp $b } offered($tool, '-')), "@options", "$tool: exactly the options of --help");
	is(join(' ', offered($tool, '--hel')), '--help', "$tool: the one that begins so");
}

# Values that are offered are those that the command says it takes, in the same order.
my %takes = (
	'rmaptop --backend'     => 'auto tracepoint fentry kprobe',
	'forkchain --backend'   => 'auto tracepoint fentry kprobe',
	'exchangelat --backend' => 'auto tracepoint fentry kprobe',
	'exchangelat --op'      => 'exchange migrate both',
	'forkchain --event'     => 'prepare clone fork unlink',
	'rmaptop --cause'       => 'reclaim_ref unmap migrate_unmap migrate_restore mkclean idle damon device',
	'rmaptop --kind'        => 'anon file shmem ksm',
	'rmaptop --group'       => 'task cause kind cgroup owner',
	'rmaptop --stacks'      => 'time vmas phantom walks',
);
for my $what (sort keys %takes) {
	my ($tool, $option) = split ' ', $what;
	my @values = offered($tool, $option, '=');
	is("@values", $takes{$what}, "$what=");
	is(join(' ', offered($tool, $option, '')), $option eq '--stacks' ? '' : $takes{$what}, "$what: the same, where a value must follow");
	my $said = run("$tool $option=nonsense -- true")->{err};
	is(join(' ', grep { $said !~ /\b$_\b/ } @values), '', "$what: the command knows them");
	# "no event 'nonsense': prepare, clone or unlink", "kinds are anon, file or several of ..."
	my ($list) = $said =~ /(?:'nonsense':| are| by) ((?:\w+, )+\w+(?: or (?!several)\w+)?)/;
	is(join(' ', split /, | or /, $list // ''), "@values", "$what: and no others") or diag $said;
}
my $recording = 'tests/data/rmaptop/forktree.jsonl';
for my $column (offered('rmaptop', '--sort', '=')) {
	is(run("rmaptop --batch -s $column -g task,cause,kind --replay $recording")->{status}, 0, "rmaptop --sort=$column is taken");
}
is(join(' ', offered('rmaptop', '--cause', 'unmap,mi')), 'unmap,migrate_unmap unmap,migrate_restore', 'the second of several');
is(join(' ', offered('rmaptop', '-jb', 'k')), 'kprobe', 'a value after several short options');

# Files, processes, words.
mkdir "$dir/with blank";
open my $f, '>', "$dir/recording.jsonl" or die;
close $f;
is(join(' ', offered('rmaptop', '--replay', "$dir/rec")), "$dir/recording.jsonl", '--replay: files');
is(join(' ', offered('rmaptop', '--replay', "$dir/wi")), "$dir/with blank", '--replay: as they are called');
is(join(' ', offered('rmaptop', '--cgroup', "$dir/")), "$dir/with blank", '--cgroup: folders only');
ok((grep { $_ eq $$ } offered($_, '-p', '')), "$_ -p: processes") for qw(rmaptop anonvma forkchain exchangelat);
ok((grep { $_ eq $$ } offered('anonvma', '--tree', '')), 'anonvma --tree: processes');
ok((grep { $_ eq $$ } offered('foliomap', '')), 'foliomap: a process');
is(join(' ', grep { !/^\d/ } offered('foliomap', '')), 'range census', 'foliomap: or what it can do');
ok((grep { $_ eq $$ } offered('foliomap', 'range', '')), 'foliomap range: a process');
is(scalar(() = offered('foliomap', 'census', '')), 0, 'foliomap census: no process');
is(join(' ', grep { !/^\d/ } offered('folioxchg', '')), 'bench', 'folioxchg: bench');
ok((grep { $_ eq $$ } offered('folioxchg', '1', '0x1000', '')), 'folioxchg: the other process');
is(join(' ', offered('rmaptop', '-d', '1', '--', 'ech')), 'echo', 'rmaptop -- a command') or diag 'more than echo begins so';
is(join(' ', offered('rmaptop', '--', 'cat', "$dir/rec")), "$dir/recording.jsonl", 'rmaptop -- a command and its files');

# With bash-completion's own library, commands complete as themselves.
open $f, '>', "$dir/library" or die;
print $f "_command_offset() { COMPREPLY=(\"offset \$1\"); }\n";
close $f;
{
	local $ENV{BASH_ENV} = "$dir/library";
	is(join(' ', offered('rmaptop', '-j', '--', 'git', '')), 'offset 3', 'with bash-completion it is asked from the command on');
}
done_testing();
