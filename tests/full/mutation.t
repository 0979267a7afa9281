#!/bin/sh
# Each mutant of the series is noticed by a test.
exec "$(dirname "$0")/../mutation/run"
