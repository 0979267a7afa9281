#!/bin/sh
# vm/run's guest on a stock 7.2.
exec "$(dirname "$0")/../vm/run-guest.t" 7.2
