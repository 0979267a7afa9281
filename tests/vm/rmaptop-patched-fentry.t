#!/bin/sh
# The patch leaves the functions that fentry needs in place: rmaptop without the tracepoints.
cd "$(dirname "$0")/../.." && exec vm/run -t 600 -- tests/vm/guest/exact fentry ours
