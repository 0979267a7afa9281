#!/bin/sh
# rmaptop on a stock 6.18, with kprobes.
cd "$(dirname "$0")/../.." && exec vm/run -k 6.18 -t 600 -- tests/vm/guest/exact kprobe
