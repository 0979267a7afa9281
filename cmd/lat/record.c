// SPDX-License-Identifier: GPL-2.0-only
/* Intervals as JSON. */
#include <errno.h>
#include <string.h>
#include "../lib/json.h"
#include "record.h"

/* --------------------------------------------------------------- printing */

static json_t *nid_json(int nid)
{
	if (nid == LAT_NID_MIXED)
		return json_string("mixed");
	return nid < 0 ? json_null() : json_integer(nid);
}

static json_t *order_json(unsigned int order)
{
	if (order == LAT_ORDER_MIXED)
		return json_string("mixed");
	return order == LAT_ORDER_UNKNOWN ? json_null() : json_integer(order);
}

static int set(json_t *obj, const char *key, json_t *value)
{
	return value && !json_object_set_new(obj, key, value) ? 0 : -ENOMEM;
}

static int set_durations(json_t *obj, const char *key, const struct durations *d)
{
	return d->hist.total ? set(obj, key, durations__json(d)) : 0;
}

static int set_dimensions(json_t *obj, const struct lat_split *split, const struct lat_row *row)
{
	int err = set(obj, "op", json_string(lat_op__name(row->id.op)));

	if (split->nid)
		err |= set(obj, "nid",
			   json_pack("[o, o]", nid_json(row->id.nid_a), nid_json(row->id.nid_b)));
	if (split->order)
		err |= set(obj, "order", order_json(row->id.order));
	if (split->task) {
		err |= set(obj, "pid", json_integer(row->id.pid));
		err |= set(obj, "comm", json__comm(row->comm));
	}
	if (split->reason)
		err |= set(obj, "reason", json_string(lat_reason__name(row->id.reason)));
	return err;
}

static json_t *row_json(void *arg, size_t i)
{
	const struct lat_snapshot *snap = arg;
	const struct lat_row *row = snap->rows[i];
	json_t *obj = json_object(), *phases = json_object(), *result = json_object();
	int err = obj && phases && result ? 0 : -ENOMEM;

	if (!err)
		err = set_dimensions(obj, &snap->split, row);
	for (unsigned int p = 0; p < LAT_PHASES && !err; p++)
		err = set_durations(phases, lat_phase__name(p), &row->phase[p]);
	for (unsigned int r = 0; r < LAT_RESULTS && !err; r++)
		if (row->result[r])
			err = set(result, lat_result__name(row->id.op, r),
				  json_integer(row->result[r]));
	if (!err)
		err = set_durations(obj, "total", &row->total) |
		      set_durations(obj, "each", &row->each) |
		      set_durations(obj, "blocked", &row->blocked);
	if (!err) {
		json_object_set(obj, "phases", phases);
		json_object_set(obj, "result", result);
	}
	json_decref(phases);
	json_decref(result);
	if (!err)
		return obj;
	json_decref(obj);
	return NULL;
}

int lat_record__print(FILE *f, const struct lat_snapshot *snap, struct when when)
{
	return json__interval(f, when.ts, when.interval_s, NULL, snap->len, row_json, (void *)snap);
}

/* ---------------------------------------------------------------- reading */

static int16_t read_nid(const json_t *value)
{
	if (json_is_string(value))
		return LAT_NID_MIXED;
	return json_is_integer(value) ? json_integer_value(value) : LAT_NID_UNKNOWN;
}

static uint8_t read_order(const json_t *value)
{
	if (json_is_string(value))
		return LAT_ORDER_MIXED;
	return json_is_integer(value) ? json_integer_value(value) : LAT_ORDER_UNKNOWN;
}

/* What a row is about; split learns which dimensions it has. */
static int read_id(struct lat_id *id, struct lat_split *split, const json_t *row)
{
	const json_t *nid = json_object_get(row, "nid");
	const json_t *order = json_object_get(row, "order");
	const json_t *pid = json_object_get(row, "pid");
	const json_t *reason = json_object_get(row, "reason");
	int op = lat_op__number(json_string_value(json_object_get(row, "op"))), number;

	if (op < 0)
		return -EINVAL;
	/* Dimensions it has not are unknown: another recording may have them. */
	*id = (struct lat_id){ .op = op,
			       .nid_a = LAT_NID_UNKNOWN,
			       .nid_b = LAT_NID_UNKNOWN,
			       .order = LAT_ORDER_UNKNOWN,
			       .reason = LAT_REASONS };
	if (nid) {
		split->nid = true;
		id->nid_a = read_nid(json_array_get(nid, 0));
		id->nid_b = read_nid(json_array_get(nid, 1));
	}
	if (order) {
		split->order = true;
		id->order = read_order(order);
	}
	if (pid) {
		split->task = true;
		id->pid = json_integer_value(pid);
	}
	if (reason) {
		number = lat_reason__number(json_string_value(reason));
		split->reason = true;
		id->reason = number < 0 ? LAT_REASON_OTHER : number;
	}
	return 0;
}

static int read_phases(struct lat_row *row, const json_t *phases)
{
	const char *name;
	json_t *value;

	json_object_foreach((json_t *)phases, name, value) {
		int phase = lat_phase__number(name);
		int err = phase < 0 ? -EINVAL : durations__read(&row->phase[phase], value);

		if (err)
			return err;
	}
	return 0;
}

static int read_results(struct lat_row *row, const json_t *results)
{
	const char *name;
	json_t *value;

	json_object_foreach((json_t *)results, name, value) {
		int result = lat_result__number(row->id.op, name);

		if (result < 0 || !json_is_integer(value) || json_integer_value(value) < 0)
			return -EINVAL;
		row->result[result] += json_integer_value(value);
	}
	return 0;
}

static int read_row(void *arg, const json_t *obj)
{
	struct lat_snapshot *snap = arg;
	const char *comm = json_string_value(json_object_get(obj, "comm"));
	struct lat_row *row;
	struct lat_id id;
	int err = read_id(&id, &snap->split, obj);

	if (err)
		return err;
	row = lat_snapshot__row(snap, &id);
	if (!row)
		return -ENOMEM;
	if (comm && !row->comm[0])
		strncpy(row->comm, comm, sizeof(row->comm) - 1);
	err = durations__read(&row->total, json_object_get(obj, "total"));
	if (!err)
		err = durations__read(&row->each, json_object_get(obj, "each"));
	if (!err)
		err = durations__read(&row->blocked, json_object_get(obj, "blocked"));
	if (!err)
		err = read_phases(row, json_object_get(obj, "phases"));
	if (!err)
		err = read_results(row, json_object_get(obj, "result"));
	return err;
}

int lat_record__read(struct lat_snapshot *snap, const json_t *line)
{
	return json__rows(line, read_row, snap);
}
