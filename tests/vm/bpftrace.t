#!/bin/sh
# The bpftrace scripts on the patched kernel.
cd "$(dirname "$0")/../.." && exec vm/run -t 600 -- tests/vm/guest/bpftrace patched
