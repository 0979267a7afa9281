// SPDX-License-Identifier: GPL-2.0-only
/* What /proc and /sys say, each file as it is. */
#include <ctype.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "../../cmd/folio/pagemap.h"
#include "../../cmd/folio/zones.h"
#include "../../cmd/forest/summary.h"
#include "../../cmd/lib/bpfenv.h"
#include "../../cmd/lib/cgroup.h"
#include "../../cmd/lib/kernel.h"
#include "../../cmd/lib/ksyms.h"
#include "../../cmd/lib/maps.h"
#include "../../cmd/rmap/selftest_pages.h"
#include "fuzz.h"

/* A recorded kernel, tests/data/kernels. */
void fuzz_kernel(const uint8_t *data, size_t size)
{
	FILE *f = fuzz__file(data, size);
	struct kernel *kernel = kernel__recorded(f);
	uint64_t start, bytes;

	fclose(f);
	if (!kernel)
		return;
	for (enum kernel_fact fact = 0; fact < KERNEL_FACTS; fact++)
		kernel__has(kernel, fact, "rmap_walk_anon");
	if (!preempt__name(kernel__preempt(kernel)) || kernel__hides(kernel))
		fuzz__bad("a recorded kernel that hides addresses");
	start = kernel__extent(kernel, "rmap_walk_anon", &bytes);
	if (!start != !bytes || start + bytes < start ||
	    (start && start != kernel__address(kernel, "rmap_walk_anon")))
		fuzz__bad("an extent of %llu bytes at %llx", (unsigned long long)bytes,
			  (unsigned long long)start);
	kernel__free(kernel);
}

static int take_symbol(void *arg, const struct ksym *s)
{
	size_t *left = arg;

	if (isupper(s->type) || memchr(s->name, '\n', s->len) || memchr(s->name, '\t', s->len))
		fuzz__bad("a symbol with its module: %.*s", (int)s->len, s->name);
	return !--*left;
}

void fuzz_kallsyms(const uint8_t *data, size_t size)
{
	FILE *f = fuzz__file(data, size);
	size_t left = 3;

	if (ksyms__parse(f, take_symbol, &left) != !left)
		fuzz__bad("%zu symbols were not wanted", left);
	fclose(f);
}

/* Lines that are a VMA's, by another way. */
static size_t count_vmas(const uint8_t *data, size_t size)
{
	struct fuzz_input in = { data, data + size };
	size_t n = 0, len;
	char *line;

	while ((line = fuzz__word(&in, '\n', &len))) {
		uint64_t start, end;

		n += sscanf(line, "%" SCNx64 "-%" SCNx64, &start, &end) == 2 && !(start >> 63);
		free(line);
	}
	return n;
}

static int take_vma(void *arg, uint64_t start, uint64_t end)
{
	(void)start;
	(void)end;
	++*(size_t *)arg;
	return 0;
}

void fuzz_maps(const uint8_t *data, size_t size)
{
	FILE *f = fuzz__file(data, size);
	size_t n = 0;

	if (maps__parse(f, take_vma, &n) || n != count_vmas(data, size))
		fuzz__bad("%zu VMAs where there are %zu", n, count_vmas(data, size));
	fclose(f);
}

void fuzz_smaps(const uint8_t *data, size_t size)
{
	FILE *f = fuzz__file(data, size);
	int used = pages__referenced(f, 0x7f0000000000);

	if (used < -1 || used > 1)
		fuzz__bad("used: %d", used);
	fclose(f);
}

static int no_memory(struct kmem *k, struct kmem_read *reads, size_t n)
{
	(void)k;
	for (size_t i = 0; i < n; i++) {
		/* A node at every odd address. */
		memset(reads[i].to, reads[i].addr & 8 ? 0x41 : 0, reads[i].len);
		reads[i].err = 0;
	}
	return 0;
}

void fuzz_zoneinfo(const uint8_t *data, size_t size)
{
	FILE *f = fuzz__file(data, size);
	struct kmem k = { .read = no_memory, .node_data = 0x1000 };
	struct zones zones = { 0 };
	char path[32];

	k.layout.zone_size = 64;
	k.layout.zone_start = 8;
	k.layout.zone_spanned = 16;
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fileno(f));
	if (!zones__read(&zones, &k, path))
		for (size_t i = 0; i < zones.n; i++) {
			const struct zone *z = &zones.zone[i];

			if (!z->spanned)
				fuzz__bad("an empty zone");
			zones__have(&zones, z->start, FOLIO_ZONE_DEVICE);
			zones__is_of(&zones, z, z->start + z->spanned - 1, z->nid, z->type);
		}
	zones__free(&zones);
	fclose(f);
}

void fuzz_slabinfo(const uint8_t *data, size_t size)
{
	struct slab slab = { 0 };
	FILE *f = fuzz__file(data, size);

	slab__parse(&slab, f);
	fclose(f);
}

void fuzz_mounts(const uint8_t *data, size_t size)
{
	FILE *f = fuzz__file(data, size);

	free(cgroup__mounted(f));
	fclose(f);
}

void fuzz_lockdown(const uint8_t *data, size_t size)
{
	FILE *f = fuzz__file(data, size);
	const char *mode = bpfenv__lockdown(f);

	if (mode && (!*mode || !strcmp(mode, "none")))
		fuzz__bad("locked down: '%s'", mode);
	fclose(f);
}

/* A place, then entries: whole ones count, from that place on. */
void fuzz_pagemap(const uint8_t *data, size_t size)
{
	FILE *f = fuzz__file(data, size);
	uint64_t addr = 0, entries[16], there;
	ssize_t n, want;

	memcpy(&addr, data, size < sizeof(addr) ? size : sizeof(addr));
	n = pagemap__read(fileno(f), addr, entries, sizeof(entries) / sizeof(*entries));
	there = (addr >> 12) * sizeof(*entries);
	want = there >= size ? 0 : (size - there) / sizeof(*entries);
	if (want > 16)
		want = 16;
	if (n != want)
		fuzz__bad("%zd entries where there are %zd", n, want);
	if (want && memcmp(entries, data + there, want * sizeof(*entries)))
		fuzz__bad("other entries than there are");
	for (ssize_t i = 0; i < n; i++)
		if (pagemap__maps(entries[i], 1ULL << 60))
			fuzz__bad("a frame beyond all that there are");
	fclose(f);
}
