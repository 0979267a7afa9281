#!/bin/sh
# What is kept of fuzzing, and what it begins with, once.
cd "$(dirname "$0")/../.." && exec tests/fuzz/run
