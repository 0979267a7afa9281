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

/* [{"lo":..,"hi":..,"count":..}], hi null in the last possible bucket. */
json_t *json__hist(const struct hist *h);

/* Adds such an array to @h.  0, -ENOMEM, or -EINVAL when it is not one of ours. */
int json__read_hist(struct hist *h, const json_t *array);

/*
 * The name of a process (at most 63 bytes count) as a string.  It need not be UTF-8;
 * JSON must be: other bytes are taken as Latin-1.
 */
json_t *json__comm(const char *raw);

/* p50, p90, p99 and max of a duration, set in @obj. */
int json__set_percentiles(json_t *obj, const struct hist *h, uint64_t max);

#endif
