#!/bin/sh
# Where the kernel preempts (7.2: lazily) fentry loses walks and says so, and auto loses none.
cd "$(dirname "$0")/../.." && exec vm/run -k 7.2 -t 300 -- tests/vm/guest/loss kprobe
