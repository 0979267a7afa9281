#!/bin/sh
# Random calls of the device, most of them broken; the kernel is the argument.
case ${1:-patched} in
debug) much='-t 120' ;;
*) much='-n 400000' ;;
esac
export FOLIOSCOPE_KMEMLEAK=1
# shellcheck disable=SC2086 # an option and its value
cd "$(dirname "$0")/../.." && exec vm/run -k "${1:-patched}" -t 600 -- build/tests/exchange/fuzz $much
