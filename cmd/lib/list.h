/* SPDX-License-Identifier: GPL-2.0-only */
/* Lists of names on the command line, as "anon,ksm". */
#ifndef FOLIOSCOPE_LIST_H
#define FOLIOSCOPE_LIST_H

#include <stdint.h>

/*
 * The bits of the numbers that @number has for the names in a list, separated by commas;
 * 0 when it has none (-1) for one of them, or a name is empty.
 */
uint32_t list__bits(const char *list, int (*number)(const char *name));

#endif
