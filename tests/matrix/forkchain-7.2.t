#!/bin/sh
# forkchain on a stock 7.2, which preempts: kprobes lose nothing, fentry may.
cd "$(dirname "$0")/../.." && exec vm/run -k 7.2 -t 600 -- tests/vm/guest/forkchain kprobe fentry
