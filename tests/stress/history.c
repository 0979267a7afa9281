// SPDX-License-Identifier: GPL-2.0-only
/* What led to a failure: the last calls of all that exchange, and the kernel's phases. */
#include "storm.h"

#define TRACE "/sys/kernel/tracing/instances/storm"
/* Of the ring: a few batches. */
#define LINES 120

void start_trace(void)
{
	static const char *const settings[][2] = {
		{ TRACE "/buffer_size_kb", "64" },
		{ TRACE "/trace_clock", "mono" },
		{ TRACE "/events/exchange/folio_exchange_phase/enable", "1" },
		{ TRACE "/events/exchange/folio_exchange_pair/enable", "1" },
	};

	if (!code_is_patchable() || mkdir(TRACE, 0755)) {
		diag("phases are not traced");
		return;
	}
	for (unsigned int i = 0; i < sizeof(settings) / sizeof(settings[0]); i++)
		if (!write_file(settings[i][0], "%s", settings[i][1]))
			diag("%s cannot be written", settings[i][0]);
}

void stop_trace(void)
{
	write_file(TRACE "/tracing_on", "0");
}

static void show_trace(void)
{
	static char line[LINES][256];
	unsigned long n = 0;
	FILE *f = fopen(TRACE "/trace", "re");

	while (f && fgets(line[n % LINES], sizeof(line[0]), f))
		n++;
	if (f)
		fclose(f);
	diag("phases and pairs until %lu.%06lu s:", state->wrong_at_ns / 1000000000,
	     state->wrong_at_ns / 1000 % 1000000);
	for (unsigned long i = n > LINES ? n - LINES : 0; i < n; i++)
		printf("#   %s", line[i % LINES]);
}

/* "writer+12": its 13th page; "fork'+7": of a child. */
static void say_page(char *text, size_t size, pid_t pid, uint64_t at)
{
	uint64_t area = (at - AREA_BASE) / AREA_STRIDE;
	bool own = area < NR_ROLES && (!pid || pid == state->role[area].pid);

	snprintf(text, size, "%s%s+%lu", area < NR_ROLES ? roles[area].name : "?", own ? "" : "'",
		 (at - AREA_BASE) % AREA_STRIDE / PAGE);
}

static bool concerns(const struct batch *batch, unsigned int i, uint64_t page)
{
	return batch->addr[0][i] == page || batch->addr[1][i] == page;
}

static void show_batch(const struct batch *batch, unsigned int role, bool all)
{
	uint64_t page = state->wrong_at & -PAGE;
	unsigned int shown = 0;
	char side[2][32];

	for (unsigned int i = 0; i < batch->n; i++)
		all = all || concerns(batch, i, page);
	if (!all)
		return;
	printf("# %s %d at %lu.%06lu s, pids %d and %d, flags %x, %u pairs:", roles[role].name,
	       state->role[role].pid, batch->at_ns / 1000000000, batch->at_ns / 1000 % 1000000,
	       batch->pid[0], batch->pid[1], batch->flags, batch->n);
	for (unsigned int i = 0; i < batch->n; i++) {
		for (unsigned int s = 0; s < 2; s++)
			say_page(side[s], sizeof(side[s]), batch->pid[s], batch->addr[s][i]);
		printf("%s%s%s %s %s", shown++ % 6 ? ", " : "\n#   ",
		       concerns(batch, i, page) ? ">>> " : "", side[0], side[1],
		       result_name(batch->status[i]));
	}
	printf("\n");
}

void show_history(void)
{
	for (unsigned int i = 0; i < state->histories && i < HISTORIES; i++) {
		const struct history *h = &state->history[i];

		for (unsigned int n = h->made > KEPT ? h->made - KEPT : 0; n < h->made; n++)
			show_batch(&h->batch[n % KEPT], h->role, n + 1 == h->made);
	}
	show_trace();
	fflush(stdout);
}
