/* SPDX-License-Identifier: GPL-2.0-only */
/* /dev/folio_exchange: asking the kernel to exchange folios. */
#ifndef FOLIOSCOPE_XCHG_DEVICE_H
#define FOLIOSCOPE_XCHG_DEVICE_H

#include <stdint.h>
#include <sys/types.h>
#include "../lib/status.h"
#include "folio_exchange.h" /* the kernel's <linux/folio_exchange.h>, see kernel-patch/ */

/* "ok", "not_present", ... or the errno's text for a status below 0. */
const char *xchg__result_name(int32_t status);

/* Opens the device.  ST_OK and *fd, or a status with its message. */
enum status xchg__open(int *fd);

/*
 * One call of FOLIO_EXCHANGE_IOC_EXCHANGE.  @a, @b: @count addresses; @status is
 * filled in, -ECANCELED where the call did not get to.  0 or -errno.
 */
int xchg__exchange(int fd, pid_t pid_a, const uint64_t *a, pid_t pid_b, const uint64_t *b,
		   int32_t *status, uint64_t count, uint32_t flags);

#endif
