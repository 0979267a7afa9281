#!/bin/bash
# The kernel's own unit tests of the series, which the debugging kernel runs at boot.

here=$(dirname "$(readlink -f "$0")")
top=$(readlink -f "$here/../..")
# shellcheck source=tests/lib/tap.sh
. "$top/tests/lib/tap.sh"

results=$("$top/vm/run" -k debug -- cat /sys/kernel/debug/kunit/swap_mc/results)
ok $? "the debugging kernel ran its unit tests of swap_mc(), and without a complaint"
for case in swap_mc_trades swap_mc_fails_in_first swap_mc_fails_in_second; do
	grep -qE "^ +ok [0-9]+ $case\$" <<<"$results"
	ok $? "$case" || diag "$results"
done
done_testing
