// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reverse-map walks: who walks, why, over how many VMAs, how many of them phantoms.
 *
 * Three ways to see a walk, chosen by user space, end in the same rows:
 *  - tracepoint: rmap_walk_end of the folioscope kernel patch brings all numbers;
 *  - fentry: entry and exit of the three walk bodies, the exit of every
 *    page_vma_mapped_walk() between them for visits and mappings, and the slow
 *    path of the read lock for waiting;
 *  - kprobe: the same by kprobes and kretprobes, which cost more, and miss nothing
 *    when a task is preempted in them.
 * The last two also in a light way: visits are the calls of the callback (rwc->rmap_one),
 * and how many VMAs mapped the folio follows from its mapcount before and after.
 */
#include "kernel.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>
#include "filter.bpf.h"
#include "returns.bpf.h"
#include "hist.h"
#include "owner.bpf.h"
#include "page.bpf.h"
#include "rmap.h"
#include "slot.bpf.h"

char LICENSE[] SEC("license") = "GPL";

/* Set before loading: which walks are counted; what is not asked for is 0. */
const volatile __u32 only_kinds;	     /* bits by enum rmap_kind */
const volatile __u32 only_causes;	     /* how many callbacks there are in cause */
const volatile __u64 cause[RMAP_CAUSES_MAX]; /* their addresses */
const volatile bool only_migration; /* unmapping for migration is one, where a flag tells it */
const volatile __u32 min_vmas;	    /* visited */
const volatile bool by_cgroup;	    /* rows know the walker's cgroup, */
const volatile bool by_owner;	    /* and whose the folio is */
const volatile __u32 outliers;	    /* how many of the slowest walks are kept, 0: none */
const volatile bool stacks;	    /* walks are added up by kernel stack */
const volatile bool light;	    /* folios of one page only, */
const volatile __u64 asks[2]; /* and the callbacks that unmap nothing, but ask for references */
const volatile bool only_comm;
const volatile __u64 comm[2]; /* a process name, padded with 0 */

/* Set while running. */
bool go;      /* count walks: all programs are attached */
__u32 epoch;  /* which half of the maps is written, 0 or 1 */
__u32 sample; /* one walk of so many is counted, for all of them; 0 or 1: every one */

struct rmap_slot slots[RMAP_SLOTS];
struct rmap_owner owners[RMAP_SLOTS]; /* by_owner only, beside the slots */
__u64 folios[RMAP_SLOTS];	      /* outliers and light only, beside the slots */

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct rmap_counts);
} counts SEC(".maps");

/*
 * User space drains one half of each pair while the other is written.  Of the key there is what
 * is asked for, RMAP_KEY_SIZE(): hashing all of it is what looking a row up costs most.
 */
struct rows_map {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, RMAP_ROWS_MAX);
	__uint(key_size, sizeof(struct rmap_key));
	__uint(value_size, sizeof(struct rmap_row));
} rows_0 SEC(".maps"), rows_1 SEC(".maps");

struct hist_map {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, RMAP_BUCKETS_A_ROW *RMAP_ROWS_MAX);
	__uint(key_size, sizeof(struct rmap_key));
	__uint(value_size, sizeof(__u64));
} hist_0 SEC(".maps"), hist_1 SEC(".maps");

static __always_inline struct rmap_counts *my_counts(void)
{
	__u32 zero = 0;

	return bpf_map_lookup_elem(&counts, &zero);
}

/* Adds to a field of this CPU's counters; atomically, see struct rmap_counts. */
#define COUNT(field)                                        \
	do {                                                \
		struct rmap_counts *c = my_counts();        \
                                                            \
		if (c)                                      \
			__sync_fetch_and_add(&c->field, 1); \
	} while (0)

/* How many walks stand behind one that is counted; 0: all are. */
static __always_inline __u32 sampling(void)
{
	__u32 n = *(volatile __u32 *)&sample;

	return n > 1 ? n : 0;
}

/* By chance: walks come in patterns, of which every Nth would see one side only. */
static __always_inline bool drawn(void)
{
	__u32 n = sampling();

	return !n || bpf_get_prandom_u32() % n == 0;
}

/* Is the walk one of those asked for, as far as its beginning tells? */
static __always_inline bool asked_for(__u64 pid_tgid, enum rmap_kind kind, const void *folio,
				      __u64 rmap_one, __u8 flags)
{
	if (!go || !filter_current(pid_tgid))
		return false;
	if (light && folio_large(folio))
		return false;
	if (only_kinds && !(only_kinds >> kind & 1))
		return false;
	if (only_comm) {
		__u64 mine[2] = {};

		bpf_get_current_comm(mine, sizeof(mine));
		if (mine[0] != comm[0] || mine[1] != comm[1])
			return false;
	}
	if (!only_causes)
		return true;
	if (flags & RMAP_KEY_MIGRATION)
		return only_migration;
	for (__u32 i = 0; i < RMAP_CAUSES_MAX; i++)
		if (i < only_causes && cause[i] == rmap_one)
			return true;
	return false;
}

#include "walks.bpf.h"

/* Counts a duration in the row; false: its buckets are others'. */
static __always_inline bool row_bucket(struct rmap_row *row, __u32 index, __u64 weight)
{
	for (__u32 i = 0; i < RMAP_ROW_BUCKETS; i++) {
		struct rmap_bucket *b = &row->bucket[i];

		if (!b->n)
			b->index = index;
		if (b->index == index) {
			b->n += weight;
			return true;
		}
	}
	return false;
}

/* Puts a finished walk into its row and its histogram. */
static __always_inline void record(void *ctx, struct rmap_key *key, const struct walk *walk)
{
	__u32 half = *(volatile __u32 *)&epoch;
	void *rows = half ? (void *)&rows_1 : (void *)&rows_0;
	void *hist = half ? (void *)&hist_1 : (void *)&hist_0;
	__u64 weight = sampling() ?: 1;
	__u32 bucket = hist_index(walk->ns);
	struct rmap_row *row;
	__u64 *n;

	if (min_vmas && walk->vmas < min_vmas) {
		COUNT(filtered);
		return;
	}
	row = bpf_map_lookup_elem(rows, key);
	if (!row) {
		struct rmap_row fresh = {};

		bpf_get_current_comm(fresh.comm, sizeof(fresh.comm));
		bpf_map_update_elem(rows, key, &fresh, BPF_NOEXIST);
		row = bpf_map_lookup_elem(rows, key);
		if (!row) {
			COUNT(lost[RMAP_LOST_FULL]);
			return;
		}
	}
	row->walks += weight;
	row->vmas += weight * walk->vmas;
	row->mapped += weight * walk->mapped;
	row->ns += weight * walk->ns;
	row->lock_ns += weight * walk->lock_ns;
	if (walk->ns > row->ns_max)
		row->ns_max = walk->ns;
	if (walk->vmas > row->vmas_max)
		row->vmas_max = walk->vmas;
	COUNT(recorded);
	if (outliers)
		outlier(ctx, half, key, walk);
	if (stacks)
		stack(ctx, half, key, walk, weight);

	if (row_bucket(row, bucket, weight))
		return;
	key->bucket = bucket;
	n = bpf_map_lookup_elem(hist, key);
	if (n)
		*n += weight;
	else if (bpf_map_update_elem(hist, key, &weight, BPF_NOEXIST))
		COUNT(hist_full);
}

/* A file walk's kind: only shmem is swap-backed without being anonymous. */
static __always_inline enum rmap_kind file_kind(const void *folio)
{
	__u64 swapbacked = 1ULL << bpf_core_enum_value(enum pageflags, PG_swapbacked);

	return folio_flags(folio) & swapbacked ? RMAP_SHMEM : RMAP_FILE;
}

/* ------------------------------------------------------------------ slots */

static __always_inline struct rmap_slot *slot_of(__u32 tid)
{
	return &slots[tid & (RMAP_SLOTS - 1)];
}

/* The slot of the walk that the task with this tid is in, or NULL. */
static __always_inline struct rmap_slot *slot_if_taken(__u32 tid)
{
	struct rmap_slot *slot = slot_of(tid);

	return slot->tid == tid && tid ? slot : NULL;
}

/* The same for the current task. */
static __always_inline struct rmap_slot *current_slot(void)
{
	return slot_if_taken(bpf_get_current_pid_tgid());
}

/* Takes the slot for tid.  @counted: the walk is lost if it gets none. */
static __always_inline bool slot_take(struct rmap_slot *slot, __u32 tid, __u64 now, bool counted)
{
	enum slot_taken taken = slot_reach(&slot->tid, slot->start, tid, now);

	if (counted && taken == SLOT_BUSY)
		COUNT(lost[RMAP_LOST_COLLISION]);
	if (counted && taken == SLOT_STALE)
		COUNT(lost[RMAP_LOST_STALE]);
	return taken != SLOT_BUSY;
}

static __always_inline void slot_free(struct rmap_slot *slot)
{
	slot->start = 0;
	*(volatile __u32 *)&slot->tid = 0;
}

/* ------------------------------------------------------------- tracepoint */

static __always_inline struct rmap_owner *owner_slot(__u32 tid)
{
	return &owners[tid & (RMAP_SLOTS - 1)];
}

/* What the rows of a walk are split by, beside what each has. */
static __always_inline void key_extras(struct rmap_key *key, bool has_slot)
{
	if (by_cgroup)
		key->cgroup = bpf_get_current_cgroup_id();
	if (by_owner && has_slot) {
		struct rmap_owner *o = owner_slot(key->tid);

		key->owner = o->owner;
		key->dev = o->dev;
	}
}

/* kernel-patch: rmap_walk_start(folio, rwc, stat).  Only to learn whose the folio is. */
SEC("tp_btf/rmap_walk_start")
int walk_start(__u64 *ctx)
{
	struct rmap_walk_control *rwc = (void *)ctx[1];
	struct rmap_walk_stat *stat = (void *)ctx[2];
	__u64 pid_tgid = bpf_get_current_pid_tgid();
	struct rmap_slot *slot = slot_of(pid_tgid);
	enum rmap_kind kind = (enum rmap_kind)stat->kind;
	__u64 now = bpf_ktime_get_ns();

	if (!asked_for(pid_tgid, kind, (void *)ctx[0], (__u64)rwc->rmap_one, 0) || !drawn() ||
	    !slot_take(slot, pid_tgid, now, false))
		return 0;
	slot->start = now;
	slot->kind = kind;
	owner_begin(owner_slot(pid_tgid), kind, (void *)ctx[0]);
	return 0;
}

/*
 * kernel-patch: rmap_walk_end(folio, rwc, stat), struct rmap_walk_stat.
 * There with preemption off, so that no walk is missed while another is recorded.
 */
SEC("tp_btf/rmap_walk_end")
int walk_end(__u64 *ctx)
{
	struct rmap_walk_control *rwc = (void *)ctx[1];
	struct rmap_walk_stat *stat = (void *)ctx[2];
	__u64 pid_tgid = bpf_get_current_pid_tgid();
	struct rmap_slot *slot = by_owner ? slot_if_taken(pid_tgid) : NULL;
	struct rmap_key key = {};
	struct walk walk;

	key.rmap_one = (__u64)rwc->rmap_one;
	if (!asked_for(pid_tgid, (enum rmap_kind)stat->kind, (void *)ctx[0], key.rmap_one, 0))
		return 0;
	/* What was drawn at the beginning has a slot. */
	if (by_owner ? sampling() && !slot : !drawn())
		return 0;
	COUNT(seen);
	key.tid = pid_tgid;
	key.tgid = pid_tgid >> 32;
	key.kind = stat->kind;
	key_extras(&key, slot);
	if (slot)
		slot_free(slot);
	walk.vmas = stat->vmas;
	walk.mapped = stat->mapped;
	walk.ns = stat->duration;
	walk.lock_ns = stat->lock_wait;
	walk.folio = ctx[0];
	record(ctx, &key, &walk);
	return 0;
}

/* ----------------------------------------------------------------- fentry */

/*
 * Up to 5.13 migration unmaps with try_to_unmap_one and a flag in rwc->arg; then
 * it got a callback of its own and the flag went (a98a2f0c8ce1).
 */
static __always_inline __u8 rmap_flags(__u64 arg)
{
	if (!bpf_core_enum_value_exists(enum ttu_flags, TTU_MIGRATION))
		return 0;
	return arg & bpf_core_enum_value(enum ttu_flags, TTU_MIGRATION) ? RMAP_KEY_MIGRATION : 0;
}

/* @rmap_one, @arg: of the walk's struct rmap_walk_control */
static __always_inline void enter(enum rmap_kind kind, const void *folio, void *rmap_one, void *arg)
{
	__u64 pid_tgid = bpf_get_current_pid_tgid();
	struct rmap_slot *slot = slot_of(pid_tgid);
	__u8 flags = rmap_flags((__u64)arg);
	__u64 now;

	if (!asked_for(pid_tgid, kind, folio, (__u64)rmap_one, flags) || !drawn())
		return;
	COUNT(seen);
	if (!end_is_told()) {
		COUNT(lost[RMAP_LOST_RETURNS]);
		return;
	}
	now = bpf_ktime_get_ns();
	if (!slot_take(slot, pid_tgid, now, true))
		return;
	slot->rmap_one = (__u64)rmap_one;
	slot->kind = kind;
	slot->flags = flags;
	slot->vmas = 0;
	slot->mapped = 0;
	slot->in_visit = 0;
	slot->lock_start = 0;
	slot->lock_ns = 0;
	slot->pvmw = 0;
	if (by_owner)
		owner_begin(owner_slot(pid_tgid), kind, folio);
	if (light)
		slot->vma = folio_mapcount_small(folio);
	if (outliers || light)
		folios[(__u32)pid_tgid & (RMAP_SLOTS - 1)] = (__u64)folio;
	slot->start = now;
}

/*
 * How many VMAs mapped the folio, from its mapcount: unmapping takes so many away, restoring
 * adds them, and a question that went through all VMAs found all.  Others may change it
 * meanwhile: never more than were visited.
 */
static __always_inline __u32 mapped_by_count(const struct rmap_slot *slot, const void *folio)
{
	__s64 before = slot->vma, mapped = before;

	if (slot->rmap_one != asks[0] && slot->rmap_one != asks[1])
		mapped -= folio_mapcount_small(folio);
	if (mapped < 0)
		mapped = -mapped;
	return mapped < slot->vmas ? mapped : slot->vmas;
}

static __always_inline void leave(void *ctx)
{
	__u64 pid_tgid = bpf_get_current_pid_tgid();
	struct rmap_slot *slot = slot_if_taken(pid_tgid);
	struct rmap_key key = {};
	struct walk walk = {};

	if (!slot) {
		/* With a filter most of these were never asked for, or not drawn. */
		if (go && !sampling() && !only_kinds && !only_causes && !only_comm &&
		    filter_current(pid_tgid))
			COUNT(orphans);
		return;
	}
	key.rmap_one = slot->rmap_one;
	key.tid = pid_tgid;
	key.tgid = pid_tgid >> 32;
	key.kind = slot->kind;
	key.flags = slot->flags;
	key_extras(&key, true);
	walk.vmas = slot->vmas;
	walk.mapped = slot->mapped;
	if (outliers || light)
		walk.folio = folios[key.tid & (RMAP_SLOTS - 1)];
	if (light)
		walk.mapped = mapped_by_count(slot, (void *)walk.folio);
	walk.ns = bpf_ktime_get_ns() - slot->start;
	walk.lock_ns = slot->lock_ns;
	record(ctx, &key, &walk);
	slot_free(slot);
}

/*
 * A changed VMA, or a call after one that found nothing more, is a new visit;
 * the first success in a visit makes the VMA one that maps the folio.
 */
static __always_inline void looked(struct vm_area_struct *vma, bool found)
{
	struct rmap_slot *slot = current_slot();

	if (!slot)
		return;
	if (!slot->in_visit || slot->vma != (__u64)vma) {
		if (by_owner)
			owner_visit(owner_slot(slot->tid), vma);
		slot->vmas++;
		slot->vma = (__u64)vma;
		slot->in_visit = 1;
		slot->visit_mapped = 0;
	}
	if (!found) {
		slot->in_visit = 0;
	} else if (!slot->visit_mapped) {
		slot->mapped++;
		slot->visit_mapped = 1;
	}
}

/* The verifier lets fentry programs follow an argument themselves. */
#define ENTER(kind, folio, rwc)                              \
	do {                                                 \
		struct rmap_walk_control *c = (void *)(rwc); \
                                                             \
		enter(kind, folio, c->rmap_one, c->arg);     \
	} while (0)

SEC("fentry/rmap_walk_anon")
int enter_anon(__u64 *ctx)
{
	ENTER(RMAP_ANON, (void *)ctx[0], ctx[1]);
	return 0;
}

SEC("fexit/rmap_walk_anon")
int leave_anon(__u64 *ctx)
{
	leave(ctx);
	return 0;
}

SEC("fentry/rmap_walk_ksm")
int enter_ksm(__u64 *ctx)
{
	ENTER(RMAP_KSM, (void *)ctx[0], ctx[1]);
	return 0;
}

SEC("fexit/rmap_walk_ksm")
int leave_ksm(__u64 *ctx)
{
	leave(ctx);
	return 0;
}

SEC("fentry/rmap_walk_file")
int enter_file(__u64 *ctx)
{
	ENTER(file_kind((void *)ctx[0]), (void *)ctx[0], ctx[1]);
	return 0;
}

/* 6.18: (folio, mapping, pgoff_start, nr_pages, rwc, locked) */
SEC("fentry/__rmap_walk_file")
int enter_file_inner(__u64 *ctx)
{
	ENTER(file_kind((void *)ctx[0]), (void *)ctx[0], ctx[4]);
	return 0;
}

SEC("fexit/rmap_walk_file")
int leave_file(__u64 *ctx)
{
	leave(ctx);
	return 0;
}

SEC("fexit/page_vma_mapped_walk")
int look(__u64 *ctx)
{
	struct page_vma_mapped_walk *pvmw = (void *)ctx[0];

	/* A bool's upper bytes are garbage in ctx on 5.10. */
	looked(pvmw->vma, (__u8)ctx[1]);
	return 0;
}

/* Light: a callback is called, for a VMA.  A program attached by fentry has one place only. */
static __always_inline void visits(void)
{
	struct rmap_slot *slot = current_slot();

	if (slot)
		slot->vmas++;
}

SEC("fentry/try_to_unmap_one")
int visit_unmap(__u64 *ctx)
{
	visits();
	return 0;
}

SEC("fentry/try_to_migrate_one")
int visit_migrate(__u64 *ctx)
{
	visits();
	return 0;
}

SEC("fentry/remove_migration_pte")
int visit_restore(__u64 *ctx)
{
	visits();
	return 0;
}

/* up to 5.17 page_referenced_one */
SEC("fentry/folio_referenced_one")
int visit_ask(__u64 *ctx)
{
	visits();
	return 0;
}

SEC("fentry/page_idle_clear_pte_refs_one")
int visit_idle(__u64 *ctx)
{
	visits();
	return 0;
}

static __always_inline void waits(void)
{
	struct rmap_slot *slot = current_slot();

	if (slot)
		slot->lock_start = bpf_ktime_get_ns();
}

static __always_inline void waited(void)
{
	struct rmap_slot *slot = current_slot();

	if (slot && slot->lock_start) {
		slot->lock_ns += bpf_ktime_get_ns() - slot->lock_start;
		slot->lock_start = 0;
	}
}

SEC("fentry/rwsem_down_read_slowpath")
int lock_wait(__u64 *ctx)
{
	waits();
	return 0;
}

SEC("fexit/rwsem_down_read_slowpath")
int lock_got(__u64 *ctx)
{
	waited();
	return 0;
}

/* ----------------------------------------------------------------- kprobe */

static __always_inline void enter_kprobe(enum rmap_kind kind, unsigned long folio, unsigned long rwc)
{
	struct rmap_walk_control *c = (void *)rwc;

	enter(kind, (void *)folio, BPF_CORE_READ(c, rmap_one), BPF_CORE_READ(c, arg));
}

SEC("kprobe")
int enter_anon_kprobe(struct pt_regs *ctx)
{
	enter_kprobe(RMAP_ANON, ctx->di, ctx->si);
	return 0;
}

SEC("kprobe")
int enter_ksm_kprobe(struct pt_regs *ctx)
{
	enter_kprobe(RMAP_KSM, ctx->di, ctx->si);
	return 0;
}

SEC("kprobe")
int enter_file_kprobe(struct pt_regs *ctx)
{
	enter_kprobe(file_kind((void *)ctx->di), ctx->di, ctx->si);
	return 0;
}

SEC("kprobe")
int enter_file_inner_kprobe(struct pt_regs *ctx)
{
	enter_kprobe(file_kind((void *)ctx->di), ctx->di, ctx->r8);
	return 0;
}

/* of all three */
SEC("kretprobe")
int leave_kprobe(struct pt_regs *ctx)
{
	leave(ctx);
	return 0;
}

/* What is returned comes without the argument. */
SEC("kprobe")
int look_begin_kprobe(struct pt_regs *ctx)
{
	struct rmap_slot *slot = current_slot();

	if (slot)
		slot->pvmw = ctx->di;
	return 0;
}

SEC("kretprobe")
int look_kprobe(struct pt_regs *ctx)
{
	struct rmap_slot *slot = current_slot();
	struct page_vma_mapped_walk *pvmw;

	if (!slot || !slot->pvmw)
		return 0;
	pvmw = (void *)slot->pvmw;
	slot->pvmw = 0;
	looked(BPF_CORE_READ(pvmw, vma), (__u8)ctx->ax);
	return 0;
}

/* of all callbacks */
SEC("kprobe")
int visit_kprobe(struct pt_regs *ctx)
{
	visits();
	return 0;
}

SEC("kprobe")
int lock_wait_kprobe(struct pt_regs *ctx)
{
	waits();
	return 0;
}

SEC("kretprobe")
int lock_got_kprobe(struct pt_regs *ctx)
{
	waited();
	return 0;
}
