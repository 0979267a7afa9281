#!/bin/sh
# foliomap on a stock 5.10.
cd "$(dirname "$0")/../.." && exec vm/run -k 5.10 -t 900 -- tests/vm/guest/folios 1000
