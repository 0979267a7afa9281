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

/*
 * Without building objects first: where processes fork much there are many thousands of lines a
 * second.
 */
static void put_address(FILE *f, const char *key, uint64_t a)
{
	if (a)
		fprintf(f, ",\"%s\":\"0x%" PRIx64 "\"", key, a);
	else
		fprintf(f, ",\"%s\":null", key);
}

static void put_pid(FILE *f, const char *key, uint32_t pid)
{
	if (pid)
		fprintf(f, ",\"%s\":%" PRIu32, key, pid);
	else
		fprintf(f, ",\"%s\":null", key);
}

static bool is_plain(const char *comm)
{
	for (; *comm; comm++)
		if (*comm < ' ' || *comm > '~' || *comm == '"' || *comm == '\\')
			return false;
	return true;
}

static int put_comm(FILE *f, const char *comm)
{
	json_t *string;

	fputs(",\"comm\":", f);
	if (is_plain(comm)) {
		fprintf(f, "\"%s\"", comm);
		return 0;
	}
	string = json__comm(comm);
	if (!string)
		return -ENOMEM;
	json_dumpf(string, f, JSON_COMPACT | JSON_ENCODE_ANY);
	json_decref(string);
	return 0;
}

static int put_holder(FILE *f, const struct chain_holder *h)
{
	int err;

	fprintf(f, ",\"holder\":{\"pid\":%" PRIu32 ",\"tid\":%" PRIu32, h->tgid, h->tid);
	err = put_comm(f, h->comm);
	fprintf(f, ",\"as\":\"%s\"}", h->reader ? "reader" : "writer");
	return err;
}

int event__print_json(FILE *f, const struct event *e)
{
	int err;

	fprintf(f,
		"{\"type\":\"event\",\"ts\":%.9f,\"interval_s\":0,\"event\":\"%s\",\"pid\":%" PRIu32
		",\"tid\":%" PRIu32,
		e->ts, event__type_name(e->type), e->pid, e->tid);
	err = put_comm(f, e->comm);
	if (e->type == CHAIN_CLONE)
		fprintf(f, ",\"cause\":\"%s\"", event__cause_name(e->cause));
	if (event__forks(e))
		put_pid(f, "child", e->child);
	if (e->depth == CHAIN_NO_DEPTH)
		fputs(",\"depth\":null", f);
	else
		fprintf(f, ",\"depth\":%" PRIu32, e->depth);
	fprintf(f, ",\"avcs\":%" PRIu32 ",\"chain\":%" PRIu32, e->avcs, e->chain);
	if (e->type != CHAIN_UNLINK)
		fprintf(f, ",\"reused\":%s", e->reused ? "true" : "false");
	fprintf(f, ",\"ns\":%" PRIu64 ",\"lock_ns\":%" PRIu64, e->ns, e->lock_ns);
	if (e->lock_ns && e->holder.tid)
		err |= put_holder(f, &e->holder);
	if (e->error)
		fprintf(f, ",\"error\":%d", -e->error);
	if (e->failed)
		fputs(",\"failed\":true", f);
	put_pid(f, "owner", e->owner);
	put_address(f, "mm", e->mm);
	put_address(f, "vma", e->vma);
	put_address(f, "start", e->start);
	put_address(f, "end", e->end);
	put_address(f, "anon_vma", e->anon_vma);
	put_address(f, "parent", e->parent);
	put_address(f, "root", e->root);
	fputs("}\n", f);
	return err;
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
