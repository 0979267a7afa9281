#!/bin/bash
# What the rmap tracepoints tell, in a guest with the patched kernel: see events.c.

here=$(dirname "$(readlink -f "$0")")
top=$(readlink -f "$here/../..")
# shellcheck source=tests/lib/tap.sh
. "$top/tests/lib/tap.sh"

kernel=${1:-patched}
program=$top/build/tests/kernel/events
mkdir -p "${program%/*}"
cc -O1 -Wall -Wextra -Werror -static -pthread -o "$program" "$here"/events*.c ||
	{ echo "Bail out! events*.c do not compile"; exit 1; }
exec "$top/vm/run" -k "$kernel" -t 900 -- "$program"
