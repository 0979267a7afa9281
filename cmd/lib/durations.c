// SPDX-License-Identifier: GPL-2.0-only
/* Many durations of one thing. */
#include <errno.h>
#include "durations.h"
#include "json.h"

int durations__merge(struct durations *dst, const struct durations *src)
{
	dst->ns += src->ns;
	if (src->max > dst->max)
		dst->max = src->max;
	return hist__merge(&dst->hist, &src->hist);
}

json_t *durations__json(const struct durations *d)
{
	json_t *obj =
		json_pack("{s:I, s:I}", "count", (json_int_t)d->hist.total, "ns", (json_int_t)d->ns);

	if (obj && (json__set_percentiles(obj, &d->hist, d->max) ||
		    json_object_set_new(obj, "hist", json__hist(&d->hist)))) {
		json_decref(obj);
		return NULL;
	}
	return obj;
}

int durations__read(struct durations *d, const json_t *object)
{
	uint64_t max = json_integer_value(json_object_get(object, "max"));

	if (!object)
		return 0;
	if (!json_is_object(object))
		return -EINVAL;
	d->ns += json_integer_value(json_object_get(object, "ns"));
	if (max > d->max)
		d->max = max;
	return json__read_hist(&d->hist, json_object_get(object, "hist"));
}

void durations__free(struct durations *d)
{
	hist__free(&d->hist);
	*d = (struct durations){ 0 };
}
