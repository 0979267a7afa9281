#!/bin/sh
# Exchange against all else that moves or maps memory; the kernel is the argument. The
# limit is the program's own, which says what is missing; the VM's is only for one that hangs.
case ${1:-patched} in
debug) much='-n 300000 -t 10 -l 600' ;;
*) much='-n 20000 -t 10 -l 300' ;;
esac
export FOLIOSCOPE_KMEMLEAK=1
# shellcheck disable=SC2086 # options and their values
cd "$(dirname "$0")/../.." && exec vm/run -k "${1:-patched}" -t 900 -- build/tests/stress/storm $much
