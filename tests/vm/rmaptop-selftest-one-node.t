#!/bin/sh
# rmaptop's self-test where there is nothing to migrate to.
cd "$(dirname "$0")/../.." && exec vm/run -n 1 -k "${1:-patched}" -t 300 -- tests/vm/guest/selftest one-node tracepoint
