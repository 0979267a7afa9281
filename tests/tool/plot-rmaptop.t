#!/bin/bash
# scripts/plot/rmaptop.py draws what was recorded: numbers, bars, and what it refuses.
cd "$(dirname "$0")/../.." || exit
. tests/lib/tap.sh
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
plot=$PWD/scripts/plot/rmaptop.py recording=tests/data/rmaptop/slow.jsonl foreign=tests/data/anonvma/at.jsonl
. tests/lib/plot.sh

cat >"$tmp/expect.py" <<'EOF'
"""Sums by cause and kind, walks by cause, slowest walks, from the lines or from --numbers."""
import json, sys
from collections import Counter
rows, walks, slow = {}, Counter(), []
if sys.argv[1:]:
    for name in sys.argv[1:]:
        for line in map(json.loads, open(name)):
            slow += line.get("slowest", [])
            for row in line.get("rows", []):
                sums = rows.setdefault(f"{row['cause']} {row['kind']}", Counter())
                sums.update({k: row[k] for k in ("walks", "vmas", "phantom", "lock_ns", "ns")})
                walks[row["cause"]] += row["walks"]
    slow.sort(key=lambda w: (-w["ns"], w["ts"]))
else:
    drawn = json.load(sys.stdin)
    for row in drawn["causes"]:
        rows[f"{row['cause']} {row['kind']}"] = {
            **{k: row[k] for k in ("walks", "vmas", "phantom", "lock_ns")}, "ns": row["time"]["ns"]}
        assert row["mapped"] + row["phantom"] == row["vmas"]
        assert sum(b["count"] for b in row["time"]["hist"]) == row["walks"]
    walks = {cause: round(sum(values)) for cause, values in drawn["over_time"]["walks"].items()}
    slow = drawn["slowest"]
    assert round(sum(drawn["over_time"]["vmas"])) == sum(r["vmas"] for r in rows.values())
    assert round(sum(drawn["over_time"]["phantom"])) == sum(r["phantom"] for r in rows.values())
    assert sum(t["walks"] for t in drawn["tasks"]) == sum(walks.values())
print(json.dumps([rows, dict(walks), [[w["ns"], w["vmas"], w["pfn"]] for w in slow[:20]]], sort_keys=True))
EOF
for files in "$recording" tests/data/rmaptop/forktree.jsonl "$recording tests/data/rmaptop/names.jsonl $recording"; do
	# shellcheck disable=SC2086 # names without blanks
	run "$plot" --numbers $files
	is "$status$err" 0 "--numbers $files: exit 0, nothing to complain about"
	# shellcheck disable=SC2086
	is "$(python3 "$tmp/expect.py" <<<"$out")" "$(python3 "$tmp/expect.py" $files)" '  the numbers are those of the recordings'
done

plot_draws rmaptop.svg
"$plot" --numbers "$recording" >"$tmp/numbers"
is "$(python3 - "$tmp/it.svg" "$tmp/numbers" <<'EOF'
import json, re, sys
from xml.etree import ElementTree
drawn = json.load(open(sys.argv[2]))
boxes = {}
for e in ElementTree.parse(sys.argv[1]).iter():
    if re.fullmatch(r"(walks-\w+|slow|mapped|phantoms|phantom)-\d+", e.get("id") or ""):
        n = [float(v) for v in re.findall(r"-?[\d.]+", e[0].get("d"))]
        boxes[e.get("id")] = max(n[::2]) - min(n[::2]), max(n[1::2]) - min(n[1::2])

def alike(pairs, what):
    ratios = [size / value for size, value in pairs if value]
    assert len(ratios) > 1 and max(ratios) < 1.01 * min(ratios), f"{what}: {ratios}"
    assert all(size < .01 for size, value in pairs if not value), what

time = drawn["time"]
alike([(boxes[f"walks-{cause}-{i}"][1], n / (time[i + 1] - time[i]))
       for cause, values in drawn["over_time"]["walks"].items() for i, n in enumerate(values)], "walks")
alike([(boxes[f"walks-mkclean-{i}"][0], time[i + 1] - time[i]) for i in range(len(time) - 1)], "time")
alike([(boxes[f"slow-{i}"][0], w["ns"]) for i, w in enumerate(drawn["slowest"])], "slowest")
alike([(boxes[f"{part}-{i}"][0], row[key] / row["walks"]) for i, row in enumerate(drawn["causes"])
       for part, key in (("mapped", "mapped"), ("phantoms", "phantom"))], "VMAs")
over = drawn["over_time"]
assert [boxes[f"phantom-{i}"][1] > 0 for i in range(len(time) - 1)] == [n > 0 for n in over["phantom"]]
print("as long as what they stand for")
EOF
)" 'as long as what they stand for' 'bars are as long as what they stand for'
texts=$(plot_texts "$tmp/it.svg")
for words in 'rmaptop, Linux 6\.12\.107, backend tracepoint' '344 walks, 15\.8 VMAs a walk' 'migrate_unmap 160' \
	'1\.14ms, 1 VMAs' '21, 32% phantom'; do
	like "$texts" "$words" "  it says $words"
done

plot_refuses_bad_input 'no walk'
plot_refused_if 's/"cause":"mkclean"/"cause":"magic"/' magic
plot_refused_if 's/"kind":"file"/"kind":"pile"/' pile
plot_refused_if 's/"walks":[0-9]+/"walks":-1/g' walks
plot_refused_if 's/"rows":\[/"rows":3,"x":[/' rows
plot_refused_if 's/"slowest":\[/"slowest":3,"x":[/' slowest
done_testing
