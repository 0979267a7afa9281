#!/bin/bash
# The kernel's own unit tests of the series, which the debugging kernel runs at boot.

here=$(dirname "$(readlink -f "$0")")
top=$(readlink -f "$here/../..")
# shellcheck source=tests/lib/tap.sh
. "$top/tests/lib/tap.sh"

declare -A cases=(
	[folio_exchange]="exchange_contents_trade exchange_contents_of_a_broken exchange_contents_of_b_broken exchange_flags_cpupid"
)

results=$("$top/vm/run" -k debug -- sh -c 'cd /sys/kernel/debug/kunit && cat folio_exchange/results')
ok $? "the debugging kernel ran its unit tests, and without a complaint"
for suite in folio_exchange; do
	for case in ${cases[$suite]}; do
		grep -qE "^ +ok [0-9]+ $case\$" <<<"$results"
		ok $? "$suite: $case" || diag "$results"
	done
done
done_testing
