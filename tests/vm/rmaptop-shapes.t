#!/bin/sh
# rmaptop and walkers in odd shapes: threads, preemption, death, short walks.
cd "$(dirname "$0")/../.." && exec vm/run -k "${1:-patched}" -t 300 -- tests/vm/guest/shapes tracepoint fentry kprobe
