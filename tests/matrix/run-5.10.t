#!/bin/sh
# vm/run's guest on a stock 5.10.
exec "$(dirname "$0")/../vm/run-guest.t" 5.10
