// SPDX-License-Identifier: GPL-2.0-only
/* The anon_vma forest: joined, checked, summed up; each invariant broken once. */
#include <errno.h>
#include <math.h>
#include "../../cmd/forest/check.h"
#include "../../cmd/forest/record.h"
#include "../../cmd/forest/summary.h"
#include "unit.h"

/*
 * A parent (pid 1) and its child (pid 2) share 8 pages.  edit() breaks it.
 */
#define VMA(pid, active)                                                              \
	"{\"pid\":" #pid ",\"comm\":\"p\",\"start\":\"0x10000\",\"end\":\"0x18000\"," \
	"\"pgoff\":16,\"last\":23,\"active\":" #active "}"
#define ANON_VMA(addr, root, parent, children, active, vmas)                                      \
	"{\"type\":\"snapshot\",\"addr\":\"" addr "\",\"root\":\"" root "\",\"parent\":\"" parent \
	"\",\"refcount\":1,\"num_children\":" #children ",\"num_active_vmas\":" #active           \
	",\"vmas\":[" vmas "]}"

static const char root_line[] =
	ANON_VMA("0xa0", "0xa0", "0xa0", 2, 1, VMA(1, true) "," VMA(2, false));
static const char child_line[] = ANON_VMA("0xb0", "0xa0", "0xa0", 0, 1, VMA(2, true));
static const char summary_line[] = "{\"type\":\"snapshot\",\"summary\":{\"anon_vma_size\":104,"
				   "\"avc_size\":64,\"slab_anon_vmas\":7,\"slab_avcs\":null}}";

static int read_text(struct record *r, const char *text)
{
	json_t *line = json_loads(text, 0, NULL);
	int err;

	assert_non_null(line);
	err = record__read(r, line);
	json_decref(line);
	return err;
}

/* @text with the first @from made @to; free it. */
static char *edit(const char *text, const char *from, const char *to)
{
	const char *at = strstr(text, from);
	char *edited = malloc(strlen(text) + strlen(to) + 1);

	assert_non_null(at);
	assert_non_null(edited);
	sprintf(edited, "%.*s%s%s", (int)(at - text), text, to, at + strlen(from));
	return edited;
}

/* Both lines, the first @from of the one made @to, joined. */
static void read_edited(struct record *r, const char *line, const char *from, const char *to)
{
	char *edited = line ? edit(line, from, to) : NULL;

	*r = (struct record){ 0 };
	assert_int_equal(read_text(r, line == root_line ? edited : root_line), 0);
	assert_int_equal(read_text(r, line == child_line ? edited : child_line), 0);
	assert_int_equal(forest__join(&r->f), 0);
	free(edited);
}

/* ------------------------------------------------------------------- joining */

static void joined(void **state)
{
	struct record r;
	const struct forest *f = &r.f;

	(void)state;
	read_edited(&r, NULL, NULL, NULL);
	assert_int_equal(f->n_anon_vmas, 2);
	assert_int_equal(f->n_vmas, 2);
	assert_int_equal(f->n_avcs, 3);
	assert_int_equal(f->anon_vmas[0].depth, 0);
	assert_int_equal(f->anon_vmas[1].depth, 1);
	assert_int_equal(f->anon_vmas[1].parent, 0);
	assert_int_equal(f->anon_vmas[0].children, 1);
	assert_int_equal(f->anon_vmas[0].avcs, 2);
	assert_int_equal(f->vmas[1].avcs, 2);
	assert_int_equal(f->vmas[1].own, 0xb0);
	assert_int_equal(f->order[0], 0);
	assert_int_equal(f->order[1], 1);
	assert_int_equal(forest_vma__last(&f->vmas[0]), 23);
	forest__free(&r.f);
}

/* A child before its parent, and one whose parent is nowhere. */
static void any_order(void **state)
{
	struct record r = { 0 };
	const char *lost = ANON_VMA("0xc0", "0xdead", "0xbeef", 0, 1, VMA(3, true));

	(void)state;
	assert_int_equal(read_text(&r, child_line), 0);
	assert_int_equal(read_text(&r, lost), 0);
	assert_int_equal(read_text(&r, root_line), 0);
	assert_int_equal(forest__join(&r.f), 0);
	assert_int_equal(r.f.anon_vmas[0].depth, 1);
	assert_int_equal(r.f.anon_vmas[1].depth, 0);
	assert_int_equal(r.f.anon_vmas[1].parent, FOREST_NONE);
	assert_int_equal(r.f.anon_vmas[2].depth, 0);
	assert_int_equal(r.f.order[0], 1);
	assert_int_equal(r.f.order[1], 2);
	assert_int_equal(r.f.order[2], 0);
	forest__free(&r.f);
}

/* What calls each other parent is no tree; it must still end, and be there. */
static void circle(void **state)
{
	struct violations v = { 0 };
	struct record r = { 0 };

	(void)state;
	assert_int_equal(read_text(&r, ANON_VMA("0xa0", "0xa0", "0xb0", 1, 1, VMA(1, true))), 0);
	assert_int_equal(read_text(&r, ANON_VMA("0xb0", "0xa0", "0xa0", 1, 1, VMA(2, true))), 0);
	assert_int_equal(forest__join(&r.f), 0);
	assert_true(r.f.order[0] != r.f.order[1]);
	assert_int_equal(check__run(&r.f, &v), 0);
	check__free(&v);
	forest__free(&r.f);
}

/* The same recording twice is two forests. */
static void twice(void **state)
{
	struct record r = { 0 };

	(void)state;
	for (int i = 0; i < 2; i++) {
		assert_int_equal(read_text(&r, root_line), 0);
		assert_int_equal(read_text(&r, child_line), 0);
		assert_int_equal(read_text(&r, summary_line), 0);
	}
	assert_int_equal(forest__join(&r.f), 0);
	assert_int_equal(r.f.n_anon_vmas, 4);
	assert_int_equal(r.f.n_vmas, 4);
	assert_int_equal(r.f.n_processes, 4);
	assert_int_equal(r.f.anon_vmas[3].parent, 2);
	assert_int_equal(r.slab.anon_vmas, 14);
	assert_true(r.slab.avcs == FOREST_UNKNOWN);
	assert_int_equal(r.slab.avc_size, 64);
	forest__free(&r.f);
}

#define DEEP 5000

/* A chain of thousands: without recursion, and nothing left out. */
static void deep(void **state)
{
	struct forest f = { 0 };
	struct violations v = { 0 };
	struct summary s;

	(void)state;
	for (uint32_t i = 0; i < DEEP; i++) {
		const struct anon_vma_fields k = {
			.addr = 0x1000 + i,
			.root = 0x1000,
			.parent = i ? 0x1000 + i - 1 : 0x1000,
			.num_children = !i ? 2 : i + 1 < DEEP,
			.num_active_vmas = i + 1 == DEEP,
		};
		const struct forest_process p = { .pid = 1 };
		const struct forest_vma vma = {
			.start = 0x10000,
			.end = 0x11000,
			.own = 0x1000 + DEEP - 1,
			.process = forest__process(&f, &p),
		};
		bool found;
		const struct forest_avc avc = {
			.anon_vma = forest__anon_vma(&f, 0, &k),
			.vma = forest__vma(&f, &vma, &found),
			.linked = true,
		};

		assert_int_equal(found, i > 0);
		assert_int_equal(forest__avc(&f, &avc), i);
	}
	assert_int_equal(forest__join(&f), 0);
	assert_int_equal(f.anon_vmas[f.order[DEEP - 1]].depth, DEEP - 1);
	assert_int_equal(check__run(&f, &v), 0);
	assert_int_equal(v.n, 0);
	assert_int_equal(summary__make(&s, &f), 0);
	assert_int_equal(s.deepest, DEEP);
	summary__free(&s);
	forest__free(&f);
}

/* Read twice with other contents: changed.  The same is not. */
static void changed(void **state)
{
	struct forest f = { 0 };
	struct anon_vma_fields k = { .addr = 1, .root = 1, .parent = 1, .num_children = 1 };

	(void)state;
	assert_int_equal(forest__anon_vma(&f, 0, &k), 0);
	assert_int_equal(forest__anon_vma(&f, 0, &k), 0);
	assert_false(f.anon_vmas[0].changed);
	k.refcount = 9; /* others hold it for a moment, too */
	assert_int_equal(forest__anon_vma(&f, 0, &k), 0);
	assert_false(f.anon_vmas[0].changed);
	k.num_children = 2;
	assert_int_equal(forest__anon_vma(&f, 0, &k), 0);
	assert_true(f.anon_vmas[0].changed);
	assert_int_equal(forest__anon_vma(&f, 1, &k), 1);
	forest__free(&f);
}

/* Memory that is read again replaces what was read before. */
static void forgotten(void **state)
{
	struct violations v = { 0 };
	struct record r;

	(void)state;
	read_edited(&r, NULL, NULL, NULL);
	forest__forget(&r.f, r.f.vmas[1].process);
	assert_int_equal(forest__join(&r.f), 0);
	assert_int_equal(r.f.n_avcs, 1);
	assert_int_equal(r.f.anon_vmas[1].avcs, 0);
	assert_false(r.f.anon_vmas[1].shown);
	assert_false(r.f.vmas[1].shown);
	assert_int_equal(check__run(&r.f, &v), 0);
	assert_int_equal(v.n, 0);
	forest__free(&r.f);
}

/* ------------------------------------------------------------------ checking */

static struct violations check_edited(const char *line, const char *from, const char *to)
{
	struct violations v = { 0 };
	struct record r;

	read_edited(&r, line, from, to);
	assert_int_equal(check__run(&r.f, &v), 0);
	check__settled(&v, &r.f);
	forest__free(&r.f);
	return v;
}

static void only(const char *line, const char *from, const char *to, enum check check, uint64_t is,
		 uint64_t should)
{
	struct violations v = check_edited(line, from, to);

	assert_int_equal(v.n, 1);
	assert_string_equal(check__name(v.v[0].check), check__name(check));
	assert_int_equal(v.v[0].is, is);
	assert_int_equal(v.v[0].should, should);
	check__free(&v);
}

static void none(const char *line, const char *from, const char *to)
{
	struct violations v = check_edited(line, from, to);

	assert_int_equal(v.n, 0);
	check__free(&v);
}

static void holds(void **state)
{
	(void)state;
	none(NULL, NULL, NULL);
}

static void active(void **state)
{
	(void)state;
	only(root_line, "_vmas\":1", "_vmas\":2", CHECK_ACTIVE, 2, 1);
	only(root_line, "_vmas\":1", "_vmas\":0", CHECK_ACTIVE, 0, 1);
	only(child_line, "_vmas\":1", "_vmas\":2", CHECK_ACTIVE, 2, 1);
}

static void children(void **state)
{
	(void)state;
	only(root_line, "children\":2", "children\":3", CHECK_CHILDREN, 3, 2);
	/* A root is its own child. */
	only(root_line, "children\":2", "children\":1", CHECK_CHILDREN, 1, 2);
	/* Others are not. */
	only(child_line, "children\":0", "children\":1", CHECK_CHILDREN, 1, 0);
}

static void one_root(void **state)
{
	(void)state;
	only(child_line, "\"root\":\"0xa0\"", "\"root\":\"0xb0\"", CHECK_ROOT, 0xb0, 0xa0);
}

static void interval(void **state)
{
	(void)state;
	only(child_line, "\"last\":23", "\"last\":22", CHECK_INTERVAL, 22, 23);
	/* What is below it in the tree may reach further. */
	none(child_line, "\"last\":23", "\"last\":24");
}

static void own(void **state)
{
	struct violations v;

	(void)state;
	/* The VMA calls nothing its own: so its anon_vma's counter is wrong, too. */
	v = check_edited(child_line, "\"active\":true", "\"active\":false");
	assert_int_equal(v.n, 2);
	assert_int_equal(v.v[0].check, CHECK_OWN);
	assert_int_equal(v.v[1].check, CHECK_ACTIVE);
	check__free(&v);
	/* It calls it so, without an AVC. */
	only(child_line, "\"active\":true", "\"active\":true,\"linked\":false", CHECK_OWN, 0xb0, 0);
}

/* What is known to have changed is no violation; neither is what a kernel does not count. */
static void not_judged(void **state)
{
	(void)state;
	none(root_line, "_children\":2", "_children\":3,\"changed\":true");
	none(root_line, "_children\":2,\"num_active_vmas\":1",
	     "_children\":null,\"num_active_vmas\":null");
	none(root_line, "_children\":2,\"num_active_vmas\":1",
	     "_children\":5,\"num_active_vmas\":3,\"elsewhere\":{\"vmas\":4,\"active\":2,\"children\":3}");
}

/* Of two readings, what both have, and with nothing around it changed. */
static void kept(void **state)
{
	struct violations first, again, other;

	(void)state;
	first = check_edited(root_line, "_vmas\":1", "_vmas\":2");
	again = check_edited(root_line, "_vmas\":1", "_vmas\":2");
	check__keep(&first, &again);
	assert_int_equal(first.n, 1);
	/* Another counter, another VMA: somebody is at work there. */
	other = check_edited(root_line, "_vmas\":1", "_vmas\":3");
	check__keep(&first, &other);
	assert_int_equal(first.n, 0);
	check__free(&other);
	other = check_edited(root_line, "2,\"num_active_vmas\":1,\"vmas\":[{\"pid\":1",
			     "2,\"num_active_vmas\":2,\"vmas\":[{\"pid\":9");
	assert_int_equal(other.n, 1);
	check__keep(&again, &other);
	assert_int_equal(again.n, 0);
	check__free(&first);
	check__free(&again);
	check__free(&other);
}

/* --------------------------------------------------------- reading, summing up */

static void bad_lines(void **state)
{
	static const char *const cases[][2] = {
		{ "\"addr\":\"0xa0\"", "\"addr\":160" },
		{ "\"addr\":\"0xa0\"", "\"addr\":\"a0\"" },
		{ "\"addr\":\"0xa0\"", "\"addr\":\"0xa0g\"" },
		{ "\"root\"", "\"boot\"" },
		{ "\"parent\"", "\"child\"" },
		{ "\"refcount\":1", "\"refcount\":\"1\"" },
		{ "\"num_children\":2", "\"num_children\":{}" },
		{ "\"vmas\":[", "\"wmas\":[" },
		{ "\"pid\":1", "\"pid\":-1" },
		{ "\"comm\":\"p\"", "\"comm\":1" },
		{ "\"start\":\"0x10000\"", "\"start\":\"0x18000\"" },
		{ "\"active\":true", "\"active\":1" },
		{ "\"pgoff\":16", "\"pgoff\":\"16\"" },
		{ "\"last\":23", "\"last\":\"23\"" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		char *bad = edit(root_line, cases[i][0], cases[i][1]);
		struct record r = { 0 };

		if (read_text(&r, bad) != -EINVAL)
			fail_msg("%s was taken", bad);
		forest__free(&r.f);
		free(bad);
	}
}

static void summed_up(void **state)
{
	struct summary s;
	struct record r;

	(void)state;
	read_edited(&r, NULL, NULL, NULL);
	assert_int_equal(summary__make(&s, &r.f), 0);
	assert_int_equal(s.anon_vmas, 2);
	assert_int_equal(s.trees, 1);
	assert_int_equal(s.vmas, 2);
	assert_int_equal(s.avcs, 3);
	assert_int_equal(s.deepest_vma, 1);
	assert_int_equal(s.deepest, 2);
	assert_int_equal(s.widest, 0);
	assert_int_equal(s.width, 2);
	assert_int_equal(s.n_processes, 2);
	assert_int_equal(r.f.processes[s.processes[0].process].pid, 2);
	assert_int_equal(s.processes[0].avcs, 2);
	/* 8 pages of the root's have two VMAs, 8 of the child's one. */
	assert_true(fabs(s.walk - 1.5) < 1e-9);
	summary__free(&s);
	forest__free(&r.f);
	/* The child's VMA has only the last two of them: 6 * 1 + 2 * 2, and 2 * 1. */
	read_edited(&r, NULL, NULL, NULL);
	r.f.vmas[1].start = 0x16000;
	r.f.vmas[1].pgoff = 22;
	assert_true(fabs(summary__walk(&r.f) - 12.0 / 10) < 1e-9);
	forest__free(&r.f);
	r = (struct record){ 0 };
	assert_int_equal(forest__join(&r.f), 0);
	assert_true(isnan(summary__walk(&r.f)));
	forest__free(&r.f);
}

static void shown(void **state)
{
	struct forest_elsewhere e;
	struct record r;

	(void)state;
	read_edited(&r, NULL, NULL, NULL);
	forest__hide(&r.f);
	forest__show_vma(&r.f, 0);
	assert_true(r.f.anon_vmas[0].shown);
	assert_false(r.f.anon_vmas[1].shown);
	e = forest__elsewhere(&r.f, 0);
	assert_int_equal(e.vmas, 1);
	assert_int_equal(e.active, 0);
	assert_int_equal(e.children, 1);
	forest__show_all_of_trees(&r.f);
	assert_true(r.f.anon_vmas[1].shown);
	assert_true(r.f.vmas[1].shown);
	e = forest__elsewhere(&r.f, 0);
	assert_int_equal(e.vmas + e.active + e.children, 0);
	r.f.vmas[0].shown = r.f.vmas[1].shown = false;
	forest__hide_empty(&r.f);
	assert_false(r.f.anon_vmas[0].shown);
	forest__free(&r.f);
}

RUN_TESTS(cmocka_unit_test(joined), cmocka_unit_test(any_order), cmocka_unit_test(circle),
	  cmocka_unit_test(twice), cmocka_unit_test(deep), cmocka_unit_test(changed),
	  cmocka_unit_test(forgotten), cmocka_unit_test(holds), cmocka_unit_test(active),
	  cmocka_unit_test(children), cmocka_unit_test(one_root), cmocka_unit_test(interval),
	  cmocka_unit_test(own), cmocka_unit_test(not_judged), cmocka_unit_test(kept),
	  cmocka_unit_test(bad_lines), cmocka_unit_test(summed_up), cmocka_unit_test(shown))
