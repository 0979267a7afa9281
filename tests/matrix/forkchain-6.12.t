#!/bin/sh
# forkchain on a stock 6.12.
cd "$(dirname "$0")/../.." && exec vm/run -k 6.12 -t 600 -- tests/vm/guest/forkchain fentry kprobe
