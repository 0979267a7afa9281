#!/bin/bash
# scripts/plot/forkchain.py draws what was recorded: numbers, bars, and what it refuses.
cd "$(dirname "$0")/../.." || exit
. tests/lib/tap.sh
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
plot=$PWD/scripts/plot/forkchain.py recording=tests/data/forkchain/chain.jsonl foreign=tests/data/anonvma/at.jsonl
. tests/lib/plot.sh

cat >"$tmp/expect.py" <<'EOF'
"""Events, AVCs, depths and times, from the lines or from --numbers."""
import json, sys
from collections import Counter
events, linked, freed, depths, times = Counter(), 0, 0, Counter(), {}
if sys.argv[1:]:
    for name in sys.argv[1:]:
        for line in map(json.loads, open(name)):
            if line["type"] != "event":
                continue
            kind, cause = line["event"], line.get("cause", "")
            events[kind] += 1
            times.setdefault(f"{kind} {cause}", []).append(line["ns"])
            freed += line["avcs"] * (kind == "unlink")
            linked += line["avcs"] * (kind in ("prepare", "fork") or cause not in ("", "fork"))
            if kind == "fork":
                depths[str(line["depth"])] += 1
    times = {key: [len(t), sum(t), max(t), sorted(t)[(len(t) * 99 + 99) // 100 - 1]] for key, t in times.items()}
else:
    drawn = json.load(sys.stdin)
    events = {kind: sum(values) for kind, values in drawn["events"].items()}
    linked, freed, depths = sum(drawn["linked"]), sum(drawn["freed"]), drawn["depths"]
    times = {f"{op['event']} {op['cause']}": [op["count"], op["ns"], op["max"], op["p99"]] for op in drawn["operations"]}
print(json.dumps([dict(events), linked, freed, dict(depths), times], sort_keys=True))
EOF
sed -E 's/"ts":1795260/"ts":1795999/' "$recording" >"$tmp/later.jsonl"
for files in "$recording" "$recording $tmp/later.jsonl" "$recording $recording"; do
	# shellcheck disable=SC2086 # names without blanks
	run "$plot" --numbers $files
	is "$status$err" 0 "--numbers, $(wc -w <<<"$files") recordings: exit 0, nothing to complain about"
	# shellcheck disable=SC2086
	is "$(python3 "$tmp/expect.py" <<<"$out")" "$(python3 "$tmp/expect.py" $files)" '  the numbers are those of the recordings'
	is "$(python3 -c 'import json, sys
drawn = json.load(sys.stdin)
print(len(drawn["breaks"]), 0 < drawn["time"][-1] < 1.2)' <<<"$out")" "$([[ $files == *later* ]] && echo 1 || echo 0) True" '  time between them is left out'
done

plot_draws forkchain.svg
"$plot" --numbers "$recording" >"$tmp/numbers"
is "$(python3 - "$tmp/it.svg" "$tmp/numbers" <<'EOF'
import json, re, sys
from xml.etree import ElementTree
drawn = json.load(open(sys.argv[2]))
heights = {}
for e in ElementTree.parse(sys.argv[1]).iter():
    if re.fullmatch(r"events-\w+-\d+|depth-\d+|net", e.get("id") or ""):
        n = [float(v) for v in re.findall(r"-?[\d.]+", e[0].get("d"))]
        heights[e.get("id")] = n if e.get("id") == "net" else max(n[1::2]) - min(n[1::2])
def alike(pairs, what):
    ratios = [size / value for size, value in pairs if value]
    assert len(ratios) > 1 and max(ratios) < 1.01 * min(ratios), f"{what}: {ratios}"
    assert all(size < .01 for size, value in pairs if not value), what
alike([(heights[f"events-{kind}-{i}"], n) for kind, values in drawn["events"].items() for i, n in enumerate(values)], "events")
alike([(heights[f"depth-{depth}"], n) for depth, n in drawn["depths"].items()], "depths")
net, total, nets = heights["net"][1::2], 0, [0]
for a, b in zip(drawn["linked"], drawn["freed"]):
    total += a - b
    nets.append(total)
high, low = max(nets), min(nets)
assert abs((net[0] - min(net)) / (max(net) - min(net)) - high / (high - low)) < .01, "line"
print("as high as what they stand for")
EOF
)" 'as high as what they stand for' 'bars are as high as what they stand for'
texts=$(plot_texts "$tmp/it.svg")
for words in 'forkchain, Linux 6\.12\.107, backend tracepoint' '294 AVCs linked, 304 freed' 'fork 81' 'unlink: 117, p50'; do
	like "$texts" "$words" "  it says $words"
done

plot_refuses_bad_input 'no event'
plot_refused_if 's/"event":"fork"/"event":"spoon"/' spoon
plot_refused_if 's/"cause":"split"/"cause":"magic"/' magic
plot_refused_if 's/"avcs":2/"avcs":null/' avcs
plot_refused_if 's/"depth":1,/"depth":-1,/' depth
done_testing
