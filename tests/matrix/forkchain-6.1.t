#!/bin/sh
# forkchain on a stock 6.1.
cd "$(dirname "$0")/../.." && exec vm/run -k 6.1 -t 600 -- tests/vm/guest/forkchain fentry kprobe
