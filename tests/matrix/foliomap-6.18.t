#!/bin/sh
# foliomap on a stock 6.18.
cd "$(dirname "$0")/../.." && exec vm/run -k 6.18 -t 900 -- tests/vm/guest/folios 1000
