#!/bin/sh
# What rmaptop says it needs where BPF maps are locked memory.
cd "$(dirname "$0")/../.." && exec vm/run -k 5.10 -t 300 -- tests/vm/guest/container
