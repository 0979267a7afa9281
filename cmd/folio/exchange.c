// SPDX-License-Identifier: GPL-2.0-only
/* Could a folio be exchanged?  What can be told from outside, by a look. */
#include "census.h"

#define PIN_BIAS 1024 /* GUP_PIN_COUNTING_BIAS, include/linux/mm.h, 5.10 to 7.2 */

static const char *const results[] = {
#define X(name) #name,
	CENSUS_RESULTS(X)
#undef X
};

const char *census__result_name(enum census_result result)
{
	return results[result];
}

const char *census__lru_name(enum census_lru lru)
{
	static const char *const names[] = {
		[CENSUS_NONE] = "none",		[CENSUS_ACTIVE] = "active",
		[CENSUS_INACTIVE] = "inactive", [CENSUS_UNEVICTABLE] = "unevictable",
		[CENSUS_OFF] = "off",		[CENSUS_GENERATION] = "generation",
	};

	return names[lru];
}

enum census_lru census__lru(const struct kmem *k, const struct folio *f)
{
	const struct folio_layout *l = &k->layout;
	const struct page *p = &f->head;

	switch (f->kind) {
	case FOLIO_KIND_ANON:
	case FOLIO_KIND_KSM:
	case FOLIO_KIND_FILE:
	case FOLIO_KIND_SHMEM:
	case FOLIO_KIND_SWAP:
	case FOLIO_KIND_DETACHED:
		break;
	default:
		return CENSUS_NONE;
	}
	if (!page__flag(l, p, FOLIO_FLAG_lru))
		return CENSUS_OFF;
	if (page__flag(l, p, FOLIO_FLAG_unevictable))
		return CENSUS_UNEVICTABLE;
	if (k->multi_gen_lru)
		return CENSUS_GENERATION;
	return page__flag(l, p, FOLIO_FLAG_active) ? CENSUS_ACTIVE : CENSUS_INACTIVE;
}

/* Of an anonymous folio of one page. */
static enum census_result of_anon(const struct folio_layout *l, const struct folio *f)
{
	const struct page *p = &f->head;
	int32_t maps = folio__mapcount(l, f);
	int64_t extra = (int64_t)p->refcount - maps;

	if (maps < 1)
		return CENSUS_RESULT_not_present;
	if (maps > 1)
		return CENSUS_RESULT_shared;
	if (!page__flag(l, p, FOLIO_FLAG_lru))
		return CENSUS_RESULT_isolate;
	if (page__flag(l, p, FOLIO_FLAG_locked))
		return CENSUS_RESULT_locked;
	if (page__flag(l, p, FOLIO_FLAG_hwpoison))
		return CENSUS_RESULT_hwpoison;
	if (page__flag(l, p, FOLIO_FLAG_writeback))
		return CENSUS_RESULT_writeback;
	if (page__flag(l, p, FOLIO_FLAG_swapcache) && page__flag(l, p, FOLIO_FLAG_swapbacked))
		return CENSUS_RESULT_swapcache;
	if (page__flag(l, p, FOLIO_FLAG_private) || page__flag(l, p, FOLIO_FLAG_private_2))
		return CENSUS_RESULT_private;
	if (extra >= PIN_BIAS)
		return CENSUS_RESULT_pinned;
	return extra > 0 ? CENSUS_RESULT_extra_refs : CENSUS_RESULT_ok;
}

enum census_result census__result(const struct folio_layout *l, const struct folio *f)
{
	switch (f->kind) {
	case FOLIO_KIND_ANON:
		if (f->large)
			return f->large_mapped == 0 ? CENSUS_RESULT_not_present : CENSUS_RESULT_order;
		return of_anon(l, f);
	case FOLIO_KIND_FILE:
	case FOLIO_KIND_SHMEM:
		return CENSUS_RESULT_type;
	case FOLIO_KIND_SWAP:
		return CENSUS_RESULT_not_present;
	case FOLIO_KIND_KSM:
	case FOLIO_KIND_HUGETLB:
	case FOLIO_KIND_ZERO:
	case FOLIO_KIND_DEVICE:
		return CENSUS_RESULT_unsupported;
	default:
		return CENSUS_RESULT_none;
	}
}
