#!/bin/sh
# A VMA with 5,000 AVCs, which takes 12.5 million in all: minutes, and 3 GiB of memory.
cd "$(dirname "$0")/../.." && exec vm/run -m 6G -t 1200 -- tests/vm/guest/forest task_vma 1 5000
