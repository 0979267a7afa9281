#!/bin/bash
# The kernel's own mm tests (tools/testing/selftests/mm) say on the patched kernel what they say
# on the unpatched one: nothing is worse than in mm/unpatched.txt, which mm/record writes.

here=$(dirname "$(readlink -f "$0")")
top=$(readlink -f "$here/../..")
# shellcheck source=tests/lib/tap.sh
. "$top/tests/lib/tap.sh"

kernel=${1:-patched}
list=$here/mm/unpatched.txt
built=$top/build/selftests
said=$built/$kernel

[ -e "$list" ] || skip_all "nobody has recorded the unpatched kernel's results: run: tests/kernel/mm/record"
source=$(cat "$built/version") ||
	{ echo "Bail out! the kernel's mm tests are not built: run: make mm-selftests"; exit 1; }
"$here/mm/run" "$kernel" check "$said"
status=$?
"$here/mm/compare" check "$source" "$said" "$list" && exit "$status"
exit $((status ? status : 1))
