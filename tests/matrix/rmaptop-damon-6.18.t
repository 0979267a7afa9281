#!/bin/sh
# DAMON walks on a stock 6.18.
cd "$(dirname "$0")/../.." && exec vm/run -k 6.18 -t 300 -- tests/vm/guest/damon fentry kprobe
