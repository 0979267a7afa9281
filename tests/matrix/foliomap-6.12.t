#!/bin/sh
# foliomap on a stock 6.12.
cd "$(dirname "$0")/../.." && exec vm/run -k 6.12 -t 900 -- tests/vm/guest/folios 1000
