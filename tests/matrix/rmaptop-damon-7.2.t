#!/bin/sh
# DAMON walks on a stock 7.2.
cd "$(dirname "$0")/../.." && exec vm/run -k 7.2 -t 300 -- tests/vm/guest/damon fentry kprobe
