# Fuzzing: tests/fuzz.  "once" runs inputs once, of any target, and is built with the unit
# tests' objects; libFuzzer's program is one for all targets, named after each.
FUZZ_TOOL_SRC := $(LIB_SRC) $(RMAP_SRC) $(LAT_SRC) $(FOREST_SRC) $(CHAIN_SRC) $(FOLIO_SRC) \
		 $(wildcard cmd/xchg/*.c)
FUZZ_OWN_SRC := $(filter-out %/libfuzzer.c %/once.c,$(wildcard tests/fuzz/*.c))
fuzz_objects = $(patsubst %.c,$(B)/obj/$(1)/%.o,$(FUZZ_TOOL_SRC) $(FUZZ_OWN_SRC)) \
	       $(TOOLS:%=$(B)/obj/$(1)/main/%.o)
# The tools are called again and again: tests/fuzz/tools.c.
FUZZ_WRAP := -Wl,--wrap=exit -Wl,--wrap=opts__parse
SKELETONS := $(patsubst bpf/%.bpf.c,$(B)/bpf/%.skel.h,$(wildcard bpf/*.bpf.c))

$(call fuzz_objects,sanitized) $(call fuzz_objects,fuzz): | $(SKELETONS)
$(B)/obj/sanitized/main/%.o: cmd/%.c
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(SANITIZE) -Dmain=fuzz_main_$* -MMD -MP -c $< -o $@

$(B)/tests/fuzz/once: $(B)/obj/sanitized/tests/fuzz/once.o $(call fuzz_objects,sanitized)
	@mkdir -p $(@D)
	$(CC) $(SANITIZE) $(FUZZ_WRAP) -o $@ $^ $(LIBS)

# Warnings are gcc's business.
FUZZ_CFLAGS := $(filter-out -W%,$(CFLAGS)) $(SANITIZE) -fsanitize=fuzzer-no-link
$(B)/obj/fuzz/%.o: %.c
	@mkdir -p $(@D)
	$(CLANG) $(FUZZ_CFLAGS) -MMD -MP -c $< -o $@
$(B)/obj/fuzz/main/%.o: cmd/%.c
	@mkdir -p $(@D)
	$(CLANG) $(FUZZ_CFLAGS) -Dmain=fuzz_main_$* -MMD -MP -c $< -o $@

$(B)/tests/fuzz/fuzz: $(B)/obj/fuzz/tests/fuzz/libfuzzer.o $(call fuzz_objects,fuzz)
	@mkdir -p $(@D)
	$(CLANG) $(SANITIZE) -fsanitize=fuzzer $(FUZZ_WRAP) -o $@ $^ $(LIBS)

# For tests/full/valgrind.t, which says why.
$(TOOLS:%=$(B)/dynamic/%): $(B)/dynamic/%: $$(call obj,cmd/%.c $(LIB_SRC) $$($$*_SRC))
	@mkdir -p $(@D)
	$(CC) -o $@ $^ $(LIBS)
valgrind-tools: $(TOOLS:%=$(B)/dynamic/%)
.PHONY: valgrind-tools

SECONDS ?= 60
fuzz: $(B)/tests/fuzz/fuzz $(B)/tests/fuzz/once
	@tests/fuzz/run --seconds $(SECONDS)
.PHONY: fuzz
