#!/bin/sh
# A crowd of walkers.
cd "$(dirname "$0")/../.." && exec vm/run -k "${1:-patched}" -m 3G -t 900 -- tests/vm/guest/crowd tracepoint
