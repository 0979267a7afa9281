#!/bin/sh
# DAMON walks on a stock 6.12.
cd "$(dirname "$0")/../.." && exec vm/run -k 6.12 -t 300 -- tests/vm/guest/damon fentry kprobe
