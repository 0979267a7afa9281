/* SPDX-License-Identifier: GPL-2.0-only */
/* Whose folios are walked for: processes, files, KSM nodes. */
#ifndef FOLIOSCOPE_RMAP_OWNER_H
#define FOLIOSCOPE_RMAP_OWNER_H

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

enum owner_type {
	OWNER_NONE,    /* not asked for */
	OWNER_UNKNOWN, /* nobody is left, or was not met on the walk */
	OWNER_PROCESS,
	OWNER_FILE,
	OWNER_KSM,
};

struct owner {
	uint8_t type;	  /* enum owner_type */
	uint32_t dev;	  /* of a file: as the kernel has it, 20 bits minor */
	uint64_t id;	  /* tgid, inode number, address of the stable node */
	const char *name; /* of the process, or the file's last component, interned; NULL: not known */
	const char *path; /* of the file in its file system, interned; NULL: not known */
};

/* As for qsort(); names do not count. */
int owner__order(const struct owner *a, const struct owner *b);

/* "1234 postgres", "8:1 4711 libc.so.6", "ksm 0xffff...", "unknown". */
void owner__text(const struct owner *owner, char *buf, size_t size);

/* {"pid", "comm"}, {"dev", "ino", "name", "path"}, {"ksm"} or {}; NULL when memory is out. */
json_t *owner__json(const struct owner *owner);

/* Reads what owner__json() made.  0 or -EINVAL. */
int owner__read(struct owner *owner, const json_t *object);

#endif
