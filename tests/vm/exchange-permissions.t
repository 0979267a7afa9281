#!/bin/sh
# Who may exchange whose folios: who may move them with move_pages(2).
cd "$(dirname "$0")/../.." && exec vm/run -k "${1:-patched}" -t 600 -- build/tests/exchange/permissions
