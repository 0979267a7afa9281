#!/bin/sh
# Migrations on the patched kernel, with each backend.
cd "$(dirname "$0")/../.." && exec vm/run -k "${1:-patched}" -m 4G -t 900 -- tests/vm/guest/lat-migrate patched tracepoint fentry kprobe
