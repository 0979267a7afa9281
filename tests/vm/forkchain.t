#!/bin/sh
# forkchain on the patched kernel, by tracepoints, fentry and kprobes.
cd "$(dirname "$0")/../.." && exec vm/run -k "${1:-patched}" -t 1500 -- tests/vm/guest/forkchain tracepoint fentry kprobe
