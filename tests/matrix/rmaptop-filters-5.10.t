#!/bin/sh
# What the filters of rmaptop let through.
cd "$(dirname "$0")/../.." && exec vm/run -k 5.10 -t 900 -- tests/vm/guest/filters fentry kprobe
