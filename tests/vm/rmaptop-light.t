#!/bin/sh
# --light with each backend.
cd "$(dirname "$0")/../.." && exec vm/run -t 600 -- tests/vm/guest/light tracepoint fentry kprobe
