// SPDX-License-Identifier: GPL-2.0-only
/*
 * What goes where on the kernels that were recorded (tests/data/kernels), and on such that
 * differ from them in one fact: programs and targets to the last, the order of the ladder,
 * the coverage.
 */
#include "../../bpf/rmap.h"
#include "../../cmd/chain/plan.h"
#include "../../cmd/lat/plan.h"
#include "../../cmd/rmap/plan.h"
#include "../../cmd/rmap/snapshot.h"
#include <errno.h>
#include "unit.h"

#define TEXT 4096

/* Is it one of the lines of the list?  NULL: an empty one. */
static bool is_listed(const char *list, const char *line)
{
	size_t len = strlen(line);

	for (; list; list = strchr(list, '\n'), list = list ? list + 1 : NULL)
		if (!strncmp(list, line, len) && (!list[len] || list[len] == '\n'))
			return true;
	return false;
}

static unsigned int count_lines(const char *list)
{
	unsigned int n = !!list;

	for (; list && *list; list++)
		n += *list == '\n';
	return n;
}

/*
 * A recorded kernel without the lines @gone, and with the line @more; NULL: as it is.
 */
static struct kernel *kernel(const char *name, const char *gone, const char *more)
{
	char path[64], *line = NULL, *text;
	size_t size = 0, len;
	unsigned int dropped = 0;
	struct kernel *k;
	FILE *f, *copy = open_memstream(&text, &len);

	snprintf(path, sizeof(path), "tests/data/kernels/%s", name);
	f = fopen(path, "r");
	if (!f)
		fail_msg("cannot open %s: run from the root of the repository", path);
	while (getline(&line, &size, f) > 0) {
		line[strcspn(line, "\n")] = 0;
		if (is_listed(gone, line))
			dropped++;
		else
			fprintf(copy, "%s\n", line);
	}
	if (more)
		fprintf(copy, "%s\n", more);
	free(line);
	fclose(f);
	fclose(copy);
	assert_int_equal(dropped, count_lines(gone));
	f = fmemopen(text, len, "r");
	k = kernel__recorded(f);
	assert_non_null(k);
	fclose(f);
	free(text);
	return k;
}

/* "PROG TARGET, PROG, ...", before it "multi: " where that is so, or "no: WHY". */
static void describe(const struct plan *plan, char text[TEXT])
{
	snprintf(text, TEXT, "%s", plan->multi && !plan->why_not[0] ? "multi: " : "");
	if (plan->why_not[0])
		snprintf(text, TEXT, "no: %s", plan->why_not);
	for (size_t i = 0; !plan->why_not[0] && i < plan->n; i++)
		snprintf(text + strlen(text), TEXT - strlen(text), "%s%s%s%s", i ? ", " : "",
			 plan->want[i].prog, plan->want[i].target ? " " : "",
			 plan->want[i].target ?: "");
}

/* "NAME partial (WHY), NAME none (WHY)": what is not full. */
static void describe_coverage(const struct head *head, char text[TEXT])
{
	text[0] = 0;
	for (size_t i = 0; i < head->len; i++) {
		const struct coverage *c = &head->coverage[i];

		if (c->state != COVERAGE_FULL)
			snprintf(text + strlen(text), TEXT - strlen(text), "%s%s %s (%s)",
				 text[0] ? ", " : "", c->name,
				 c->state == COVERAGE_PARTIAL ? "partial" : "none", c->why);
		else
			assert_null(c->why);
	}
}

/* "PROG, PROG, ...": the kprobes that are not BPF_TRACE_KPROBE_MULTI's where returns are. */
static void describe_single(const struct plan *plan, char text[TEXT])
{
	text[0] = 0;
	assert_true(plan->multi);
	for (const struct want *w = plan->want; w < plan->want + plan->n; w++)
		if (w->target && !w->multi)
			snprintf(text + strlen(text), TEXT - strlen(text), "%s%s",
				 text[0] ? ", " : "", w->prog);
}

/* -------------------------------------------------------------------- rmaptop */

#define NO_PATCH "no: no tracepoint rmap:rmap_walk_end (it comes with the folioscope kernel patch)"
#define WALK_FENTRY(file, inner)                                                    \
	"leave_anon rmap_walk_anon, leave_file " file ", leave_ksm rmap_walk_ksm, " \
	"look page_vma_mapped_walk, lock_got rwsem_down_read_slowpath, "            \
	"lock_wait rwsem_down_read_slowpath, enter_anon rmap_walk_anon, "           \
	"enter_file" inner " " file ", enter_ksm rmap_walk_ksm"
#define WALK_KPROBE(file, inner)                                                           \
	"leave_kprobe rmap_walk_anon, leave_kprobe " file ", leave_kprobe rmap_walk_ksm, " \
	"look_kprobe page_vma_mapped_walk, look_begin_kprobe page_vma_mapped_walk, "       \
	"lock_got_kprobe rwsem_down_read_slowpath, "                                       \
	"lock_wait_kprobe rwsem_down_read_slowpath, enter_anon_kprobe rmap_walk_anon, "    \
	"enter_file" inner "_kprobe " file ", enter_ksm_kprobe rmap_walk_ksm"

static const struct {
	const char *kernel, *tracepoint, *owner, *fentry, *kprobe;
} walks[] = {
	{ "5.10", NO_PATCH, NO_PATCH, WALK_FENTRY("rmap_walk_file", ""),
	  WALK_KPROBE("rmap_walk_file", "") },
	{ "6.1", NO_PATCH, NO_PATCH, WALK_FENTRY("rmap_walk_file", ""),
	  WALK_KPROBE("rmap_walk_file", "") },
	{ "6.12", NO_PATCH, NO_PATCH, WALK_FENTRY("rmap_walk_file", ""),
	  WALK_KPROBE("rmap_walk_file", "") },
	{ "6.18", NO_PATCH, NO_PATCH, WALK_FENTRY("__rmap_walk_file", "_inner"),
	  "multi: " WALK_KPROBE("__rmap_walk_file", "_inner") },
	{ "7.2", NO_PATCH, NO_PATCH, WALK_FENTRY("__rmap_walk_file", "_inner"),
	  "multi: " WALK_KPROBE("__rmap_walk_file", "_inner") },
	{ "patched", "walk_end", "walk_end, look, walk_start", WALK_FENTRY("rmap_walk_file", ""),
	  WALK_KPROBE("rmap_walk_file", "") },
};

static void expect_walk(struct kernel *k, enum backend backend, unsigned int by, const char *text)
{
	struct plan plan = { .backend = backend };
	char is[TEXT];

	rmap_plan__make(&plan, k, &(struct rmap_mode){ .by = by });
	describe(&plan, is);
	assert_string_equal(is, text);
}

static void walks_of_each_kernel(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(walks) / sizeof(*walks); i++) {
		struct kernel *k = kernel(walks[i].kernel, NULL, NULL);

		expect_walk(k, BACKEND_TRACEPOINT, RMAP_BY_ALL, walks[i].tracepoint);
		expect_walk(k, BACKEND_TRACEPOINT, RMAP_BY_OWNER, walks[i].owner);
		expect_walk(k, BACKEND_FENTRY, RMAP_BY_ALL, walks[i].fentry);
		expect_walk(k, BACKEND_FENTRY, RMAP_BY_OWNER, walks[i].fentry);
		expect_walk(k, BACKEND_KPROBE, RMAP_BY_ALL, walks[i].kprobe);
		kernel__free(k);
	}
}

/* Light: the same ends and starts, and callbacks in between. */
static void walks_in_a_light_way(void **state)
{
	static const struct {
		const char *kernel, *visits, *file, *inner;
	} light[] = {
		{ "5.10",
		  "visit_unmap try_to_unmap_one, visit_restore remove_migration_pte, "
		  "visit_ask page_referenced_one",
		  "rmap_walk_file", "" },
		{ "6.1",
		  "visit_unmap try_to_unmap_one, visit_migrate try_to_migrate_one, "
		  "visit_restore remove_migration_pte, visit_ask folio_referenced_one",
		  "rmap_walk_file", "" },
		{ "patched",
		  "visit_unmap try_to_unmap_one, visit_migrate try_to_migrate_one, "
		  "visit_restore remove_migration_pte, visit_ask folio_referenced_one, "
		  "visit_idle page_idle_clear_pte_refs_one",
		  "rmap_walk_file", "" },
		{ "7.2",
		  "visit_unmap try_to_unmap_one, visit_migrate try_to_migrate_one, "
		  "visit_restore remove_migration_pte, visit_ask folio_referenced_one",
		  "__rmap_walk_file", "_inner" },
	};
	const struct rmap_mode mode = { .light = true };

	(void)state;
	for (size_t i = 0; i < sizeof(light) / sizeof(*light); i++) {
		struct kernel *k = kernel(light[i].kernel, NULL, NULL);
		struct plan plan = { .backend = BACKEND_FENTRY };
		struct head head = { 0 };
		char is[TEXT], text[TEXT];

		rmap_plan__make(&plan, k, &mode);
		describe(&plan, is);
		snprintf(text, TEXT,
			 "leave_anon rmap_walk_anon, leave_file %s, leave_ksm rmap_walk_ksm, %s, "
			 "lock_got rwsem_down_read_slowpath, lock_wait rwsem_down_read_slowpath, "
			 "enter_anon rmap_walk_anon, enter_file%s %s, enter_ksm rmap_walk_ksm",
			 light[i].file, light[i].visits, light[i].inner, light[i].file);
		assert_string_equal(is, text);
		rmap_plan__cover(&plan, k, &mode, &head);
		describe_coverage(&head, is);
		assert_non_null(strstr(is, "unmap partial (of folios of one page; phantoms by "
					   "their mapcount)"));
		assert_non_null(strstr(is, "mkclean none (--light leaves it out)"));
		assert_int_equal(
			!strcmp(light[i].kernel, "patched"),
			!!strstr(is, "migrate_unmap partial (of folios of one page; phantoms by their "
				     "mapcount; the VMAs of an exchange show by --backend "
				     "tracepoint only)"));
		kernel__free(k);
	}
}

static void walks_of_altered_kernels(void **state)
{
	struct kernel *k = kernel("6.12", "function rmap_walk_ksm", NULL);

	(void)state;
	expect_walk(k, BACKEND_FENTRY, 0,
		    "leave_anon rmap_walk_anon, leave_file rmap_walk_file, "
		    "look page_vma_mapped_walk, lock_got rwsem_down_read_slowpath, "
		    "lock_wait rwsem_down_read_slowpath, enter_anon rmap_walk_anon, "
		    "enter_file rmap_walk_file");
	kernel__free(k);

	/* Inlined: nothing reaches it.  No BTF: kprobes do. */
	k = kernel("6.12", "function page_vma_mapped_walk", NULL);
	expect_walk(k, BACKEND_FENTRY, 0, "no: the kernel has no function page_vma_mapped_walk");
	expect_walk(k, BACKEND_KPROBE, 0, "no: the kernel has no function page_vma_mapped_walk");
	kernel__free(k);
	k = kernel("6.12", "function rmap_walk_anon", "symbol-only rmap_walk_anon");
	expect_walk(k, BACKEND_FENTRY, 0, "no: the kernel has no function rmap_walk_anon");
	expect_walk(k, BACKEND_KPROBE, 0, WALK_KPROBE("rmap_walk_file", ""));
	kernel__free(k);

	/* The inner function is the one to take only where it can be reached. */
	k = kernel("7.2", "function __rmap_walk_file", "function rmap_walk_file");
	expect_walk(k, BACKEND_FENTRY, 0, WALK_FENTRY("rmap_walk_file", ""));
	kernel__free(k);
	k = kernel("7.2", "function __rmap_walk_file", NULL);
	expect_walk(k, BACKEND_FENTRY, 0, "no: the kernel has no function rmap_walk_file");
	kernel__free(k);
	k = kernel("7.2", "function fprobe_return", NULL);
	expect_walk(k, BACKEND_KPROBE, 0, WALK_KPROBE("__rmap_walk_file", "_inner"));
	kernel__free(k);

	k = kernel("patched", "tracepoint rmap_walk_end", NULL);
	expect_walk(k, BACKEND_TRACEPOINT, 0, NO_PATCH);
	kernel__free(k);
}

/* ----------------------------------------------------------------- exchangelat */

#define STEPS(k, call)                                                                  \
	"migrate_end, unmap_end" k " try_to_migrate, unmap_start" k " try_to_migrate, " \
	"move_end" k " move_to_new_folio, move_start" k " move_to_new_folio, " call
#define STEPS_5_10(k)                                                               \
	"migrate_end, unmap_end" k " try_to_unmap, unmap_start" k " try_to_unmap, " \
	"move_end" k " move_to_new_page, move_start" k " move_to_new_page, "

static void expect_migrate(struct kernel *k, enum backend backend, const char *text)
{
	const struct lat_conf conf = { .op[LAT_MIGRATE] = true };
	struct plan plan = { .backend = backend };
	char is[TEXT];

	lat_plan__make(&plan, k, &conf);
	describe(&plan, is);
	assert_string_equal(is, text);
}

static void migrations_of_each_kernel(void **state)
{
	static const char *const since_6_1[] = { "6.1", "6.12", "6.18", "7.2", "patched" };
	struct kernel *k = kernel("5.10", NULL, NULL);

	(void)state;
	expect_migrate(k, BACKEND_TRACEPOINT, "no: no tracepoint migrate:mm_migrate_pages_start");
	expect_migrate(k, BACKEND_FENTRY, STEPS_5_10("") "migrate_start_fentry migrate_pages");
	expect_migrate(k, BACKEND_KPROBE, STEPS_5_10("_kprobe") "migrate_start_kprobe migrate_pages");
	kernel__free(k);
	for (int i = 0; i < 5; i++) {
		k = kernel(since_6_1[i], NULL, NULL);
		expect_migrate(k, BACKEND_TRACEPOINT, "migrate_end, migrate_start");
		expect_migrate(k, BACKEND_FENTRY, STEPS("", "migrate_start"));
		expect_migrate(k, BACKEND_KPROBE,
			       i == 2 || i == 3 ? "multi: " STEPS("_kprobe", "migrate_start") :
						  STEPS("_kprobe", "migrate_start"));
		kernel__free(k);
	}
}

static void migrations_without_steps(void **state)
{
	struct kernel *k = kernel("6.12", "function move_to_new_folio", NULL);
	struct lat_conf conf = { .op[LAT_MIGRATE] = true, .split.nid = true };
	struct plan plan = { .backend = BACKEND_FENTRY };
	struct head head = { 0 };
	char is[TEXT];

	(void)state;
	lat_plan__make(&plan, k, &conf);
	describe(&plan, is);
	assert_string_equal(is, "migrate_end, unmap_end try_to_migrate, "
				"unmap_start try_to_migrate, migrate_start");
	lat_plan__cover(&plan, &conf, &head);
	describe_coverage(&head, is);
	assert_string_equal(
		is, "migrate_move none (the kernel has inlined the function), migrate_nid none "
		    "(without migrate_move no folio is seen: nodes and order are not known), "
		    "migrate_remap none (remove_migration_ptes is inlined into migration)");
	kernel__free(k);
}

/* On 6.18 no other kprobes are run for a task whose returns are not told. */
static void beginnings_are_seen_of_all_tasks(void **state)
{
	static const struct {
		const char *kernel, *walk, *migrate, *chain;
	} single[] = {
		{ "6.18", "enter_anon_kprobe, enter_file_inner_kprobe, enter_ksm_kprobe",
		  "unmap_start_kprobe, move_start_kprobe",
		  "unlink_start_kprobe, clone_start_kprobe, fork_start_kprobe, prepare_start_kprobe" },
		{ "7.2", "", "", "" },
	};
	struct lat_conf conf = { .op[LAT_MIGRATE] = true };
	char is[TEXT];

	(void)state;
	for (size_t i = 0; i < sizeof(single) / sizeof(*single); i++) {
		struct kernel *k = kernel(single[i].kernel, NULL, NULL);
		struct plan walk = { .backend = BACKEND_KPROBE }, migrate = walk, chain = walk;

		rmap_plan__make(&walk, k, &(struct rmap_mode){ 0 });
		describe_single(&walk, is);
		assert_string_equal(is, single[i].walk);
		lat_plan__make(&migrate, k, &conf);
		describe_single(&migrate, is);
		assert_string_equal(is, single[i].migrate);
		chain_plan__make(&chain, k);
		describe_single(&chain, is);
		assert_string_equal(is, single[i].chain);
		kernel__free(k);
	}
}

static void exchange_by_tracepoints_alone(void **state)
{
	struct lat_conf conf = { .op[LAT_EXCHANGE] = true };
	struct kernel *k = kernel("patched", NULL, NULL);
	struct plan plan = { .backend = BACKEND_TRACEPOINT }, split = plan;
	char is[TEXT];

	(void)state;
	assert_int_equal(lat_plan__rungs(&conf)[0], BACKEND_TRACEPOINT);
	assert_int_equal(lat_plan__rungs(&conf)[1], BACKEND_AUTO);
	lat_plan__make(&plan, k, &conf);
	describe(&plan, is);
	assert_string_equal(is, "exchange_end, exchange_phase, exchange_pair");
	conf.split.order = true;
	lat_plan__make(&split, k, &conf);
	describe(&split, is);
	assert_string_equal(is, "exchange_end, exchange_phase, exchange_pair, exchange_start");
	kernel__free(k);
}

/* ----------------------------------------------------------------- the ladder */

/* The backends in the order of "auto" that have a plan. */
static void expect_auto(struct kernel *k, const char *rmap, const char *lat)
{
	const struct lat_conf conf = { .op[LAT_MIGRATE] = true };
	enum backend order[LADDER_RUNGS + 1];
	char is[2][64] = { "", "" };

	for (int tool = 0; tool < 2; tool++) {
		ladder__order(tool ? lat_plan__rungs(&conf) : rmap_plan__rungs, kernel__preempt(k),
			      order);
		for (enum backend *b = order; *b; b++) {
			struct plan plan = { .backend = *b };

			if (tool)
				lat_plan__make(&plan, k, &conf);
			else
				rmap_plan__make(&plan, k, &(struct rmap_mode){ 0 });
			if (!plan.why_not[0])
				snprintf(is[tool] + strlen(is[tool]), 64 - strlen(is[tool]), "%s%s",
					 is[tool][0] ? " " : "", backend__name(*b));
		}
	}
	assert_string_equal(is[0], rmap);
	assert_string_equal(is[1], lat);
}

static void auto_on_each_kernel(void **state)
{
	static const struct {
		const char *kernel;
		enum preempt preempt;
		const char *rmap, *lat;
	} cases[] = {
		{ "5.10", PREEMPT_NONE, "fentry kprobe", "fentry kprobe" },
		{ "6.1", PREEMPT_VOLUNTARY, "fentry kprobe", "fentry kprobe tracepoint" },
		{ "6.12", PREEMPT_VOLUNTARY, "fentry kprobe", "fentry kprobe tracepoint" },
		{ "6.18", PREEMPT_LAZY, "kprobe fentry", "kprobe fentry tracepoint" },
		{ "7.2", PREEMPT_LAZY, "kprobe fentry", "kprobe fentry tracepoint" },
		{ "patched", PREEMPT_NONE, "tracepoint fentry kprobe", "fentry kprobe tracepoint" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct kernel *k = kernel(cases[i].kernel, NULL, NULL);

		assert_string_equal(preempt__name(kernel__preempt(k)),
				    preempt__name(cases[i].preempt));
		expect_auto(k, cases[i].rmap, cases[i].lat);
		kernel__free(k);
	}
}

/* Recorded lines that come later replace those before them. */
static void auto_by_preemption(void **state)
{
	static const struct {
		const char *version, *preempt, *cmdline;
		enum preempt is;
		const char *first;
	} cases[] = {
		{ "#1 SMP Debian", "", "", PREEMPT_NONE, "fentry kprobe" },
		{ "#1 SMP PREEMPT Debian", "", "", PREEMPT_FULL, "kprobe fentry" },
		{ "#1 SMP PREEMPT_RT Debian", "none voluntary (full)", "", PREEMPT_RT,
		  "kprobe fentry" },
		{ "#1 SMP PREEMPT_DYNAMIC", "(none) voluntary full ", "", PREEMPT_NONE,
		  "fentry kprobe" },
		{ "#1 SMP PREEMPT_DYNAMIC", "none (voluntary) full ", "preempt=full",
		  PREEMPT_VOLUNTARY, "fentry kprobe" },
		{ "#1 SMP PREEMPT_DYNAMIC", "none voluntary (full) ", "", PREEMPT_FULL,
		  "kprobe fentry" },
		{ "#1 SMP PREEMPT_DYNAMIC", "full (lazy) ", "", PREEMPT_LAZY, "kprobe fentry" },
		/* Without debugfs the command line knows, or nobody. */
		{ "#1 SMP PREEMPT_DYNAMIC", "", "quiet preempt=none ro", PREEMPT_NONE,
		  "fentry kprobe" },
		{ "#1 SMP PREEMPT_DYNAMIC", "", "preempt=voluntary", PREEMPT_VOLUNTARY,
		  "fentry kprobe" },
		{ "#1 SMP PREEMPT_DYNAMIC", "", "preempt=full", PREEMPT_FULL, "kprobe fentry" },
		{ "#1 SMP PREEMPT_DYNAMIC", "", "preempt=nonesuch", PREEMPT_UNKNOWN, "kprobe fentry" },
		{ "#1 SMP PREEMPT_DYNAMIC", "", "quiet", PREEMPT_UNKNOWN, "kprobe fentry" },
		{ "#1 SMP PREEMPT_DYNAMIC", "some other format", "", PREEMPT_UNKNOWN,
		  "kprobe fentry" },
		{ "", "", "", PREEMPT_UNKNOWN, "kprobe fentry" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		char more[256], lat[64];
		struct kernel *k;

		snprintf(more, sizeof(more), "version %s\npreempt %s\ncmdline %s", cases[i].version,
			 cases[i].preempt, cases[i].cmdline);
		k = kernel("6.12", NULL, more);
		assert_string_equal(preempt__name(kernel__preempt(k)), preempt__name(cases[i].is));
		snprintf(lat, sizeof(lat), "%s tracepoint", cases[i].first);
		expect_auto(k, cases[i].first, lat);
		kernel__free(k);
		/* The patch's tracepoint loses nothing anywhere. */
		k = kernel("patched", NULL, more);
		snprintf(lat, sizeof(lat), "tracepoint %s", cases[i].first);
		more[0] = 0;
		snprintf(more, sizeof(more), "%s tracepoint", cases[i].first);
		expect_auto(k, lat, more);
		kernel__free(k);
	}
}

/* ------------------------------------------------------------------- coverage */

#define SPLIT	 "migrate_unmap partial (a huge page that is split by the walk counts as not mapped)"
#define EXCHANGE "the VMAs of an exchange show by --backend tracepoint only"
#define SPLIT_EXCHANGE                                                                                 \
	"migrate_unmap partial (a huge page that is split by the walk counts as not mapped; " EXCHANGE \
	"), migrate_restore partial (" EXCHANGE ")"
#define NO_IDLE	  "idle none (CONFIG_IDLE_PAGE_TRACKING is off)"
#define NO_DEVICE "device none (this kernel does not walk for it)"
#define NO_DAMON  "damon none (CONFIG_DAMON_PADDR is off)"
#define OWNER	  "owner partial (of an anonymous folio it is known if the walk meets its VMA)"
#define NO_KSM	  "ksm none (CONFIG_KSM is off)"

static void expect_coverage(struct kernel *k, enum backend backend, unsigned int by, const char *text)
{
	struct plan plan = { .backend = backend };
	struct head head = { 0 };
	char is[TEXT];

	rmap_plan__make(&plan, k, &(struct rmap_mode){ .by = by });
	rmap_plan__cover(&plan, k, &(struct rmap_mode){ .by = by }, &head);
	describe_coverage(&head, is);
	assert_string_equal(is, text);
	assert_int_equal(head.len, 9 + 4 + !!(by & RMAP_BY_OWNER));
}

static void coverage_of_each_kernel(void **state)
{
	static const struct {
		const char *kernel, *probes, *tracepoint;
	} cases[] = {
		{ "5.10", SPLIT ", " NO_IDLE ", " NO_DAMON ", " NO_DEVICE, NULL },
		{ "6.1", SPLIT ", " NO_IDLE ", " NO_DAMON ", " NO_DEVICE, NULL },
		{ "6.12", SPLIT ", " NO_IDLE ", " NO_DEVICE, NULL },
		{ "6.18", SPLIT ", " NO_IDLE ", " NO_DEVICE, NULL },
		{ "7.2", SPLIT ", " NO_IDLE ", " NO_DEVICE, NULL },
		{ "patched", SPLIT_EXCHANGE, "" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct kernel *k = kernel(cases[i].kernel, NULL, NULL);

		expect_coverage(k, BACKEND_FENTRY, 0, cases[i].probes);
		expect_coverage(k, BACKEND_KPROBE, 0, cases[i].probes);
		if (cases[i].tracepoint)
			expect_coverage(k, BACKEND_TRACEPOINT, 0, cases[i].tracepoint);
		kernel__free(k);
	}
}

static void coverage_of_altered_kernels(void **state)
{
	struct kernel *k = kernel("patched", "function rmap_walk_ksm", NULL);

	(void)state;
	expect_coverage(k, BACKEND_TRACEPOINT, 0, NO_KSM);
	expect_coverage(k, BACKEND_FENTRY, RMAP_BY_OWNER, SPLIT_EXCHANGE ", " OWNER ", " NO_KSM);
	expect_coverage(k, BACKEND_KPROBE, 0, SPLIT_EXCHANGE ", " NO_KSM);
	kernel__free(k);

	/* The callback of one cause, of both migration's, of none. */
	k = kernel("patched", "function page_idle_clear_pte_refs_one", NULL);
	expect_coverage(k, BACKEND_TRACEPOINT, 0, NO_IDLE);
	kernel__free(k);
	k = kernel("patched", "function remove_migration_pte\nfunction exchange_remap_one", NULL);
	expect_coverage(k, BACKEND_TRACEPOINT, 0,
			"migrate_unmap none (CONFIG_MIGRATION is off), "
			"migrate_restore none (CONFIG_MIGRATION is off)");
	kernel__free(k);
	k = kernel("patched", "function try_to_unmap_one", NULL);
	expect_coverage(k, BACKEND_TRACEPOINT, 0, "unmap none (the kernel has no try_to_unmap_one)");
	kernel__free(k);
}

/* --------------------------------------------------------------- the recording */

static struct kernel *of_text(const char *text)
{
	FILE *f = fmemopen((char *)text, strlen(text), "r");
	struct kernel *k = kernel__recorded(f);

	fclose(f);
	return k;
}

static void recordings_are_read(void **state)
{
	struct kernel *k = of_text("release 6.12\nfunction both\nbtf-only b\nsymbol-only s.isra.0\n"
				   "tracepoint t\npreempt\n");

	(void)state;
	assert_non_null(k);
	for (enum kernel_fact fact = 0; fact < KERNEL_FACTS; fact++) {
		assert_int_equal(kernel__has(k, fact, "both"), fact != KERNEL_TRACEPOINT);
		assert_int_equal(kernel__has(k, fact, "b"), fact == KERNEL_BTF);
		assert_int_equal(kernel__has(k, fact, "s.isra.0"), fact == KERNEL_SYMBOL);
		assert_int_equal(kernel__has(k, fact, "t"), fact == KERNEL_TRACEPOINT);
		assert_false(kernel__has(k, fact, "s"));
		assert_false(kernel__has(k, fact, ""));
	}
	assert_int_equal(kernel__address(k, "both"), 0);
	assert_false(kernel__hides(k));
	kernel__free(k);
	assert_null(of_text("function a\nfunctions b\n"));
	assert_int_equal(errno, EINVAL);
}

static void symbols_have_their_extent(void **state)
{
	struct kernel *k = of_text("address 2000 late\naddress 1000 early\nfunction nowhere\n"
				   "address 2000 alias\naddress 1040 middle\n");
	uint64_t bytes;

	(void)state;
	assert_non_null(k);
	assert_int_equal(kernel__address(k, "early"), 0x1000);
	assert_int_equal(kernel__extent(k, "early", &bytes), 0x1000);
	assert_int_equal(bytes, 0x40);
	assert_int_equal(kernel__extent(k, "middle", &bytes), 0x1040);
	assert_int_equal(bytes, 0xfc0);
	/* Nothing follows; it has no address; there is none. */
	assert_int_equal(kernel__extent(k, "late", &bytes), 0);
	assert_int_equal(bytes, 0);
	assert_int_equal(kernel__extent(k, "nowhere", &bytes), 0);
	assert_int_equal(kernel__extent(k, "none", &bytes), 0);
	assert_int_equal(bytes, 0);
	kernel__free(k);
	assert_null(of_text("address 1000\n"));
}

RUN_TESTS(cmocka_unit_test(walks_of_each_kernel), cmocka_unit_test(walks_in_a_light_way),
	  cmocka_unit_test(walks_of_altered_kernels), cmocka_unit_test(migrations_of_each_kernel),
	  cmocka_unit_test(migrations_without_steps),
	  cmocka_unit_test(beginnings_are_seen_of_all_tasks),
	  cmocka_unit_test(exchange_by_tracepoints_alone), cmocka_unit_test(auto_on_each_kernel),
	  cmocka_unit_test(auto_by_preemption), cmocka_unit_test(coverage_of_each_kernel),
	  cmocka_unit_test(coverage_of_altered_kernels), cmocka_unit_test(recordings_are_read),
	  cmocka_unit_test(symbols_have_their_extent))
