#!/bin/sh
# What the tools do and say when the machine lets them down.
cd "$(dirname "$0")/../.." && exec vm/run -t 900 -- tests/vm/guest/faults
