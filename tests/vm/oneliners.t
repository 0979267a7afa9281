#!/bin/sh
# The one-liners of folioscope(7), all of them, on the patched kernel.
cd "$(dirname "$0")/../.." && exec vm/run -t 900 -- tests/vm/guest/oneliners patched
