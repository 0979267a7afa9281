#!/bin/sh
# rmaptop on a stock 5.10, with kprobes.
cd "$(dirname "$0")/../.." && exec vm/run -k 5.10 -t 600 -- tests/vm/guest/exact kprobe
