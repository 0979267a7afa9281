// SPDX-License-Identifier: GPL-2.0-only
/* What foliomap is asked for, as its command line says it. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "ask.h"

enum {
	OPT_PFN = 256,
	OPT_NODE,
};

static uint64_t parse_u64(const char *what, const char *text, int base)
{
	unsigned long long n;
	char *end;

	errno = 0;
	n = strtoull(text, &end, base);
	if (end == text || *end || errno || strchr(text, '-'))
		opts__bad("%s: '%s'", what, text);
	return n;
}

/* Bytes, as 4096 or 2M. */
static uint64_t parse_len(const char *text)
{
	static const char units[] = "KMG";
	char number[32];
	size_t len = strlen(text);
	const char *unit = len ? strchr(units, text[len - 1]) : NULL;
	unsigned int shift = unit && *unit ? 10 * (unit - units + 1) : 0;
	uint64_t n;

	snprintf(number, sizeof(number), "%.*s", (int)(len - (shift != 0)), text);
	n = parse_u64("LEN must be a number of bytes, as 4096 or 2M", number, 0);
	if (!n || n > UINT64_MAX >> shift)
		opts__bad("LEN must be a number of bytes above 0: '%s'", text);
	return n << shift;
}

static uint64_t parse_addr(const char *text)
{
	return parse_u64("ADDR must be a hexadecimal number, as 7f0123456000", text, 16);
}

static void parse_place(struct ask *a, unsigned int nth, const char *text)
{
	switch (nth) {
	case 0:
		a->query.pid = opts__number("PID", text, 1, INT32_MAX);
		return;
	case 1:
		a->query.addr = parse_addr(text);
		return;
	case 2:
		if (a->mode == ASK_RANGE) {
			a->len = parse_len(text);
			return;
		}
	}
	opts__bad("one argument too many: '%s'", text);
}

static void parse_times(struct ask *a, unsigned int nth, const char *text)
{
	if (nth == 0)
		a->opts->interval_ns = opts__seconds("the interval", text);
	else if (nth == 1)
		a->opts->count = opts__number("the count", text, 1, UINT64_MAX);
	else
		opts__bad("one argument too many: '%s'", text);
}

static void parse_arg(struct ask *a, const char *text)
{
	if (!a->nargs && a->mode == ASK_NONE) {
		a->mode = !strcmp(text, "census") ? ASK_CENSUS :
			  !strcmp(text, "range")  ? ASK_RANGE :
						    ASK_ADDR;
		if (a->mode != ASK_ADDR)
			return;
	}
	if (a->mode == ASK_PFN)
		opts__bad("--pfn excludes other arguments: '%s'", text);
	if (a->mode == ASK_CENSUS)
		parse_times(a, a->nargs++, text);
	else
		parse_place(a, a->nargs++, text);
}

static void parse_end(struct ask *a)
{
	const struct opts *o = a->opts;

	if (a->mode == ASK_ADDR && a->nargs < 2)
		opts__bad("PID wants an ADDR");
	if (a->mode == ASK_RANGE && a->nargs < 3)
		opts__bad("range wants PID START LEN");
	if (a->mode == ASK_CENSUS || o->nreplay)
		return;
	if (o->interval_ns || o->count || o->duration_ns || o->npids || o->cgroup || a->node >= 0)
		opts__bad("-i, -n, -d, -p, -c and --node are for a census");
}

static error_t parse_own(int key, char *arg, struct argp_state *state)
{
	struct ask *a = state->input;

	switch (key) {
	case OPT_PFN:
		a->query.pfn = parse_u64("PFN must be a number, as 74565 or 0x12345", arg, 0);
		if (a->mode != ASK_NONE)
			opts__bad("--pfn excludes other arguments");
		a->mode = ASK_PFN;
		return 0;
	case OPT_NODE:
		a->node = opts__number("a node", arg, 0, INT16_MAX);
		return 0;
	case ARGP_KEY_ARG:
		parse_arg(a, arg);
		return 0;
	case ARGP_KEY_END:
		parse_end(a);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp_option own_options[] = {
	{ "pfn", OPT_PFN, "PFN", 0, "the page frame of this number", 2 },
	{ "node", OPT_NODE, "N", 0, "of a census, only this NUMA node", 2 },
	{ 0 }
};

const struct argp ask__argp = { .options = own_options, .parser = parse_own };
