// SPDX-License-Identifier: GPL-2.0-only
/* Whose folios are walked for. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "../lib/intern.h"
#include "../lib/json.h"
#include "owner.h"

#define PATH_SHOWN 32 /* bytes; of a longer one only its end */

#define MINOR_BITS 20 /* include/linux/kdev_t.h */

static int compare(uint64_t a, uint64_t b)
{
	return a < b ? -1 : a > b;
}

int owner__order(const struct owner *a, const struct owner *b)
{
	int order = compare(a->type, b->type);

	if (!order)
		order = compare(a->dev, b->dev);
	return order ? order : compare(a->id, b->id);
}

static void device(char buf[24], uint32_t dev)
{
	snprintf(buf, 24, "%u:%u", dev >> MINOR_BITS, dev & ((1U << MINOR_BITS) - 1));
}

void owner__text(const struct owner *owner, char *buf, size_t size)
{
	const char *name = owner->path && strlen(owner->path) <= PATH_SHOWN ? owner->path :
			   owner->name					    ? owner->name :
									      "";
	const char *sep = *name ? " " : "";
	char dev[24];

	switch (owner->type) {
	case OWNER_PROCESS:
		snprintf(buf, size, "%" PRIu64 "%s%s", owner->id, sep, name);
		break;
	case OWNER_FILE:
		device(dev, owner->dev);
		snprintf(buf, size, "%s %" PRIu64 "%s%s", dev, owner->id, sep, name);
		break;
	case OWNER_KSM:
		snprintf(buf, size, "ksm 0x%" PRIx64, owner->id);
		break;
	default:
		snprintf(buf, size, "unknown");
	}
}

json_t *owner__json(const struct owner *owner)
{
	json_t *name = owner->name ? json__comm(owner->name) : json_null();
	char text[24];

	switch (owner->type) {
	case OWNER_PROCESS:
		return json_pack("{s:I, s:o}", "pid", (json_int_t)owner->id, "comm", name);
	case OWNER_FILE:
		device(text, owner->dev);
		return json_pack("{s:s, s:I, s:o, s:o}", "dev", text, "ino", (json_int_t)owner->id,
				 "name", name, "path",
				 owner->path ? json__comm(owner->path) : json_null());
	case OWNER_KSM:
		json_decref(name);
		snprintf(text, sizeof(text), "0x%" PRIx64, owner->id);
		return json_pack("{s:s}", "ksm", text);
	default:
		json_decref(name);
		return json_object();
	}
}

static const char *string(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text ? intern__string(text) : NULL;
}

int owner__read(struct owner *owner, const json_t *object)
{
	const json_t *pid = json_object_get(object, "pid"), *ino = json_object_get(object, "ino");
	const char *dev = json_string_value(json_object_get(object, "dev"));
	const char *ksm = json_string_value(json_object_get(object, "ksm"));
	unsigned int major, minor;

	if (!json_is_object(object))
		return -EINVAL;
	*owner = (struct owner){ .type = OWNER_UNKNOWN };
	if (pid) {
		owner->type = OWNER_PROCESS;
		owner->id = json_integer_value(pid);
		owner->name = string(object, "comm");
	} else if (ino) {
		if (!dev || sscanf(dev, "%u:%u", &major, &minor) != 2)
			return -EINVAL;
		owner->type = OWNER_FILE;
		owner->dev = major << MINOR_BITS | minor;
		owner->id = json_integer_value(ino);
		owner->name = string(object, "name");
		owner->path = string(object, "path");
	} else if (ksm) {
		owner->type = OWNER_KSM;
		owner->id = strtoull(ksm, NULL, 16);
	}
	return 0;
}
