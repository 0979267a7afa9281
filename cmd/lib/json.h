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
 * A header: tool, version, kernel, backend (NULL: null), start, options (the
 * command line as an array) and coverage (its reference is taken).
 */
json_t *json__header(const char *backend, int argc, char *const *argv, json_t *coverage);

/* [{"lo":..,"hi":..,"count":..}], hi null in the last possible bucket. */
json_t *json__hist(const struct hist *h);

/* p50, p90, p99 and max of a duration, set in @obj. */
int json__set_percentiles(json_t *obj, const struct hist *h, uint64_t max);

#endif
