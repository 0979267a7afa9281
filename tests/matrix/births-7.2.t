#!/bin/sh
# Attaching to a stock 7.2 while processes are being made, of whose returns its kprobes know nothing.
cd "$(dirname "$0")/../.." && exec vm/run -k 7.2 -t 600 -- tests/vm/guest/births forkchain rmaptop exchangelat
