#!/bin/sh
# folioxchg on the patched kernel, with what tracepoints and counters say of it.
cd "$(dirname "$0")/../.." && exec vm/run -k "${1:-patched}" -t 600 -- tests/vm/guest/xchg
