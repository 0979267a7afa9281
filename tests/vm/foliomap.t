#!/bin/sh
# foliomap on the patched kernel.
cd "$(dirname "$0")/../.." && exec vm/run -k "${1:-patched}" -t 900 -- tests/vm/guest/folios 1000
