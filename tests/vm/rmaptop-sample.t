#!/bin/sh
# Sampling, and backing off.
cd "$(dirname "$0")/../.." && exec vm/run -k "${1:-patched}" -t 900 -- tests/vm/guest/sample tracepoint fentry kprobe
