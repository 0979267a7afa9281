#!/bin/sh
# What the filters of rmaptop let through.
cd "$(dirname "$0")/../.." && exec vm/run -k "${1:-patched}" -t 900 -- tests/vm/guest/filters tracepoint fentry kprobe
