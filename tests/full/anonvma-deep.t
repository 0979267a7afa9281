#!/bin/sh
# A VMA with 5,000 AVCs, which takes 12.5 million in all: minutes, and 3 GiB of memory; and 100
# dumps while others fork.
cd "$(dirname "$0")/../.." && exec vm/run -m 6G -t 2400 -- tests/vm/guest/forest task_vma 100 5000
