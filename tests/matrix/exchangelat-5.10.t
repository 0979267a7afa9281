#!/bin/sh
# exchangelat on a stock 5.10: migrations, with each backend it has.
cd "$(dirname "$0")/../.." && exec vm/run -k 5.10 -m 4G -t 600 -- tests/vm/guest/lat-migrate fentry kprobe
