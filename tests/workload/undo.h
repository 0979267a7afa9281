/* SPDX-License-Identifier: GPL-2.0 */
/* Changes to the machine, each remembered with what takes it back. */
#ifndef FORKTREE_UNDO_H
#define FORKTREE_UNDO_H

#include <stddef.h>

/* Set a kernel file to @value until undo_all(). A file that is not there is fine. */
int undo_set(const char *path, const char *value);

/* Add or take @text (which needs its own opposite) without comparing what was there. */
int undo_write(const char *path, const char *text, const char *opposite);

/* A directory to be removed. */
int undo_mkdir(const char *path);

int undo_mount(const char *source, const char *target, const char *type);
int undo_swapon(const char *device);

/* A new zram device of @bytes; @device gets its path. EXIT_LACKS where there is no zram. */
int undo_zram(size_t bytes, char *device, size_t size);

/* Take everything back, the last change first. Goes on after failures; returns the first. */
int undo_all(void);

/* Run a program to its end, with its output thrown away. 0, or an exit code with a message. */
int run_quietly(const char *const argv[]);

#endif
