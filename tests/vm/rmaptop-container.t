#!/bin/sh
# rmaptop in namespaces and containers.
cd "$(dirname "$0")/../.." && exec vm/run -k "${1:-patched}" -t 300 -- tests/vm/guest/container tracepoint fentry
