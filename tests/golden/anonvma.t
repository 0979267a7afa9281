#!/usr/bin/perl
# What anonvma shows of recordings of real forests (tests/forest), in every view and width.
# With --update it writes what is expected, tests/golden/anonvma/*.txt.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib";
use File::Temp 'tempdir';
use Golden;
use Cpanel::JSON::XS;
use Run;
use Test::More;

chdir "$FindBin::Bin/../..";
my $tool = 'build/bin/anonvma';
my $dir  = 'tests/golden/anonvma';
my $tmp  = tempdir(CLEANUP => 1);
my %data = map { $_ => "--replay tests/data/anonvma/$_.jsonl" } qw(branches at split shared);

# --- for people
for my $name (sort keys %data) {
	golden_all($dir, "tree-$name",    "$tool $data{$name}");
	golden_all($dir, "summary-$name", "$tool --summary $data{$name}");
	golden_all($dir, "check-$name",   "$tool --check $data{$name}");
}
golden_all($dir, 'summary-all', "$tool --summary --check -r 3 @data{sort keys %data}");

# --- as JSON: what is replayed is the same again
sub lines {
	my $args = shift;
	my $r    = run("$tool --json $args");
	is("$r->{status} $r->{err}", '0 ', "--json $args: exit 0, silent on standard error");
	return $r->{out} =~ s/("type":"end","ts":)[\d.]+/$1 0/r;
}

for my $name (sort keys %data) {
	open my $f, '<', "tests/data/anonvma/$name.jsonl" or die;
	my @recorded = map { s/("type":"end","ts":)[\d.]+/$1 0/r } <$f>;
	is(lines($data{$name}), join('', @recorded), '  and the same again');
	my ($summary) = grep { $_->{summary} } map { decode_json($_) } @recorded;
	my ($twice) = grep { $_->{summary} } map { decode_json($_) } split /\n/, lines("$data{$name} $data{$name}");
	is($twice->{summary}{$_}, 2 * $summary->{summary}{$_}, "  twice: $_ double") for qw(anon_vmas avcs vmas trees bytes);
}

# --- as a picture: a row for each anon_vma, a dot for each AVC, and Graphviz takes it
for my $name (sort keys %data) {
	my $r = run("$tool --dot $data{$name}");
	is("$r->{status} $r->{err}", '0 ', "--dot, $name: exit 0, silent on standard error");
	my @lines = map { decode_json($_) } do { open my $f, '<', "tests/data/anonvma/$name.jsonl" or die; <$f> };
	my @avs = grep { $_->{addr} } @lines;
	my @avcs = map { @{ $_->{vmas} } } @avs;
	is(scalar(() = $r->{out} =~ /port="a[0-9a-f]+"/g), scalar(@avs), '  a row for each anon_vma');
	is(scalar(() = $r->{out} =~ /<td[^>]*>&#9679;/g), scalar(grep { $_->{active} } @avcs), '  a full dot for its own VMAs');
	is(scalar(() = $r->{out} =~ /<td>&#9675;/g), scalar(grep { !$_->{active} } @avcs), '  an empty one for others');
	# All rows of a table are as wide as it.
	for my $table ($r->{out} =~ m{<table.*?</table>}gs) {
		my %width;
		for my $row ($table =~ m{<tr>.*?</tr>}gs) {
			my $n = 0;
			$n += $1 // 1 while $row =~ /<td(?:[^>]*colspan="(\d+)")?[^>]*>/g;
			$width{$n}++;
		}
		is(scalar(keys %width), 1, '  all rows of a table are as wide');
	}
	open my $f, '>', "$tmp/dot" or die;
	print $f $r->{out};
	close $f;
	my $svg = run("dot -Tsvg $tmp/dot");
	is("$svg->{status} $svg->{err}", '0 ', '  dot takes it');
	like($svg->{out}, qr{</svg>\n\z}, '  and draws it');
}

# --- the picture of the README is what the tool makes of its recording
my $made = run("$tool --dot $data{branches} | dot -Tsvg")->{out};
my $shown = do { local $/; open my $f, '<', 'docs/images/anonvma.svg' or die; <$f> };
# Words and their order; where they stand depends on the fonts there are.
is(join('|', $made =~ m{<text[^>]*>([^<]*)}g), join('|', $shown =~ m{<text[^>]*>([^<]*)}g),
	"the README's picture is made by --dot");
done_testing();
