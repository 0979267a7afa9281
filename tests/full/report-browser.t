#!/bin/bash
# A report of all recordings in a browser: it loads from disk, asks for nothing, is readable wide
# and narrow, light and dark, and its pictures show what its tables say.
cd "$(dirname "$0")/../.." || exit
. tests/lib/tap.sh

scripts/setup --full >&2 || skip_all 'chromium and its driver could not be installed: see scripts/packages-full.txt'
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
scripts/plot/folioscope-report -o "$tmp/report.html" tests/data/*/*.jsonl || exit
/usr/bin/python3 -B tests/report/browser.py "$tmp/report.html" "$tmp/profile"
