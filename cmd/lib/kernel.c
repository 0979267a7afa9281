// SPDX-License-Identifier: GPL-2.0-only
/* What a kernel offers to be traced by. */
#include <bpf/btf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include "grow.h"
#include "kernel.h"
#include "ksyms.h"

/*
 * A kernel has 100,000 functions and more, of which a dozen are asked for: names are kept
 * as hashes, which at 64 bits do not collide, in no order.
 */
struct name {
	uint64_t hash;
	uint64_t address;
};

struct names {
	struct name *name;
	size_t n, room;
	bool read;
};

struct kernel {
	struct names names[KERNEL_FACTS];
	bool running;
	char version[80];  /* as uname -v */
	char preempt[80];  /* the file below, with the model in use in parentheses */
	char cmdline[512]; /* of it, "preempt=MODEL" */
};

#define PREEMPT_FILE "/sys/kernel/debug/sched/preempt" /* since 5.13, kernel/sched/debug.c */

/* FNV-1a */
static uint64_t hash(const char *name, size_t len)
{
	uint64_t h = 0xcbf29ce484222325;

	for (size_t i = 0; i < len; i++)
		h = (h ^ (unsigned char)name[i]) * 0x100000001b3;
	return h;
}

static int add(struct names *names, const char *name, size_t len, uint64_t address)
{
	struct name *one =
		grow__add((void **)&names->name, &names->n, &names->room, sizeof(*names->name));

	if (!one)
		return -ENOMEM;
	*one = (struct name){ hash(name, len), address };
	return 0;
}

/* ----------------------------------------------------------- the running one */

static int keep_symbol(void *arg, const struct ksym *symbol)
{
	static const char variable[] = "vmemmap_base"; /* arch/x86/kernel/head64.c */

	/* Functions, local or global, and the one variable that somebody asks for. */
	if (symbol->type != 't' &&
	    (symbol->len != sizeof(variable) - 1 || memcmp(symbol->name, variable, symbol->len)))
		return 0;
	return add(arg, symbol->name, symbol->len, symbol->addr);
}

/* A tracepoint NAME is there as the type that its BPF programs have, btf_trace_NAME. */
static void read_btf(struct kernel *kernel)
{
	static const char prefix[] = "btf_trace_";
	const size_t len = sizeof(prefix) - 1;
	struct btf *btf = btf__load_vmlinux_btf();
	uint32_t n = btf ? btf__type_cnt(btf) : 0;
	int err = 0;

	for (uint32_t i = 1; i < n && !err; i++) {
		const struct btf_type *type = btf__type_by_id(btf, i);
		const char *name = btf__name_by_offset(btf, type->name_off);

		if (btf_is_func(type))
			err = add(&kernel->names[KERNEL_BTF], name, strlen(name), 0);
		else if (btf_is_typedef(type) && !strncmp(name, prefix, len))
			err = add(&kernel->names[KERNEL_TRACEPOINT], name + len, strlen(name + len),
				  0);
	}
	btf__free(btf);
	kernel->names[KERNEL_BTF].read = kernel->names[KERNEL_TRACEPOINT].read = true;
}

static void first_line(const char *path, char *buf, size_t size)
{
	FILE *f = fopen(path, "re");

	if (!f || !fgets(buf, size, f))
		buf[0] = 0;
	if (f)
		fclose(f);
}

struct kernel *kernel__running(void)
{
	struct kernel *kernel = calloc(1, sizeof(*kernel));
	struct utsname u;

	if (!kernel)
		return NULL;
	kernel->running = true;
	if (!uname(&u))
		snprintf(kernel->version, sizeof(kernel->version), "%s", u.version);
	first_line(PREEMPT_FILE, kernel->preempt, sizeof(kernel->preempt));
	first_line("/proc/cmdline", kernel->cmdline, sizeof(kernel->cmdline));
	return kernel;
}

/* ------------------------------------------------------------- recorded ones */

static int take_line(struct kernel *kernel, const char *kind, const char *rest)
{
	struct names *names = kernel->names;
	size_t len = strlen(rest);

	if (!strcmp(kind, "function"))
		return add(&names[KERNEL_BTF], rest, len, 0) ?:
			       add(&names[KERNEL_SYMBOL], rest, len, 0);
	if (!strcmp(kind, "btf-only"))
		return add(&names[KERNEL_BTF], rest, len, 0);
	if (!strcmp(kind, "symbol-only"))
		return add(&names[KERNEL_SYMBOL], rest, len, 0);
	if (!strcmp(kind, "address")) {
		char *name;
		uint64_t address = strtoull(rest, &name, 16);

		if (*name++ != ' ')
			return -EINVAL;
		return add(&names[KERNEL_SYMBOL], name, strlen(name), address);
	}
	if (!strcmp(kind, "tracepoint"))
		return add(&names[KERNEL_TRACEPOINT], rest, len, 0);
	if (!strcmp(kind, "version"))
		snprintf(kernel->version, sizeof(kernel->version), "%s", rest);
	else if (!strcmp(kind, "preempt"))
		snprintf(kernel->preempt, sizeof(kernel->preempt), "%s", rest);
	else if (!strcmp(kind, "cmdline"))
		snprintf(kernel->cmdline, sizeof(kernel->cmdline), "%s", rest);
	else if (strcmp(kind, "release"))
		return -EINVAL;
	return 0;
}

struct kernel *kernel__recorded(FILE *f)
{
	struct kernel *kernel = calloc(1, sizeof(*kernel));
	char *line = NULL, *rest;
	size_t size = 0;
	int err = kernel ? 0 : -ENOMEM;

	while (!err && getline(&line, &size, f) > 0) {
		line[strcspn(line, "\n")] = 0;
		rest = line;
		strsep(&rest, " ");
		err = take_line(kernel, line, rest ? rest : "");
	}
	free(line);
	if (!err)
		return kernel;
	kernel__free(kernel);
	errno = -err;
	return NULL;
}

void kernel__free(struct kernel *kernel)
{
	for (int i = 0; kernel && i < KERNEL_FACTS; i++)
		free(kernel->names[i].name);
	free(kernel);
}

/* ------------------------------------------------------------------- answers */

static const struct names *names_of(struct kernel *kernel, enum kernel_fact fact)
{
	struct names *names = &kernel->names[fact];

	if (!kernel->running || names->read)
		return names;
	if (fact == KERNEL_SYMBOL)
		ksyms__each(keep_symbol, names);
	else
		read_btf(kernel);
	names->read = true;
	return names;
}

static const struct name *find(struct kernel *kernel, enum kernel_fact fact, const char *name)
{
	const struct names *names = names_of(kernel, fact);
	uint64_t h = hash(name, strlen(name));

	for (size_t i = 0; i < names->n; i++)
		if (names->name[i].hash == h)
			return &names->name[i];
	return NULL;
}

bool kernel__has(struct kernel *kernel, enum kernel_fact fact, const char *name)
{
	return find(kernel, fact, name);
}

uint64_t kernel__address(struct kernel *kernel, const char *symbol)
{
	const struct name *name = find(kernel, KERNEL_SYMBOL, symbol);

	return name ? name->address : 0;
}

uint64_t kernel__extent(struct kernel *kernel, const char *function, uint64_t *bytes)
{
	const struct names *symbols = names_of(kernel, KERNEL_SYMBOL);
	uint64_t start = kernel__address(kernel, function), next = UINT64_MAX;

	for (size_t i = 0; start && i < symbols->n; i++)
		if (symbols->name[i].address > start && symbols->name[i].address < next)
			next = symbols->name[i].address;
	*bytes = start && next != UINT64_MAX ? next - start : 0;
	return *bytes ? start : 0;
}

bool kernel__hides(struct kernel *kernel)
{
	const struct names *symbols = names_of(kernel, KERNEL_SYMBOL);

	if (!kernel->running)
		return false;
	for (size_t i = 0; i < symbols->n; i++)
		if (symbols->name[i].address)
			return false;
	return true;
}

/* ---------------------------------------------------------------- preemption */

static const char *const models[] = {
	[PREEMPT_UNKNOWN] = "unknown", [PREEMPT_NONE] = "none", [PREEMPT_VOLUNTARY] = "voluntary",
	[PREEMPT_LAZY] = "lazy",       [PREEMPT_FULL] = "full", [PREEMPT_RT] = "rt",
};

const char *preempt__name(enum preempt preempt)
{
	return models[preempt];
}

/* The model whose name follows @before in @text, up to one of @ends. */
static enum preempt model_after(const char *text, const char *before, const char *ends)
{
	const char *at = strstr(text, before);
	enum preempt p = PREEMPT_RT;

	if (!at)
		return PREEMPT_UNKNOWN;
	at += strlen(before);
	while (p &&
	       (strlen(models[p]) != strcspn(at, ends) || strncmp(at, models[p], strlen(models[p]))))
		p--;
	return p;
}

/*
 * uname -v says PREEMPT_RT, PREEMPT_DYNAMIC, PREEMPT or nothing (scripts/mkcompile_h, since
 * 6.1 init/Makefile).  With DYNAMIC it is chosen at boot, or by the file (kernel/sched/core.c,
 * 6.12: setup_preempt_mode(), sched_dynamic_show()).
 */
enum preempt kernel__preempt(const struct kernel *kernel)
{
	enum preempt p;

	if (strstr(kernel->version, "PREEMPT_RT"))
		return PREEMPT_RT;
	if (!strstr(kernel->version, "PREEMPT"))
		return kernel->version[0] ? PREEMPT_NONE : PREEMPT_UNKNOWN;
	if (!strstr(kernel->version, "PREEMPT_DYNAMIC"))
		return PREEMPT_FULL;
	p = model_after(kernel->preempt, "(", ")");
	return p ? p : model_after(kernel->cmdline, "preempt=", " \n");
}

bool preempt__cuts_in(enum preempt preempt)
{
	return preempt != PREEMPT_NONE && preempt != PREEMPT_VOLUNTARY;
}
