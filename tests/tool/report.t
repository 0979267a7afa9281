#!/bin/bash
# folioscope-report: a valid page of any recordings, whose tables and pictures say what they say.
cd "$(dirname "$0")/../.." || exit
. tests/lib/tap.sh

report=$PWD/scripts/plot/folioscope-report
data=tests/data
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
check() { # SCRIPT ARGUMENT...: of tests/report, by the Python that has Debian's packages
	local script=tests/report/$1
	shift
	/usr/bin/python3 -B "$script" "$@" 2>&1
}

says() { # PAGE REGEX NAME: only that it is there, a page is long
	grep -qE -e "$2" "$tmp/$1.html"
	ok $? "$3"
}

# --- pages of all recordings, of each tool's, of a single one
page() { # NAME FILE...
	local name=$1
	shift
	run "$report" -o "$tmp/$name.html" "$@"
	is "$status$out$err" 0 "$name: made, silently"
	is "$(check expect.py "$tmp/$name.html" "$@")" '' '  tables and overview say what was recorded'
	like "$(check pictures.py "$tmp/$name.html" "$@")" '^[1-9][0-9]* marks$' '  marks are where the numbers say'
}
page all "$data"/*/*.jsonl
for tool in rmaptop exchangelat anonvma forkchain foliomap; do
	page $tool "$data"/$tool/*.jsonl
done
for name in rmaptop/forktree rmaptop/slow exchangelat/both exchangelat/refused; do
	page "${name/\//-}" "$data/$name.jsonl"
done
page twice "$data"/rmaptop/forktree.jsonl "$data"/forkchain/chain.jsonl "$data"/rmaptop/forktree.jsonl "$data"/forkchain/chain.jsonl
says twice '2 recordings of rmaptop are added up' '  it says that they are added up'
sections() {
	grep -o '<section id="[a-z]*"' "$tmp/$1.html" | cut -d'"' -f2 | paste -sd' '
}
is "$(sections all)" 'overview rmap exchange forest chain memory' 'a part for each tool'
is "$(sections forkchain)" 'overview chain' '  of what is there only'
says forkchain 'Nothing was lost' 'that nothing is lost is said'
says rmaptop-forktree 'seen in full' '  and that all was seen'
says rmaptop-forktree 'Single slow walks were not recorded: rmaptop --outliers N' '  and what was not recorded'

# --- the same every time, from everywhere
mkdir -p "$tmp/bin" "$tmp/here"
ln -s "$report" "$tmp/bin/folioscope-report"
run "$tmp/bin/folioscope-report" -o - "$data"/*/*.jsonl
ok "$(cmp -s "$tmp/all.html" <(printf '%s\n' "$out"); echo $?)" 'the same again, through a link, on standard output'
run env -C "$tmp/here" "$report" -t 'Two <b> & "c"' - <"$data/foliomap/census.jsonl"
is "$status$out$err$(ls "$tmp/here")" '0folioscope-report.html' 'without -o folioscope-report.html, from standard input'
says here/folioscope-report '<h1>Two &lt;b&gt; &amp; &quot;c&quot;</h1>' '  with the title asked for'
is "$(find scripts/plot -name __pycache__)" '' 'no cache is left beside the scripts'

# --- what is rare: recordings of nothing, cut off, of a sample, of a benchmark; forged ones
head -n 2 "$data/rmaptop/forktree.jsonl" | sed '2s/"interval_s"/"sample":8,"interval_s"/' >"$tmp/cut"
sed -n 3p "$data/rmaptop/forktree.jsonl" | sed 's/"interval_s"/"sample":8,"interval_s"/' >>"$tmp/cut"
run "$report" -o "$tmp/cut.html" "$tmp/cut"
is "$status" 0 'cut off: exit 0'
is "$err" "folioscope-report: $tmp/cut has no end line: the recording was cut off" '  a warning'
says cut 'Cut off, without an account of what was lost' '  which the page has as well'
says cut 'One walk of 8 was counted' 'a sample is told'
empty=()
for tool in rmaptop exchangelat anonvma forkchain foliomap folioxchg; do
	{
		echo '{"type":"header","tool":"'$tool'","kernel":"6","backend":"x","coverage":{}}'
		echo '{"type":"end","ts":1,"seen":3,"recorded":0,"lost":{"full":3},"bpf":{"runs":0,"ns":0}}'
	} >"$tmp/empty-$tool"
	empty+=("$tmp/empty-$tool")
done
run "$report" -o "$tmp/empty.html" "${empty[@]}"
is "$status$err" 0 'recordings of nothing: exit 0'
is "$(grep -o '>full<' "$tmp/empty.html" | wc -l)" 6 '  what they lost is listed'
cat >"$tmp/bench" <<'EOF'
{"type":"header","tool":"folioxchg","kernel":"6","backend":"x","coverage":{}}
{"type":"event","ts":1,"interval_s":0,"result":"ok"}
{"type":"snapshot","ts":2,"interval_s":1,"pairs":512,"rounds":10,"sharers":1,"exchange_ns":102400000,"exchanged":10240,"migrate_ns":204800000,"migrated":10240,"wrong_words":0,"ratio":2,"clock":"CLOCK_MONOTONIC"}
{"type":"end","ts":2,"seen":10240,"recorded":10240,"lost":{},"bpf":{"runs":0,"ns":0}}
EOF
run "$report" -o "$tmp/bench.html" "$tmp/bench"
is "$status$err" 0 'a benchmark: exit 0'
says bench 'exchange 10us a pair, two move_pages\(2\) 20us \(CLOCK_MONOTONIC\)' '  with its clock'

evil='</title><script>alert(1)</script>"><img src=x onerror=alert(2)>&amp;'
python3 - "$tmp" "$evil" "$data"/*/*.jsonl <<'EOF'
# Every text that is nobody's name in our sources says something else, and controls the terminal.
import json, sys
tmp, evil = sys.argv[1], sys.argv[2] + "'\x1b[2J\u202e\x9b\u200b\n"
FREE = {"comm", "kernel", "backend", "version", "why", "stack", "path", "fs", "zone", "pfn", "address", "prot", "has", "check"}
def forge(value, key=None):
    if isinstance(value, dict):
        return {k + evil if key in ("coverage", "lost", "inexact") else k:
                forge(v, k) for k, v in value.items()}
    if isinstance(value, list):
        return [forge(v) for v in value]
    return evil if key in FREE and isinstance(value, str) else value
for i, name in enumerate(sys.argv[3:]):
    with open(f"{tmp}/forged-{i}", "w") as file:
        for line in open(name):
            file.write(json.dumps(forge(json.loads(line))) + "\n")
EOF
mv "$tmp/forged-0" "$tmp/forged-<b>&\"'"
run "$report" -t "$evil" -o "$tmp/forged.html" "$tmp"/forged-*
is "$status$err" 0 'forged recordings: exit 0'
says forged '&lt;script&gt;alert\(1\)' '  what they say is there, as text'

# --- each of these pages is valid
for name in all rmaptop-forktree exchangelat-refused cut empty bench forged; do
	is "$(check valid.py "$tmp/$name.html")" '' "$name: valid, complete, asks for nothing, runs nothing"
done

# --- what is no good
refused() { # STATUS REGEX NAME ARGUMENT...
	local wanted=$1 regex=$2 name=$3
	shift 3
	run "$report" -o "$tmp/none.html" "$@"
	is "$status" "$wanted" "$name: exit $wanted"
	like "$err" "^folioscope-report: [^"$'\n'"]*${regex}[^"$'\n'"]*\$" '  one line that says why'
	is "$out$(ls "$tmp/none.html" 2>/dev/null)" '' '  and nothing else'
}
refused 2 'FILE' 'no file'
refused 2 '--frob' 'an unknown option' --frob x
refused 1 'No such file' 'no such file' /no/such/file
refused 1 'is empty' 'an empty file' /dev/null
refused 1 'line 1: not JSON' 'no recording' /etc/passwd
refused 1 'Is a directory' 'a directory' /tmp
sed '1s/"tool":"rmaptop"/"tool":"top\\u001b[2J"/' "$data/rmaptop/slow.jsonl" >"$tmp/in"
refused 1 'a recording of top\?\[2J, of which no section is made' "another program's recording" "$tmp/in"
for broken in 'rmaptop/slow s/"cause":"mkclean"/"cause":"magic"/ magic' 'rmaptop/slow s/"mapped":/"napped":/g mapped' \
	'rmaptop/slow s/"vmas":13,/"vmas":12,/g more' 'exchangelat/refused s/"phases"/"stages"/ phases' \
	'anonvma/split s/"addr":"0x/"addr":"/g addr' 'anonvma/split s/"depth":0/"depth":-1/ depth' \
	'anonvma/split s/"vmas":\[/"vmas":3,"x":[/ vmas' 'forkchain/chain s/"event":"fork"/"event":"spoon"/ spoon' \
	'forkchain/chain s/"avcs":2/"avcs":null/ avcs' 'foliomap/census s/"bytes":/"bites":/ bytes' \
	'foliomap/cow s/"mappers":\[/"mappers":3,"x":[/ mappers' 'foliomap/range s/"pages":/"ages":/ pages'; do
	read -r name expression word <<<"$broken"
	sed -E "$expression" "$data/$name.jsonl" >"$tmp/in"
	refused 1 "$tmp/in, line [0-9]+: .*$word" "$name with a broken $word" "$tmp/in"
done
run "$report" -o /no/such/dir/x.html "$data/rmaptop/slow.jsonl"
is "$status $err" '1 folioscope-report: cannot write /no/such/dir/x.html: No such file or directory' 'no folder to write to'
run "$report" -o /dev/full "$data/rmaptop/slow.jsonl"
is "$status $err" '1 folioscope-report: cannot write /dev/full: No space left on device' 'a full disk'
run bash -c "'$report' -o - '$data/rmaptop/slow.jsonl' >/dev/full"
is "$status $err" '1 folioscope-report: cannot write to standard output: No space left on device' '  also as standard output'
run bash -c "'$report' -o - $data/*/*.jsonl | head -c 10; exit \${PIPESTATUS[0]}"
is "$status $err" '0 ' 'a closed pipe: quietly, exit 0'
run "$report" --version
is "$status $out" "0 folioscope-report $(sed -n 's/^VERSION := //p' Makefile)" '--version says that of the Makefile'
run "$report" --help
like "$status $out" '^0 usage: folioscope-report ' '--help'
done_testing
