# make install, make uninstall, make deb.
#
# What is installed follows from what is there: a new command, page or script needs no
# edit here. All that install makes, and uninstall removes, is $(INSTALLED).

PREFIX  ?= /usr/local
DESTDIR ?=
BIN     := $(PREFIX)/bin
SHARE   := $(PREFIX)/share
OURS    := $(SHARE)/folioscope
COMPLETIONS := $(SHARE)/bash-completion/completions

# Scripts and patches lie below share/folioscope as they lie here below scripts/ and here.
files    = $(sort $(shell [ ! -d $(1) ] || find $(1) -type f ! -name '*.pyc' ! -name '.*' -printf '%P\n'))
SCRIPTS := $(foreach d,bpftrace bcc plot,$(addprefix $(d)/,$(call files,scripts/$(d))))
PATCHES := $(addprefix kernel-patch/,$(call files,kernel-patch))
# Commands that are scripts: those beside the plots without a suffix.
COMMANDS := $(foreach f,$(wildcard scripts/plot/*),$(if $(suffix $(f)),,$(shell test -f $(f) && basename $(f))))
MANUALS := $(notdir $(wildcard man/*.scd))
manual   = $(SHARE)/man/man$(patsubst .%,%,$(suffix $(1:.scd=)))/$(1:.scd=)

INSTALLED := $(addprefix $(BIN)/,$(TOOLS) $(COMMANDS)) \
	     $(foreach page,$(MANUALS),$(call manual,$(page))) \
	     $(addprefix $(COMPLETIONS)/,folioscope $(TOOLS) $(COMMANDS)) \
	     $(addprefix $(OURS)/,$(SCRIPTS) $(PATCHES))

install: tools
	install -d $(addprefix $(DESTDIR),$(sort $(dir $(INSTALLED))))
	install -m 755 $(TOOLS:%=$(B)/bin/%) $(DESTDIR)$(BIN)
	$(foreach command,$(COMMANDS),ln -sf ../share/folioscope/plot/$(command) $(DESTDIR)$(BIN)/;)
	set -e; $(foreach page,$(MANUALS),scdoc <man/$(page) >$(DESTDIR)$(call manual,$(page));)
	install -m 644 completions/folioscope.bash $(DESTDIR)$(COMPLETIONS)/folioscope
	$(foreach name,$(TOOLS) $(COMMANDS),ln -sf folioscope $(DESTDIR)$(COMPLETIONS)/$(name);)
	set -e; cd scripts && for f in $(SCRIPTS); do \
		mode=644; [ ! -x $$f ] || mode=755; install -m $$mode $$f $(DESTDIR)$(OURS)/$$f; done
	set -e; for f in $(PATCHES); do install -m 644 $$f $(DESTDIR)$(OURS)/$$f; done

# Folders that are nobody else's go, too, unless somebody has put something there.
uninstall:
	rm -f $(addprefix $(DESTDIR),$(INSTALLED))
	[ ! -d $(DESTDIR)$(OURS) ] || find $(DESTDIR)$(OURS) -depth -type d -empty -delete

# In a copy of its own, so that nothing of it is left among the sources.
deb: | setup
	@scripts/deb $(VERSION)

.PHONY: install uninstall deb
