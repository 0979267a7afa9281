// SPDX-License-Identifier: GPL-2.0-only
/* Reading recordings. */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "replay.h"

#define SECONDS_MAX 1e11 /* a clock's time is printed: the year 5138 */

struct reader {
	const char *path;
	FILE *f;
	char *text; /* getline()'s */
	size_t size;
	unsigned long n; /* lines read */
	json_t *line;	 /* the next one, NULL: no more */
	bool ended;	 /* saw its end line */
};

static double number(const json_t *line, const char *key)
{
	return json_number_value(json_object_get(line, key));
}

static const char *type_of(const json_t *line)
{
	const char *type = json_string_value(json_object_get(line, "type"));

	return type ? type : "";
}

static enum status bad_line(const struct reader *r, const char *why)
{
	return fail(ST_FAIL, "%s, line %lu: %s", r->path, r->n, why);
}

/* Reads the next line.  The last one may be half: whoever recorded was stopped. */
static enum status advance(struct reader *r)
{
	json_error_t error;
	ssize_t len;

	json_decref(r->line);
	r->line = NULL;
	len = getline(&r->text, &r->size, r->f);
	if (len < 0 && ferror(r->f))
		return fail(ST_FAIL, "cannot read %s: %s", r->path, strerror(errno));
	if (len < 0)
		return ST_OK;
	r->n++;
	r->line = json_loadb(r->text, len, 0, &error);
	if (r->line && json_is_object(r->line))
		return ST_OK;
	if (r->n > 1 && r->text[len - 1] != '\n') {
		json_decref(r->line);
		r->line = NULL;
		return ST_OK;
	}
	return bad_line(r, r->line ? "not a JSON object" : error.text);
}

static enum status open_one(struct reader *r, const struct replay_conf *conf)
{
	enum status status;
	const char *tool;

	if (!strcmp(r->path, "-")) {
		r->f = stdin;
		r->path = "standard input";
	} else {
		r->f = fopen(r->path, "re");
	}
	if (!r->f)
		return fail(ST_FAIL, "cannot open %s: %s", r->path, strerror(errno));
	status = advance(r);
	if (status)
		return status;
	if (!r->line)
		return fail(ST_FAIL, "%s is empty", r->path);
	tool = json_string_value(json_object_get(r->line, "tool"));
	if (strcmp(type_of(r->line), "header") || !tool)
		return bad_line(r, "not a recording: no header");
	if (strcmp(tool, program_invocation_short_name))
		return fail(ST_FAIL, "%s is a recording of %s, not of %s", r->path, tool,
			    program_invocation_short_name);
	if (conf->header(conf->arg, r->line))
		return bad_line(r, "a header that this version does not understand");
	return advance(r);
}

/* Takes end lines and what it does not know; stops at an interval, a snapshot or an event. */
static enum status skip_to_interval(struct reader *r, const struct replay_conf *conf)
{
	while (r->line) {
		const char *type = type_of(r->line);
		enum status status;

		if (!strcmp(type, "interval") || !strcmp(type, "snapshot") || !strcmp(type, "event"))
			return ST_OK;
		if (!strcmp(type, "end")) {
			if (conf->end(conf->arg, r->line))
				return bad_line(r, "an end line without its accounting");
			r->ended = true;
		}
		status = advance(r);
		if (status)
			return status;
	}
	if (!r->ended)
		warn_user("%s has no end line: the recording was cut off", r->path);
	return ST_OK;
}

/* The reader whose next interval ended first. */
static struct reader *earliest(struct reader *r, unsigned int n)
{
	struct reader *first = NULL;

	for (unsigned int i = 0; i < n; i++)
		if (r[i].line && (!first || number(r[i].line, "ts") < number(first->line, "ts")))
			first = &r[i];
	return first;
}

/* Time that was observed. */
struct span {
	double from, to;
};

/* A report under way. */
struct window {
	bool any;
	double until;	    /* where it ends, by the clock */
	double ts;	    /* of its last line */
	struct span *spans; /* apart from each other, in order */
	size_t n, cap;
};

static enum status flush(const struct replay_conf *conf, struct window *w, uint64_t *reports,
			 bool *enough)
{
	struct when when = { .ts = w->ts };

	if (!w->any)
		return ST_OK;
	for (size_t i = 0; i < w->n; i++)
		when.interval_s += w->spans[i].to - w->spans[i].from;
	w->any = false;
	w->n = 0;
	if (conf->count && ++*reports >= conf->count)
		*enough = true;
	return conf->report(conf->arg, when, enough);
}

/*
 * Lines of several files may overlap: time is counted once.  They come in the order of
 * their ends.
 */
static bool extend(struct window *w, double ts, double interval_s)
{
	struct span span = { ts - interval_s, ts };

	w->any = true;
	w->ts = ts;
	for (; w->n && w->spans[w->n - 1].to >= span.from; w->n--) {
		span.from = fmin(span.from, w->spans[w->n - 1].from);
		span.to = fmax(span.to, w->spans[w->n - 1].to);
	}
	if (w->n == w->cap) {
		size_t cap = w->cap ? 2 * w->cap : 16;
		struct span *more = realloc(w->spans, cap * sizeof(*more));

		if (!more)
			return false;
		w->spans = more;
		w->cap = cap;
	}
	w->spans[w->n++] = span;
	return true;
}

static enum status read_all(struct reader *readers, const struct replay_conf *conf, struct window *w)
{
	bool each = !conf->interval_ns && conf->nfiles == 1, enough = false;
	double step = conf->interval_ns / 1e9, start = NAN;
	uint64_t reports = 0;
	struct reader *r;

	while (!enough && (r = earliest(readers, conf->nfiles))) {
		double ts = number(r->line, "ts"), interval_s = number(r->line, "interval_s");
		enum status status = ST_OK;

		if (!(ts > 0) || !(interval_s >= 0) || ts >= SECONDS_MAX || interval_s >= SECONDS_MAX)
			return bad_line(r, "an interval without its time");
		if (isnan(start))
			start = ts - interval_s;
		/* A timer is a little late. */
		if (conf->duration_ns && ts - start > conf->duration_ns / 1e9 + .01)
			break;
		/* A line that is as long as a report may end a little late. */
		if (w->any && (each || (step > 0 && ts > w->until + step / 100)))
			status = flush(conf, w, &reports, &enough);
		if (status || enough)
			return status;
		if (!w->any && step > 0)
			w->until = start + fmax(ceil((ts - start) / step - .01), 1) * step;
		if (!extend(w, ts, interval_s))
			return fail(ST_FAIL, "out of memory");
		switch (conf->interval(conf->arg, r->line)) {
		case 0:
			break;
		case -EINVAL:
			return bad_line(r, "an interval that this version does not understand");
		default:
			return fail(ST_FAIL, "out of memory");
		}
		status = advance(r);
		if (!status)
			status = skip_to_interval(r, conf);
		if (status)
			return status;
	}
	return flush(conf, w, &reports, &enough);
}

enum status replay__run(const struct replay_conf *conf, bool *whole)
{
	struct reader *readers = calloc(conf->nfiles, sizeof(*readers));
	enum status status = readers ? ST_OK : fail(ST_FAIL, "out of memory");
	struct window window = { 0 };

	for (unsigned int i = 0; i < conf->nfiles && !status; i++) {
		readers[i].path = conf->files[i];
		status = open_one(&readers[i], conf);
		if (!status)
			status = skip_to_interval(&readers[i], conf);
	}
	if (!status)
		status = conf->begin(conf->arg);
	if (!status)
		status = read_all(readers, conf, &window);
	*whole = true;
	for (unsigned int i = 0; readers && i < conf->nfiles; i++) {
		*whole &= readers[i].ended;
		json_decref(readers[i].line);
		free(readers[i].text);
		if (readers[i].f && readers[i].f != stdin)
			fclose(readers[i].f);
	}
	free(window.spans);
	free(readers);
	return status;
}
