// SPDX-License-Identifier: GPL-2.0-only
/* Kernel stacks of walks as text. */
#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include "../../bpf/rmap.h"
#include "../lib/intern.h"
#include "../lib/ksyms.h"
#include "../lib/text.h"
#include "kstack.h"

/* mm/rmap.c, mm/ksm.c: which function's walk this is, and what may stand above it. */
static const char *const body[RMAP_KINDS] = {
	[RMAP_ANON] = "rmap_walk_anon",
	[RMAP_FILE] = "rmap_walk_file",
	[RMAP_SHMEM] = "rmap_walk_file",
	[RMAP_KSM] = "rmap_walk_ksm",
};

static bool is_body(const char *name)
{
	return !strncmp(name, "rmap_walk", 9) || !strncmp(name, "__rmap_walk_file", 16);
}

/* Frames of trampolines and programs, which stand above who called the walk. */
static bool is_tracing(const char *name)
{
	static const char *const prefix[] = { "bpf_",	       "__bpf_",       "kretprobe_",
					      "arch_rethook_", "rethook_",     "trace_",
					      "perf_",	       "__traceiter_", "ftrace_" };

	for (size_t i = 0; i < sizeof(prefix) / sizeof(*prefix); i++)
		if (!strncmp(name, prefix[i], strlen(prefix[i])))
			return true;
	return false;
}

static void print_frame(FILE *f, uint64_t addr, const char *name, bool first)
{
	if (!first)
		fputc(';', f);
	if (name)
		fputs(name, f);
	else
		fprintf(f, "0x%" PRIx64, addr);
}

const char *kstack__fold(const uint64_t *addr, size_t n, unsigned int kind)
{
	size_t top = n, len;
	const char *folded;
	char *text = NULL;
	FILE *f;

	if (!n)
		return "";
	/* Everything above the walk's own function, the outermost of that name. */
	for (size_t i = 0; i < n; i++) {
		const char *name = ksyms__at(addr[i]);

		if (name && is_body(name))
			top = i;
	}
	if (top == n)
		for (top = 0; top < n; top++) {
			const char *name = ksyms__at(addr[top]);

			if (!name || !is_tracing(name))
				break;
		}
	f = open_memstream(&text, &len);
	if (!f)
		return "";
	for (size_t i = n; i-- > top;)
		print_frame(f, addr[i], ksyms__at(addr[i]), i == n - 1);
	if (top == n || !ksyms__at(addr[top]) || !is_body(ksyms__at(addr[top])))
		print_frame(f, 0, body[kind < RMAP_KINDS ? kind : RMAP_ANON], top == n);
	folded = fclose(f) ? "" : intern__string(text);
	free(text);
	return folded;
}

const char *kstack__recorded(const char *line)
{
	char *clean = malloc(strlen(line) + 1);
	const char *kept = "";

	if (clean) {
		text__clean(clean, strlen(line) + 1, line);
		kept = intern__string(clean);
	}
	free(clean);
	return kept;
}
