// SPDX-License-Identifier: GPL-2.0-only
/* Why a reverse-map walk happens. */
#include <stddef.h>
#include <string.h>
#include "../../bpf/rmap.h"
#include "../lib/kernel.h"
#include "cause.h"

#define ARRAY_SIZE(a) (sizeof(a) / sizeof(*(a)))

static const char *const names[CAUSES] = {
	[CAUSE_RECLAIM_REF] = "reclaim_ref",
	[CAUSE_UNMAP] = "unmap",
	[CAUSE_MIGRATE_UNMAP] = "migrate_unmap",
	[CAUSE_MIGRATE_RESTORE] = "migrate_restore",
	[CAUSE_MKCLEAN] = "mkclean",
	[CAUSE_IDLE] = "idle",
	[CAUSE_DAMON] = "damon",
	[CAUSE_DEVICE] = "device",
	[CAUSE_OTHER] = "other",
};

/* The callbacks of all kernels from 5.10 to 7.2; a kernel has some of them. */
static const struct {
	const char *name;
	enum cause cause;
} callbacks[] = {
	{ "page_referenced_one", CAUSE_RECLAIM_REF },  /* mm/rmap.c up to 5.17 */
	{ "folio_referenced_one", CAUSE_RECLAIM_REF }, /* since 5.18, 2f031c6f042c */
	{ "try_to_unmap_one", CAUSE_UNMAP },
	{ "try_to_migrate_one", CAUSE_MIGRATE_UNMAP }, /* since 5.14, a98a2f0c8ce1 */
	{ "remove_migration_pte", CAUSE_MIGRATE_RESTORE },
	{ "exchange_unmap_one", CAUSE_MIGRATE_UNMAP }, /* mm/exchange_rmap.c of kernel-patch/ */
	{ "exchange_remap_one", CAUSE_MIGRATE_RESTORE },
	{ "page_mkclean_one", CAUSE_MKCLEAN },
	{ "page_idle_clear_pte_refs_one", CAUSE_IDLE },
	{ "__damon_pa_mkold", CAUSE_DAMON }, /* mm/damon/paddr.c, 5.16 to 6.2 */
	{ "__damon_pa_young", CAUSE_DAMON },
	{ "damon_folio_mkold_one", CAUSE_DAMON }, /* since 6.3 */
	{ "damon_folio_young_one", CAUSE_DAMON },
	{ "page_make_device_exclusive_one", CAUSE_DEVICE }, /* 5.14 to 6.14 */
};

static const char *const lacking[CAUSES] = {
	[CAUSE_RECLAIM_REF] = "the kernel has no folio_referenced_one",
	[CAUSE_UNMAP] = "the kernel has no try_to_unmap_one",
	[CAUSE_MIGRATE_UNMAP] = "CONFIG_MIGRATION is off",
	[CAUSE_MIGRATE_RESTORE] = "CONFIG_MIGRATION is off",
	[CAUSE_MKCLEAN] = "the kernel has no page_mkclean_one",
	[CAUSE_IDLE] = "CONFIG_IDLE_PAGE_TRACKING is off",
	[CAUSE_DAMON] = "CONFIG_DAMON_PADDR is off",
	[CAUSE_DEVICE] = "this kernel does not walk for it",
};

static uint64_t address[ARRAY_SIZE(callbacks)];

const char *cause__name(enum cause cause)
{
	return names[cause];
}

const char *kind__name(unsigned int kind)
{
	static const char *const kinds[RMAP_KINDS] = {
		[RMAP_ANON] = "anon",
		[RMAP_FILE] = "file",
		[RMAP_SHMEM] = "shmem",
		[RMAP_KSM] = "ksm",
	};

	return kind < RMAP_KINDS ? kinds[kind] : "?";
}

unsigned int kind__find(const char *name)
{
	unsigned int kind = 0;

	while (kind < RMAP_KINDS && strcmp(kind__name(kind), name))
		kind++;
	return kind;
}

void cause__init(struct kernel *kernel)
{
	for (size_t i = 0; i < ARRAY_SIZE(callbacks); i++)
		address[i] = kernel__address(kernel, callbacks[i].name);
}

enum cause cause__of(uint64_t rmap_one, bool migration)
{
	if (migration)
		return CAUSE_MIGRATE_UNMAP;
	for (size_t i = 0; rmap_one && i < ARRAY_SIZE(callbacks); i++)
		if (address[i] == rmap_one)
			return callbacks[i].cause;
	return CAUSE_OTHER;
}

enum cause cause__find(const char *name)
{
	enum cause cause = 0;

	while (cause < CAUSES && strcmp(names[cause], name))
		cause++;
	return cause;
}

size_t cause__callbacks(enum cause cause, uint64_t *addresses, size_t max)
{
	size_t n = 0;

	for (size_t i = 0; i < ARRAY_SIZE(callbacks) && n < max; i++)
		if (callbacks[i].cause == cause && address[i])
			addresses[n++] = address[i];
	return n;
}

bool cause__exists(struct kernel *kernel, enum cause cause, const char **why)
{
	/* Up to 5.13 migration unmaps with try_to_unmap_one. */
	enum cause asked = cause == CAUSE_MIGRATE_UNMAP ? CAUSE_MIGRATE_RESTORE : cause;

	*why = lacking[cause];
	if (cause == CAUSE_OTHER)
		return true;
	if (kernel__hides(kernel)) {
		*why = "the kernel hides its symbols (kernel.kptr_restrict, CAP_SYSLOG): "
		       "such walks count as other";
		return false;
	}
	for (size_t i = 0; i < ARRAY_SIZE(callbacks); i++)
		if (callbacks[i].cause == asked &&
		    kernel__has(kernel, KERNEL_SYMBOL, callbacks[i].name))
			return true;
	return false;
}
