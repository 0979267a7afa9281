/* SPDX-License-Identifier: GPL-2.0 */
/* The kernel's own test device (lib/test_hmm.c), which asks for pages to be its alone. */
#ifndef FORKTREE_DEVICE_H
#define FORKTREE_DEVICE_H

/*
 * Open the device for this process's memory: the descriptor is in @fd, the caller's
 * to close. EXIT_LACKS where there is none (CONFIG_TEST_HMM).
 */
int device_open(int *fd);

/*
 * Make the page at @addr exclusively the device's: one walk, by the calling
 * task. A folio that others map too would be copied first.
 */
int device_take(int fd, void *addr);

#endif
