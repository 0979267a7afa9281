#!/bin/sh
# rmaptop on the patched kernel with its tracepoints: exactly what forktree foretells and
# what bpftrace counts beside it.
cd "$(dirname "$0")/../.." && exec vm/run -t 900 -- tests/vm/guest/exact tracepoint ours bpftrace
