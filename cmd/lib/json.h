/* SPDX-License-Identifier: GPL-2.0-only */
/* The lines of JSON every tool prints: header, data, end. */
#ifndef FOLIOSCOPE_JSON_H
#define FOLIOSCOPE_JSON_H

#include <jansson.h>
#include <stdint.h>
#include <stdio.h>
#include "hist.h"

/* Seconds since the epoch now. */
double json__now(void);

/* Prints @line (its reference is taken) and a newline.  0, -ENOMEM when it is NULL. */
int json__line(FILE *f, json_t *line);

/*
 * Prints an interval line of @n rows, which @row makes one by one: there may be many
 * thousands, never all in memory at once.  @more: an object of further keys (its reference
 * is taken), or NULL.  0 or -ENOMEM.
 */
int json__interval(FILE *f, double ts, double interval_s, json_t *more, size_t n,
		   json_t *(*row)(void *arg, size_t i), void *arg);

/*
 * Hands the elements of an array to @each.  0, what @each returned if not 0, or -EINVAL when
 * it is none.
 */
int json__each(const json_t *array, int (*each)(void *arg, const json_t *element), void *arg);

/* An array of @n elements, which @one makes; NULL when memory is out. */
json_t *json__array(size_t n, json_t *(*one)(void *arg, size_t i), void *arg);

/*
 * Hands the rows of such a line to @row.  0, what @row returned if not 0, or -EINVAL when
 * it has none.
 */
int json__rows(const json_t *line, int (*row)(void *arg, const json_t *row), void *arg);

/* [{"lo":..,"hi":..,"count":..}], hi null in the last possible bucket. */
json_t *json__hist(const struct hist *h);

/* Adds such an array to @h.  0, -ENOMEM, or -EINVAL when it is not one of ours, or all is more than INT64_MAX. */
int json__read_hist(struct hist *h, const json_t *array);

/*
 * The name of a process or a file (at most 511 bytes count) as a string.  It need not be UTF-8;
 * JSON must be: other bytes are taken as Latin-1.
 */
json_t *json__comm(const char *raw);

/* p50, p90, p99 and max of a duration, set in @obj. */
int json__set_percentiles(json_t *obj, const struct hist *h, uint64_t max);

#endif
