#!/bin/sh
# rmaptop's self-test on a stock 6.1, by each backend.
cd "$(dirname "$0")/../.." && exec vm/run -k 6.1 -t 600 -- tests/vm/guest/selftest fentry kprobe
