#!/bin/sh
# foliomap on a stock 7.2.
cd "$(dirname "$0")/../.." && exec vm/run -k 7.2 -t 900 -- tests/vm/guest/folios 1000
