#!/bin/sh
# The exchange of folios: pages that are unlocked meanwhile.
cd "$(dirname "$0")/../.." && exec vm/run -k "${1:-patched}" -t 600 -- build/tests/exchange/munlocked
