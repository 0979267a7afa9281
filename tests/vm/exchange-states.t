#!/bin/sh
# The exchange of folios: what stays with the address or the owner, and what is counted.
# Error paths are where memory is forgotten.
export FOLIOSCOPE_KMEMLEAK=1
cd "$(dirname "$0")/../.." && exec vm/run -k "${1:-patched}" -t 600 -- build/tests/exchange/states
