// SPDX-License-Identifier: GPL-2.0-only
/* Fork chains: who was forked from whom, and the AVCs level by level. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include "../lib/json.h"
#include "../lib/table.h"
#include "../lib/text.h"
#include "../lib/units.h"
#include "chains.h"

struct level {
	uint64_t processes, vmas, avcs, now, forked, reused;
	uint32_t longest, depth;
};

/* A process that never had an AVC, and forked nobody, is not part of a chain. */
static bool shown(const struct chain_process *p)
{
	return p->peak_avcs || p->children || p->forked;
}

static int levels(const struct chain_state *s, struct level **out, size_t *n)
{
	*n = 0;
	for (size_t i = 0; i < s->n; i++)
		if (s->processes[i]->level >= *n)
			*n = s->processes[i]->level + 1;
	*out = calloc(*n + 1, sizeof(**out));
	if (!*out)
		return -ENOMEM;
	for (size_t i = 0; i < s->n; i++) {
		const struct chain_process *p = s->processes[i];
		struct level *l = &(*out)[p->level];

		if (!shown(p))
			continue;
		l->processes++;
		l->vmas += p->peak_vmas;
		l->avcs += p->peak_avcs;
		l->now += p->avcs;
		l->forked += p->forked;
		l->reused += p->reused;
		if (p->longest > l->longest)
			l->longest = p->longest;
		if (p->depth > l->depth)
			l->depth = p->depth;
	}
	return 0;
}

/* -------------------------------------------------------------- for people */

static const struct table_col columns[] = {
	{ "PID", false, 0 },	{ "LEVEL", false, 1 },	{ "VMAS", false, 2 },
	{ "AVCS", false, 0 },	{ "NOW", false, 3 },	{ "LONGEST", false, 1 },
	{ "DEPTH", false, 2 },	{ "FORKED", false, 4 }, { "REUSED", false, 2 },
	{ "PROCESS", true, 1 },
};

static void cell_number(struct table *t, uint64_t n)
{
	char text[UNITS_LEN];

	table__cell(t, units__count(text, n));
}

#define NAME_MAX_COLUMNS 256

static void add_process(struct table *t, const struct chain_process *p, const char *indent,
			const char *branch)
{
	char text[NAME_MAX_COLUMNS], pid[16] = "-";

	if (p->pid)
		snprintf(pid, sizeof(pid), "%" PRIu32, p->pid);
	table__cell(t, pid);
	cell_number(t, p->level);
	cell_number(t, p->peak_vmas);
	cell_number(t, p->peak_avcs);
	cell_number(t, p->avcs);
	cell_number(t, p->longest);
	cell_number(t, p->depth);
	cell_number(t, p->forked);
	cell_number(t, p->reused);
	snprintf(text, sizeof(text), "%s%s%s%s", indent, branch, p->comm,
		 p->failed ? " (fork failed)" : "");
	table__cell(t, text);
}

/* Depth first, without recursion: a chain may be thousands of forks long. */
static void add_tree(struct table *t, const struct chain_process *root)
{
	const struct chain_process *p = root;
	bool utf8 = text__utf8();
	char indent[NAME_MAX_COLUMNS];

	while (p) {
		size_t len = 0, deep = p->level - root->level;
		const char *branch = "";

		/* Deeper than is of use: the level stands beside it. */
		indent[0] = 0;
		if (deep) {
			for (size_t i = 1; i < deep && i < 40; i++)
				len += snprintf(indent + len, sizeof(indent) - len, "  ");
			branch = utf8 ? "└ " : "` ";
		}
		add_process(t, p, indent, branch);
		if (p->children) {
			p = p->children;
			continue;
		}
		while (p != root && !p->next)
			p = p->parent;
		p = p == root ? NULL : p->next;
	}
}

static int print_levels(FILE *f, const struct chain_state *s, unsigned int width)
{
	static const struct table_col cols[] = {
		{ "LEVEL", false, 0 },	 { "PROCESSES", false, 1 }, { "VMAS", false, 1 },
		{ "AVCS", false, 0 },	 { "AVCS/VMA", false, 0 },  { "NOW", false, 3 },
		{ "LONGEST", false, 1 }, { "DEPTH", false, 2 },	    { "FORKED", false, 4 },
		{ "REUSED", false, 2 },
	};
	struct table *t = table__new(cols, sizeof(cols) / sizeof(*cols));
	struct level *l;
	char text[UNITS_LEN];
	size_t n;
	int err = t ? levels(s, &l, &n) : -ENOMEM;

	if (err) {
		table__free(t);
		return err;
	}
	for (size_t i = 0; i < n; i++) {
		cell_number(t, i);
		cell_number(t, l[i].processes);
		cell_number(t, l[i].vmas);
		cell_number(t, l[i].avcs);
		table__cell(t, units__ratio(text, l[i].avcs, l[i].vmas));
		cell_number(t, l[i].now);
		cell_number(t, l[i].longest);
		cell_number(t, l[i].depth);
		cell_number(t, l[i].forked);
		cell_number(t, l[i].reused);
	}
	free(l);
	fputc('\n', f);
	err = table__print(t, f, width);
	table__free(t);
	return err;
}

int chains__print(FILE *f, const struct chain_state *s, unsigned int width)
{
	struct table *t = table__new(columns, sizeof(columns) / sizeof(*columns));
	int err;

	if (!t)
		return -ENOMEM;
	for (size_t i = 0; i < s->n; i++)
		if (!s->processes[i]->parent && shown(s->processes[i]))
			add_tree(t, s->processes[i]);
	fputc('\n', f);
	err = table__print(t, f, width);
	table__free(t);
	return err ? err : print_levels(f, s, width);
}

/* ------------------------------------------------------------------- JSON */

static json_t *process_json(const struct chain_process *p)
{
	json_t *obj = json_pack("{s:o, s:o, s:o, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I}", "pid",
				p->pid ? json_integer(p->pid) : json_null(), "comm",
				json__comm(p->comm), "parent",
				p->parent ? json_integer(p->parent->pid) : json_null(), "level",
				(json_int_t)p->level, "vmas", (json_int_t)p->peak_vmas, "avcs",
				(json_int_t)p->peak_avcs, "now", (json_int_t)p->avcs, "longest",
				(json_int_t)p->longest, "depth", (json_int_t)p->depth, "forked",
				(json_int_t)p->forked, "reused", (json_int_t)p->reused);

	if (obj && p->failed)
		json_object_set_new(obj, "failed", json_true());
	return obj;
}

static json_t *level_json(const struct level *l, size_t i)
{
	return json_pack("{s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I}", "level", (json_int_t)i,
			 "processes", (json_int_t)l->processes, "vmas", (json_int_t)l->vmas, "avcs",
			 (json_int_t)l->avcs, "now", (json_int_t)l->now, "longest",
			 (json_int_t)l->longest, "depth", (json_int_t)l->depth, "forked",
			 (json_int_t)l->forked, "reused", (json_int_t)l->reused);
}

int chains__print_json(FILE *f, const struct chain_state *s, struct when when)
{
	json_t *processes = json_array(), *by_level = json_array();
	struct level *l;
	size_t n;
	int err = processes && by_level ? levels(s, &l, &n) : -ENOMEM;

	if (err) {
		json_decref(processes);
		json_decref(by_level);
		return err;
	}
	for (size_t i = 0; i < s->n; i++)
		if (shown(s->processes[i]))
			json_array_append_new(processes, process_json(s->processes[i]));
	for (size_t i = 0; i < n; i++)
		json_array_append_new(by_level, level_json(&l[i], i));
	free(l);
	return json__line(f, json_pack("{s:s, s:f, s:f, s:o, s:o}", "type", "snapshot", "ts",
				       when.ts, "interval_s", when.interval_s, "processes",
				       processes, "levels", by_level));
}
