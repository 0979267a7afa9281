#!/bin/sh
# The exchange of folios: the kernel's own selftest, as it stands in the series.
cd "$(dirname "$0")/../.." && exec vm/run -t 600 -- build/tests/selftest/folio_exchange
