#!/bin/sh
# rmaptop's self-test on a stock 5.10, by each backend.
cd "$(dirname "$0")/../.." && exec vm/run -k 5.10 -t 600 -- tests/vm/guest/selftest fentry kprobe
