#!/bin/sh
# The slowest walks and walks by stack on the patched kernel, with each backend.
cd "$(dirname "$0")/../.." && exec vm/run -t 600 -- tests/vm/guest/outliers tracepoint fentry kprobe
