#!/usr/bin/perl
# The pages: help and page of every command name the same options, sections are there and in
# order, examples have output that the commands print, and all of it fits 80 columns.
use strict;
use warnings;
use Test::More;
use FindBin;
use lib "$FindBin::Bin/../lib";
use Commands;
use Encode 'decode';
use Cpanel::JSON::XS;
use Run;

chdir "$FindBin::Bin/../..";
my @sections = qw(NAME SYNOPSIS DESCRIPTION OPTIONS FIELDS EXAMPLES OVERHEAD KERNELS);

# Titles of a page, and what stands below each.
sub sections_of {
	my ($head, @parts) = split /^# (.*)\n/m, shift;
	return (\@parts, { @parts });
}

# Blocks of output below the command that made it, as in "; output of: rmaptop --replay FILE".
# A last line "..." says that there is more.
sub outputs_are_real {
	my ($tool, $examples) = @_;
	my $n = 0;
	while ($examples =~ /^; output of: (\S[^\n]*)\n```\n(.*?)^```$/msg) {
		my ($command, $block) = ($1, $2);
		my $r = run("env TZ=UTC LC_ALL=C.UTF-8 COLUMNS=68 PATH=build/bin:scripts/plot:\$PATH $command");
		$r->{out} =~ s/[ \t]+$//mg;
		$block =~ s/^\.\.\.\n\z//m;
		ok(index("\n$r->{out}", "\n$block") >= 0, "  output as shown: $command") or diag $r->{out}, $r->{err};
		$n++;
	}
	return $n;
}

# Names of what recordings of TOOL have, but for those that are values by themselves.
sub fields_of {
	my $tool = shift;
	my (%names, @todo);
	for my $file (glob "tests/data/$tool/*.jsonl") {
		push @todo, map { decode_json($_) } split /\n/, text_of($file);
	}
	while (defined(my $it = shift @todo)) {
		push @todo, grep { ref } @$it if ref $it eq 'ARRAY';
		next if ref $it ne 'HASH';
		for my $name (keys %$it) {
			$names{$name} = 1;
			push @todo, $it->{$name} if ref $it->{$name} && $name !~ /^(lost|result|coverage|flags|phases|options)$/;
		}
	}
	return sort keys %names;
}

my @commands = commands();
my ($common) = text_of('man/folioscope.7.scd') =~ /^# RECORDINGS\n(.*?)^# /ms;
cmp_ok(scalar @commands, '>=', 7, 'there are pages of commands');
for my $tool (@commands) {
	my $man = text_of("man/$tool.1.scd");
	my ($parts, $text) = sections_of($man);
	my $found = join ' ', grep { my $s = $_; grep { $_ eq $s } @sections, 'SEE ALSO' } @$parts;
	is($found, "@sections SEE ALSO", "$tool(1): sections are all there, in order");
	for (@sections) {
		cmp_ok(length($text->{$_} // ''), '>', 20, "  something is in $_");
	}
	like($text->{EXAMPLES}, qr/^```\n.*?\n```$/ms, '  examples have output');
	my @unknown = grep { "$text->{FIELDS}$text->{OPTIONS}" !~ /(?<![a-z\d])$_(?![a-z\d])/ && $common !~ /(?<![a-z\d])$_(?![a-z\d])/ } fields_of($tool);
	is("@unknown", '', '  each field that is in recordings is told of');
	my ($blocks, $real) = (scalar(() = $text->{EXAMPLES} =~ /^; output of: /mg), outputs_are_real($tool, $text->{EXAMPLES}));
	is($real, $blocks, '  and no mark is without its block');
	like($text->{OVERHEAD}, qr/\d/, '  overhead has figures') unless $tool eq 'folioscope-report';
	my %see = map { $_ => 1 } $text->{'SEE ALSO'} =~ /([\w-]+\(\d\))/g;
	is(join(' ', grep { !$see{$_} } 'folioscope(7)', map { "$_(1)" } grep { $_ ne $tool } @commands), '', '  refers to all others');

	my $program = program($tool);
	if (!$program && $tool eq 'folioscope-report') {
		SKIP: { skip 'scripts/plot/folioscope-report is not there', 1 }
		next;
	}
	my $help = run("$program --help");
	is($help->{status}, 0, "$tool --help: exit 0");
	is(run("$program -h")->{out}, $help->{out}, '  -h is the same');
	like(run("$program -V")->{out}, qr/\A(folioscope|\Q$tool\E) \d+\.\d+\.\d+\n\z/, '  -V prints the version');
	my %in_man;
	for (split /\n/, $text->{OPTIONS}) {
		next unless /^(?:\*(-\w)\*, )?\*(--[a-z][a-z-]*)\*/;
		$in_man{$_} = 1 for grep { defined } $1, $2;
	}
	is(join(' ', options_of($help->{out})), join(' ', sort keys %in_man), '  help and page have the same options');
	like(text_of('README.md'), qr/`$tool`/, '  the README knows it');
	next if $program !~ /^build/;
	cmp_ok(-s $program, '<', 4 << 20, '  one file below 4 MB');
	unlike(run("readelf -l $program")->{out}, qr/INTERP/, '  that is static');
}

for my $page (pages()) {
	is(run("scdoc < man/$page.scd > build/$page")->{status}, 0, "$page builds");
	is(run("env LC_ALL=C.UTF-8 MANROFFSEQ= MANWIDTH=80 man -l --warnings build/$page >/dev/null")->{err}, '', '  and man has nothing to complain of');
	my $shown = decode('UTF-8', run("env LC_ALL=C.UTF-8 MANWIDTH=80 man -l build/$page | col -bx")->{out});
	is(join("\n", grep { length > 80 } split /\n/, $shown), '', '  and it fits 80 columns');
}

# Whoever looks for a script finds it in the page, and nothing else.
my $folioscope = text_of('man/folioscope.7.scd');
my ($scripts) = $folioscope =~ /^# SCRIPTS\n(.*?)^# /ms;
for my $file (glob 'scripts/bpftrace/*.bt') {
	my ($name) = $file =~ m{([^/]+)\.bt$};
	like($scripts, qr/\b_\Q$name\E_/, "folioscope(7) knows $file");
}
for my $file (grep { -x && !-d } glob 'scripts/plot/* scripts/bcc/*') {
	my ($name) = $file =~ m{([^/]+)$};
	like($scripts, qr/[*_]\Q$name\E[*_]/, "folioscope(7) knows $file");
}
done_testing();
