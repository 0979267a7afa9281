#!/bin/sh
# anonvma on the patched kernel.
cd "$(dirname "$0")/../.." && exec vm/run -k "${1:-patched}" -t 1500 -- tests/vm/guest/forest task_vma 12 1000
