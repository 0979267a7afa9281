#!/bin/sh
# rmaptop on a stock 7.2, with kprobes.
cd "$(dirname "$0")/../.." && exec vm/run -k 7.2 -t 600 -- tests/vm/guest/exact kprobe
