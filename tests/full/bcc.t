#!/bin/sh
# All of the BCC scripts' tests, on the patched kernel, which has its headers in it.
cd "$(dirname "$0")/../.." && exec vm/run -k "${1:-patched}" -t 1200 -- tests/vm/guest/bcc whole
