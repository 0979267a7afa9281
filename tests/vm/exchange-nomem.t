#!/bin/sh
# The exchange of folios: it allocates nothing, and works where migration has no room.
# Small, as all of it is filled; the debugging kernel needs more for itself.
memory=512M
[ "${1:-patched}" = patched ] || memory=1G
cd "$(dirname "$0")/../.." && exec vm/run -k "${1:-patched}" -m "$memory" -t 600 -- build/tests/exchange/nomem
