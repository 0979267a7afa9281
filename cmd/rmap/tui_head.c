// SPDX-License-Identifier: GPL-2.0-only
/* The first lines of rmaptop's display. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include "../lib/text.h"
#include "../lib/tui.h"
#include "../lib/units.h"
#include "tui_head.h"

#define TALL 9	/* a screen of fewer lines has one line of this */
#define PART 96 /* bytes of a piece */

/* --------------------------------------------------------- line 1: where */

static void print_clock(char text[PART], const struct when *when)
{
	time_t t = when->ts;
	char clock[16];
	struct tm tm;

	localtime_r(&t, &tm);
	strftime(clock, sizeof(clock), "%H:%M:%S", &tm);
	snprintf(text, PART, "%s  %.1f s", clock, when->interval_s);
}

static void print_position(char text[PART], const struct display_state *state)
{
	text[0] = 0;
	if (state->replay)
		snprintf(text, PART, "%zu/%zu  %ux", state->at, state->n, state->speed);
}

static void draw_where(unsigned int y, const struct rmap_kept *kept, const struct rmap_wish *wish,
		       const struct display_state *state, const struct run *run)
{
	char clock[PART] = "", position[PART], sort[PART], filter[PART] = "", by[RMAP_CELL];
	const struct tui_piece pieces[] = {
		{ run->opts.nreplay ? "replay" : "rmaptop", LOOK_STRONG, 6 },
		{ clock, LOOK_PLAIN, 2 },
		{ position, LOOK_STRONG, 1 },
		{ state->paused ? "paused" : "", LOOK_BAD, 1 },
		{ sort, LOOK_PLAIN, 4 },
		{ by, LOOK_PLAIN, 5 },
		{ wish->tree ? "tree" : "", LOOK_PLAIN, 5 },
		{ filter, LOOK_STRONG, 3 },
	};

	if (kept)
		print_clock(clock, &kept->when);
	else
		strcpy(clock, state->replay ? "no report" : "waiting for the first interval");
	print_position(position, state);
	snprintf(sort, sizeof(sort), "by %s%s", rmap_columns[wish->sort].col.title,
		 wish->reverse ? ", reversed" : "");
	rmap_by__list(wish->by, by);
	if (*wish->filter)
		snprintf(filter, sizeof(filter), "filter '%s'", wish->filter);
	tui__pieces(y, pieces, sizeof(pieces) / sizeof(*pieces));
}

/* ------------------------------------------------------- line 2: how much */

static void draw_sums(unsigned int y, const struct rmap_kept *kept, const struct run *run,
		      const struct display_state *state, bool alone)
{
	static const struct rmap_kept nothing;
	char walks[PART], per[PART], phantom[PART], cpu[PART], lock[PART],
		loss[PART] = "", position[PART] = "", buf[UNITS_LEN];
	const struct tui_piece pieces[] = {
		{ alone ? position : "", LOOK_STRONG, 3 },
		{ walks, LOOK_STRONG, 0 },
		{ per, LOOK_PLAIN, 4 },
		{ phantom, LOOK_STRONG, 1 },
		{ cpu, LOOK_PLAIN, 2 },
		{ lock, LOOK_PLAIN, 3 },
		{ alone ? loss : "", LOOK_BAD, 1 },
	};
	const struct rmap_stat *s = &(kept ? kept : &nothing)->total;
	double seconds = kept ? kept->when.interval_s : 0;
	uint64_t rate = seconds > 0 ? fmin(s->walks / seconds + .5, 1e18) : 0;

	print_position(position, state);
	snprintf(walks, PART, "%s walks/s", units__count(buf, rate));
	snprintf(per, PART, "%s VMAs/walk", units__ratio(buf, s->vmas, s->walks));
	snprintf(phantom, PART, "%s%% phantom", units__percent(buf, s->vmas - s->mapped, s->vmas));
	snprintf(cpu, PART, "%s%% of a CPU", units__percent(buf, s->ns, fmin(seconds * 1e9, 1e18)));
	snprintf(lock, PART, "%s waiting for locks", units__ns(buf, s->lock_ns));
	if (books__sum(&run->books.lost))
		snprintf(loss, PART, "%" PRId64 " lost", books__sum(&run->books.lost));
	tui__pieces(y, pieces, sizeof(pieces) / sizeof(*pieces));
}

/* ----------------------------------------------- line 3: how far to trust */

/* "not seen: a, b" of what has a state, without the reasons. */
static void print_names(const struct head *head, enum coverage_state state, const char *intro,
			char text[PART])
{
	FILE *f = fmemopen(text, PART, "w");
	const char *sep = intro;

	text[0] = 0;
	if (!f)
		return;
	for (size_t i = 0; i < head->len; i++) {
		if (head->coverage[i].state != state)
			continue;
		fprintf(f, "%s%s", sep, head->coverage[i].name);
		sep = ", ";
	}
	fclose(f);
	text[PART - 1] = 0;
}

/* "13 walks lost (full, recursion)" */
static void print_loss(const struct books *books, char text[PART])
{
	const char *sep = " (";
	size_t at;

	text[0] = 0;
	if (!books__sum(&books->lost))
		return;
	at = snprintf(text, PART, "%" PRId64 " walks lost", books__sum(&books->lost));
	for (size_t i = 0; at < PART && i < books->lost.len; i++) {
		if (!books->lost.entry[i].n)
			continue;
		at += snprintf(text + at, PART - at, "%s%s", sep, books->lost.entry[i].name);
		sep = ", ";
	}
	if (at < PART)
		snprintf(text + at, PART - at, ")");
}

static void draw_trust(unsigned int y, const struct run *run, const struct rmap_kept *kept)
{
	char backend[PART], none[PART], partial[PART], loss[PART], sample[PART] = "";
	const struct books *books = &run->books;
	const struct tui_piece pieces[] = {
		{ loss, LOOK_BAD, 0 },
		{ books->incomplete ? "recording cut off" : "", LOOK_BAD, 1 },
		{ sample, LOOK_STRONG, 1 },
		{ backend, LOOK_PLAIN, 2 },
		{ none, LOOK_PLAIN, 3 },
		{ partial, LOOK_PLAIN, 4 },
	};

	snprintf(backend, PART, "backend %s", run->head.backend ? run->head.backend : "?");
	print_names(&run->head, COVERAGE_NONE, "not seen: ", none);
	print_names(&run->head, COVERAGE_PARTIAL, "in part: ", partial);
	if (!*none && !*partial)
		strcpy(none, "all causes seen");
	print_loss(books, loss);
	if (kept && kept->snap.sample > 1)
		snprintf(sample, PART, "1 walk of %" PRIu32 " counted", kept->snap.sample);
	tui__pieces(y, pieces, sizeof(pieces) / sizeof(*pieces));
}

unsigned int rmap_head__draw(const struct run *run, const struct rmap_kept *kept,
			     const struct rmap_wish *wish, const struct display_state *state)
{
	if (tui__height() < TALL) {
		draw_sums(0, kept, run, state, true);
		return 1;
	}
	draw_where(0, kept, wish, state, run);
	draw_sums(1, kept, run, state, false);
	draw_trust(2, run, kept);
	return 3;
}

void rmap_head__coverage(const struct run *run, FILE *f)
{
	static const char *const states[] = { "seen", "seen in part", "not seen" };
	const struct head *head = &run->head;

	fprintf(f, "Backend %s\n\n", run->head.backend ? run->head.backend : "?");
	for (size_t i = 0; i < head->len; i++) {
		const struct coverage *c = &head->coverage[i];
		char line[512], clean[sizeof(line)];

		snprintf(line, sizeof(line), "%-16s %s%s%s", c->name, states[c->state],
			 c->why ? ": " : "", c->why ? c->why : "");
		text__clean(clean, sizeof(clean), line); /* a line has no newlines */
		fprintf(f, "%s\n", clean);
	}
	fputc('\n', f);
	if (run->opts.nreplay)
		books__print(&run->books, f, "walks");
	else
		fputs("What is lost is counted at the end.", f);
	fputc('\n', f);
}
