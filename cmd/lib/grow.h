/* SPDX-License-Identifier: GPL-2.0-only */
/* Arrays that grow. */
#ifndef FOLIOSCOPE_GROW_H
#define FOLIOSCOPE_GROW_H

#include <stddef.h>

/*
 * One more, zeroed element of *items, which holds *len elements of @size bytes and has
 * room for *cap.  NULL when memory is out, with all as it was; else earlier pointers
 * into the array are invalid.
 */
void *grow__add(void **items, size_t *len, size_t *cap, size_t size);

#endif
