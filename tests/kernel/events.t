#!/bin/bash
# What the rmap tracepoints tell, in a guest with the patched kernel: see events.c.

here=$(dirname "$(readlink -f "$0")")
top=$(readlink -f "$here/../..")
# shellcheck source=tests/lib/tap.sh
. "$top/tests/lib/tap.sh"

kernel=${1:-patched}
program=build/tests/kernel/events
make -s -C "$top" "$program" || { echo "Bail out! events*.c do not compile"; exit 1; }
cd "$top" && exec vm/run -k "$kernel" -t 900 -- "$program"
