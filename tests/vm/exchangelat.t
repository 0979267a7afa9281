#!/bin/sh
# exchangelat on the patched kernel: every number against another source of it.
cd "$(dirname "$0")/../.." && exec vm/run -k "${1:-patched}" -m 4G -t 900 -- tests/vm/guest/lat-exchange
