#!/bin/sh
# rmaptop's self-test on a stock 6.18, by each backend.
cd "$(dirname "$0")/../.." && exec vm/run -k 6.18 -t 600 -- tests/vm/guest/selftest fentry kprobe
