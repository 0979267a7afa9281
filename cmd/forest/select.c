// SPDX-License-Identifier: GPL-2.0-only
/* Which part of a live forest is shown. */
#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include "../lib/cgroup.h"
#include "../lib/maps.h"
#include "select.h"

/* Who has the VMAs of this process. */
static uint32_t holder(const struct forest *f, uint32_t process)
{
	return f->processes[process].same_mm == FOREST_NONE ? process : f->processes[process].same_mm;
}

static enum status is_alive(pid_t pid)
{
	if (kill(pid, 0) && errno == ESRCH)
		return fail(ST_FAIL, "no process with pid %d", pid);
	return ST_OK;
}

/* ------------------------------------------------------------------- -p, -c */

static bool has_pid(const struct opts *opts, uint32_t pid)
{
	for (unsigned int i = 0; i < opts->npids; i++)
		if ((uint32_t)opts->pids[i] == pid)
			return true;
	return !opts->npids;
}

/* Is a cgroup this one, or below it? */
static bool is_below(uint64_t id, const char *top)
{
	const char *path = cgroup__path(id);
	size_t len = strlen(top);

	if (!path)
		return false;
	return !strcmp(top, "/") || (!strncmp(path, top, len) && (!path[len] || path[len] == '/'));
}

static enum status select_targets(struct forest *f, const struct opts *opts)
{
	bool *wanted = calloc(f->n_processes + 1, sizeof(*wanted));
	const char *top = NULL;
	struct stat st;

	if (!wanted)
		return fail(ST_FAIL, "out of memory");
	if (opts->cgroup) {
		top = stat(opts->cgroup, &st) ? NULL : cgroup__path(st.st_ino);
		if (!top) {
			free(wanted);
			return fail(ST_FAIL, "no cgroup %s: it is not there any more", opts->cgroup);
		}
	}
	for (size_t i = 0; i < f->n_processes; i++)
		if (has_pid(opts, f->processes[i].pid) &&
		    (!top || is_below(f->processes[i].cgroup, top)))
			wanted[holder(f, i)] = true;
	forest__hide(f);
	for (size_t i = 0; i < f->n_vmas; i++)
		if (wanted[f->vmas[i].process])
			forest__show_vma(f, i);
	forest__show_all_of_trees(f);
	free(wanted);
	return ST_OK;
}

/* -------------------------------------------------------------------- --tree */

static const struct forest *sorting;

static int by_pid(const void *a, const void *b)
{
	uint32_t x = sorting->processes[*(const uint32_t *)a].pid;
	uint32_t y = sorting->processes[*(const uint32_t *)b].pid;

	return x < y ? -1 : x > y;
}

static int pid_is(const void *pid, const void *b)
{
	uint32_t x = *(const uint32_t *)pid, y = sorting->processes[*(const uint32_t *)b].pid;

	return x < y ? -1 : x > y;
}

/* Is @pid an ancestor of a process, or itself?  @sorted: processes by pid. */
static bool descends(const struct forest *f, const uint32_t *sorted, uint32_t process, uint32_t pid)
{
	/* What is torn could go in a circle. */
	for (size_t steps = 0; steps <= f->n_processes; steps++) {
		const struct forest_process *p = &f->processes[process];
		const uint32_t *parent;

		if (p->pid == pid || p->ppid == pid)
			return true;
		parent = bsearch(&p->ppid, sorted, f->n_processes, sizeof(*sorted), pid_is);
		if (!p->ppid || !parent)
			return false;
		process = *parent;
	}
	return false;
}

static enum status select_tree(struct forest *f, uint32_t pid)
{
	uint32_t *sorted = malloc((f->n_processes + 1) * sizeof(*sorted));
	bool *wanted = calloc(f->n_processes + 1, sizeof(*wanted));
	enum status status = sorted && wanted ? ST_OK : fail(ST_FAIL, "out of memory");

	if (!status)
		status = is_alive(pid);
	if (!status) {
		for (size_t i = 0; i < f->n_processes; i++)
			sorted[i] = i;
		sorting = f;
		qsort(sorted, f->n_processes, sizeof(*sorted), by_pid);
		for (size_t i = 0; i < f->n_processes; i++)
			if (descends(f, sorted, i, pid))
				wanted[holder(f, i)] = true;
		forest__hide(f);
		for (size_t i = 0; i < f->n_vmas; i++)
			if (wanted[f->vmas[i].process])
				forest__show_vma(f, i);
	}
	free(sorted);
	free(wanted);
	return status;
}

/* ---------------------------------------------------------------------- --at */

static int has_addr(void *arg, uint64_t start, uint64_t end)
{
	const uint64_t *addr = arg;

	return start <= *addr && *addr < end;
}

/* Is it mapped at all?  A VMA that nothing was written to has no anon_vma. */
static bool is_mapped(pid_t pid, uint64_t addr)
{
	return maps__each(pid, has_addr, &addr) == 1;
}

static enum status select_at(struct forest *f, pid_t pid, uint64_t addr)
{
	enum status status = is_alive(pid);
	uint32_t process = FOREST_NONE;

	if (status)
		return status;
	forest__hide(f);
	for (size_t i = 0; i < f->n_processes; i++)
		if (f->processes[i].pid == (uint32_t)pid)
			process = holder(f, i);
	for (size_t i = 0; i < f->n_vmas && process != FOREST_NONE; i++) {
		const struct forest_vma *vma = &f->vmas[i];

		if (vma->process != process || vma->gone || addr < vma->start || addr >= vma->end)
			continue;
		forest__show_vma(f, i);
		return ST_OK;
	}
	if (!is_mapped(pid, addr))
		return fail(ST_FAIL, "nothing is mapped at %" PRIx64 " in process %d", addr, pid);
	warn_user("the VMA at %" PRIx64 " of process %d has no anon_vma: nothing was written to it, "
		  "or it is shared",
		  addr, pid);
	return ST_OK;
}

/* Of the process tree: what is in the anon_vma tree of this VMA. */
static enum status select_tree_at(struct forest *f, const struct forest_selection *s)
{
	bool *process = calloc(f->n_processes + 1, sizeof(*process));
	enum status status;

	if (!process)
		return fail(ST_FAIL, "out of memory");
	status = select_tree(f, s->tree_pid);
	for (size_t i = 0; i < f->n_vmas; i++)
		if (f->vmas[i].shown)
			process[f->vmas[i].process] = true;
	if (!status)
		status = select_at(f, s->at_pid, s->addr);
	forest__show_all_of_trees(f);
	for (size_t i = 0; i < f->n_vmas; i++)
		f->vmas[i].shown = f->vmas[i].shown && process[f->vmas[i].process];
	forest__hide_empty(f);
	free(process);
	return status;
}

enum status forest_select(struct forest *f, const struct forest_selection *s, const struct opts *opts)
{
	enum status status = ST_OK;

	if (opts->npids || opts->cgroup)
		status = select_targets(f, opts);
	if (!status && s->tree_pid && s->at_pid)
		return select_tree_at(f, s);
	if (!status && s->tree_pid)
		status = select_tree(f, s->tree_pid);
	if (!status && s->at_pid)
		status = select_at(f, s->at_pid, s->addr);
	return status;
}
