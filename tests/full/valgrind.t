#!/bin/bash
# Every tool that reads recordings, over all of them in every way that needs no terminal, and
# over broken ones, under valgrind: nothing is used that is not initialised or not there, and
# nothing is lost.  The tools are linked dynamically for that: valgrind replaces malloc(3) and
# string functions by their names in shared libraries, of which a static binary has none.
cd "$(dirname "$0")/../.." || exit
. tests/lib/tap.sh

make -s valgrind-tools || exit
export LC_ALL=C.UTF-8 TZ=UTC
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
wrong=99

# Runs one; its own status may be any of those given.
clean() { # STATUSES ARGUMENTS...
	local statuses=$1 status
	shift
	valgrind -q --leak-check=full --show-leak-kinds=definite,indirect --errors-for-leak-kinds=definite,indirect \
		--error-exitcode=$wrong --log-file="$dir/log" -- "build/dynamic/$1" "${@:2}" >/dev/null 2>"$dir/err"
	status=$?
	[[ " $statuses " == *" $status "* && ! -s $dir/log ]]
	ok $? "${*/$dir\//}" || diag "exit $status" "$(head -40 "$dir/log" "$dir/err")"
}

declare -A ways=(
	[rmaptop]="--batch|--batch -g owner,cgroup -s COMM --outliers 3|--stacks=vmas|--json"
	[exchangelat]="-NOtR -H|--compare --phases|--heatmap --ascii|--json"
	[anonvma]="|--summary --check|--dot|--json"
	[forkchain]="|--top|--chains|--json --chains"
	[foliomap]="|--json"
)
for tool in rmaptop exchangelat anonvma forkchain foliomap; do
	mapfile -t recordings < <(printf '%s\n' tests/data/$tool/*.jsonl)
	IFS='|' read -ra list <<<"${ways[$tool]}"
	for way in "${list[@]}" ''; do
		for recording in "${recordings[@]}"; do
			# A word each.
			# shellcheck disable=SC2086
			clean "0 1" $tool $way --replay "$recording"
		done
	done
	# Several, and with COLUMNS.
	COLUMNS=40 clean "0 1" $tool --replay "${recordings[0]}" --replay "${recordings[-1]}"

	# Cut off, damaged, of another tool, not there.
	size=$(stat -c %s "${recordings[0]}")
	head -c $((size / 2)) "${recordings[0]}" >"$dir/cut"
	sed '2s/:/;/2' "${recordings[0]}" >"$dir/damaged"
	sed '2s/:[0-9][0-9]*/:"x"/4g' "${recordings[0]}" >"$dir/typed"
	sed '1s/"tool":"[a-z]*"/"tool":"cat"/' "${recordings[0]}" >"$dir/other"
	for recording in cut damaged typed other absent; do
		clean "0 1" $tool --replay "$dir/$recording"
	done
done
for tool in rmaptop exchangelat anonvma forkchain foliomap folioxchg; do
	clean 0 $tool --help
	clean 2 $tool --nonsense
	clean "1 2" $tool -p 4194303 -i x
	clean "1 2" $tool -c /no/such/cgroup
done
done_testing
