#!/bin/sh
# vm/run's guest on a stock 6.18.
exec "$(dirname "$0")/../vm/run-guest.t" 6.18
