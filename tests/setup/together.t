#!/bin/bash
# tests/lib/together says of several programs what prove would say of each.
cd "$(dirname "$0")/../.." || exit
. tests/lib/tap.sh
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT

program() { # NAME STATUS LINE...: prints these lines
	local name=$1 status=$2
	shift 2
	{ printf '#!/bin/sh\ncat <<END\n'; printf '%s\n' "$@"; printf 'END\nexit %s\n' "$status"; } >"$tmp/$name"
	chmod +x "$tmp/$name"
}
program good 0 'TAP version 13' '1..2' 'ok 1 - a' 'ok 2 b # SKIP no room' '# said'
program bad 1 'not ok 1 - c' '1..1'
program few 0 'ok 1 - d' '1..2'
program dies 3 'ok 1 - e' '1..1'
program silent 0 ''
program hides 0 'not ok 1 - f' '1..1'
program gone 0 '1..0 # SKIP no kernel'
program bails 1 'Bail out! no device'

run tests/lib/together "$tmp/good" "$tmp/good"
is "$status $(sed -n '/^1/p; /^ok/p' <<<"$out" | sed '3,4d' | head -5)" "0 ok 1 - good: a
ok 2 - good: b # SKIP no room
ok 5 - good: a
ok 6 - good: b # SKIP no room
ok 7 - good: as many checks as it planned" 'numbered through, skips as they were'
is "$(tail -n 1 <<<"$out")" 1..8 'one plan'
for case in 'bad:bad: c' 'few:few: as many checks as it planned' 'dies:dies: exit 3' \
	'silent:silent: as many checks as it planned' 'hides:hides: exit 0' 'bails:bails bails out: no device'; do
	run tests/lib/together "$tmp/good" "$tmp/${case%%:*}"
	is "$status" 1 "${case%%:*}: exit 1"
	like "$out" "not ok [0-9]+ - ${case#*:}" '  and the check that fails'
done
run tests/lib/together "$tmp/gone"
is "$status $(head -n 1 <<<"$out")" '0 ok 1 - gone # SKIP no kernel' 'what is skipped as a whole is no pass'
done_testing
