/* SPDX-License-Identifier: GPL-2.0-only */
/* How much memory a node has for whoever asks. */
#ifndef FOLIOSCOPE_TEST_ZONES_H
#define FOLIOSCOPE_TEST_ZONES_H

/* Pages that can be taken of a node before the allocator begins to look for more. */
long zones_available(int node);

#endif
