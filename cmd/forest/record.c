// SPDX-License-Identifier: GPL-2.0-only
/* Recorded forests read back. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "record.h"

static bool read_address(const json_t *obj, const char *key, uint64_t *to)
{
	const char *text = json_string_value(json_object_get(obj, key));
	char *end;

	if (!text || strncmp(text, "0x", 2))
		return false;
	errno = 0;
	*to = strtoull(text, &end, 16);
	return !errno && end > text + 2 && !*end;
}

/* null: the kernel has no such number. */
static bool read_number(const json_t *obj, const char *key, uint64_t *to)
{
	const json_t *n = json_object_get(obj, key);

	*to = json_is_integer(n) ? (uint64_t)json_integer_value(n) : FOREST_UNKNOWN;
	return json_is_integer(n) || json_is_null(n);
}

static int read_sharers(struct record *r, const json_t *vma, uint32_t process)
{
	const json_t *pids = json_object_get(vma, "shared_with");
	json_t *pid;
	size_t i;

	json_array_foreach((json_t *)pids, i, pid) {
		struct forest_process p = { .pid = json_integer_value(pid), .part = r->part };
		uint32_t other = forest__process(&r->f, &p);

		if (other == FOREST_NONE)
			return -ENOMEM;
		if (other != process)
			r->f.processes[other].same_mm = process;
	}
	return 0;
}

/* A VMA, which stands with every anon_vma of its chain. */
static int read_vma(struct record *r, uint32_t anon_vma, const json_t *obj)
{
	const char *comm = json_string_value(json_object_get(obj, "comm"));
	struct forest_process p = { .part = r->part };
	struct forest_avc avc = {
		.anon_vma = anon_vma,
		.linked = !json_is_false(json_object_get(obj, "linked")),
	};
	struct forest_vma vma = { 0 };
	uint64_t pid;
	bool found;

	if (!read_number(obj, "pid", &pid) || pid > INT32_MAX || !comm ||
	    !read_address(obj, "start", &vma.start) || !read_address(obj, "end", &vma.end) ||
	    !read_number(obj, "pgoff", &vma.pgoff) ||
	    !json_is_boolean(json_object_get(obj, "active")))
		return -EINVAL;
	if (vma.end <= vma.start)
		return -EINVAL;
	p.pid = pid;
	strncpy(p.comm, comm, sizeof(p.comm) - 1);
	vma.process = forest__process(&r->f, &p);
	if (vma.process == FOREST_NONE)
		return -ENOMEM;
	if (read_sharers(r, obj, vma.process))
		return -ENOMEM;
	avc.vma = forest__vma(&r->f, &vma, &found);
	if (avc.vma == FOREST_NONE)
		return -ENOMEM;
	if (json_is_true(json_object_get(obj, "active")))
		r->f.vmas[avc.vma].own = r->f.anon_vmas[anon_vma].k.addr;
	if (!json_object_get(obj, "last"))
		avc.last = forest_vma__last(&vma);
	else if (!read_number(obj, "last", &avc.last))
		return -EINVAL;
	return forest__avc(&r->f, &avc) == FOREST_NONE ? -ENOMEM : 0;
}

static int read_anon_vma(struct record *r, const json_t *line)
{
	const json_t *elsewhere = json_object_get(line, "elsewhere");
	const json_t *vmas = json_object_get(line, "vmas");
	struct anon_vma_fields k = { 0 };
	uint64_t refcount;
	uint32_t i;
	json_t *vma;
	size_t n;

	if (!read_address(line, "addr", &k.addr) || !read_address(line, "root", &k.root) ||
	    !read_address(line, "parent", &k.parent) || !read_number(line, "refcount", &refcount) ||
	    !read_number(line, "num_children", &k.num_children) ||
	    !read_number(line, "num_active_vmas", &k.num_active_vmas) || !json_is_array(vmas))
		return -EINVAL;
	k.refcount = refcount;
	/* The same again: another snapshot begins. */
	if (forest__find_anon_vma(&r->f, r->part, k.addr) != FOREST_NONE)
		r->part++;
	i = forest__anon_vma(&r->f, r->part, &k);
	if (i == FOREST_NONE)
		return -ENOMEM;
	r->f.anon_vmas[i].changed = json_is_true(json_object_get(line, "changed"));
	if (elsewhere && (!read_number(elsewhere, "vmas", &r->f.anon_vmas[i].elsewhere.vmas) ||
			  !read_number(elsewhere, "active", &r->f.anon_vmas[i].elsewhere.active) ||
			  !read_number(elsewhere, "children", &r->f.anon_vmas[i].elsewhere.children)))
		return -EINVAL;
	json_array_foreach((json_t *)vmas, n, vma) {
		int err = read_vma(r, i, vma);

		if (err)
			return err;
	}
	return 0;
}

static uint64_t sum(uint64_t a, uint64_t b)
{
	return a == FOREST_UNKNOWN || b == FOREST_UNKNOWN ? FOREST_UNKNOWN : a + b;
}

static int read_summary(struct record *r, const json_t *summary)
{
	uint64_t anon_vmas, avcs;

	if (!read_number(summary, "anon_vma_size", &r->slab.anon_vma_size) ||
	    !read_number(summary, "avc_size", &r->slab.avc_size) ||
	    !read_number(summary, "slab_anon_vmas", &anon_vmas) ||
	    !read_number(summary, "slab_avcs", &avcs))
		return -EINVAL;
	r->slab.anon_vmas = sum(r->slab.anon_vmas, anon_vmas);
	r->slab.avcs = sum(r->slab.avcs, avcs);
	r->part++;
	return 0;
}

int record__read(struct record *r, const json_t *line)
{
	const json_t *summary = json_object_get(line, "summary");

	return summary ? read_summary(r, summary) : read_anon_vma(r, line);
}
