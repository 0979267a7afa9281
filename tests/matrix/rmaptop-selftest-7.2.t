#!/bin/sh
# rmaptop's self-test on a stock 7.2, by each backend.
cd "$(dirname "$0")/../.." && exec vm/run -k 7.2 -t 600 -- tests/vm/guest/selftest fentry kprobe
