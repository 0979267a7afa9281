#!/bin/sh
# exchangelat on a stock 6.18: migrations, with each backend it has.
cd "$(dirname "$0")/../.." && exec vm/run -k 6.18 -m 4G -t 600 -- tests/vm/guest/lat-migrate tracepoint fentry kprobe
