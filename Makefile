# folioscope: the one entry.  "make help" lists the targets.
MAKEFLAGS += --no-builtin-rules
SHELL     := /bin/bash
.DELETE_ON_ERROR:
.SECONDARY:

VERSION := 0.1.0

CC     := gcc
CLANG  := clang
B      := build
CFLAGS := -O2 -g -std=gnu11 -Wall -Wextra -Wshadow -Wstrict-prototypes -Werror \
	  -DFOLIOSCOPE_VERSION='"$(VERSION)"' -D_GNU_SOURCE -I$(B)/bpf
LIBS   := -lbpf -lelf -lz -ljansson -lncursesw -ltinfo -lm
BPF_CFLAGS := -O2 -g -target bpf -mcpu=v3 -Wall -Wextra -Wno-unused-parameter -Werror \
	      -D__VMLINUX_H__ -D__TARGET_ARCH_x86

TOOLS    := rmaptop exchangelat folioxchg anonvma forkchain foliomap
LIB_SRC  := $(wildcard cmd/lib/*.c)
RMAP_SRC := $(wildcard cmd/rmap/*.c)
LAT_SRC  := $(wildcard cmd/lat/*.c)
FOREST_SRC := $(wildcard cmd/forest/*.c)
CHAIN_SRC := $(wildcard cmd/chain/*.c)
FOLIO_SRC := $(wildcard cmd/folio/*.c)
UNITS    := $(patsubst tests/unit/%.c,%,$(wildcard tests/unit/*.c))
obj       = $(patsubst %.c,$(B)/obj/%.o,$(1))

all: tools
tools: $(TOOLS:%=$(B)/bin/%)
.PHONY: all tools

# What a tool is made of besides cmd/NAME.c and cmd/lib.
rmaptop_SRC := $(RMAP_SRC)
exchangelat_SRC := $(LAT_SRC) cmd/xchg/device.c
anonvma_SRC := $(FOREST_SRC)
forkchain_SRC := $(CHAIN_SRC) $(FOREST_SRC)
foliomap_SRC := $(FOLIO_SRC)
folioxchg_SRC := $(wildcard cmd/xchg/*.c)

# ------------------------------------------------------------------ programs

$(B)/bpf/%.bpf.o: bpf/%.bpf.c $(wildcard bpf/*.h)
	@mkdir -p $(@D)
	$(CLANG) $(BPF_CFLAGS) -c $< -o $@
	llvm-strip -g $@ # DWARF; BTF stays

$(B)/bpf/%.skel.h: $(B)/bpf/%.bpf.o
	bpftool gen skeleton $< name $*_bpf > $@

# Skeletons are found by the first build; after that the .d files know who uses them.
$(B)/obj/%.o: %.c | $(B)/bpf/rmap.skel.h $(B)/bpf/exchange.skel.h $(B)/bpf/anonvma.skel.h \
		$(B)/bpf/forkchain.skel.h $(B)/bpf/folio.skel.h
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) -MMD -MP -c $< -o $@

# Unstripped beside it for debuggers; what is copied to a server is stripped.
$(B)/bin/%: $(B)/debug/%
	@mkdir -p $(@D)
	strip -o $@ $<

.SECONDEXPANSION:
$(TOOLS:%=$(B)/debug/%): $(B)/debug/%: $$(call obj,cmd/%.c $(LIB_SRC) $$($$*_SRC))
	@mkdir -p $(@D)
	$(CC) -static -o $@ $^ $(LIBS)

-include $(shell find $(B)/obj -name '*.d' 2>/dev/null)

# ---------------------------------------------------------------- unit tests

# Built with the sanitizers: what they find fails the test.  Objects are shared by all tests.
SANITIZE := -fsanitize=address,undefined -fno-sanitize-recover=undefined
UNIT_SRC := $(LIB_SRC) $(filter-out %/live.c %/rungs.c,$(RMAP_SRC) $(LAT_SRC) $(FOREST_SRC) \
	    $(CHAIN_SRC) $(FOLIO_SRC)) \
	    cmd/xchg/device.c
UNIT_OBJ := $(patsubst %.c,$(B)/obj/sanitized/%.o,$(UNIT_SRC))
$(B)/obj/sanitized/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(SANITIZE) -MMD -MP -c $< -o $@

$(B)/tests/unit/%: $(B)/obj/sanitized/tests/unit/%.o $(UNIT_OBJ)
	@mkdir -p $(@D)
	$(CC) $(SANITIZE) -o $@ $^ -lcmocka $(LIBS)

units: $(UNITS:%=$(B)/tests/unit/%)
.PHONY: units

include tests/fuzz/fuzz.mk

# ------------------------------------------------------------------ workload

FORKTREE_SRC := $(wildcard tests/workload/*.c)
$(B)/tests/forktree: $(FORKTREE_SRC) $(wildcard tests/workload/*.h)
	@mkdir -p $(@D)
	$(CC) -O2 -g -Wall -Wextra -Werror -static -o $@ $(FORKTREE_SRC)

$(B)/tests/crowd $(B)/tests/walkers $(B)/tests/queue $(B)/tests/births: $(B)/tests/%: tests/crowd/%.c
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) -static -o $@ $< -lpthread

$(B)/tests/family: $(wildcard tests/forest/*.c tests/forest/*.h)
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) -static -o $@ $(filter %.c,$^) -lpthread

$(B)/tests/pages: tests/folio/pages.c
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) -static -o $@ $<

# Makes what a tool asks of the kernel fail.
$(B)/tests/refuse: tests/fault/refuse.c
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) -static -o $@ $<

# What make bench runs in the guest.
BENCH := $(filter-out measure,$(patsubst bench/%.c,%,$(wildcard bench/*.c)))
bench_exchange_OBJ := $(call obj,cmd/xchg/bench.c cmd/xchg/device.c cmd/lib/status.c cmd/lib/text.c)
$(BENCH:%=$(B)/bench/%): $(B)/bench/%: bench/%.c bench/measure.c bench/measure.h tests/exchange/zones.c \
		tests/exchange/hogs.c $$(bench_$$*_OBJ)
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) -static -o $@ $(filter %.c %.o,$^) $(if $(bench_$*_OBJ),$(LIBS))

bench-programs: $(BENCH:%=$(B)/bench/%)
.PHONY: bench-programs

# The kernel's own selftest of the series, from the patched source in the cache.
selftest: | kernel
	@mkdir -p $(B)/tests/selftest $(B)/uapi/linux
	@source=$$(vm/kernel source) && \
	cp $$source/include/uapi/linux/folio_exchange.h $(B)/uapi/linux/ && \
	$(CC) -O2 -g -Wall -static -I$(B)/uapi -o $(B)/tests/selftest/folio_exchange \
		$$source/tools/testing/selftests/mm/folio_exchange.c -lpthread
.PHONY: selftest

# The kernel's other mm tests, from the same source: tests/kernel/mm-selftests.t runs them.
mm-selftests: | kernel
	@tests/kernel/mm/build check
.PHONY: mm-selftests

# Tests of exchange that need our own kernel beside them: tests/vm/exchange-*.t run them.
XCHG_PARTS := tests/exchange/lib.c tests/exchange/hogs.c tests/exchange/zones.c tests/exchange/inject.c
XCHG_TESTS := $(patsubst tests/exchange/%.c,%,$(filter-out $(XCHG_PARTS),$(wildcard tests/exchange/*.c)))
$(B)/tests/exchange/%: tests/exchange/%.c $(XCHG_PARTS) $(wildcard tests/exchange/*.h) | selftest
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) -static -I$(B)/uapi -o $@ $(filter %.c,$^) -lpthread

$(B)/tests/stress/storm: $(wildcard tests/stress/*.[ch]) tests/exchange/lib.c tests/exchange/exchange.h | selftest
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) -static -I$(B)/uapi -Itests/exchange -o $@ $(filter %.c,$^) -lpthread

# For as long as wanted: make stress SECONDS=7200 SEED=7 KERNEL=debug
SECONDS := 60
SEED    := 1
KERNEL  := patched
stress: $(B)/tests/stress/storm | kernel$(if $(filter debug,$(KERNEL)),-debug)
	@vm/run -k $(KERNEL) -t $$(($(SECONDS) + 1200)) -- $< -t $(SECONDS) -s $(SEED)
# The same where KCSAN looks for data races.
stress-kcsan: $(B)/tests/stress/storm | kernel-kcsan
	@tests/stress/kcsan $(SECONDS) $(SEED)
.PHONY: stress stress-kcsan

# What the rmap tracepoints tell.
$(B)/tests/kernel/events: $(wildcard tests/kernel/events*.[ch])
	@mkdir -p $(@D)
	$(CC) -O1 -Wall -Wextra -Werror -static -pthread -o $@ $(filter %.c,$^)

exchange-tests: $(XCHG_TESTS:%=$(B)/tests/exchange/%) $(B)/tests/stress/storm $(B)/tests/kernel/events
.PHONY: exchange-tests

# -------------------------------------------------------------- whole journeys

STOCK := 5.10 6.1 6.12 6.18 7.2

setup:
	@scripts/setup

kernel kernel-debug kernel-kcsan kernel-unpatched: kernel%: | setup
	@vm/kernel build $(or $(*:-%=%),patched)

stock: | setup
	@for series in $(STOCK); do vm/kernel path $$series >/dev/null 2>&1 || \
		vm/kernel fetch $$series || exit; done

# The tools are built by a make of its own: set-up may just have brought the compiler.
demo: | setup
	@scripts/demo

check: | setup
	@scripts/check

check-full: | setup
	@scripts/check --full

bench: | setup
	@scripts/setup --bench
	@$(MAKE) -s tools bench-programs $(B)/tests/crowd
	@bench/run $(if $(SECTION),--section $(SECTION)) $(if $(QUICK),--quick)

bench-compare:
	@bench/compare

include scripts/install.mk

clean:
	rm -rf $(B)

help:
	@sed -n '/^| target | does |/,/^$$/p' README.md

.PHONY: setup kernel kernel-debug kernel-kcsan kernel-unpatched stock demo check check-full bench bench-compare clean help
