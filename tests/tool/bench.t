#!/bin/bash
# What make bench does with the guest's figures: sections, tables, ratios, the page, and what is shown as
# having got worse. The figures in tests/bench are made up, so that the results are known.
cd "$(dirname "$0")/../.." || exit
. tests/lib/tap.sh

tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
data=tests/bench
sections=(exchange tracing start scale rmap)

add() { # RESULTS SECTION [CLOCK]: from standard input
	bench/results.py add "$1" "$2" "${3:-instructions}" full
}

query() { # RESULTS EXPRESSION: of r
	/usr/bin/python3 -c 'import json, sys; r = json.load(open(sys.argv[1])); print(eval(sys.argv[2]))' "$1" "$2"
}

first=$tmp/first.json
for section in "${sections[@]}"; do
	run bench/results.py complete "$first"
	is "$status" 1 "without $section it is not complete"
	run add "$first" "$section" <"$data/$section.jsonl"
	is "$status$err" 0 "$section is taken"
done
run bench/results.py complete "$first"
is "$status" 0 'with all sections it is'
is "$(query "$first" "' '.join(sorted(r['sections']))")" "$(printf '%s\n' "${sections[@]}" | sort | paste -sd' ')" \
	'results.json: every section'
is "$(query "$first" "sorted({k for s in r['sections'].values() for k in s})")" \
	"['clock', 'extent', 'figures', 'kernel', 'measured', 'missing']" 'each with its clock, kernel, date and figures'
is "$(query "$first" "min(len(s['figures']) for s in r['sections'].values()) > 0")" True 'of which there are some'

figure() { # SECTION NAME
	query "$first" "r['sections']['$1']['figures']['$2']['value']"
}
is "$(figure exchange exchange/512/1/free/exchange)" 6000 'a value is the median'
is "$(query "$first" "r['sections']['exchange']['figures']['exchange/512/1/free/exchange']['spread']")" 0.0033 \
	'its spread is from the least to the most'
is "$(figure exchange exchange/512/1/free/ratio)" 2.5 'exchange: the ratio is that of the medians'
is "$(query "$first" "'exchange/512/1/none/ratio' in r['sections']['exchange']['figures']")" False \
	'  and there is none where migration did not do all pairs'
is "$(figure tracing 'walk/anon/1/rmaptop fentry/over bpftrace')" 9.111 "tracing: bpftrace's extra over ours"
is "$(figure scale scale/anonvma/exponent)" 1.0 'scale: linear cost has the exponent 1, whatever the start costs'

run bench/results.py print "$first" "${sections[@]}"
is "$status$err" 0 'the tables are printed'
for text in 'published, 2019 +1.49' 'rmaptop tracepoint +\+1,102 +\+1,293 +21 ' 'bpftrace +810 ' 'anonvma +100.0.* 1.00' '95 % +30,500'; do
	like "$out" "$text" "  with $text"
done
is "$(grep -c 'emulation hides what a TLB flush' <<<"$out")" 5 '  each with its clock, and what that does not see'

mkdir -p "$tmp/docs/images"
run bench/results.py write "$first" "$tmp/docs"
is "$status$err" 0 'the page is written'
page=$(<"$tmp/docs/benchmarks.md")
unlike "$page" $'(^|\n)@' '  nothing is left to be filled in'
is "$(grep -c '^| --- |.*---:' <<<"$page")" 9 '  a table for everything'
like "$(<"$tmp/docs/images/rmap-walks.svg")" '</svg>' '  and a picture'
is "$(query "$tmp/docs/benchmarks.json" "r == json.load(open(\"$first\"))")" True \

# --- what got worse
changed() { # FACTOR SECTION FIGURE [CLOCK]: results where it is so many times as large
	cp "$first" "$tmp/second.json"
	/usr/bin/python3 -c 'import json, sys
factor, name, path = float(sys.argv[1]), sys.argv[2], sys.argv[3]
for line in map(json.loads, open(path)):
	if line.get("name") == name:
		line["values"] = [v * factor for v in line["values"]]
	if sys.argv[4] == "time" and "meta" in line:
		line["meta"]["instructions"] = False
	print(json.dumps(line))' "$1" "$3" "$data/$2.jsonl" "${4:-}" | add "$tmp/second.json" "$2" "${4:-instructions}"
	run bench/compare "$tmp/second.json" "$first"
	is "$status$err" 0 "$3 is $1 times as large: compared, and nothing fails"
}
run bench/compare "$first" "$first"
like "$out" '^[0-9]+ figures compared, 0 worse' 'the same figures: nothing is worse'
changed 1.09 start start/rmaptop/cpu
like "$out" ' 0 worse' '  9 % are not shown'
changed 1.11 start start/rmaptop/cpu
like "$out" '11 % worse +start: start/rmaptop/cpu' '  11 % are'
changed 0.5 start start/rmaptop/cpu
like "$out" ' 0 worse' '  what got better is not'
changed 1.5 start start/bpftrace/cpu
like "$out" ' 0 worse' "  others' figures are not"
changed 0.8 exchange exchange/512/1/free/exchanged
like "$out" 'worse +exchange: exchange/512/1/free/exchanged: 100 -> 80' '  of what is done less is worse'
changed 1.5 exchange exchange/512/1/free/exchange time
like "$out" 'only ratios are compared' '  with another clock that is said'
like "$out" 'exchange/512/1/free/ratio' '  and ratios are compared'
unlike "$out" 'exchange/512/1/free/exchange:' '  but no times'

# --- what is wrong
run add "$tmp/wrong.json" start time <$data/start.jsonl
is "$status" 1 'a guest with another clock than said is refused'
run add "$tmp/wrong.json" start <<<'{"meta":{"kernel":"6.12","instructions":true}}'
is "$status" 1 'no figures are refused'
like "$err" 'no figures' '  and it says so'
run bench/run --section nothing
is "$status" 1 'bench/run: an unknown section is refused'
like "$err" "no section 'nothing'" '  by name'
done_testing
