#!/bin/sh
# rmaptop's self-test on the patched kernel, by each backend, and how it ends.
cd "$(dirname "$0")/../.." && exec vm/run -k "${1:-patched}" -t 600 -- tests/vm/guest/selftest ends tracepoint fentry kprobe
