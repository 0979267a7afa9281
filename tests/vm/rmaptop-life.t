#!/bin/sh
# How rmaptop begins, ends and refuses, on the patched kernel.
cd "$(dirname "$0")/../.." && exec vm/run -t 900 -- tests/vm/guest/life tracepoint
