// SPDX-License-Identifier: GPL-2.0-only
/*
 * What only error injection reaches: refusals, what is tried again, and pairs whose rmap
 * locks are not had, or are wanted by others meanwhile.
 */
#include <sys/uio.h>
#include "exchange.h"
#include "inject.h"

/* ---- every reason, on either side ---- */

/* A is asked about first, B next; what is tried again comes to A again. */
static void each_side(const char *function, const int *reasons, size_t nr)
{
	char what[128];

	for (size_t i = 0; i < nr; i++)
		for (unsigned int side = 0; side < 2; side++) {
			struct pair p = new_pair();

			snprintf(what, sizeof(what), "%s: %s of %c", function,
				 result_name(reasons[i]), "AB"[side]);
			fail(side, 1000, -reasons[i]);
			refused(&p, reasons[i], 0, ALL, what);
			ok(end_failing() > side, "%s: it was asked for", what);
			exchanged(&p, 0, what);
			drop_pair(&p);
		}
}

static void test_locked_checks(void)
{
	static const int reasons[] = {
		FOLIO_EXCHANGE_LOCKED,	   FOLIO_EXCHANGE_HWPOISON, FOLIO_EXCHANGE_WRITEBACK,
		FOLIO_EXCHANGE_SWAPCACHE,  FOLIO_EXCHANGE_PRIVATE,  FOLIO_EXCHANGE_PINNED,
		FOLIO_EXCHANGE_EXTRA_REFS,
	};

	if (!attach("exchange_check_locked"))
		return skip("it cannot be made to fail", "exchange_check_locked");
	each_side("exchange_check_locked", reasons, sizeof(reasons) / sizeof(*reasons));
	detach();
}

static void test_unmapped_checks(void)
{
	static const int reasons[] = {
		FOLIO_EXCHANGE_HWPOISON, FOLIO_EXCHANGE_UNSUPPORTED, FOLIO_EXCHANGE_PINNED,
		FOLIO_EXCHANGE_UNMAP,	 FOLIO_EXCHANGE_GONE,
	};

	if (!attach("exchange_check_unmapped"))
		return skip("it cannot be made to fail", "exchange_check_unmapped");
	each_side("exchange_check_unmapped", reasons, sizeof(reasons) / sizeof(*reasons));
	detach();
}

/*
 * A reference that comes after the checks, which are made blind to it: only freezing
 * is left to find it, and what was done by then must be undone.
 */
static void test_late_reference(void)
{
	char what[64];

	if (!attach("exchange_check_locked"))
		return skip("it cannot be made to succeed", "a late reference");
	for (int side = 0; side < 2; side++) {
		struct pair p = new_pair();
		struct iovec iov = { side ? p.b : p.a, PAGE };
		int pipes[2];

		if (pipe(pipes) || vmsplice(pipes[1], &iov, 1, 0) != (ssize_t)PAGE)
			die("vmsplice");
		snprintf(what, sizeof(what), "a late reference to %c", "AB"[side]);
		fail(0, 1000, 0);
		refused(&p, FOLIO_EXCHANGE_EXTRA_REFS, 0, ALL, what);
		ok(end_failing() > 1, "%s: both were asked for", what);
		close(pipes[0]);
		close(pipes[1]);
		exchanged(&p, 0, what);
		drop_pair(&p);
	}
	detach();
}

/* What belongs to the page a pair is in when reading broken memory fails. */
static void test_data(void)
{
	struct pair p = new_pair();
	struct pair shared = new_pair();
	int pipes[2], status;
	pid_t child;
	char c;

	if (!attach("folio_exchange_data"))
		return skip("it cannot be made to fail", "folio_exchange_data");
	fail(0, 1000, -EHWPOISON);
	refused(&p, FOLIO_EXCHANGE_HWPOISON, 0, ALL, "data that cannot be read");
	is(end_failing(), 1, "data that cannot be read: it was asked for once");
	exchanged(&p, 0, "data that can be read");
	drop_pair(&p);

	/* The same with a page of two processes, whose entries both must come back. */
	if (pipe(pipes))
		die("pipe");
	child = fork();
	if (!child) {
		close(pipes[1]);
		_exit(read(pipes[0], &c, 1) || !intact(shared.a, PAGE, 1));
	}
	fail(0, 1000, -EHWPOISON);
	refused(&shared, FOLIO_EXCHANGE_HWPOISON, FOLIO_EXCHANGE_MOVE_ALL, READ_A | READ_B,
		"shared data that cannot be read");
	end_failing();
	close(pipes[1]);
	waitpid(child, &status, 0);
	ok(WIFEXITED(status) && !WEXITSTATUS(status), "the child reads it, too");
	fill(shared.b, PAGE, 2);
	exchanged(&shared, 0, "shared data that can be read");
	drop_pair(&shared);
	detach();
}

/* ---- one of many ---- */

/* In the middle of a batch: the others are exchanged all the same. */
static void one_of_many(const char *function, unsigned int call_of_pair, int result, int reason)
{
	enum {
		N = 5,
		BAD = 2
	};
	char *a = map(N, 0), *b = map(N, 1);
	uint64_t frame[2][N];
	int32_t results[N];
	bool good = true;

	if (!attach(function))
		return skip("it cannot be made to fail", "%s: one of five", function);
	fill(a, N * PAGE, 1);
	fill(b, N * PAGE, 2);
	for (int i = 0; i < N; i++) {
		frame[0][i] = pfn(a + i * PAGE);
		frame[1][i] = pfn(b + i * PAGE);
	}
	fail(BAD * call_of_pair, BAD * call_of_pair, result);
	is(exchange_of(0, a, 0, b, N, results, 0), 0, "%s: one of five: the call", function);
	end_failing();
	for (int i = 0; i < N; i++) {
		bool bad = i == BAD;

		if (results[i] != (bad ? reason : FOLIO_EXCHANGE_OK))
			diag("pair %d: %s", i, result_name(results[i]));
		good &= results[i] == (bad ? reason : FOLIO_EXCHANGE_OK) &&
			pfn(a + i * PAGE) == frame[!bad][i] && pfn(b + i * PAGE) == frame[bad][i];
	}
	ok(good, "%s: one of five fails, the others do not", function);
	ok(intact(a, N * PAGE, 1) && intact(b, N * PAGE, 2), "%s: one of five: contents", function);
	munmap(a, N * PAGE);
	munmap(b, N * PAGE);
	detach();
}

/* ---- rmap locks ---- */

/* Mapped by a child, too, which tells whether what it reads is right. */
struct watcher {
	pid_t pid;
	int to;
};

static struct watcher watch(const char *a, const char *b, size_t size)
{
	struct watcher w;
	int pipes[2];
	char c;

	if (pipe(pipes))
		die("pipe");
	w.pid = fork();
	if (!w.pid) {
		close(pipes[1]);
		_exit(read(pipes[0], &c, 1) || !intact(a, size, 1) || !intact(b, size, 2));
	}
	close(pipes[0]);
	w.to = pipes[1];
	return w;
}

static bool watched(struct watcher w)
{
	int status;

	close(w.to);
	waitpid(w.pid, &status, 0);
	return WIFEXITED(status) && !WEXITSTATUS(status);
}

/* Five pairs, with calls of the function that fail: it is another way, but they are exchanged. */
static void another_way(const char *function, unsigned int first, unsigned int last, int result,
			bool shared)
{
	enum {
		N = 5
	};
	char *a = map(N, 0), *b = map(N, 1), what[128];
	struct watcher w = { 0 };
	int32_t results[N];
	uint64_t frame[2][N];
	bool good = true;

	snprintf(what, sizeof(what), "%s %u to %u fails, %s", function, first, last,
		 shared ? "shared" : "mapped once");
	fill(a, N * PAGE, 1);
	fill(b, N * PAGE, 2);
	if (shared)
		w = watch(a, b, N * PAGE);
	for (int i = 0; i < N; i++) {
		frame[0][i] = pfn(a + i * PAGE);
		frame[1][i] = pfn(b + i * PAGE);
	}
	fail(first, last, result);
	is(exchange_of(0, a, 0, b, N, results, FOLIO_EXCHANGE_MOVE_ALL), 0, "%s: the call", what);
	ok(end_failing() > first, "%s: it was asked for", what);
	for (int i = 0; i < N; i++)
		good &= results[i] == FOLIO_EXCHANGE_OK && pfn(a + i * PAGE) == frame[1][i] &&
			pfn(b + i * PAGE) == frame[0][i];
	ok(good, "%s: all are exchanged", what);
	ok(intact(a, N * PAGE, 1) && intact(b, N * PAGE, 2), "%s: contents", what);
	if (shared)
		ok(watched(w), "%s: contents of the child", what);
	/* Nothing is left behind that would stand in the way of the next. */
	good = !exchange_of(0, a, 0, b, N, results, FOLIO_EXCHANGE_MOVE_ALL);
	for (int i = 0; i < N; i++)
		good &= results[i] == FOLIO_EXCHANGE_OK && pfn(a + i * PAGE) == frame[0][i] &&
			pfn(b + i * PAGE) == frame[1][i];
	ok(good, "%s: and back", what);
	fill(a, N * PAGE, 3);
	ok(intact(a, N * PAGE, 3) && intact(b, N * PAGE, 2), "%s: written", what);
	munmap(a, N * PAGE);
	munmap(b, N * PAGE);
}

/* A call for each side; if A's lock is not had, B's is not asked for. */
static void test_no_locks(void)
{
	if (!attach("exchange_rmaps_hold"))
		return skip("it cannot be made to fail", "exchange_rmaps_hold");
	for (int shared = 0; shared < 2; shared++) {
		another_way("exchange_rmaps_hold", 0, 1000, -EAGAIN, shared);
		another_way("exchange_rmaps_hold", 1, 1, -EAGAIN, shared);
		another_way("exchange_rmaps_hold", 4, 6, -EAGAIN, shared);
	}
	fail(0, ~0U, -EAGAIN);
	anon_vmas_go("without locks held");
	end_failing();
	detach();
}

/* Asked for once a pair, until it says so. */
static void test_contended(void)
{
	if (!attach("exchange_rmaps_contended"))
		return skip("it cannot be made to fail", "exchange_rmaps_contended");
	for (int shared = 0; shared < 2; shared++) {
		another_way("exchange_rmaps_contended", 0, 0, 1, shared);
		another_way("exchange_rmaps_contended", 2, 2, 1, shared);
		another_way("exchange_rmaps_contended", 4, 4, 1, shared);
	}
	fail(0, ~0U, 1);
	anon_vmas_go("with locks let go");
	end_failing();
	detach();
}

/* ---- what is tried again ---- */

/* Fails once, for what may be different a moment later. */
static void test_again(void)
{
	static const int reasons[] = { FOLIO_EXCHANGE_LOCKED, FOLIO_EXCHANGE_EXTRA_REFS };

	if (!attach("exchange_check_locked"))
		return skip("it cannot be made to fail", "a second try");
	for (int i = 0; i < 2; i++)
		for (int side = 0; side < 2; side++) {
			struct pair p = new_pair();

			fail(side, side, -reasons[i]);
			is_result(exchange_one(p.a, p.b, 0), FOLIO_EXCHANGE_OK,
				  "%s of %c for a moment: exchanged", result_name(reasons[i]),
				  "AB"[side]);
			is(end_failing(), 3 + side, "%s of %c for a moment: tried twice",
			   result_name(reasons[i]), "AB"[side]);
			drop_pair(&p);
		}
	detach();
}

/* In whatever chunk a pair is, it has the same result. */
static void test_chunks(void)
{
	enum {
		CHUNK = 128,
		N = 2 * CHUNK + 1
	};
	char *a = map(N, 0), *b = map(N, 1);
	int pipes[2], other = 0;
	int32_t results[N];

	fill(a, N * PAGE, 1);
	fill(b, N * PAGE, 2);
	if (pipe(pipes))
		die("pipe");
	/* The last is alone in its chunk: no others push it out of the CPU's LRU batch. */
	for (int i = 0; i < N; i += CHUNK) {
		struct iovec iov = { b + i * PAGE, PAGE };

		if (vmsplice(pipes[1], &iov, 1, 0) != (ssize_t)PAGE)
			die("vmsplice");
	}
	is(exchange_of(0, a, 0, b, N, results, 0), 0, "three chunks: the call");
	for (int i = 0; i < N; i++)
		if (i % CHUNK == 0)
			is_result(results[i], FOLIO_EXCHANGE_EXTRA_REFS, "pair %d is in a pipe", i);
		else
			other += results[i] != FOLIO_EXCHANGE_OK;
	is(other, 0, "three chunks: all others are exchanged");
	close(pipes[0]);
	close(pipes[1]);
	ok(intact(a, N * PAGE, 1) && intact(b, N * PAGE, 2), "three chunks: contents");
	munmap(a, N * PAGE);
	munmap(b, N * PAGE);
}

/* The addresses end early: what could be read is done, and the rest is said not to be. */
static void test_cancelled(void)
{
	enum {
		CHUNK = 128,
		N = 2 * CHUNK + 1
	};
	char *a = map(N, 0), *ends = map(2, 0);
	uint64_t *at = (uint64_t *)(ends + PAGE) - CHUNK;
	int32_t results[N];
	struct folio_exchange_args args = {
		.size = sizeof(args),
		.count = N,
		.addrs_a = (uintptr_t)at,
		.addrs_b = (uintptr_t)at,
		.status = (uintptr_t)results,
	};
	int other = 0;

	munmap(ends + PAGE, PAGE);
	fill(a, N * PAGE, 1);
	for (int i = 0; i < CHUNK; i++)
		at[i] = (uintptr_t)a + i * PAGE;
	for (int i = 0; i < N; i++)
		results[i] = 12345;
	is_result(call(&args), -EFAULT, "addresses that end early: the call");
	for (int i = 0; i < N; i++)
		other += results[i] != (i < CHUNK ? FOLIO_EXCHANGE_SAME_FOLIO : -ECANCELED);
	is(other, 0, "addresses that end early: done, and then cancelled");
	munmap(ends, PAGE);
	munmap(a, N * PAGE);
}

int main(void)
{
	open_device();
	test_locked_checks();
	test_unmapped_checks();
	test_late_reference();
	test_data();
	one_of_many("exchange_check_locked", 2, -FOLIO_EXCHANGE_WRITEBACK, FOLIO_EXCHANGE_WRITEBACK);
	one_of_many("exchange_check_unmapped", 2, -FOLIO_EXCHANGE_UNMAP, FOLIO_EXCHANGE_UNMAP);
	one_of_many("folio_exchange_data", 1, -EHWPOISON, FOLIO_EXCHANGE_HWPOISON);
	test_no_locks();
	test_contended();
	test_again();
	test_chunks();
	test_cancelled();
	return done_testing();
}
