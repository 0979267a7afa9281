#!/bin/sh
# The exchange of folios: the kernel's own selftest, as it stands in the series.
cd "$(dirname "$0")/../.." && exec vm/run -k "${1:-patched}" -t 600 -- build/tests/selftest/folio_exchange
