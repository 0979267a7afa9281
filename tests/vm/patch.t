#!/bin/sh
# All that the patch must survive where the kernel looks for mistakes, one after the other in
# one guest, as booting the debugging kernel costs half a minute: what exchange.t,
# exchange-{injected,permissions,refusals,states}.t, folioxchg.t and kernel/events.t do one by
# one. Those that need a guest of their own are not here.
export FOLIOSCOPE_KMEMLEAK=1
exchange=build/tests/exchange
cd "$(dirname "$0")/../.." && exec vm/run -k "${1:-debug}" -t 1200 -- tests/lib/together \
	build/tests/selftest/folio_exchange "$exchange/permissions" "$exchange/refusals" \
	"$exchange/states" build/tests/kernel/events tests/vm/guest/xchg "$exchange/injected"
