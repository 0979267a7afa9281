#!/bin/bash
# scripts/plot/census.py draws what was recorded: numbers, bars, and what it refuses.
cd "$(dirname "$0")/../.." || exit
. tests/lib/tap.sh

plot=$PWD/scripts/plot/census.py
data=$PWD/tests/data/foliomap/census.jsonl
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT

# --- numbers: as computed here, from the same lines
cat >"$tmp/expect.py" <<'EOF'
"""Sums by kind and by result of each count, in a form of its own."""
import json, sys
sums = []
for line in open(sys.argv[1]):
    line = json.loads(line)
    if line["type"] != "interval":
        continue
    one = {}
    for row in line["rows"]:
        for key in row["kind"], "exchange " + row["exchange"]:
            if key != "exchange none":
                one[key] = one.get(key, 0) + row["bytes"]
    sums.append(one)
print(json.dumps(sums, sort_keys=True))
EOF
cat >"$tmp/got.py" <<'EOF'
import json, sys
drawn = json.load(sys.stdin)
sums = [{} for _ in drawn["time"]]
for part, prefix in ("kinds", ""), ("free", ""), ("exchange", "exchange "):
    for name, values in drawn[part].items():
        for one, value in zip(sums, values, strict=True):
            if value:
                one[prefix + name] = value
print(json.dumps(sums, sort_keys=True))
EOF
run "$plot" --numbers "$data"
is "$status$err" 0 '--numbers: exit 0 and nothing to complain about'
is "$(python3 "$tmp/got.py" <<<"$out")" "$(python3 "$tmp/expect.py" "$data")" '  bytes by kind and result are those of the recording'

# --- the picture has a bar for each
run "$plot" -o "$tmp/census.svg" -o "$tmp/census.png" "$data"
is "$status$err$out" 0 'drawn, silently'
is "$(head -c 8 "$tmp/census.png" | od -An -c | tr -d ' ')" '211PNG\r\n032\n' '  a PNG'
bars=$(grep -o 'id="kinds-[a-z_]*-[0-9]*"' "$tmp/census.svg" | sort -u | wc -l)
is "$bars" "$("$plot" --numbers "$data" | python3 -c 'import json, sys
drawn = json.load(sys.stdin)
print(len(drawn["kinds"]) * len(drawn["time"]))')" '  a bar for each kind and count'
for word in 'Memory in use, by kind' 'hugetlb 8 MiB' 'what could trade places' 'ok '; do
	grep -q "$word" "$tmp/census.svg"
	ok $? "  that says '$word'"
done
run "$plot" -o "$tmp/again.svg" "$data"
cmp -s "$tmp/census.svg" "$tmp/again.svg"
ok $? '  the same every time'
head -n 2 "$data" >"$tmp/one"
run "$plot" -o "$tmp/one.svg" "$tmp/one"
is "$status" 0 'a single count can be drawn, too'

# --- what it refuses
sed 's/"kind":"anon"/"kind":"magic"/' "$data" >"$tmp/kind"
sed 's/"bytes":/"bites":/' "$data" >"$tmp/bytes"
refuses() { # STATUS REGEX ARG...
	local wanted=$1 regex=$2
	shift 2
	run "$plot" "$@"
	is "$status" "$wanted" "${*##*/}: exit $wanted"
	like "$err" "^census.py: [^"$'\n'"]*${regex}[^"$'\n'"]*\$" '  one line that says why'
}
refuses 1 "no kind 'magic'" --numbers "$tmp/kind"
refuses 1 "'bytes'" --numbers "$tmp/bytes"
refuses 1 'no census' --numbers tests/data/foliomap/cow.jsonl
refuses 1 'of anonvma, not of foliomap' --numbers tests/data/anonvma/at.jsonl
refuses 1 'No such file' --numbers /no/such/file
refuses 2 'neither' -o "$tmp/census.pdf" "$data"
refuses 2 'FILE'
done_testing
