#!/bin/sh
# How rmaptop begins, ends and refuses, on a stock 6.12; what it counts there is tested in tests/vm.
cd "$(dirname "$0")/../.." && exec vm/run -k 6.12 -t 900 -- tests/vm/guest/life fentry
