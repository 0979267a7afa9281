#!/bin/sh
# A minute of new inputs for each parser: tests/fuzz/run says which, and how to rerun one.
cd "$(dirname "$0")/../.." && make -s build/tests/fuzz/fuzz build/tests/fuzz/once && exec tests/fuzz/run --seconds 60
