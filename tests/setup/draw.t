#!/bin/bash
# Each test on a stock kernel has its turn: within ten days tests/matrix/draw names all there are.
cd "$(dirname "$0")/../.." || exit
. tests/lib/tap.sh

for first in 0 20781; do
	drawn=
	for ((day = first; day < first + 10; day++)); do
		drawn+=$(tests/matrix/draw "$day")$'\n'
	done
	is "$(sort -u <<<"${drawn%$'\n'}")" "$(printf '%s\n' tests/matrix/*.t | sort)" "ten days from $first on: all of them"
	is "$(sort <<<"${drawn%$'\n'}" | uniq -c | awk '{ print $1 }' | sort -n | uniq -c | xargs)" \
		"$(($(printf '%s\n' tests/matrix/*.t | wc -l) - 4)) 1 4 10" "  once, and four of rmaptop's each day"
	is "$(tests/matrix/draw "$first")" "$(tests/matrix/draw $((first + 10)))" '  and then the same again'
done
is "$(tests/matrix/draw)" "$(tests/matrix/draw $(($(date +%s) / 86400)))" "without a day: today's"
done_testing
