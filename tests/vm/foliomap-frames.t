#!/bin/sh
# foliomap of what is in swap, of what goes, and without permission, on the patched kernel.
cd "$(dirname "$0")/../.." && exec vm/run -k "${1:-patched}" -t 600 -a 'memmap=64M!1G' -- tests/vm/guest/frames 0x40000 16384
