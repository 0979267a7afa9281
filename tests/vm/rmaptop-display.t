#!/bin/sh
# The interactive display of the running kernel.
cd "$(dirname "$0")/../.." && exec vm/run -k "${1:-patched}" -t 600 -- tests/vm/guest/display
