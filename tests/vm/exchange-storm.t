#!/bin/sh
# Exchange against all else that moves or maps memory; the kernel is the argument.
kernel=${1:-patched}
cd "$(dirname "$0")/../.." && exec vm/run -k "$kernel" -t 600 -- build/tests/stress/storm 15
