// SPDX-License-Identifier: GPL-2.0-only
/*
 * forkchain without a kernel: what goes where on recorded ones, causes, whose a fork's events
 * are, what events add up to, and lines that are read back.
 */
#include <errno.h>
#include <string.h>
#include "../../cmd/chain/cause.h"
#include "../../cmd/chain/code.h"
#include "../../cmd/chain/join.h"
#include "../../cmd/chain/plan.h"
#include "../../cmd/chain/state.h"
#include "../../cmd/chain/sums.h"
#include "../../cmd/chain/top.h"
#include "unit.h"

/* ------------------------------------------------------------------ plans */

static struct kernel *kernel(const char *name)
{
	char path[64];
	struct kernel *k;
	FILE *f;

	snprintf(path, sizeof(path), "tests/data/kernels/%s", name);
	f = fopen(path, "r");
	if (!f)
		fail_msg("cannot open %s: run from the root of the repository", path);
	k = kernel__recorded(f);
	assert_non_null(k);
	fclose(f);
	return k;
}

static void describe(const struct plan *plan, char *text, size_t size)
{
	snprintf(text, size, "%s", plan->why_not);
	for (size_t i = 0; !plan->why_not[0] && i < plan->n; i++)
		snprintf(text + strlen(text), size - strlen(text), "%s%s%s%s", i ? ", " : "",
			 plan->want[i].prog, plan->want[i].target ? " " : "",
			 plan->want[i].target ?: "");
}

#define PROBES(suffix)                                                                            \
	"born, unlink_end" suffix " unlink_anon_vmas, clone_end" suffix " anon_vma_clone, "       \
	"fork_end" suffix " anon_vma_fork, prepare_end" suffix " __anon_vma_prepare, "            \
	"lock_end" suffix " rwsem_down_write_slowpath, lock_start" suffix                         \
	" rwsem_down_write_slowpath, unlink_start" suffix " unlink_anon_vmas, clone_start" suffix \
	" anon_vma_clone, fork_start" suffix " anon_vma_fork, prepare_start" suffix               \
	" __anon_vma_prepare"

static void plans(void **state)
{
	static const char *const kernels[] = { "5.10", "6.1", "6.12", "6.18", "7.2", "patched" };
	(void)state;

	for (size_t i = 0; i < sizeof(kernels) / sizeof(*kernels); i++) {
		static const char *const probes[] = {
			[BACKEND_FENTRY] = PROBES(""), [BACKEND_KPROBE] = PROBES("_kprobe")
		};
		struct kernel *k = kernel(kernels[i]);
		bool patched = !strcmp(kernels[i], "patched");
		char text[2048];

		for (enum backend b = BACKEND_TRACEPOINT; b <= BACKEND_KPROBE; b++) {
			struct plan plan = { .backend = b };

			chain_plan__make(&plan, k);
			describe(&plan, text, sizeof(text));
			if (b != BACKEND_TRACEPOINT)
				assert_string_equal(text, probes[b]);
			else if (patched)
				assert_string_equal(text, "born, lock_holder "
							  "rwsem_down_write_slowpath, tp_unlink, "
							  "tp_clone, tp_fork, tp_prepare");
			else
				assert_non_null(strstr(text, "no tracepoint rmap:anon_vma_fork"));
		}
		kernel__free(k);
	}
}

/* ----------------------------------------------------------------- causes */

static const char *name_at(uint64_t addr)
{
	static const char *const names[] = {
		NULL,	    "bpf_trampoline_1", "anon_vma_clone", "__split_vma.isra.0",
		"copy_vma", "anon_vma_fork"
	};

	return addr < sizeof(names) / sizeof(*names) ? names[addr] : "commit_merge";
}

static void causes(void **state)
{
	const uint64_t split[] = { 0, 1, 2, 3, 4 }, merge[] = { 2, 99 }, none[] = { 1, 3 };
	const uint64_t last[] = { 1, 2 };
	(void)state;

	assert_int_equal(cause__of_caller("__split_vma"), CHAIN_CAUSE_SPLIT);
	assert_int_equal(cause__of_caller("copy_vma"), CHAIN_CAUSE_MREMAP);
	assert_int_equal(cause__of_caller("do_anon_vma_fork"), CHAIN_CAUSE_FORK);
	assert_int_equal(cause__of_caller("copy_vmas"), CHAIN_CAUSE_MERGE);
	assert_int_equal(cause__of_caller("__vma_adjust"), CHAIN_CAUSE_MERGE);
	assert_int_equal(cause__of_caller(NULL), CHAIN_CAUSE_NONE);
	assert_int_equal(cause__of_stack(split, 5, name_at), CHAIN_CAUSE_SPLIT);
	assert_int_equal(cause__of_stack(merge, 2, name_at), CHAIN_CAUSE_MERGE);
	assert_int_equal(cause__of_stack(none, 2, name_at), CHAIN_CAUSE_NONE);
	assert_int_equal(cause__of_stack(last, 2, name_at), CHAIN_CAUSE_NONE);
	assert_int_equal(cause__of_stack(NULL, 0, name_at), CHAIN_CAUSE_NONE);
}

static void code_is_found(void **state)
{
	static const char text[] = "address 5000 other\naddress 4000 anon_vma_fork\n"
				   "address 4800 anon_vma_fork.cold\n"
				   "address 4400 do_anon_vma_fork.isra.0\naddress 4480 next\n"
				   "address 4500 unlink_anon_vmas\nsymbol-only anon_vma_clone\n";
	FILE *f = fmemopen((char *)text, sizeof(text) - 1, "r");
	struct kernel *k = kernel__recorded(f);
	struct chain_code code[3];

	(void)state;
	fclose(f);
	assert_non_null(k);
	/* The body comes first, wherever it is. */
	assert_int_equal(code__of(k, "anon_vma_fork", code, 3), 2);
	assert_int_equal(code[0].start, 0x4400);
	assert_int_equal(code[0].bytes, 0x80);
	assert_int_equal(code[1].start, 0x4000);
	assert_int_equal(code[1].bytes, 0x400);
	code[1] = (struct chain_code){ 0 };
	assert_int_equal(code__of(k, "anon_vma_fork", code, 1), 1);
	assert_int_equal(code[0].start, 0x4400);
	assert_int_equal(code[1].start, 0);
	assert_int_equal(code__of(k, "unlink_anon_vmas", code, 3), 1);
	assert_int_equal(code__of(k, "anon_vma_clone", code, 3), 0);
	assert_int_equal(code__of(k, "anon_vma_fork", code, 0), 0);
	kernel__free(k);
}

/* ------------------------------------------------------------------ joins */

static char story[1024];

/* "fork 7>9, unlink 7 failed, " */
static int tell(void *arg, const struct event *e)
{
	char *end = story + strlen(story);
	(void)arg;

	snprintf(end, story + sizeof(story) - end, "%s%s %u>%u%s", story[0] ? ", " : "",
		 event__type_name(e->type), e->tid, e->child, e->failed ? " failed" : "");
	return 0;
}

static void expect(struct join *j, const char *text)
{
	assert_int_equal(join__end(j), 0);
	assert_string_equal(story, text);
	story[0] = 0;
	join__free(j);
}

static void happens(struct join *j, uint32_t type, uint32_t tid, uint64_t mm, int32_t error)
{
	const struct event e = { .type = type, .tid = tid, .pid = tid, .mm = mm, .error = error };

	assert_int_equal(join__event(j, &e), 0);
}

static void joins(void **state)
{
	struct join j = { .emit = tell };
	(void)state;

	/* A fork's wait for their child; of others nothing waits. */
	happens(&j, CHAIN_FORK, 7, 100, 0);
	happens(&j, CHAIN_FORK, 8, 200, 0);
	happens(&j, CHAIN_PREPARE, 7, 1, 0);
	happens(&j, CHAIN_FORK, 7, 100, 0);
	assert_int_equal(join__born(&j, 7, 100, 9), 0);
	assert_int_equal(join__born(&j, 8, 999, 9), 0); /* of another memory */
	assert_int_equal(join__born(&j, 8, 200, 10), 0);
	happens(&j, CHAIN_UNLINK, 7, 1, 0);
	expect(&j, "prepare 7>0, fork 7>9, fork 7>9, fork 8>10, unlink 7>0");

	/* One that fails late gives up what it copied. */
	happens(&j, CHAIN_FORK, 7, 100, 0);
	happens(&j, CHAIN_UNLINK, 7, 100, 0);
	/* The next gets the same memory. */
	happens(&j, CHAIN_FORK, 7, 100, 0);
	assert_int_equal(join__born(&j, 7, 100, 9), 0);
	expect(&j, "fork 7>0 failed, unlink 7>0 failed, fork 7>9");

	/* One that fails in the middle: what it unlinks comes first, then the error, then the rest. */
	happens(&j, CHAIN_FORK, 7, 100, 0);
	happens(&j, CHAIN_UNLINK, 7, 100, 0);
	happens(&j, CHAIN_FORK, 7, 100, -ENOMEM);
	happens(&j, CHAIN_UNLINK, 7, 100, 0);
	expect(&j, "fork 7>0 failed, unlink 7>0 failed, fork 7>0 failed, unlink 7>0 failed");

	/* The child was not told: nobody knows whether it failed. */
	happens(&j, CHAIN_FORK, 7, 100, 0);
	happens(&j, CHAIN_FORK, 7, 101, 0);
	expect(&j, "fork 7>0, fork 7>0");
}

/* ------------------------------------------------------------------ state */

static struct event of(uint32_t type, uint32_t pid, uint64_t mm, uint64_t vma, uint32_t avcs,
		       uint32_t chain)
{
	return (struct event){ .type = type,
			       .pid = pid,
			       .tid = pid,
			       .owner = pid,
			       .mm = mm,
			       .vma = vma,
			       .avcs = avcs,
			       .chain = chain,
			       .comm = "work",
			       .anon_vma = 0x10,
			       .depth = chain ? chain - 1 : 0 };
}

static void apply(struct chain_state *s, struct event e)
{
	assert_int_equal(chain_state__apply(s, &e), 0);
}

static void apply_fork(struct chain_state *s, uint32_t pid, uint32_t child, uint64_t mm,
		       uint64_t vma, uint32_t avcs)
{
	struct event e = of(CHAIN_FORK, pid, mm, vma, avcs, avcs), clone = e;

	e.child = clone.child = child;
	e.owner = clone.owner = 0;
	clone.type = CHAIN_CLONE;
	clone.cause = CHAIN_CAUSE_FORK;
	clone.avcs = clone.chain = avcs - 1;
	apply(s, clone);
	apply(s, e);
}

static void states(void **unused)
{
	struct chain_state s = { .keep = true };
	struct event e;
	uint64_t vmas;
	(void)unused;

	apply(&s, of(CHAIN_PREPARE, 1, 0xa, 0x1000, 1, 1));
	apply_fork(&s, 1, 2, 0xb, 0x2000, 2);
	apply_fork(&s, 2, 3, 0xc, 0x3000, 3);
	assert_int_equal(s.avcs, 6);
	assert_int_equal(s.n, 3);
	assert_int_equal(s.processes[2]->level, 2);
	assert_ptr_equal(s.processes[2]->parent, s.processes[1]);
	assert_int_equal(chain_state__held(&s, 3, &vmas), 3);
	assert_int_equal(vmas, 1);

	/* Two threads prepare a VMA; the one that came too late ends first. */
	apply(&s, of(CHAIN_PREPARE, 1, 0xa, 0x1800, 0, 1));
	apply(&s, of(CHAIN_PREPARE, 1, 0xa, 0x1800, 0, 1));
	apply(&s, of(CHAIN_PREPARE, 1, 0xa, 0x1800, 1, 1));
	assert_int_equal(s.inconsistent, 0);
	/* But only one has linked the AVC. */
	apply(&s, of(CHAIN_PREPARE, 1, 0xa, 0x1800, 1, 1));
	assert_int_equal(s.inconsistent, 1);
	s.inconsistent = 0;
	apply(&s, of(CHAIN_UNLINK, 1, 0xa, 0x1800, 1, 0));
	assert_int_equal(s.inconsistent, 0);

	/* What an unlink does not tell is known. */
	e = of(CHAIN_UNLINK, 3, 0xc, 0x3000, 3, 0);
	e.depth = CHAIN_NO_DEPTH;
	chain_state__complete(&s, &e);
	assert_int_equal(e.depth, 2);
	e.anon_vma = 0x20; /* another's */
	e.depth = CHAIN_NO_DEPTH;
	chain_state__complete(&s, &e);
	assert_int_equal(e.depth, CHAIN_NO_DEPTH);
	apply(&s, e);
	assert_int_equal(chain_state__held(&s, 3, &vmas), 0);
	assert_int_equal(s.processes[2]->peak_avcs, 3);
	assert_int_equal(s.inconsistent, 0);

	/* Its memory's address is given to another child. */
	apply_fork(&s, 1, 4, 0xc, 0x3000, 2);
	assert_int_equal(chain_state__held(&s, 4, &vmas), 2);
	assert_int_equal(chain_state__held(&s, 3, &vmas), 0);
	assert_int_equal(s.processes[3]->level, 1);

	/* Something was missed. */
	apply(&s, of(CHAIN_UNLINK, 4, 0xc, 0x3000, 5, 0));
	assert_int_equal(s.inconsistent, 1);

	/* Who has gone without descendants is forgotten. */
	chain_state__prune(&s);
	assert_int_equal(s.n, 2);
	chain_state__free(&s);

	/* What a dump found, and a state that keeps nobody. */
	s.keep = false;
	assert_int_equal(chain_state__found(&s, 5, "old", 0xd, 0x5000, 4, 3, 0x30), 0);
	assert_int_equal(chain_state__held(&s, 5, &vmas), 4);
	apply(&s, of(CHAIN_UNLINK, 5, 0xd, 0x5000, 4, 0));
	assert_int_equal(s.n, 0);
	assert_int_equal(s.avcs, 0);
	chain_state__free(&s);
}

/* ------------------------------------------------------------------- sums */

static void add(struct sums *sums, uint64_t mm, struct chain_row row)
{
	const struct chain_row_key key = { .mm = mm, .tid = row.tgid };

	snprintf(row.comm, sizeof(row.comm), "p%u", row.tgid);
	assert_int_equal(sums__add(sums, &key, &row), 0);
}

static const struct top_row *of_top(const struct top *t, uint32_t pid)
{
	for (size_t i = 0; i < t->n; i++)
		if (t->rows[i]->pid == pid)
			return t->rows[i];
	fail_msg("no row of %u", pid);
	return NULL;
}

static void rows_of_the_kernel(void **unused)
{
	struct chain_state s = { 0 };
	struct sums sums = { 0 };
	struct top t = { 0 };
	uint64_t vmas;
	(void)unused;

	/* What was there, and from then on sums. */
	assert_int_equal(chain_state__found(&s, 1, "old", 0xa, 0x1000, 1, 0, 0x10), 0);
	assert_int_equal(chain_state__found(&s, 1, "old", 0xa, 0x2000, 1, 0, 0x20), 0);
	chain_state__sum_up(&s);

	/* 1 forks 2, which forks 3 and is gone: the rows come in any order. */
	add(&sums, 0xb, (struct chain_row){ .tgid = 2, .since = 20, .freed = 4, .vmas = -2 });
	add(&sums, 0xc,
	    (struct chain_row){ .tgid = 2,
				.since = 15,
				.linked = 6,
				.vmas = 2,
				.forked = 2,
				.depth = 2,
				.longest = 3,
				.owned = 16,
				.owner = 3 });
	add(&sums, 0xb,
	    (struct chain_row){ .tgid = 1,
				.since = 10,
				.linked = 4,
				.vmas = 2,
				.forked = 2,
				.reused = 1,
				.fork_ns = 100,
				.lock_ns = 7,
				.holder_ns = 5,
				.holder = { .tid = 9 },
				.depth = 1,
				.longest = 2,
				.owned = 11,
				.owner = 2 });
	assert_int_equal(sums__apply(&sums, &s, &t), 0);
	assert_int_equal(sums.n, 0);
	assert_int_equal(s.avcs, 8);
	assert_int_equal(chain_state__held(&s, 1, &vmas), 2);
	assert_int_equal(chain_state__held(&s, 2, &vmas), 0);
	assert_int_equal(chain_state__held(&s, 3, &vmas), 6);
	assert_int_equal(vmas, 2);
	assert_int_equal(s.n, 2);
	assert_int_equal(s.inconsistent, 0);
	assert_int_equal(top__held(&t, &s), 0);
	assert_int_equal(of_top(&t, 1)->held, 2);
	assert_int_equal(of_top(&t, 1)->forked, 2);
	assert_int_equal(of_top(&t, 1)->reused, 1);
	assert_int_equal(of_top(&t, 1)->fork_ns, 100);
	assert_int_equal(of_top(&t, 1)->holder.tid, 9);
	assert_int_equal(of_top(&t, 1)->depth, 1);
	assert_string_equal(of_top(&t, 1)->comm, "p1");
	assert_int_equal(of_top(&t, 2)->linked, 6);
	assert_int_equal(of_top(&t, 2)->freed, 4);
	assert_int_equal(of_top(&t, 3)->held, 6);
	assert_int_equal(of_top(&t, 3)->vmas, 2);
	top__clear(&t);

	/* An address of two, one after the other; and a fork that is under way. */
	add(&sums, 0xc,
	    (struct chain_row){ .tgid = 4, .linked = 1, .vmas = 1, .owned = 31, .owner = 4 });
	add(&sums, 0xc,
	    (struct chain_row){ .tgid = 3, .freed = 6, .vmas = -2, .owned = 29, .owner = 3 });
	add(&sums, 0xd,
	    (struct chain_row){
		    .tgid = 1, .linked = 2, .vmas = 1, .forked = 1, .depth = 1, .owned = 33 });
	assert_int_equal(sums__apply(&sums, &s, &t), 0);
	assert_int_equal(chain_state__held(&s, 3, &vmas), 0);
	assert_int_equal(chain_state__held(&s, 4, &vmas), 1);
	assert_int_equal(top__held(&t, &s), 0);
	assert_int_equal(of_top(&t, 1)->held, 2);
	top__clear(&t);

	/* It is born. */
	add(&sums, 0xd, (struct chain_row){ .tgid = 1, .owned = 34, .owner = 5 });
	add(&sums, 0xd, (struct chain_row){ .tgid = 5, .freed = 1 });
	assert_int_equal(sums__apply(&sums, &s, &t), 0);
	assert_int_equal(chain_state__held(&s, 5, &vmas), 1);
	assert_int_equal(top__held(&t, &s), 0);
	assert_int_equal(of_top(&t, 5)->depth, 1);
	assert_int_equal(of_top(&t, 4)->depth, 0); /* that was 3's */
	assert_int_equal(s.inconsistent, 0);
	top__clear(&t);

	/* Rows were gathered in the middle of a clone and of a fork that fail. */
	add(&sums, 0xe,
	    (struct chain_row){ .tgid = 6, .linked = 5, .vmas = 1, .owned = 40, .owner = 6 });
	assert_int_equal(sums__apply(&sums, &s, &t), 0);
	add(&sums, 0xe, (struct chain_row){ .tgid = 6, .freed = 2, .vmas = -1 });
	add(&sums, 0xf, (struct chain_row){ .tgid = 6, .freed = 3, .vmas = -1 });
	assert_int_equal(sums__apply(&sums, &s, &t), 0);
	add(&sums, 0xe,
	    (struct chain_row){ .tgid = 6, .linked = 2, .vmas = 1, .owned = 41, .owner = 6 });
	add(&sums, 0xf,
	    (struct chain_row){ .tgid = 6, .linked = 3, .vmas = 1, .forked = 1, .owned = 42 });
	assert_int_equal(sums__apply(&sums, &s, &t), 0);
	assert_int_equal(chain_state__held(&s, 6, &vmas), 5);
	assert_int_equal(vmas, 1);
	assert_int_equal(s.avcs, 9);
	assert_int_equal(s.inconsistent, 0);
	add(&sums, 0xe, (struct chain_row){ .tgid = 6, .freed = 5, .vmas = -1 });

	/* Something was missed. */
	add(&sums, 0xd, (struct chain_row){ .tgid = 5, .freed = 2, .vmas = -1 });
	assert_int_equal(sums__apply(&sums, &s, &t), 0);
	assert_int_equal(s.inconsistent, 0);
	assert_int_equal(sums__apply(&sums, &s, &t), 0);
	assert_int_equal(s.inconsistent, 1);
	assert_int_equal(chain_state__held(&s, 5, &vmas), 0);
	assert_int_equal(s.avcs, 3);
	top__clear(&t);
	sums__free(&sums);
	chain_state__free(&s);
}

/* ------------------------------------------------------------------ lines */

static void lines(void **state)
{
	struct event e = of(CHAIN_CLONE, 1, 0xa, 0x1000, 2, 3), back;
	char *text, *again;
	size_t len;
	json_t *line;
	FILE *f = open_memstream(&text, &len);
	(void)state;

	e.cause = CHAIN_CAUSE_MREMAP;
	e.ns = 5000000000;
	e.lock_ns = 7;
	e.error = -ENOMEM;
	e.failed = e.reused = true;
	e.ts = 1.5;
	e.start = 0x7f0000000000;
	e.holder = (struct chain_holder){ .tgid = 3, .tid = 4, .reader = 1, .comm = "who" };
	strcpy(e.comm, "a\"\\\x01\xff");
	assert_int_equal(event__print_json(f, &e), 0);
	fclose(f);
	line = json_loads(text, 0, NULL);
	assert_non_null(line);
	assert_int_equal(event__read(&back, line), 0);
	assert_int_equal(back.cause, e.cause);
	assert_int_equal(back.ns, e.ns);
	assert_int_equal(back.error, e.error);
	assert_true(back.failed && back.reused);
	assert_int_equal(back.start, e.start);
	assert_int_equal(back.holder.tid, 4);
	assert_int_equal(back.holder.reader, 1);
	assert_int_equal(back.depth, 2);
	/* Printed again it is the same. */
	f = open_memstream(&again, &len);
	strcpy(back.comm, e.comm);
	assert_int_equal(event__print_json(f, &back), 0);
	fclose(f);
	assert_string_equal(again, text);
	/* Without any of what it must have it is none. */
	for (const char **key = (const char *[]){ "event", "cause", "pid", "tid", "avcs", "chain",
						  "ns", "lock_ns", "mm", "vma", "start", NULL };
	     *key; key++) {
		json_t *less = json_copy(line);

		json_object_del(less, *key);
		if (event__read(&back, less) != -EINVAL)
			fail_msg("an event without %s is read", *key);
		json_decref(less);
	}
	json_decref(line);
	free(text);
	free(again);
}

static void tops(void **state)
{
	struct event e = of(CHAIN_FORK, 1, 0xb, 0x2000, 3, 3), clone;
	struct top t = { 0 };
	(void)state;

	e.ns = 10;
	e.lock_ns = 4;
	e.holder = (struct chain_holder){ .tid = 9 };
	clone = e;
	clone.type = CHAIN_CLONE;
	clone.cause = CHAIN_CAUSE_FORK;
	assert_int_equal(top__event(&t, &clone), 0);
	assert_int_equal(t.n, 0); /* the fork tells it */
	assert_int_equal(top__event(&t, &e), 0);
	e = of(CHAIN_UNLINK, 1, 0xa, 0x1000, 2, 0);
	e.lock_ns = 1;
	e.holder = (struct chain_holder){ .tid = 8 };
	assert_int_equal(top__event(&t, &e), 0);
	assert_int_equal(t.n, 1);
	assert_int_equal(t.rows[0]->linked, 3);
	assert_int_equal(t.rows[0]->freed, 2);
	assert_int_equal(t.rows[0]->fork_ns, 10);
	assert_int_equal(t.rows[0]->fork_lock_ns, 4);
	assert_int_equal(t.rows[0]->lock_ns, 5);
	assert_int_equal(t.rows[0]->holder.tid, 9); /* the longer wait */
	assert_int_equal(t.rows[0]->longest, 3);
	top__clear(&t);
}

RUN_TESTS(cmocka_unit_test(plans), cmocka_unit_test(causes), cmocka_unit_test(code_is_found),
	  cmocka_unit_test(joins), cmocka_unit_test(states), cmocka_unit_test(rows_of_the_kernel),
	  cmocka_unit_test(lines), cmocka_unit_test(tops))
