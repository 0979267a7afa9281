#!/bin/sh
# rmaptop's self-test on a stock 6.12, by each backend.
cd "$(dirname "$0")/../.." && exec vm/run -k 6.12 -t 600 -- tests/vm/guest/selftest fentry kprobe
