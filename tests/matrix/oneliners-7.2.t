#!/bin/sh
# The one-liners of folioscope(7) that need no patch, on a stock 7.2.
cd "$(dirname "$0")/../.." && exec vm/run -k 7.2 -t 900 -- tests/vm/guest/oneliners stock
