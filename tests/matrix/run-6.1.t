#!/bin/sh
# vm/run's guest on a stock 6.1.
exec "$(dirname "$0")/../vm/run-guest.t" 6.1
