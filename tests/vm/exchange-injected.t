#!/bin/sh
# The exchange of folios: refusals that only error injection reaches, and second tries.
cd "$(dirname "$0")/../.." && exec vm/run -k "${1:-patched}" -t 600 -- build/tests/exchange/injected
