#!/bin/sh
# rmaptop on a stock 6.12 with fentry: exactly what forktree foretells and what bpftrace
# counts beside it.
cd "$(dirname "$0")/../.." && exec vm/run -k 6.12 -t 900 -- tests/vm/guest/exact fentry bpftrace
