# shellcheck shell=bash disable=SC2154
# What holds for every plot of scripts/plot, for its test to source after tap.sh; it has set
# $plot (the script), $recording (one that it draws), $foreign (another tool's) and $tmp.

name=$(basename "${plot:?}")

# Pictures: SVG and PNG, the same every time, by default NAME.svg.
plot_draws() { # DEFAULT
	run "$plot" -o "$tmp/it.svg" -o "$tmp/it.png" "${recording:?}"
	is "$status$out$err" 0 'draws a PNG and an SVG, silently'
	is "$(head -c 8 "$tmp/it.png" | od -An -c | tr -d ' ')" '211PNG\r\n032\n' '  a PNG'
	run env -C "$tmp" "$plot" "$(realpath "$recording")"
	ok "$(cmp -s "$tmp/it.svg" "$tmp/$1"; echo $?)" "  without -o $1, byte by byte the same"
	is "$(python3 -c 'import sys
from xml.etree import ElementTree
ids = [e.get("id") for e in ElementTree.parse(sys.argv[1]).iter() if e.get("id")]
print(len(ids) == len(set(ids)))' "$tmp/it.svg")" True '  well-formed, no id twice'
	is "$(find scripts/plot -name __pycache__)" '' '  no cache is left beside the scripts'
}

plot_texts() { # SVG: all that is written in it, a line each
	python3 -c 'import sys
from xml.etree import ElementTree
for e in ElementTree.parse(sys.argv[1]).iter("{http://www.w3.org/2000/svg}text"):
	print("".join(e.itertext()))' "$1"
}

plot_refused() { # STATUS REGEX NAME ARGUMENT...
	local wanted=$1 regex=$2 what=$3
	shift 3
	run "$plot" -o "$tmp/none.svg" "$@"
	is "$status" "$wanted" "$what: exit $wanted"
	like "$err" "^$name: [^"$'\n'"]*${regex}[^"$'\n'"]*\$" '  one line that says why'
	is "$out$(ls "$tmp/none.svg" 2>/dev/null)" '' '  and nothing else'
}

# A recording that is changed by sed is refused, with a word of why.
plot_refused_if() { # EXPRESSION WORD
	sed -E "$1" "$recording" >"$tmp/in"
	plot_refused 1 "$tmp/in, line [0-9]+: .*$2" "a broken $2" "$tmp/in"
}

plot_refuses_bad_input() { # WHAT-IT-SAYS-OF-NOTHING
	plot_refused 2 'FILE' 'no file'
	plot_refused 2 "'x.pdf'" 'another format' -o x.pdf "$recording"
	plot_refused 2 '--frob' 'an unknown option' --frob "$recording"
	plot_refused 1 'No such file' 'no such file' /no/such/file
	plot_refused 1 'is empty' 'an empty file' /dev/null
	plot_refused 1 'line 1: not JSON' 'no recording' /etc/passwd
	plot_refused 1 "not of ${name%.py}" "another tool's recording" "${foreign:?}"
	sed -n '1p;$p' "$recording" >"$tmp/in"
	plot_refused 1 "$1.*$tmp/in" 'a recording of nothing' "$tmp/in"
	ln -s /dev/full "$tmp/full.svg"
	run "$plot" -o "$tmp/full.svg" "$recording"
	is "$status $err" "1 $name: cannot write $tmp/full.svg: No space left on device" 'a full disk'
	run "$plot" -o /no/such/dir/x.svg "$recording"
	is "$status $err" "1 $name: cannot write /no/such/dir/x.svg: No such file or directory" 'no folder to write to'
	run bash -c "'$plot' --numbers '$recording' >/dev/full"
	is "$status $err" "1 $name: cannot write to standard output: No space left on device" 'a full standard output'
	run bash -c "'$plot' --numbers '$recording' | true; exit \${PIPESTATUS[0]}"
	is "$status $err" '0 ' 'a closed pipe: quietly, exit 0'
	head -n 2 "$recording" >"$tmp/in"
	run "$plot" --numbers "$tmp/in"
	is "$status $err" "0 $name: $tmp/in has no end line: the recording was cut off" 'cut off: what there is, and a warning'
}
