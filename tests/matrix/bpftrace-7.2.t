#!/bin/sh
# The bpftrace scripts that need no patch, on a stock 7.2.
cd "$(dirname "$0")/../.." && exec vm/run -k 7.2 -t 600 -- tests/vm/guest/bpftrace stock
