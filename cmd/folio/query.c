// SPDX-License-Identifier: GPL-2.0-only
/* Looking up one folio, again and again until what was read is true together. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include "../lib/cgroup.h"
#include "../lib/json.h"
#include "../lib/maps.h"
#include "census.h"
#include "mappers.h"
#include "owner.h"
#include "page.h"
#include "pagemap.h"
#include "query.h"
#include "zones.h"

static json_t *hex(uint64_t n)
{
	return json_sprintf("0x%" PRIx64, n);
}

static void set(json_t *obj, const char *key, json_t *value)
{
	json_object_set_new(obj, key, value);
}

/* ------------------------------------------------------------ what is mapped */

static int is_in(void *arg, uint64_t start, uint64_t end)
{
	const uint64_t *addr = arg;

	return start <= *addr && *addr < end;
}

static enum status say_why(pid_t pid, uint64_t addr, uint64_t entry)
{
	if (addr >> 63)
		return fail(ST_FAIL, "%" PRIx64 " is an address of the kernel, not of process %d",
			    addr, pid);
	if (entry & PAGEMAP_SWAP)
		return fail(ST_FAIL,
			    "the page at %" PRIx64 " of process %d is in swap, or being migrated",
			    addr, pid);
	if (maps__each(pid, is_in, &addr) == 1)
		return fail(ST_FAIL,
			    "no page is there yet at %" PRIx64 " of process %d: it was not used",
			    addr, pid);
	return fail(ST_FAIL, "nothing is mapped at %" PRIx64 " in process %d", addr, pid);
}

enum status query__frame(pid_t pid, uint64_t addr, bool quiet, uint64_t *pfn)
{
	int fd = pagemap__open(pid);
	uint64_t entry = 0;
	ssize_t n = fd;

	if (fd >= 0) {
		/* Beyond the end of the file, where it would begin again. */
		n = addr >> 63 ? 0 : pagemap__read(fd, addr, &entry, 1);
		close(fd);
	}
	*pfn = entry & PAGEMAP_PFN;
	if (n > 0 && entry & PAGEMAP_PRESENT)
		return ST_OK;
	if (quiet)
		return ST_FAIL;
	return n < 0 ? pagemap__fail(pid, n) : say_why(pid, addr, entry);
}

/* --------------------------------------------------------------- the folio */

static void add_flag(void *arg, const char *name)
{
	json_array_append_new(arg, json_string(name));
}

static const char *tag_name(const struct folio *f)
{
	static const char *const names[] = { "none", "anon", "movable", "ksm" };

	return names[f->head.mapping & FOLIO_MAPPING_TAG];
}

static json_t *cgroup_json(struct kmem *k, const struct folio *f)
{
	uint64_t id = owner__cgroup(k, f->head.memcg);
	const char *path = id ? cgroup__path(id) : NULL;

	return path ? json__comm(path) : json_null();
}

/* Is its mapping that of a folio, or something else's use of the place? */
static bool has_mapping(const struct folio *f)
{
	return folio__is_mapped_kind(f) || f->kind == FOLIO_KIND_MOVABLE ||
	       f->kind == FOLIO_KIND_DEVICE;
}

static json_t *folio_json(struct kmem *k, const struct folio *f)
{
	json_t *line = json_object(), *flags = json_array();

	folio__flags(&k->layout, f, add_flag, flags);
	set(line, "pfn", hex(f->page.pfn));
	set(line, "kind", json_string(folio_kind__name(f->kind)));
	set(line, "nid", json_integer(f->nid));
	set(line, "zone", json_string(zone__name(f->zone)));
	set(line, "order", json_integer(f->order));
	set(line, "head", hex(f->head.pfn));
	set(line, "place", json_integer(f->page.pfn - f->head.pfn));
	set(line, "flags", flags);
	set(line, "refcount", json_integer(f->head.refcount));
	set(line, "mapcount", json_integer(folio__mapcount(&k->layout, f)));
	if (f->large) {
		set(line, "entire_mapcount", json_integer(f->entire));
		set(line, "folio_mapcount",
		    f->large_mapped < 0 ? json_null() : json_integer(f->large_mapped));
	}
	set(line, "exchange", json_string(census__result_name(census__result(&k->layout, f))));
	set(line, "memcg", cgroup_json(k, f));
	set(line, "mapping", has_mapping(f) ? hex(f->head.mapping) : json_null());
	set(line, "mapping_tag", json_string(has_mapping(f) ? tag_name(f) : "none"));
	set(line, "index", has_mapping(f) ? json_integer(folio__pgoff(k, f)) : json_null());
	return line;
}

/* --------------------------------------------------------------- its owner */

/* What the user would call the file: as one who maps it sees it, else below its mount point. */
static json_t *path_json(const struct owner_file *file, const struct mappers *ms)
{
	for (size_t i = 0; i < ms->n; i++) {
		const struct mapper *m = &ms->mapper[i];
		char link[96], path[4096];
		ssize_t len;

		if (!m->tasks)
			continue;
		snprintf(link, sizeof(link), "/proc/%u/map_files/%" PRIx64 "-%" PRIx64,
			 m->tasks->pid, m->vma.start, m->vma.end);
		len = readlink(link, path, sizeof(path) - 1);
		if (len > 0) {
			path[len] = 0;
			return json__comm(path);
		}
	}
	return file->path[0] ? json__comm(file->path) : json_null();
}

static void add_file(json_t *line, struct kmem *k, const struct folio *f, const struct mappers *ms)
{
	static struct owner_file file; /* large */

	if (owner__file(k, f->head.mapping, &file))
		return;
	/* include/linux/kdev_t.h */
	set(line, "device", json_sprintf("%u:%u", file.dev >> 20, file.dev & 0xfffff));
	set(line, "inode", json_integer(file.inode));
	set(line, "path", path_json(&file, ms));
	set(line, "fs", file.fs[0] ? json__comm(file.fs) : json_null());
	set(line, "a_ops", file.a_ops ? json_string(file.a_ops) : json_null());
}

/* Has the VMA that was asked about the folio's anon_vma for its own?  null: none was. */
static json_t *own_json(const struct query *q, const struct mappers *ms, uint64_t anon_vma)
{
	for (size_t i = 0; i < ms->n; i++) {
		const struct mapper *m = &ms->mapper[i];

		for (size_t t = 0; t < m->n_tasks; t++)
			if (q->pid && m->tasks[t].pid == (uint32_t)q->pid &&
			    q->addr >= m->vma.start && q->addr < m->vma.end)
				return json_boolean(m->vma.anon_vma == anon_vma);
	}
	return json_null();
}

static void add_anon(json_t *line, struct kmem *k, const struct query *q, const struct folio *f,
		     const struct mappers *ms)
{
	uint64_t anon_vma = f->head.mapping & ~(uint64_t)FOLIO_MAPPING_TAG;
	struct owner_anon anon;

	if (owner__anon(k, anon_vma, &anon))
		return;
	set(line, "anon_vma",
	    json_pack("{s:o, s:o, s:o, s:o}", "addr", hex(anon_vma), "root", hex(anon.root),
		      "parent", hex(anon.parent), "own", own_json(q, ms, anon_vma)));
}

/* ------------------------------------------------------------- its mappers */

static json_t *prot_json(uint64_t flags)
{
	/* include/linux/mm.h: VM_READ, VM_WRITE, VM_EXEC, VM_SHARED */
	return json_sprintf("%c%c%c%c", flags & 1 ? 'r' : '-', flags & 2 ? 'w' : '-',
			    flags & 4 ? 'x' : '-', flags & 8 ? 's' : 'p');
}

/* @mapped: how many entries map the frame. */
static json_t *mapper_json(const struct mapper *m, const struct folio *f, uint32_t mapped)
{
	json_t *obj = json_object(), *others = NULL;
	bool anon = folio__anon(f) && f->kind != FOLIO_KIND_KSM;

	set(obj, "pid", m->tasks ? json_integer(m->tasks->pid) : json_null());
	set(obj, "comm", m->tasks ? json__comm(m->tasks->comm) : json_null());
	for (size_t i = 1; i < m->n_tasks; i++) {
		if (!others)
			others = json_array();
		json_array_append_new(others, json_integer(m->tasks[i].pid));
	}
	if (others)
		set(obj, "shared_with", others);
	set(obj, "vma",
	    json_pack("{s:o, s:o, s:I}", "start", hex(m->vma.start), "end", hex(m->vma.end),
		      "pgoff", (json_int_t)m->vma.pgoff));
	set(obj, "address", hex(m->address));
	set(obj, "prot", prot_json(m->vma.flags));
	if (anon)
		set(obj, "own",
		    json_boolean(m->vma.anon_vma == (f->head.mapping & ~(uint64_t)FOLIO_MAPPING_TAG)));
	if (m->has != MAPPER_FOLIO) {
		set(obj, m->has < MAPPER_OUTSIDE ? "has" : "why",
		    json_string(mapper__has_name(m->has)));
		return obj;
	}
	/* Not by pagemap: 7.2 calls a page of a large folio exclusive that two processes map. */
	set(obj, "exclusive", json_boolean(m->maps && mapped == 1));
	if (f->large) {
		set(obj, "pages", json_integer(m->pages));
		set(obj, "maps_frame", json_boolean(m->maps));
	}
	return obj;
}

static void add_mappers(json_t *line, const struct folio *f, const struct mappers *ms, bool agrees)
{
	json_t *mappers = json_array(), *phantoms = json_array(), *unknown = json_array();

	for (size_t i = 0; i < ms->n; i++) {
		const struct mapper *m = &ms->mapper[i];

		json_array_append_new(m->has == MAPPER_FOLIO  ? mappers :
				      m->has < MAPPER_OUTSIDE ? phantoms :
								unknown,
				      mapper_json(m, f, ms->mapped));
	}
	set(line, "mappers", mappers);
	set(line, "phantoms", phantoms);
	set(line, "unknown", unknown);
	set(line, "mapped", json_integer(ms->mapped));
	set(line, "agrees", json_boolean(agrees));
	set(line, "torn", json_boolean(ms->torn));
}

/* ------------------------------------------------------------------- tries */

static void pause_ms(unsigned int ms)
{
	struct timespec t = { .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000L };

	nanosleep(&t, NULL);
}

/* What one look brought. */
struct look {
	struct folio f;
	struct mappers ms;
	bool same;   /* it was the same folio before and after */
	bool agrees; /* as many map it as the kernel counts */
};

static void look_free(struct look *look)
{
	mappers__free(&look->ms);
}

/*
 * Is it a frame?  Where some have a struct page, their neighbours may have something that
 * looks like one.  The kernel tells of all memory but that of devices.
 */
static bool is_frame(struct kmem *k, uint64_t pfn)
{
	const uint64_t nopage = 1 << 20; /* include/uapi/linux/kernel-page-flags.h: KPF_NOPAGE */
	int fd = pfn >> 40 ? -1 : open("/proc/kpageflags", O_RDONLY | O_CLOEXEC);
	struct zones zones = { 0 };
	uint64_t flags = 0;
	ssize_t n;
	bool is;

	if (fd < 0)
		return !(pfn >> 40); /* x86-64 has no more */
	n = pread(fd, &flags, sizeof(flags), pfn * sizeof(flags));
	close(fd);
	if (n == sizeof(flags) && !(flags & nopage))
		return true;
	is = !zones__read(&zones, k, NULL) && zones__have(&zones, pfn, FOLIO_ZONE_DEVICE);
	zones__free(&zones);
	return is;
}

/* 0, -ENXIO: there is no such frame, -EAGAIN: it changed while it was read, or -errno. */
static int look_once(struct kmem *k, const struct query *q, uint64_t pfn, struct look *look)
{
	struct folio after;
	int32_t before_maps, after_maps;
	uint64_t now;
	int err = is_frame(k, pfn) ? folio__read(k, pfn, &look->f) : -ENXIO;

	if (err)
		return err;
	err = mappers__find(k, &look->f, &look->ms);
	if (!err)
		err = folio__read(k, pfn, &after);
	if (err)
		return err;
	before_maps = folio__mapcount(&k->layout, &look->f);
	after_maps = folio__mapcount(&k->layout, &after);
	look->same = folio__same(&look->f, &after);
	if (q->pid && (query__frame(q->pid, q->addr, true, &now) || now != pfn))
		look->same = false;
	look->agrees = before_maps == after_maps && (int32_t)look->ms.mapped == after_maps;
	look->f = after;
	return 0;
}

static json_t *line_of(struct kmem *k, const struct query *q, const struct look *look)
{
	json_t *line = folio_json(k, &look->f);

	if (q->pid)
		set(line, "asked", json_pack("{s:i, s:o}", "pid", q->pid, "address", hex(q->addr)));
	set(line, "changed", json_boolean(!look->same));
	if (!look->same || !folio__is_mapped_kind(&look->f))
		return line;
	if (look->f.kind != FOLIO_KIND_KSM && folio__anon(&look->f))
		add_anon(line, k, q, &look->f, &look->ms);
	else if (look->f.kind != FOLIO_KIND_KSM)
		add_file(line, k, &look->f, &look->ms);
	add_mappers(line, &look->f, &look->ms, look->agrees);
	return line;
}

/* Is its owner still who was told?  What was told after the last look may have been another's. */
static bool still(struct kmem *k, const struct look *look)
{
	struct folio now;

	return !folio__read(k, look->f.page.pfn, &now) && folio__same(&look->f, &now);
}

enum status query__run(struct kmem *k, const struct query *q, json_t **line, unsigned int *tries)
{
	/* Whoever forks, or is on its way out, may be preempted. */
	static const unsigned int wait[QUERY_TRIES] = { 0, 0, 1, 5, 20, 100 };
	uint64_t pfn = q->pfn;
	bool known = false; /* something can be said */
	struct look look = { 0 };

	*line = NULL;
	for (*tries = 0; *tries < QUERY_TRIES; (*tries)++) {
		enum status status = ST_OK;
		int err = 0;

		pause_ms(wait[*tries]);
		if (q->pid)
			status = query__frame(q->pid, q->addr, known, &pfn);
		if (status && !known)
			return status;
		if (status) {
			/* It went away: whose the frame is now nobody has looked at. */
			look.same = false;
			json_decref(*line);
			*line = line_of(k, q, &look);
			break;
		}
		look_free(&look);
		look = (struct look){ 0 };
		err = look_once(k, q, pfn, &look);
		if (err == -EAGAIN)
			continue;
		if (err == -ENXIO)
			return fail(ST_FAIL, "no such page frame: 0x%" PRIx64, pfn);
		if (err)
			return fail(ST_FAIL, "cannot read page frame 0x%" PRIx64 ": %s", pfn,
				    strerror(-err));
		known = true;
		json_decref(*line);
		*line = line_of(k, q, &look);
		if (look.same && !still(k, &look)) {
			look.same = false;
			json_decref(*line);
			*line = line_of(k, q, &look);
		}
		if (look.same && (!folio__is_mapped_kind(&look.f) || (look.agrees && !look.ms.torn)))
			break;
	}
	look_free(&look);
	if (!*line)
		return fail(ST_FAIL, "page frame 0x%" PRIx64 " changed whenever it was read", pfn);
	return ST_OK;
}
