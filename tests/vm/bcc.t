#!/bin/sh
# The BCC scripts, in short (tests/full/bcc.t has the rest), on the patched kernel, which has its headers in it.
cd "$(dirname "$0")/../.." && exec vm/run -k "${1:-patched}" -t 1200 -- tests/vm/guest/bcc
