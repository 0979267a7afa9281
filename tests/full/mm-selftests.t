#!/bin/bash
# All of the kernel's own mm tests of tests/kernel/mm/tests.txt on both kernels, unpatched and
# patched, on the same day; and those of make check on the debugging kernel, where what counts
# is that it finds nothing to complain about.

here=$(dirname "$(readlink -f "$0")")
top=$(readlink -f "$here/../..")
# shellcheck source=tests/lib/tap.sh
. "$top/tests/lib/tap.sh"
mm=$top/tests/kernel/mm
built=$top/build/selftests
today=$built/today.txt

no_worse() { # SAID LIST... : tells what is
	"$mm/compare" full "$(cat "$built/version")" "$@" 2>&1 | tee "$built/compared" | grep -E '^(# [^ ]|not ok)' >&2
	! grep -q '^not ok' "$built/compared" && grep -q '^ok' "$built/compared"
}

"$mm/record" 1 "$today"
ok $? "unpatched: the kernel's mm tests run"
no_worse "$built/unpatched.1" "$mm/unpatched.txt"
ok $? "unpatched: nothing is worse than in the list that is kept"

"$mm/run" patched full "$built/patched.full"
ok $? "patched: the kernel's mm tests run, and the kernel does not complain"
no_worse "$built/patched.full" "$mm/unpatched.txt" "$today"
ok $? "patched: nothing is worse than unpatched"

"$mm/run" debug check "$built/debug.full"
ok $? "debug: the kernel does not complain of the mm tests"
done_testing
