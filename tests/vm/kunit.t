#!/bin/bash
# The kernel's own unit tests of the series, which the debugging kernel runs at boot.

here=$(dirname "$(readlink -f "$0")")
top=$(readlink -f "$here/../..")
# shellcheck source=tests/lib/tap.sh
. "$top/tests/lib/tap.sh"

results=$("$top/vm/run" -k debug -- sh -c 'cd /sys/kernel/debug/kunit && cat folio_exchange/results')
ok $? "the debugging kernel ran its unit tests, and without a complaint"
for case in exchange_contents_trade exchange_contents_of_a_broken exchange_contents_of_b_broken \
	exchange_flags_cpupid; do
	grep -qE "^ +ok [0-9]+ $case\$" <<<"$results"
	ok $? "folio_exchange: $case" || diag "$results"
done
done_testing
