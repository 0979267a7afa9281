#!/bin/sh
# forkchain on a stock 5.10.
cd "$(dirname "$0")/../.." && exec vm/run -k 5.10 -t 600 -- tests/vm/guest/forkchain fentry kprobe
