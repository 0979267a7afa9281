#!/bin/sh
# Rows of rmaptop by owner and by cgroup.
cd "$(dirname "$0")/../.." && exec vm/run -k 6.1 -t 900 -- tests/vm/guest/groups fentry
