// SPDX-License-Identifier: GPL-2.0
/*
 * Making pages a device's alone.
 *
 * From 5.14 to 6.14 make_device_exclusive_range() (mm/rmap.c) walks for each page, with
 * page_make_device_exclusive_one(); make_device_exclusive() of 6.15 looks into the one
 * page table that is meant.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "device.h"
#include "util.h"

#define DEVICE "/dev/hmm_dmirror0"

/* From lib/test_hmm_uapi.h, which is not exported. */
struct hmm_dmirror_cmd {
	uint64_t addr; /* in the process's memory */
	uint64_t ptr;  /* where the device's view of it is copied to */
	uint64_t npages;
	uint64_t cpages; /* so many were taken */
	uint64_t faults;
};
#define HMM_DMIRROR_EXCLUSIVE _IOWR('H', 0x05, struct hmm_dmirror_cmd)

int device_open(int *fd)
{
	*fd = open(DEVICE, O_RDWR | O_CLOEXEC);
	if (*fd >= 0)
		return 0;
	return errno == ENOENT || errno == ENXIO ?
		       fail(EXIT_LACKS, "this kernel lacks CONFIG_TEST_HMM (" DEVICE ")") :
		       fail_errno(DEVICE);
}

int device_take(int fd, void *addr)
{
	static char view[65536]; /* as large as a page can be */
	struct hmm_dmirror_cmd cmd = {
		.addr = (uintptr_t)addr,
		.ptr = (uintptr_t)view,
		.npages = 1,
	};

	if (ioctl(fd, HMM_DMIRROR_EXCLUSIVE, &cmd))
		return fail_errno(DEVICE " at %p", addr);
	if (cmd.cpages != 1)
		return fail(EXIT_FAILED, DEVICE " did not take the page at %p", addr);
	return 0;
}
