#!/bin/sh
# The exchange of folios: refusals, each provoked from outside, and all left as it was.
# Error paths are where memory is forgotten.
export FOLIOSCOPE_KMEMLEAK=1
cd "$(dirname "$0")/../.." && exec vm/run -k "${1:-patched}" -t 600 -- build/tests/exchange/refusals
