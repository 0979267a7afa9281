#!/bin/bash
# Each test that is too long for every change has its turn: within twenty days tests/draw names
# all there are.
cd "$(dirname "$0")/../.." || exit
. tests/lib/tap.sh

may=(tests/matrix/*.t tests/vm/{bcc,bpftrace,oneliners,run}.t tests/vm/{cache,foliomap-census,foliomap-frames}.t
	tests/vm/forkchain-scarce-{fentry,kprobe,tracepoint}.t
	tests/vm/rmaptop-{container,crowd,damon,filters,groups,life,outliers,sample,shapes}.t)
is "$(tests/draw --of | sort)" "$(printf '%s\n' "${may[@]}" | sort)" "what may be drawn"
for first in 0 20781; do
	drawn=
	for ((day = first; day < first + 20; day++)); do
		drawn+=$(tests/draw "$day")$'\n'
	done
	is "$(sort -u <<<"${drawn%$'\n'}")" "$(tests/draw --of | sort)" "twenty days from $first on: all of them"
	is "$(grep matrix <<<"$drawn" | sort | uniq -c | awk '{ print $1 }' | sort -n | uniq -c | xargs)" \
		"$(($(printf '%s\n' tests/matrix/*.t | wc -l) - 4)) 1 4 20" "  on stock kernels once, and four of rmaptop's each day"
	is "$(grep -c scarce <<<"$drawn")" 20 "  one of forkchain's where memory is out"
	is "$(grep tests/vm/ <<<"$drawn" | grep -v scarce | sort | uniq -c | awk '{ print $1 }' | uniq | xargs)" 5 '  and the others once in four days'
	is "$(tests/draw "$first" | grep matrix)" "$(tests/draw $((first + 20)) | grep matrix)" '  and then the same again'
done
is "$(tests/draw)" "$(tests/draw $(($(date +%s) / 86400)))" "without a day: today's"
done_testing
