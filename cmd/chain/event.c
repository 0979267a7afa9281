// SPDX-License-Identifier: GPL-2.0-only
/* One operation on the anon_vmas of a VMA: names, what it changes, JSON. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include "../lib/json.h"
#include "event.h"

static const char *const types[CHAIN_TYPES] = {
	[CHAIN_PREPARE] = "prepare",
	[CHAIN_CLONE] = "clone",
	[CHAIN_FORK] = "fork",
	[CHAIN_UNLINK] = "unlink",
};

static const char *const causes[CHAIN_CAUSES] = {
	[CHAIN_CAUSE_NONE] = "unknown", [CHAIN_CAUSE_FORK] = "fork",
	[CHAIN_CAUSE_SPLIT] = "split",	[CHAIN_CAUSE_MREMAP] = "mremap",
	[CHAIN_CAUSE_MERGE] = "merge",
};

static int find(const char *const *names, size_t n, const char *name)
{
	for (size_t i = 0; name && i < n; i++)
		if (!strcmp(names[i], name))
			return i;
	return -1;
}

const char *event__type_name(uint32_t type)
{
	return type < CHAIN_TYPES ? types[type] : "?";
}

const char *event__cause_name(uint32_t cause)
{
	return cause < CHAIN_CAUSES ? causes[cause] : "?";
}

int event__type_number(const char *name)
{
	return find(types, CHAIN_TYPES, name);
}

int event__cause_number(const char *name)
{
	return find(causes, CHAIN_CAUSES, name);
}

bool event__forks(const struct event *e)
{
	return e->type == CHAIN_FORK || (e->type == CHAIN_CLONE && e->cause == CHAIN_CAUSE_FORK);
}

int64_t event__delta(const struct event *e)
{
	if (e->type == CHAIN_UNLINK)
		return -(int64_t)e->avcs;
	return e->type == CHAIN_CLONE && e->cause == CHAIN_CAUSE_FORK ? 0 : e->avcs;
}

/* --------------------------------------------------------------- printing */

static json_t *address(uint64_t a)
{
	return json_sprintf("0x%" PRIx64, a);
}

static json_t *pid_or_null(uint32_t pid)
{
	return pid ? json_integer(pid) : json_null();
}

static json_t *holder_json(const struct chain_holder *h)
{
	return json_pack("{s:I, s:I, s:o, s:s}", "pid", (json_int_t)h->tgid, "tid",
			 (json_int_t)h->tid, "comm", json__comm(h->comm), "as",
			 h->reader ? "reader" : "writer");
}

int event__print_json(FILE *f, const struct event *e)
{
	json_t *line = json_pack("{s:s, s:f, s:f, s:s, s:I, s:I, s:o, s:o, s:I, s:I, s:I, s:I}",
				 "type", "event", "ts", e->ts, "interval_s", 0., "event",
				 event__type_name(e->type), "pid", (json_int_t)e->pid, "tid",
				 (json_int_t)e->tid, "comm", json__comm(e->comm), "depth",
				 e->depth == CHAIN_NO_DEPTH ? json_null() : json_integer(e->depth),
				 "avcs", (json_int_t)e->avcs, "chain", (json_int_t)e->chain, "ns",
				 (json_int_t)e->ns, "lock_ns", (json_int_t)e->lock_ns);

	if (!line)
		return -ENOMEM;
	if (e->type == CHAIN_CLONE)
		json_object_set_new(line, "cause", json_string(event__cause_name(e->cause)));
	if (event__forks(e))
		json_object_set_new(line, "child", pid_or_null(e->child));
	if (e->type != CHAIN_UNLINK)
		json_object_set_new(line, "reused", json_boolean(e->reused));
	if (e->failed)
		json_object_set_new(line, "failed", json_true());
	if (e->error)
		json_object_set_new(line, "error", json_integer(-e->error));
	json_object_set_new(line, "owner", pid_or_null(e->owner));
	json_object_set_new(line, "mm", address(e->mm));
	json_object_set_new(line, "vma", address(e->vma));
	json_object_set_new(line, "start", address(e->start));
	json_object_set_new(line, "end", address(e->end));
	json_object_set_new(line, "anon_vma", e->anon_vma ? address(e->anon_vma) : json_null());
	json_object_set_new(line, "parent", e->parent ? address(e->parent) : json_null());
	json_object_set_new(line, "root", e->root ? address(e->root) : json_null());
	if (e->lock_ns && e->holder.tid)
		json_object_set_new(line, "holder", holder_json(&e->holder));
	return json__line(f, line);
}

/* ---------------------------------------------------------------- reading */

/* An address, 0 for null. */
static bool read_address(const json_t *obj, const char *key, uint64_t *to)
{
	const json_t *value = json_object_get(obj, key);
	const char *text = json_string_value(value);
	char *end;

	*to = 0;
	if (json_is_null(value))
		return true;
	if (!text || strncmp(text, "0x", 2))
		return false;
	errno = 0;
	*to = strtoull(text, &end, 16);
	return !errno && end > text + 2 && !*end;
}

static bool read_u64(const json_t *obj, const char *key, uint64_t *to)
{
	const json_t *n = json_object_get(obj, key);

	*to = json_integer_value(n);
	return json_is_integer(n) && json_integer_value(n) >= 0;
}

/* @or_null: what null, or a lack of it, stands for. */
static bool read_u32(const json_t *obj, const char *key, uint32_t *to, bool may_lack, uint32_t or_null)
{
	const json_t *n = json_object_get(obj, key);

	*to = or_null;
	if (may_lack && (!n || json_is_null(n)))
		return true;
	if (!json_is_integer(n) || json_integer_value(n) < 0 || json_integer_value(n) > UINT32_MAX)
		return false;
	*to = json_integer_value(n);
	return true;
}

static void read_comm(char to[CHAIN_COMM], const json_t *obj)
{
	const char *comm = json_string_value(json_object_get(obj, "comm"));

	strncpy(to, comm ? comm : "", CHAIN_COMM - 1);
}

static bool read_holder(struct chain_holder *h, const json_t *obj)
{
	const char *as = json_string_value(json_object_get(obj, "as"));

	if (!obj)
		return true;
	read_comm(h->comm, obj);
	h->reader = as && !strcmp(as, "reader");
	return read_u32(obj, "pid", &h->tgid, false, 0) && read_u32(obj, "tid", &h->tid, false, 0);
}

int event__read(struct event *e, const json_t *line)
{
	int type = event__type_number(json_string_value(json_object_get(line, "event")));
	int cause = event__cause_number(json_string_value(json_object_get(line, "cause")));
	uint32_t error;

	*e = (struct event){ .type = type };
	if (type < 0 || (type == CHAIN_CLONE && cause < 0))
		return -EINVAL;
	e->cause = cause < 0 ? CHAIN_CAUSE_NONE : cause;
	e->ts = json_number_value(json_object_get(line, "ts"));
	e->reused = json_is_true(json_object_get(line, "reused"));
	e->failed = json_is_true(json_object_get(line, "failed"));
	read_comm(e->comm, line);
	if (!read_u32(line, "pid", &e->pid, false, 0) || !read_u32(line, "tid", &e->tid, false, 0) ||
	    !read_u32(line, "owner", &e->owner, true, 0) ||
	    !read_u32(line, "child", &e->child, true, 0) ||
	    !read_u32(line, "depth", &e->depth, true, CHAIN_NO_DEPTH) ||
	    !read_u32(line, "avcs", &e->avcs, false, 0) ||
	    !read_u32(line, "chain", &e->chain, false, 0) ||
	    !read_u32(line, "error", &error, true, 0) || !read_u64(line, "ns", &e->ns) ||
	    !read_u64(line, "lock_ns", &e->lock_ns) || !read_address(line, "mm", &e->mm) ||
	    !read_address(line, "vma", &e->vma) || !read_address(line, "start", &e->start) ||
	    !read_address(line, "end", &e->end) || !read_address(line, "anon_vma", &e->anon_vma) ||
	    !read_address(line, "parent", &e->parent) || !read_address(line, "root", &e->root) ||
	    !read_holder(&e->holder, json_object_get(line, "holder")))
		return -EINVAL;
	e->error = -(int32_t)error;
	return 0;
}
