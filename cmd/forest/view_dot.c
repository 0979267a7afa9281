// SPDX-License-Identifier: GPL-2.0-only
/*
 * A forest for Graphviz.  Each tree is a node whose label is a table: a row for each anon_vma,
 * indented by depth, columns for VMAs, those of a process side by side.  Where the VMA is in the
 * anon_vma's interval tree there is a dot: filled if the anon_vma is the VMA's own.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include "../lib/text.h"
#include "view.h"

/* The tree under way. */
struct picture {
	const struct forest *f;
	FILE *out;
	uint32_t *columns; /* VMAs from left to right */
	size_t n;
	uint32_t *column; /* by VMA: its column, NONE: not in this tree */
	size_t above;	  /* the tree before this one, SIZE_MAX: none */
	uint32_t *first;  /* by process: where the order found it first */
};

static void escaped(FILE *out, const char *text)
{
	char clean[64];

	text__clean(clean, sizeof(clean), text);
	for (const char *c = clean; *c; c++) {
		if (strchr("<>&\"", *c))
			fprintf(out, "&#%d;", *c);
		else
			fputc(*c, out);
	}
}

/* Processes in the order in which the rows have their VMAs as own, top down. */
static const struct picture *sorting;

static int by_process(const void *a, const void *b)
{
	const struct forest *f = sorting->f;
	const struct forest_vma *x = &f->vmas[*(const uint32_t *)a],
				*y = &f->vmas[*(const uint32_t *)b];

	if (x->process != y->process) {
		uint32_t i = sorting->first[x->process], k = sorting->first[y->process];

		if (i != k)
			return i < k ? -1 : 1;
		return x->process < y->process ? -1 : 1;
	}
	return x->start < y->start ? -1 : x->start > y->start;
}

/* What columns the rows @from to @to (in f->order) need. */
static void choose_columns(struct picture *p, size_t from, size_t to)
{
	const struct forest *f = p->f;

	p->n = 0;
	for (size_t r = from; r < to; r++) {
		const struct forest_anon_vma *av = &f->anon_vmas[f->order[r]];

		for (uint32_t k = 0; av->shown && k < av->avcs; k++) {
			const struct forest_avc *avc = &f->avcs[f->by_anon_vma[av->first_avc + k]];
			uint32_t process = f->vmas[avc->vma].process;

			if (!f->vmas[avc->vma].shown)
				continue;
			if (p->column[avc->vma] == FOREST_NONE) {
				p->column[avc->vma] = p->n;
				p->columns[p->n++] = avc->vma;
			}
			if (forest__active(f, avc) && p->first[process] > r)
				p->first[process] = r;
		}
	}
	sorting = p;
	qsort(p->columns, p->n, sizeof(*p->columns), by_process);
	for (size_t i = 0; i < p->n; i++)
		p->column[p->columns[i]] = i;
}

static void forget_columns(struct picture *p)
{
	for (size_t i = 0; i < p->n; i++) {
		p->column[p->columns[i]] = FOREST_NONE;
		p->first[p->f->vmas[p->columns[i]].process] = FOREST_NONE;
	}
}

/* Two lines: processes, each over its VMAs; VMAs by address. */
static void print_heads(const struct picture *p)
{
	const struct forest *f = p->f;

	fputs("<tr><td align=\"left\" border=\"0\"><b>anon_vma</b></td>", p->out);
	for (size_t i = 0, k; i < p->n; i = k) {
		const struct forest_process *process = &f->processes[f->vmas[p->columns[i]].process];

		for (k = i;
		     k < p->n && f->vmas[p->columns[k]].process == f->vmas[p->columns[i]].process;)
			k++;
		fprintf(p->out, "<td colspan=\"%zu\" bgcolor=\"#dde6f0\"><b>%" PRIu32 "</b><br/>",
			k - i, process->pid);
		escaped(p->out, process->comm);
		fputs("</td>", p->out);
	}
	fputs("</tr>\n<tr><td align=\"left\" border=\"0\"><font point-size=\"9\">depth, refcount, "
	      "num_children, num_active_vmas</font></td>",
	      p->out);
	for (size_t i = 0; i < p->n; i++) {
		const struct forest_vma *vma = &f->vmas[p->columns[i]];

		fprintf(p->out,
			"<td><font point-size=\"9\">%" PRIx64 "<br/>pgoff %" PRIx64 "<br/>%" PRIu64
			" pages</font></td>",
			vma->start, vma->pgoff, (vma->end - vma->start) >> 12);
	}
	fputs("</tr>\n", p->out);
}

static int by_column(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return x < y ? -1 : x > y;
}

static void print_label(const struct picture *p, const struct forest_anon_vma *av)
{
	char children[24] = "?", active[24] = "?";

	if (av->k.num_children != FOREST_UNKNOWN)
		snprintf(children, sizeof(children), "%" PRIu64, av->k.num_children);
	if (av->k.num_active_vmas != FOREST_UNKNOWN)
		snprintf(active, sizeof(active), "%" PRIu64, av->k.num_active_vmas);
	fprintf(p->out, "<tr><td align=\"left\"%s port=\"a%" PRIx64 "\">",
		av->changed ? " bgcolor=\"#f6dcdc\"" : "", av->k.addr);
	for (uint32_t i = 0; i < av->depth && i < 30; i++)
		fputs("&#160;&#160;", p->out);
	fprintf(p->out,
		"%s0x%" PRIx64 "<font point-size=\"9\">&#160;&#160;d%" PRIu32 " r%" PRIu32
		" c%s v%s%s</font></td>",
		av->depth ? "&#8627; " : "", av->k.addr, av->depth, av->k.refcount, children,
		active, av->changed ? " changed" : "");
}

/* A row in time linear in its dots: what is empty between two is one cell. */
static void print_row(struct picture *p, const struct forest_anon_vma *av, uint32_t *dots)
{
	const struct forest *f = p->f;
	size_t n = 0, at = 0;

	print_label(p, av);
	for (uint32_t k = 0; k < av->avcs; k++) {
		uint32_t vma = f->avcs[f->by_anon_vma[av->first_avc + k]].vma;

		if (f->vmas[vma].shown)
			dots[n++] = p->column[vma];
	}
	qsort(dots, n, sizeof(*dots), by_column);
	for (size_t i = 0; i < n; i++) {
		bool own = f->vmas[p->columns[dots[i]]].own == av->k.addr;

		if (i && dots[i] == dots[i - 1]) /* a second AVC, where the forest is at fault */
			continue;
		if (dots[i] > at)
			fprintf(p->out, "<td colspan=\"%zu\"></td>", dots[i] - at);
		fprintf(p->out, own ? "<td bgcolor=\"#cfe3cf\">&#9679;</td>" : "<td>&#9675;</td>");
		at = dots[i] + 1;
	}
	if (at < p->n)
		fprintf(p->out, "<td colspan=\"%zu\"></td>", p->n - at);
	fputs("</tr>\n", p->out);
}

static int print_tree(struct picture *p, size_t from, size_t to)
{
	uint32_t *dots, most = 0;

	choose_columns(p, from, to);
	if (!p->n)
		return 0;
	for (size_t r = from; r < to; r++)
		if (p->f->anon_vmas[p->f->order[r]].avcs > most)
			most = p->f->anon_vmas[p->f->order[r]].avcs;
	dots = malloc((most + 1) * sizeof(*dots));
	if (!dots)
		return -ENOMEM;
	fprintf(p->out,
		"t%zu [label=<<table border=\"0\" cellborder=\"1\" cellspacing=\"0\" "
		"cellpadding=\"4\" color=\"#9aa5b1\">\n",
		from);
	print_heads(p);
	for (size_t r = from; r < to; r++)
		if (p->f->anon_vmas[p->f->order[r]].shown)
			print_row(p, &p->f->anon_vmas[p->f->order[r]], dots);
	fputs("</table>>];\n", p->out);
	if (p->above != SIZE_MAX) /* one below the other */
		fprintf(p->out, "t%zu -> t%zu [style=invis];\n", p->above, from);
	p->above = from;
	free(dots);
	forget_columns(p);
	return 0;
}

int view_dot__forest(FILE *out, const struct forest *f)
{
	struct picture p = { .f = f, .out = out, .above = SIZE_MAX };
	int err = 0;

	p.columns = malloc((f->n_vmas + 1) * sizeof(*p.columns));
	p.column = malloc((f->n_vmas + 1) * sizeof(*p.column));
	p.first = malloc((f->n_processes + 1) * sizeof(*p.first));
	if (!p.columns || !p.column || !p.first)
		err = -ENOMEM;
	if (!err) {
		memset(p.column, 0xff, (f->n_vmas + 1) * sizeof(*p.column));
		memset(p.first, 0xff, (f->n_processes + 1) * sizeof(*p.first));
		fputs("digraph anon_vmas {\n"
		      "graph [rankdir=TB, fontname=\"Helvetica\", fontsize=10];\n"
		      "node [shape=plain, fontname=\"Helvetica\", fontsize=11];\n",
		      out);
	}
	for (size_t from = 0, to; from < f->n_anon_vmas && !err; from = to) {
		for (to = from + 1; to < f->n_anon_vmas && f->anon_vmas[f->order[to]].depth;)
			to++;
		err = print_tree(&p, from, to);
	}
	if (!err)
		fputs("label=<&#9679; the VMA's own anon_vma&#160;&#160;&#160;&#9675; inherited: the VMA is "
		      "in its interval tree<br/>d depth, r refcount, c num_children, v "
		      "num_active_vmas>;\n}\n",
		      out);
	free(p.columns);
	free(p.column);
	free(p.first);
	return err;
}
