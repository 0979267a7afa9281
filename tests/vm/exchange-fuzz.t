#!/bin/sh
# Random calls of the device, most of them broken; the kernel is the argument.
kernel=${1:-patched}
case $kernel in
debug) calls=100000 ;;
*) calls=1000000 ;;
esac
cd "$(dirname "$0")/../.." && exec vm/run -k "$kernel" -t 600 -- build/tests/exchange/fuzz "$calls"
