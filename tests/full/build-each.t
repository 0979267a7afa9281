#!/bin/sh
# Each patch of the series builds alone, in every variant, without a new warning.
exec "$(dirname "$0")/../kernel/build-each"
