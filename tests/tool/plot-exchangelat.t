#!/bin/bash
# scripts/plot/exchangelat.py draws what was recorded: numbers, words, sizes, and what it refuses.
cd "$(dirname "$0")/../.." || exit
. tests/lib/tap.sh

plot=$PWD/scripts/plot/exchangelat.py
data=$PWD/tests/data/exchangelat
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT

# --- numbers: as computed here, from the same lines
cat >"$tmp/expect.py" <<'EOF'
"""What a plot of the files must show, in a form of its own."""
import json, sys
ops = {}
for name in sys.argv[1:]:
    for line in open(name):
        for row in json.loads(line).get("rows", []):
            op = ops.setdefault(row["op"], {"each": {}, "ns": 0, "calls": 0, "results": {}, "phases": {}})
            op["ns"] += row.get("total", {}).get("ns", 0)
            op["calls"] += row.get("total", {}).get("count", 0)
            for b in row.get("each", {}).get("hist", []):
                op["each"][str(b["lo"])] = op["each"].get(str(b["lo"]), 0) + b["count"]
            for phase, d in row["phases"].items():
                op["phases"][phase] = op["phases"].get(phase, 0) + d["ns"]
            for result, n in row["result"].items():
                op["results"][result] = op["results"].get(result, 0) + n
for name, op in ops.items():
    if name == "migrate":
        op["phases"]["the rest"] = op["ns"] - sum(op["phases"].values())
    assert sum(op["phases"].values()) == op["ns"]
print(json.dumps(ops, sort_keys=True))
EOF
cat >"$tmp/got.py" <<'EOF'
"""What --numbers says, in the form of expect.py; other things that must be so, too."""
import json, sys
drawn = json.load(sys.stdin)
widths = [b - a for a, b in zip(drawn["time"], drawn["time"][1:])]
ops = {}
for name, op in drawn["operations"].items():
    done = {"exchange": "ok", "migrate": "succeeded"}[name]
    each = {str(b["lo"]): b["count"] for b in op["each"]["hist"]}
    heat = {str(b["lo"]): round(sum(r * w for r, w in zip(b["rate"], widths)), 3) for b in op["heat"]}
    assert heat == each, "the heat map has other counts than the histogram"
    assert op["each"]["count"] == sum(each.values())
    assert abs(sum(p["share"] for p in op["phases"]) - 1) < 1e-9
    assert op["asked"] == op["done"] + sum(op["refused"].values())
    ops[name] = {"each": each, "ns": op["each"]["ns"], "calls": op["calls"],
                 "results": {done: op["done"], **op["refused"], **op["also"]},
                 "phases": {p["name"]: p["ns"] for p in op["phases"]}}
    for p in op["phases"]:
        assert abs(p["share"] - p["ns"] / op["each"]["ns"]) < 1e-9
print(json.dumps(ops, sort_keys=True))
EOF

for name in both split refused; do
	run "$plot" --numbers "$data/$name.jsonl"
	is "$status$err" 0 "$name: --numbers, exit 0 and nothing to complain about"
	printf '%s\n' "$out" >"$tmp/$name.json"
	is "$(python3 "$tmp/got.py" <"$tmp/$name.json")" "$(python3 "$tmp/expect.py" "$data/$name.jsonl")" \
		'  counts by bucket, phases, results are those of the recording'
	is "$(python3 -c 'import json, sys
print(*json.load(sys.stdin)["operations"])' <"$tmp/$name.json")" \
		"$([ $name = refused ] && echo exchange || echo exchange migrate)" '  with the operations that are in it'
done
is "$(ls "$tmp"/*.svg 2>/dev/null; ls exchangelat.svg 2>/dev/null)" '' '--numbers alone draws nothing'

# --- the same as the tool itself tells
build/bin/exchangelat --replay "$data/both.jsonl" -i 60 >"$tmp/replay"
for words in 'exchange pair' 'migrate page'; do
	read -r op one <<<"$words"
	p=$(awk -v op="$op:" -v one="$one" '/: .* of / { on = index($0, op) } on && $1 == "a" && $2 == one { print $5, $7 }' "$tmp/replay")
	is "$(python3 -c 'import json, sys
each = json.load(open(sys.argv[1]))["operations"][sys.argv[2]]["each"]
print(*(f"{each[p] / 1000:.1f}us" for p in ("p50", "p99")))' "$tmp/both.json" "$op")" "$p" \
		"$op: median and 99th percentile as exchangelat --replay has them"
done

# The recording of one interval has them, too.
is "$(python3 -c 'import json, sys
each = json.load(sys.stdin)["operations"]["exchange"]["each"]
print(each["p50"], each["p99"])' <"$tmp/refused.json")" "$(sed -n 2p "$data/refused.jsonl" | python3 -c 'import json, sys
each = json.load(sys.stdin)["rows"][0]["each"]
print(each["p50"], each["p99"])')" 'percentiles are those that were recorded'

run "$plot" --numbers "$data/both.jsonl" "$data/both.jsonl"
is "$(python3 "$tmp/got.py" <<<"$out")" "$(python3 "$tmp/expect.py" "$data/both.jsonl" "$data/both.jsonl")" \
	'a recording given twice counts twice'
columns() {
	python3 -c 'import json, sys
d = json.load(sys.stdin)
print(len(d["time"]) - 1, len(d["breaks"]), *d["kernels"], *d["backends"])'
}
is "$(columns <<<"$out")" '7 0 6.12.107 fentry' '  in the same seven columns of time'
run "$plot" --numbers "$data/both.jsonl" - "$data/split.jsonl" <"$data/refused.jsonl"
is "$(python3 "$tmp/got.py" <<<"$out")" "$(python3 "$tmp/expect.py" "$data"/*.jsonl)" \
	'different recordings add up, one from standard input'
is "$(columns <<<"$out")" '9 2 6.12.107 fentry tracepoint' '  time between them is left out'
python3 - "$data/both.jsonl" >"$tmp/later" <<'EOF'
import json, sys
for line in map(json.loads, open(sys.argv[1])):
    print(json.dumps({**line, "ts": line.get("ts", 0) + .1}))
EOF
run "$plot" --numbers "$data/both.jsonl" "$tmp/later"
is "$(python3 "$tmp/got.py" <<<"$out")" "$(python3 "$tmp/expect.py" "$data/both.jsonl" "$data/both.jsonl")" \
	'intervals that overlap in part add up'
is "$(columns <<<"$out")" '15 0 6.12.107 fentry' '  in columns of what they share and what they do not'

# --- pictures
run "$plot" -o "$tmp/both.png" -o "$tmp/both.svg" "$data/both.jsonl"
is "$status$out$err" 0 'draws a PNG and an SVG, silently'
is "$(python3 -c 'import struct, sys
head = open(sys.argv[1], "rb").read(24)
print(head[:8] == b"\x89PNG\r\n\x1a\n", *struct.unpack(">II", head[16:]))' "$tmp/both.png" |
	sed -E 's/ (1[5-9]|2[0-4])[0-9][0-9]$/ fits/')" 'True 1880 fits' 'the PNG is one, 1880 wide and about as high'

# Prints the texts of an SVG, and complains if bars do not have the sizes they should.
cat >"$tmp/svg.py" <<'EOF'
import json, re, sys
from xml.etree import ElementTree
svg = ElementTree.parse(sys.argv[1])
ids = [e.get("id") for e in svg.iter() if e.get("id")]
assert len(ids) == len(set(ids)), "an id twice"
for e in svg.iter("{http://www.w3.org/2000/svg}text"):
    print("".join(e.itertext()))
if len(sys.argv) == 2:
    sys.exit()

def box(name):
    group, = (e for e in svg.iter() if e.get("id") == name)
    numbers = [float(n) for n in re.findall(r"-?[\d.]+", group[0].get("d"))]
    xs, ys = numbers[::2], numbers[1::2]
    return min(xs), max(xs), max(ys) - min(ys)

def same(values, what):
    assert max(values) - min(values) <= .002 * max(map(abs, values)), f"{what}: {values}"

from math import log10

def decade(pattern, units, along):
    """How long a factor of 10 is, by the labels of the histograms: those of the first axes that have two."""
    for axes in (e for e in svg.iter() if re.match("axes_", e.get("id") or "")):
        at = {}
        for text in axes.iter("{http://www.w3.org/2000/svg}text"):
            found = re.fullmatch(pattern, "".join(text.itertext()))
            if found:
                at[log10(int(found[1]) * units[found[2]])] = float(text.get(along))
        if len(at) > 1:
            return abs(at[max(at)] - at[min(at)]) / (max(at) - min(at))

x_decade = decade("([0-9]+)(ns|us|ms)", {"ns": 1, "us": 1e3, "ms": 1e6}, "x")
y_decade = decade("([0-9]+)()", {"": 1}, "y")
for name, op in json.load(open(sys.argv[2])).items():
    counts = sorted(op["each"].items(), key=lambda item: int(item[0]))
    bars = [(int(lo), n, *box(f"{name}-{lo}")) for lo, n in counts]
    # Both axes are logarithmic: equal ratios are equal distances.
    first = bars[0]
    same([(b[2] - first[2]) / log10(b[0] / first[0]) for b in bars[1:]] + [x_decade], f"{name}: places of bars")
    one = min(bars, key=lambda b: b[1])
    same([(b[4] - one[4]) / log10(b[1] / one[1]) for b in bars if b[1] != one[1]] + [y_decade], f"{name}: heights")
    # Buckets that follow one another touch.
    assert any(abs(a[3] - b[2]) < .01 for a, b in zip(bars, bars[1:])), f"{name}: widths"
    parts = [box(f"{name}-{phase.replace(' ', '-')}") for phase in op["phases"] if op["phases"][phase]]
    same([(p[1] - p[0]) / ns * sum(op["each"].values())
          for p, ns in zip(parts, (ns for ns in op["phases"].values() if ns))], f"{name}: phases")
    assert len([i for i in ids if re.fullmatch(name + r"-\d+", i)]) == len(bars), "other bars"
EOF
for name in both split refused; do
	"$plot" -o "$tmp/$name.svg" "$data/$name.jsonl"
	python3 "$tmp/expect.py" "$data/$name.jsonl" >"$tmp/$name.expect"
	run python3 "$tmp/svg.py" "$tmp/$name.svg" "$tmp/$name.expect"
	is "$status$err" 0 "$name: the SVG is well-formed, bars are as long as what they stand for"
	texts=$out
	missing=
	while read -r phase; do
		grep -qxF "$phase" <<<"$texts" || missing="$missing $phase"
	done < <(python3 -c 'import json, sys
for op in json.load(sys.stdin).values():
	print(*op["phases"], sep="\n")' <"$tmp/$name.expect")
	is "$missing" '' '  it names every phase'
	like "$texts" 'Linux 6\.12\.107, backend (fentry|tracepoint)' '  and the kernel and backend'
	like "$texts" $'\nexchange: [0-9]+ of [0-9]+ pairs in [0-9]+ batches' '  and the pairs'
	for op in exchange migrate; do
		panels=$(grep -c -e "^$op, " <<<"$texts")
		is "$panels" "$(python3 -c 'import json, sys
print(3 * (sys.argv[1] in json.load(sys.stdin)))' "$op" <"$tmp/$name.expect")" "  $op: three panels if it is there, otherwise none"
	done
done
like "$(tr '\n' ' ' <<<"$texts")" ' p50 30\.7us p99 229us ' 'percentiles are marked'
like "$(tr '\n' ' ' <<<"$texts")" 'refused: 2938 extra_refs, 1738 locked, 209 isolate, .* 2 pinned ' \
	'refusals are listed, the most frequent first'
# shellcheck disable=SC2016 # not for the shell
shares='import json, sys
op = json.load(sys.stdin)["exchange"]
print("unmap %.0f%%" % (100 * op["phases"]["unmap"] / op["ns"]), "lock %.1f%%" % (100 * op["phases"]["lock"] / op["ns"]))'
is "$(python3 "$tmp/svg.py" "$tmp/both.svg" | grep -xA1 -e unmap -e lock | grep -v -e -- | head -4 | paste -sd' ' |
	sed -E 's/(.*) (unmap .*)/\2 \1/')" "$(python3 -c "$shares" <"$tmp/both.expect")" 'shares stand below the names'

for name in both refused; do
	MPLCONFIGDIR=$tmp/config "$plot" -o "$tmp/again.svg" "$data/$name.jsonl"
	ok "$(cmp -s "$tmp/$name.svg" "$tmp/again.svg"; echo $?)" "$name: the SVG is the same again, byte by byte"
done
mkdir "$tmp/config2"
echo 'font.size: 30' >"$tmp/config2/matplotlibrc"
MPLCONFIGDIR=$tmp/config2 "$plot" -o "$tmp/again.svg" "$data/both.jsonl"
ok "$(cmp -s "$tmp/both.svg" "$tmp/again.svg"; echo $?)" '  and whatever style the user prefers'
"$plot" -o "$tmp/again.png" "$data/both.jsonl"
ok "$(cmp -s "$tmp/both.png" "$tmp/again.png"; echo $?)" '  and so is the PNG'

run env -C "$tmp" "$plot" "$data/both.jsonl"
ok "$(cmp -s "$tmp/both.svg" "$tmp/exchangelat.svg"; echo $?)" 'without -o it draws exchangelat.svg'
version=$(/usr/bin/python3 -c 'import matplotlib; print(matplotlib.__version__)')
if [[ $version == 3.6.* ]]; then # another draws a little differently
	ok "$(cmp -s "$tmp/both.svg" docs/images/exchangelat.svg; echo $?)" 'docs/images/exchangelat.svg is that one'
else
	skip "drawn by matplotlib 3.6, not $version" 'docs/images/exchangelat.svg is that one'
fi
is "$(find scripts/plot -name __pycache__)" '' 'no cache is left beside the scripts'

# --- what is no good
refused() { # STATUS REGEX NAME ARGUMENT...
	local wanted=$1 regex=$2 name=$3
	shift 3
	run "$plot" -o "$tmp/none.svg" "$@"
	is "$status" "$wanted" "$name: exit $wanted"
	like "$err" "^exchangelat\.py: [^"$'\n'"]*${regex}[^"$'\n'"]*\$" '  one line that says why'
	is "$out$(ls "$tmp/none.svg" 2>/dev/null)" '' '  and nothing else'
}
line() { # NUMBER FILE: that line
	sed -n "$1p" "$data/$2.jsonl"
}
bad() { # LINE: a recording with that as its third line
	line 1,2 both
	printf '%s\n' "$1"
	line 4,9 both
}

refused 2 'FILE.*--help' 'no file'
refused 2 "'x.pdf'" 'another format' -o x.pdf "$data/both.jsonl"
refused 2 '--frob' 'an unknown option' --frob "$data/both.jsonl"
refused 1 "$tmp/absent" 'no such file' "$tmp/absent"
: >"$tmp/in"
refused 1 "$tmp/in is empty" 'an empty file' "$tmp/in"
echo '{"a":' >"$tmp/in"
refused 1 "$tmp/in, line 1: not JSON" 'not JSON at all' "$tmp/in"
echo '{"a": 1}' >"$tmp/in"
refused 1 "$tmp/in, line 1: .*no header" 'no recording' "$tmp/in"
line 1,9 both | sed '1s/"tool":"exchangelat"/"tool":"rmaptop"/' >"$tmp/in"
refused 1 "$tmp/in, line 1: .*rmaptop, not of exchangelat" "another tool's recording" "$tmp/in"
bad '{"type":"interval"' >"$tmp/in"
refused 1 "$tmp/in, line 3: not JSON" 'a line that is no JSON' "$tmp/in"
run "$plot" -o "$tmp/none.svg" - <"$tmp/in"
like "$err" '^exchangelat\.py: standard input, line 3: [^'$'\n'']*$' '  also on standard input'
bad '[]' >"$tmp/in"
refused 1 "$tmp/in, line 3: not a JSON object" 'a line that is no object' "$tmp/in"
bad '{"type":"interval","rows":[]}' >"$tmp/in"
refused 1 "$tmp/in, line 3: 'ts'" 'an interval without its time' "$tmp/in"
bad '{"type":"interval","ts":1e999,"interval_s":1,"rows":[]}' >"$tmp/in"
refused 1 "$tmp/in, line 3: 'ts'" 'an endless time' "$tmp/in"
for broken in 's/"rows":\[/"rows":3,"x":[/ rows' 's/"op":"migrate"/"op":"teleport"/ teleport' \
	's/"count":[0-9]+/"count":-1/g count' 's/"lo":[0-9]+/"lo":"x"/g lo' \
	's/"hi":[0-9]+/"hi":1/g bucket' 's/"drain"/"brain"/ brain' 's/"result":\{/"result":3,"x":{/ result' \
	's/"phases"/"stages"/ phases' 's/"hist":\[/"hist":{},"x":[/ hist'; do
	read -r expression word <<<"$broken"
	line 1,9 both | sed -E "2$expression" >"$tmp/in"
	refused 1 "$tmp/in, line 2: .*$word" "a line with a broken $word" "$tmp/in"
done
line '1p;$' both >"$tmp/in"
refused 1 "no exchange and no migration .*$tmp/in" 'no operation' "$tmp/in"
run "$plot" -o "$tmp/absent/x.svg" "$data/both.jsonl"
is "$status" 1 'no folder to write to: exit 1'
like "$err" "^exchangelat\.py: cannot write $tmp/absent/x\.svg: [^"$'\n'']*$' '  one line that says so'

mkdir "$tmp/fake"
echo 'raise ImportError("no such thing here")' >"$tmp/fake/matplotlib.py"
PYTHONPATH=$tmp/fake PYTHONDONTWRITEBYTECODE=1 refused 3 'python3-matplotlib' 'no matplotlib' "$data/both.jsonl"

# --- recordings that were cut off
line 1,4 both >"$tmp/in"
run "$plot" --numbers "$tmp/in"
is "$status" 0 'no end line: exit 0'
is "$err" "exchangelat.py: $tmp/in has no end line: the recording was cut off" '  a warning'
is "$(python3 "$tmp/got.py" <<<"$out")" "$(python3 "$tmp/expect.py" "$tmp/in")" '  and all that is there'
{
	cat "$tmp/in"
	line 5 both | head -c 1000
} >"$tmp/half"
run "$plot" --numbers "$tmp/half"
is "$status" 0 'half a last line: exit 0'
is "$err" "exchangelat.py: $tmp/half has no end line: the recording was cut off" '  a warning'
is "$(python3 "$tmp/got.py" <<<"$out")" "$(python3 "$tmp/expect.py" "$tmp/in")" '  and all before it'

# --- what is rare: endless and zero times, lost events, names that are markup, many intervals
python3 - "$tmp/rare" <<'EOF'
import json, sys
def times(*buckets):
    return {"count": len(buckets), "ns": 0, "max": 2 ** 64 - 1,
            "hist": [{"lo": lo, "hi": hi, "count": 1} for lo, hi in buckets]}
lines = [{"type": "header", "tool": "exchangelat", "kernel": "<6>&$x$", "backend": "fentry"}]
for i in range(1000):
    lines.append({"type": "interval", "ts": 1000 + i, "interval_s": 1, "rows": [
        {"op": "exchange", "each": times((0, 1), (15 << 60, None)), "phases": {"drain": times((0, 1))},
         "result": {"ok": 1, "$y$": 1}}]})
lines.append({"type": "end", "lost": {"full": 7}})
open(sys.argv[1], "w").write("".join(json.dumps(line) + "\n" for line in lines))
EOF
run "$plot" --numbers -o "$tmp/rare.svg" "$tmp/rare"
is "$status$err" 0 'no time, endless time, a thousand intervals: exit 0, nothing to complain about'
is "$(python3 -c 'import json, sys
each = json.load(sys.stdin)["operations"]["exchange"]["each"]
print(each["p50"], each["p99"] == 2 ** 64 - 1)' <<<"$out")" '0 True' '  half of them are 0, the others the longest'
like "$(columns <<<"$out")" '^(1[2-9]|2[0-4]). 0 ' '  they are put together, not left out'
texts=$(python3 "$tmp/svg.py" "$tmp/rare.svg")
# shellcheck disable=SC2016 # not for the shell
like "$texts" 'Linux <6>&\$x\$,.*1000 \$y\$.*7 events were lost' '  names stay what they are, and losses are told'
done_testing
