#!/bin/sh
# foliomap's census on the patched kernel, of 8 GiB.
cd "$(dirname "$0")/../.." && exec vm/run -k "${1:-patched}" -m 8G -t 600 -- tests/vm/guest/census
