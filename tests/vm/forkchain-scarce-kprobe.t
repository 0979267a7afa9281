#!/bin/sh
# forkchain by kprobes where AVCs cannot be allocated: the debugging kernel can make that happen.
cd "$(dirname "$0")/../.." && exec vm/run -k debug -m 2G -t 600 -- tests/vm/guest/forkchain scarce kprobe
