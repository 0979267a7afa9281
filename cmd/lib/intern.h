/* SPDX-License-Identifier: GPL-2.0-only */
/* Strings that are kept once, whoever needs them. */
#ifndef FOLIOSCOPE_INTERN_H
#define FOLIOSCOPE_INTERN_H

/* A copy of @text that lives until the program ends; "" when memory is out. */
const char *intern__string(const char *text);

#endif
