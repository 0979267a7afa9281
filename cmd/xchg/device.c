// SPDX-License-Identifier: GPL-2.0-only
/* /dev/folio_exchange: asking the kernel to exchange folios. */
#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <string.h>
#include <sys/ioctl.h>
#include "device.h"

#define DEVICE "/dev/folio_exchange"

const char *xchg__result_name(int32_t status)
{
	static const char *const names[FOLIO_EXCHANGE_NR_RESULTS] = {
		[FOLIO_EXCHANGE_OK] = "ok",
		[FOLIO_EXCHANGE_NOT_PRESENT] = "not_present",
		[FOLIO_EXCHANGE_SAME_FOLIO] = "same_folio",
		[FOLIO_EXCHANGE_UNSUPPORTED] = "unsupported",
		[FOLIO_EXCHANGE_TYPE] = "type",
		[FOLIO_EXCHANGE_ORDER] = "order",
		[FOLIO_EXCHANGE_SHARED] = "shared",
		[FOLIO_EXCHANGE_CPUSET] = "cpuset",
		[FOLIO_EXCHANGE_ISOLATE] = "isolate",
		[FOLIO_EXCHANGE_LOCKED] = "locked",
		[FOLIO_EXCHANGE_HWPOISON] = "hwpoison",
		[FOLIO_EXCHANGE_WRITEBACK] = "writeback",
		[FOLIO_EXCHANGE_SWAPCACHE] = "swapcache",
		[FOLIO_EXCHANGE_PRIVATE] = "private",
		[FOLIO_EXCHANGE_PINNED] = "pinned",
		[FOLIO_EXCHANGE_EXTRA_REFS] = "extra_refs",
		[FOLIO_EXCHANGE_UNMAP] = "unmap",
		[FOLIO_EXCHANGE_GONE] = "gone",
	};

	if (status < 0)
		return strerrorname_np(-status);
	return status < FOLIO_EXCHANGE_NR_RESULTS ? names[status] : "unknown";
}

enum status xchg__open(int *fd)
{
	*fd = open(DEVICE, O_RDWR | O_CLOEXEC);
	if (*fd >= 0)
		return ST_OK;
	if (errno == EACCES || errno == EPERM)
		return fail(ST_PERM, "cannot open " DEVICE ": not permitted; needs CAP_DAC_OVERRIDE, "
				     "run it as root");
	if (errno == ENOENT || errno == ENXIO || errno == ENODEV)
		return fail(ST_KERNEL, "this kernel has no " DEVICE ": it needs the folioscope kernel "
				       "patch with CONFIG_FOLIO_EXCHANGE=y");
	return fail(ST_FAIL, "cannot open " DEVICE ": %s", strerror(errno));
}

int xchg__exchange(int fd, pid_t pid_a, const uint64_t *a, pid_t pid_b, const uint64_t *b,
		   int32_t *status, uint64_t count, uint32_t flags)
{
	struct folio_exchange_args args = {
		.size = sizeof(args),
		.flags = flags,
		.pid_a = pid_a,
		.pid_b = pid_b,
		.count = count,
		.addrs_a = (uintptr_t)a,
		.addrs_b = (uintptr_t)b,
		.status = (uintptr_t)status,
	};

	for (uint64_t i = 0; i < count; i++)
		status[i] = -ECANCELED;
	return ioctl(fd, FOLIO_EXCHANGE_IOC_EXCHANGE, &args) ? -errno : 0;
}
