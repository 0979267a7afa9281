#!/bin/sh
# DAMON walks, on the patched kernel.
cd "$(dirname "$0")/../.." && exec vm/run -t 300 -- tests/vm/guest/damon tracepoint fentry
