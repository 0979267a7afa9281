#!/bin/sh
# forkchain on a stock 6.18.
cd "$(dirname "$0")/../.." && exec vm/run -k 6.18 -t 600 -- tests/vm/guest/forkchain fentry kprobe
