#!/bin/sh
# foliomap of device memory, in swap, of what goes, and without permission, on a stock 5.10.
cd "$(dirname "$0")/../.." && exec vm/run -k 5.10 -t 600 -a 'memmap=64M!1G' -- tests/vm/guest/frames 0x40000 16384
