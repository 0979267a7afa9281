#!/bin/sh
# The same on a stock 6.18, where only other kprobes are run for such processes.
cd "$(dirname "$0")/../.." && exec vm/run -k 6.18 -t 600 -- tests/vm/guest/births forkchain
