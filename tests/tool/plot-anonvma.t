#!/bin/bash
# scripts/plot/anonvma.py draws the forest that was recorded: a dot for each AVC, and what it refuses.
cd "$(dirname "$0")/../.." || exit
. tests/lib/tap.sh
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
plot=$PWD/scripts/plot/anonvma.py recording=tests/data/anonvma/branches.jsonl foreign=tests/data/foliomap/cow.jsonl
. tests/lib/plot.sh

cat >"$tmp/expect.py" <<'EOF'
"""Each AVC as anon_vma, pid, VMA and whether it is its own, from the lines or from --numbers."""
import json, sys
avcs = []
if sys.argv[1:]:
    for name in sys.argv[1:]:
        for line in map(json.loads, open(name)):
            avcs += [[line["addr"], v["pid"], v["start"], v["active"]] for v in line.get("vmas", [])]
else:
    for tree in json.load(sys.stdin)["trees"]:
        depths = [row["depth"] for row in tree["rows"]]
        assert depths[0] == 0 and all(b <= a + 1 for a, b in zip(depths, depths[1:])), "order"
        for row in tree["rows"]:
            avcs += [[row["addr"], tree["vmas"][x]["pid"], tree["vmas"][x]["start"], own] for x, own, _ in row["links"]]
print(json.dumps(sorted(avcs)))
EOF
for files in $recording tests/data/anonvma/split.jsonl tests/data/anonvma/at.jsonl "tests/data/anonvma/shared.jsonl $recording $recording"; do
	# shellcheck disable=SC2086 # names without blanks
	run "$plot" --numbers $files
	is "$status$err" 0 "--numbers $files: exit 0, nothing to complain about"
	# shellcheck disable=SC2086
	is "$(python3 "$tmp/expect.py" <<<"$out")" "$(python3 "$tmp/expect.py" $files)" '  the AVCs are those of the recordings'
done

plot_draws anonvma.svg
dots() { # KIND: dots of it
	grep -o "id=\"avc-[0-9]*-[0-9]*-[0-9]*-$1\"" "$tmp/it.svg" | wc -l
}
avcs=$(python3 "$tmp/expect.py" "$recording")
is "$(dots own) $(dots inherited)" "$(grep -o true <<<"$avcs" | wc -l) $(grep -o false <<<"$avcs" | wc -l)" 'a dot for each AVC, own or inherited'
# Columns are in the same order as in anonvma --dot: the processes of its heads.
is "$(plot_texts "$tmp/it.svg" | sed -nE 's/^([0-9]+) family$/\1/p' | paste -sd' ')" \
	"$(build/bin/anonvma --replay "$recording" --dot | grep -o '<b>[0-9]*</b>' | tr -dc '0-9\n' | paste -sd' ')" \
	'  processes in the order of anonvma --dot'
texts=$(plot_texts "$tmp/it.svg")
for words in 'anonvma, Linux 6\.12' '1 tree of 9 anon_vmas, 29 AVCs' '0xffff8c3581ae1c30  d0 r9 c3 v1' '201 family'; do
	like "$texts" "$words" "  it says $words"
done

# More than there is room for is told.
python3 - "$tmp/many" <<'EOF'
import json, sys
with open(sys.argv[1], "w") as f:
    print(json.dumps({"type": "header", "tool": "anonvma", "kernel": "6", "backend": "x"}), file=f)
    for i in range(20):
        a = hex(0x1000 + i)
        print(json.dumps({"type": "snapshot", "ts": 1, "interval_s": 1, "addr": a, "root": a, "parent": a, "depth": 0,
                          "refcount": 1, "num_children": None, "num_active_vmas": None, "vmas": [
            {"pid": i * 100 + k, "comm": "<$x$>&", "start": "0x1000", "end": "0x2000", "pgoff": 0, "active": True}
            for k in range(70 if i == 0 else 1)]}), file=f)
    print(json.dumps({"type": "end", "lost": {}}), file=f)
EOF
run "$plot" -o "$tmp/many.svg" "$tmp/many"
is "$status$err" 0 'twenty trees, one of seventy VMAs: exit 0, nothing to complain about'
like "$(plot_texts "$tmp/many.svg")" 'not drawn: 8 trees with fewer AVCs and 10 VMAs of large trees' '  it says what is not drawn'

plot_refuses_bad_input 'no anon_vma'
plot_refused_if 's/"addr":"0x/"addr":"/' addr
plot_refused_if 's/"depth":0/"depth":-1/' depth
plot_refused_if 's/"vmas":\[/"vmas":3,"x":[/' vmas
plot_refused_if 's/"bytes":/"bites":/' bytes
done_testing
