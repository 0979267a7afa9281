#!/bin/bash
# Plots and reports of damaged recordings: a word of why, never a traceback.
cd "$(dirname "$0")/../.." || exit
. tests/lib/tap.sh

damaged() { # NAME NUMBER SCRIPT RECORDING... [-- OPTION...]
	local name=$1
	shift
	run python3 tests/report/mutate.py "$@"
	ok "$status" "$name: ${out##*$'\n'}" || diag "$out" "$err"
}

for tool in rmaptop exchangelat anonvma forkchain; do
	damaged "$tool.py" 400 "scripts/plot/$tool.py" tests/data/$tool/*.jsonl -- --numbers
done
damaged census.py 400 scripts/plot/census.py tests/data/foliomap/census.jsonl -- --numbers
damaged folioscope-report 60 scripts/plot/folioscope-report tests/data/{rmaptop,exchangelat,anonvma,forkchain}/*.jsonl \
	tests/data/foliomap/census.jsonl -- -o -
done_testing
