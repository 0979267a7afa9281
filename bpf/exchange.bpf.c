// SPDX-License-Identifier: GPL-2.0-only
/*
 * What an exchange of folios takes, and a migration: in all, by phase, and with what
 * result.
 *
 * Exchange is told by the tracepoints of the folioscope kernel patch, which bring their
 * durations along.  A migration is a call of migrate_pages(): it ends with the tracepoint
 * mm_migrate_pages, which brings the results, and begins with mm_migrate_pages_start or,
 * on kernels without that, with the function.  What it does with a folio is seen by
 * fentry and fexit, or kprobe and kretprobe, of two functions.
 */
#include "kernel.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>
#include "exchange.h"
#include "filter.bpf.h"
#include "returns.bpf.h"
#include "hist.h"
#include "page.bpf.h"

char LICENSE[] SEC("license") = "GPL";

/* Set before loading. */
const volatile bool can_cmpxchg; /* BPF_CMPXCHG (5.12, commit 5ffa25502b5a) */
const volatile bool split_nid;
const volatile bool split_order;
const volatile bool split_task;
const volatile bool split_reason;

/* Set while running. */
bool go;     /* count: all programs are attached */
__u32 epoch; /* which half of the maps is written, 0 or 1 */

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct lat_counts);
} counts SEC(".maps");

/* User space drains one half of the pair while the other is written. */
struct cells_map {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, LAT_CELLS);
	__type(key, struct lat_key);
	__type(value, struct lat_cell);
} cells_0 SEC(".maps"), cells_1 SEC(".maps");

/* By tid. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, LAT_TASKS);
	__type(key, __u32);
	__type(value, struct lat_task);
} tasks SEC(".maps");

/* By tgid, of those that have cells; user space takes out what it has read. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, LAT_TASKS);
	__type(key, __u32);
	__type(value, struct lat_comm);
} comms SEC(".maps");

/* Adds to a field of this CPU's counters; atomically, see struct lat_counts. */
#define COUNT(field)                                                        \
	do {                                                                \
		__u32 zero = 0;                                             \
		struct lat_counts *c = bpf_map_lookup_elem(&counts, &zero); \
                                                                            \
		if (c)                                                      \
			__sync_fetch_and_add(&c->field, 1);                 \
	} while (0)

/* ------------------------------------------------------------------ cells */

/*
 * The cell of a key; NULL if there is no room.  A function of its own, or a program
 * would hold it ten times; but without cmpxchg, which user space could not take out of it.
 */
static __noinline struct lat_cell *cell_of(struct lat_key *key)
{
	void *cells = *(volatile __u32 *)&epoch ? (void *)&cells_1 : (void *)&cells_0;
	struct lat_cell *cell = bpf_map_lookup_elem(cells, key);
	struct lat_cell fresh = {};

	if (cell)
		return cell;
	/* Another CPU may be faster: that is as good. */
	bpf_map_update_elem(cells, key, &fresh, BPF_NOEXIST);
	if (split_task) {
		struct lat_comm comm = {};

		bpf_get_current_comm(comm.comm, sizeof(comm.comm));
		bpf_map_update_elem(&comms, &key->pid, &comm, BPF_ANY);
	}
	return bpf_map_lookup_elem(cells, key);
}

static __always_inline void raise_max(struct lat_cell *cell, __u64 value)
{
	__u64 old;

	if (!can_cmpxchg) {
		/* Two CPUs of a shard at once: the larger may be overwritten. */
		if (value > cell->max)
			cell->max = value;
		return;
	}
	for (int i = 0; i < 4; i++) {
		old = *(volatile __u64 *)&cell->max;
		if (value <= old || __sync_val_compare_and_swap(&cell->max, old, value) == old)
			return;
	}
}

/* Adds n times `each` ns, together ns, to its cell.  False if there is no room. */
static __always_inline bool cell_times(struct lat_key *key, __u8 measure, __u64 n, __u64 each,
				       __u64 ns)
{
	struct lat_cell *cell;

	key->measure = measure;
	key->bucket = hist_index(each);
	cell = cell_of(key);
	if (!cell)
		return false;
	__sync_fetch_and_add(&cell->n, n);
	__sync_fetch_and_add(&cell->sum, ns);
	raise_max(cell, each);
	return true;
}

static __always_inline bool cell_time(struct lat_key *key, __u8 measure, __u64 ns)
{
	return cell_times(key, measure, 1, ns, ns);
}

static __always_inline bool cell_count(struct lat_key *key, __u32 result, __u64 n)
{
	struct lat_cell *cell;

	if (!n)
		return true;
	key->measure = LAT_RESULT;
	key->bucket = result;
	cell = cell_of(key);
	if (cell)
		__sync_fetch_and_add(&cell->n, n);
	return cell;
}

/* A batch of nr, or a call for so many pages: its time, and that of each of them. */
static __always_inline bool cell_total(struct lat_key *key, __u64 ns, __u64 nr)
{
	if (!cell_time(key, LAT_TOTAL, ns))
		return false;
	return !nr || cell_times(key, LAT_EACH, nr, ns / nr, ns);
}

static __always_inline void booked(bool stored)
{
	if (stored)
		COUNT(recorded);
	else
		COUNT(lost[LAT_LOST_FULL]);
}

#define REASON(name)                                                       \
	if (bpf_core_enum_value_exists(enum migrate_reason, MR_##name) &&  \
	    reason == bpf_core_enum_value(enum migrate_reason, MR_##name)) \
	return LAT_##name

static __always_inline __u8 reason_of(__u32 reason)
{
	REASON(COMPACTION);
	REASON(MEMORY_FAILURE);
	REASON(MEMORY_HOTPLUG);
	REASON(SYSCALL);
	REASON(MEMPOLICY_MBIND);
	REASON(NUMA_MISPLACED);
	REASON(CONTIG_RANGE);
	REASON(LONGTERM_PIN);
	REASON(DEMOTION);
	REASON(DAMON);
	return LAT_REASON_OTHER;
}

#define PHASE(name)                                                                               \
	if (bpf_core_enum_value_exists(enum folio_exchange_phase, FOLIO_EXCHANGE_PHASE_##name) && \
	    phase == bpf_core_enum_value(enum folio_exchange_phase, FOLIO_EXCHANGE_PHASE_##name)) \
	return LAT_##name

static __always_inline __u8 phase_of(__u32 phase)
{
	PHASE(DRAIN);
	PHASE(ISOLATE);
	PHASE(LOCK);
	PHASE(UNMAP);
	PHASE(FLUSH);
	PHASE(PREPARE);
	PHASE(MAPPING);
	PHASE(PRIVATE);
	PHASE(DATA);
	PHASE(FLAGS);
	PHASE(FINISH);
	PHASE(REMAP);
	PHASE(PUTBACK);
	return LAT_PHASES;
}

/* A key with the dimensions asked for; nodes and order are the caller's. */
static __always_inline struct lat_key key_of(enum lat_op op, __u64 pid_tgid, __u8 reason)
{
	return (struct lat_key){
		.op = op,
		.pid = split_task ? pid_tgid >> 32 : 0,
		.reason = split_reason ? reason : 0,
		.shard = bpf_get_smp_processor_id() & (LAT_SHARDS - 1),
	};
}

static __always_inline bool wanted(__u64 pid_tgid)
{
	return go && filter_current(pid_tgid);
}

/* ------------------------------------------------------- a task's state */

static __always_inline struct lat_task *task_of(__u64 pid_tgid)
{
	__u32 tid = pid_tgid;

	return bpf_map_lookup_elem(&tasks, &tid);
}

static __always_inline void task_forget(__u64 pid_tgid)
{
	__u32 tid = pid_tgid;

	bpf_map_delete_elem(&tasks, &tid);
}

/* Afresh, even if an end was missed and something is left. */
static __always_inline struct lat_task *task_new(__u64 pid_tgid)
{
	struct lat_task fresh = {};
	__u32 tid = pid_tgid;

	if (bpf_map_update_elem(&tasks, &tid, &fresh, BPF_ANY))
		return NULL;
	return bpf_map_lookup_elem(&tasks, &tid);
}

static __always_inline struct lat_folios folios_of(const void *a, const void *b)
{
	return (struct lat_folios){
		.nid_a = a ? folio_nid(a) : LAT_NID_UNKNOWN,
		.nid_b = b ? folio_nid(b) : LAT_NID_UNKNOWN,
		.order = a ? folio_order(a) : LAT_ORDER_UNKNOWN,
		.known = 1,
	};
}

/* One more folio, or pair of them, of a batch. */
static __always_inline void batch_has(struct lat_folios *batch, const struct lat_folios *more)
{
	if (!batch->known) {
		*batch = *more;
		return;
	}
	if (batch->nid_a != more->nid_a || batch->nid_b != more->nid_b)
		batch->nid_a = batch->nid_b = LAT_NID_MIXED;
	if (batch->order != more->order)
		batch->order = LAT_ORDER_MIXED;
}

static __always_inline void key_folios(struct lat_key *key, const struct lat_folios *folios)
{
	if (split_nid) {
		key->nid_a = folios->known ? folios->nid_a : LAT_NID_UNKNOWN;
		key->nid_b = folios->known ? folios->nid_b : LAT_NID_UNKNOWN;
	}
	if (split_order)
		key->order = folios->known ? folios->order : LAT_ORDER_UNKNOWN;
}

/* By a copy: the compiler would add to the pointer before it is looked at. */
static __always_inline void key_batch(struct lat_key *key, const struct lat_task *task)
{
	struct lat_folios batch = {};

	if (task)
		batch = *(volatile struct lat_folios *)&task->batch;
	key_folios(key, &batch);
}

/* --------------------------------------------------------------- exchange */

/* (nr, mode, reason).  Only for splitting: a batch's other events do not tell whose they are. */
SEC("tp_btf/folio_exchange_start")
int exchange_start(__u64 *ctx)
{
	__u64 pid_tgid = bpf_get_current_pid_tgid();
	struct lat_task *task;

	if (!wanted(pid_tgid))
		return 0;
	task = task_new(pid_tgid);
	if (task)
		task->reason = reason_of(ctx[2]);
	else
		COUNT(unsplit);
	return 0;
}

/* (a, b, result, reason, blocked); a and b may be NULL, blocked is 0 if it never was */
SEC("tp_btf/folio_exchange_pair")
int exchange_pair(__u64 *ctx)
{
	__u64 pid_tgid = bpf_get_current_pid_tgid();
	__s32 result = ctx[2];
	__u64 blocked = ctx[4];
	struct lat_key key;
	bool stored;

	if (!wanted(pid_tgid))
		return 0;
	COUNT(seen);
	key = key_of(LAT_EXCHANGE, pid_tgid, reason_of(ctx[3]));
	if (split_nid || split_order) {
		struct lat_folios pair = folios_of((void *)ctx[0], (void *)ctx[1]);
		struct lat_task *task = task_of(pid_tgid);

		key_folios(&key, &pair);
		if (task)
			batch_has(&task->batch, &pair);
	}
	if (result < 0)
		result = bpf_core_enum_value(enum folio_exchange_result, FOLIO_EXCHANGE_GONE) + 1;
	stored = cell_count(&key, result, 1);
	if (blocked)
		stored &= cell_time(&key, LAT_BLOCKED, blocked);
	booked(stored);
	return 0;
}

/* (phase, nr, duration) */
SEC("tp_btf/folio_exchange_phase")
int exchange_phase(__u64 *ctx)
{
	__u64 pid_tgid = bpf_get_current_pid_tgid();
	__u32 phase = phase_of(ctx[0]);
	struct lat_key key;

	if (!wanted(pid_tgid) || phase >= LAT_PHASES)
		return 0;
	COUNT(seen);
	key = key_of(LAT_EXCHANGE, pid_tgid, LAT_REASON_OTHER);
	if (split_nid || split_order || split_reason) {
		struct lat_task *task = task_of(pid_tgid);

		key_batch(&key, task);
		if (split_reason && task)
			key.reason = task->reason;
	}
	booked(cell_time(&key, LAT_PHASE + phase, ctx[2]));
	return 0;
}

/* (nr, done, mode, reason, duration) */
SEC("tp_btf/folio_exchange_end")
int exchange_end(__u64 *ctx)
{
	__u64 pid_tgid = bpf_get_current_pid_tgid();
	struct lat_key key;

	if (!wanted(pid_tgid))
		return 0;
	if (!ctx[4]) { /* the clock was not read: nobody listened when it began */
		COUNT(untimed);
		return 0;
	}
	COUNT(seen);
	key = key_of(LAT_EXCHANGE, pid_tgid, reason_of(ctx[3]));
	if (split_nid || split_order || split_reason) {
		struct lat_task *task = task_of(pid_tgid);

		key_batch(&key, task);
		task_forget(pid_tgid);
	}
	booked(cell_total(&key, ctx[4], (__u32)ctx[0]));
	return 0;
}

/* -------------------------------------------------------------- migration */

static __always_inline void call_begins(__u8 reason)
{
	__u64 pid_tgid = bpf_get_current_pid_tgid();
	struct lat_task *task;

	if (!wanted(pid_tgid))
		return;
	COUNT(seen);
	task = task_of(pid_tgid);
	if (!task)
		task = task_new(pid_tgid);
	if (!task) {
		COUNT(lost[LAT_LOST_TASKS]);
		return;
	}
	if (task->depth >= LAT_DEPTH) { /* ends were missed: begin anew */
		for (int i = 0; i < LAT_DEPTH; i++)
			COUNT(lost[LAT_LOST_NESTED]);
		task->depth = 0;
	}
	task->reason = reason;
	task->batch.known = 0;
	task->call[task->depth++ & (LAT_DEPTH - 1)] = bpf_ktime_get_ns();
}

/* (mode, reason); in 6.1, not in 5.10 */
SEC("tp_btf/mm_migrate_pages_start")
int migrate_start(__u64 *ctx)
{
	call_begins(reason_of(ctx[1]));
	return 0;
}

/* (from, get, put, private, mode, reason, ...) */
SEC("fentry/migrate_pages")
int migrate_start_fentry(__u64 *ctx)
{
	call_begins(reason_of(ctx[5]));
	return 0;
}

SEC("kprobe")
int migrate_start_kprobe(struct pt_regs *ctx)
{
	call_begins(reason_of(ctx->r9));
	return 0;
}

/* (succeeded, failed, thp_succeeded, thp_failed, thp_split, [large_folio_split,] mode, reason) */
SEC("tp_btf/mm_migrate_pages")
int migrate_end(__u64 *ctx)
{
	__u64 pid_tgid = bpf_get_current_pid_tgid(), began;
	__u64 now = bpf_ktime_get_ns(), splits = 0;
	struct lat_task *task = task_of(pid_tgid);
	struct lat_key key;
	bool stored;
	__u32 reason;

	if (!task || !task->depth) {
		if (wanted(pid_tgid))
			COUNT(orphans);
		return 0;
	}
	reason = ctx[6];
	if (bpf_core_field_exists(((struct trace_event_raw_mm_migrate_pages *)0)->large_folio_split)) {
		splits = ctx[5];
		/* volatile: one load with a computed offset would be refused */
		reason = *(volatile __u64 *)&ctx[7];
	}
	began = task->call[--task->depth & (LAT_DEPTH - 1)];
	key = key_of(LAT_MIGRATE, pid_tgid, reason_of(reason));
	key_folios(&key, &task->batch);
	if (!task->depth)
		task_forget(pid_tgid);
	stored = cell_total(&key, now - began, ctx[0] + ctx[1]);
	stored &= cell_count(&key, LAT_SUCCEEDED, ctx[0]);
	stored &= cell_count(&key, LAT_FAILED, ctx[1]);
	stored &= cell_count(&key, LAT_THP_SUCCEEDED, ctx[2]);
	stored &= cell_count(&key, LAT_THP_FAILED, ctx[3]);
	stored &= cell_count(&key, LAT_THP_SPLIT, ctx[4]);
	stored &= cell_count(&key, LAT_LARGE_FOLIO_SPLIT, splits);
	booked(stored);
	return 0;
}

static __always_inline bool step_begins(void)
{
	COUNT(seen);
	if (end_is_told())
		return true;
	COUNT(lost[LAT_LOST_RETURNS]);
	return false;
}

/* Only while the task is in a call: others unmap like this, too. */
static __always_inline void unmap_begins(const void *folio)
{
	struct lat_task *task = task_of(bpf_get_current_pid_tgid());

	if (!task || !task->depth)
		return;
	if (!step_begins())
		return;
	if (split_nid || split_order)
		task->folio = folios_of(folio, NULL); /* where it goes is not known yet */
	task->unmap = bpf_ktime_get_ns();
}

static __always_inline void move_begins(const void *dst, const void *src)
{
	struct lat_task *task = task_of(bpf_get_current_pid_tgid());

	if (!task || !task->depth)
		return;
	if (!step_begins())
		return;
	if (split_nid || split_order) {
		task->folio = folios_of(src, dst);
		batch_has(&task->batch, &task->folio);
	}
	task->move = bpf_ktime_get_ns();
}

static __always_inline void step_ends(enum lat_phase phase)
{
	__u64 pid_tgid = bpf_get_current_pid_tgid(), now = bpf_ktime_get_ns(), began;
	struct lat_task *task = task_of(pid_tgid);
	struct lat_key key;

	if (!task)
		return;
	began = phase == LAT_UNMAP ? task->unmap : task->move;
	if (!began)
		return;
	if (phase == LAT_UNMAP)
		task->unmap = 0;
	else
		task->move = 0;
	key = key_of(LAT_MIGRATE, pid_tgid, task->reason);
	key_folios(&key, &task->folio);
	booked(cell_time(&key, LAT_PHASE + phase, now - began));
}

SEC("fentry/try_to_migrate")
int unmap_start(__u64 *ctx)
{
	unmap_begins((void *)ctx[0]);
	return 0;
}

SEC("fexit/try_to_migrate")
int unmap_end(__u64 *ctx)
{
	step_ends(LAT_UNMAP);
	return 0;
}

/* (dst, src, mode) */
SEC("fentry/move_to_new_folio")
int move_start(__u64 *ctx)
{
	move_begins((void *)ctx[0], (void *)ctx[1]);
	return 0;
}

SEC("fexit/move_to_new_folio")
int move_end(__u64 *ctx)
{
	step_ends(LAT_MOVE);
	return 0;
}

SEC("kprobe")
int unmap_start_kprobe(struct pt_regs *ctx)
{
	unmap_begins((void *)ctx->di);
	return 0;
}

SEC("kretprobe")
int unmap_end_kprobe(struct pt_regs *ctx)
{
	step_ends(LAT_UNMAP);
	return 0;
}

SEC("kprobe")
int move_start_kprobe(struct pt_regs *ctx)
{
	move_begins((void *)ctx->di, (void *)ctx->si);
	return 0;
}

SEC("kretprobe")
int move_end_kprobe(struct pt_regs *ctx)
{
	step_ends(LAT_MOVE);
	return 0;
}
