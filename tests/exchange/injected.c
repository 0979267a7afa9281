// SPDX-License-Identifier: GPL-2.0-only
/*
 * Refusals that only error injection reaches, and what is tried again.  A BPF program
 * makes chosen calls of a function fail, in this thread only; unlike fail_function it
 * needs no debugging kernel, and says which call.
 */
#include "exchange.h"

#include <linux/bpf.h>
#include <linux/perf_event.h>
#include <sys/uio.h>

/* ---- making a function fail ---- */

/* What the program knows: fails calls first to last, counted from 0, of this thread. */
struct plan {
	uint64_t thread, first, last, calls;
	int64_t result;
};

static int plan_map, event = -1;

static long bpf(int command, union bpf_attr *attr)
{
	return syscall(SYS_bpf, command, attr, sizeof(*attr));
}

#define INSN(c, d, s, o, i) \
	((struct bpf_insn){ .code = (c), .dst_reg = (d), .src_reg = (s), .off = (o), .imm = (i) })
#define MOV(d, s)	   INSN(BPF_ALU64 | BPF_MOV | BPF_X, d, s, 0, 0)
#define MOV_IMM(d, i)	   INSN(BPF_ALU64 | BPF_MOV | BPF_K, d, 0, 0, i)
#define ADD_IMM(d, i)	   INSN(BPF_ALU64 | BPF_ADD | BPF_K, d, 0, 0, i)
#define LOAD(d, s, field)  INSN(BPF_LDX | BPF_MEM | BPF_DW, d, s, offsetof(struct plan, field), 0)
#define STORE(d, s, field) INSN(BPF_STX | BPF_MEM | BPF_DW, d, s, offsetof(struct plan, field), 0)
#define CALL(f)		   INSN(BPF_JMP | BPF_CALL, 0, 0, 0, BPF_FUNC_##f)

static int load_program(void)
{
	/*
	 * plan = map[0]; if (the low half of pid_tgid != plan->thread) return 0;
	 * n = plan->calls++; if (n < plan->first || n > plan->last) return 0;
	 * override_return(regs, plan->result); return 0;
	 */
	struct bpf_insn program[] = {
		MOV(BPF_REG_6, BPF_REG_1),
		CALL(get_current_pid_tgid),
		MOV(BPF_REG_7, BPF_REG_0),
		INSN(BPF_ALU64 | BPF_LSH | BPF_K, BPF_REG_7, 0, 0, 32),
		INSN(BPF_ALU64 | BPF_RSH | BPF_K, BPF_REG_7, 0, 0, 32),
		INSN(BPF_ST | BPF_MEM | BPF_W, BPF_REG_10, 0, -4, 0),
		MOV(BPF_REG_2, BPF_REG_10),
		ADD_IMM(BPF_REG_2, -4),
		INSN(BPF_LD | BPF_DW | BPF_IMM, BPF_REG_1, BPF_PSEUDO_MAP_FD, 0, plan_map),
		INSN(0, 0, 0, 0, 0),
		CALL(map_lookup_elem),
		INSN(BPF_JMP | BPF_JEQ | BPF_K, BPF_REG_0, 0, 13, 0),
		LOAD(BPF_REG_1, BPF_REG_0, thread),
		INSN(BPF_JMP | BPF_JNE | BPF_X, BPF_REG_1, BPF_REG_7, 11, 0),
		LOAD(BPF_REG_1, BPF_REG_0, calls),
		MOV(BPF_REG_2, BPF_REG_1),
		ADD_IMM(BPF_REG_2, 1),
		STORE(BPF_REG_0, BPF_REG_2, calls),
		LOAD(BPF_REG_2, BPF_REG_0, first),
		INSN(BPF_JMP | BPF_JLT | BPF_X, BPF_REG_1, BPF_REG_2, 5, 0),
		LOAD(BPF_REG_2, BPF_REG_0, last),
		INSN(BPF_JMP | BPF_JGT | BPF_X, BPF_REG_1, BPF_REG_2, 3, 0),
		LOAD(BPF_REG_2, BPF_REG_0, result),
		MOV(BPF_REG_1, BPF_REG_6),
		CALL(override_return),
		MOV_IMM(BPF_REG_0, 0),
		INSN(BPF_JMP | BPF_EXIT, 0, 0, 0, 0),
	};
	static char log[16384];
	union bpf_attr attr = {
		.prog_type = BPF_PROG_TYPE_KPROBE,
		.insns = (uintptr_t)program,
		.insn_cnt = sizeof(program) / sizeof(*program),
		.license = (uintptr_t) "GPL",
		.log_buf = (uintptr_t)log,
		.log_size = sizeof(log),
		.log_level = 1,
	};
	int fd = bpf(BPF_PROG_LOAD, &attr);

	if (fd < 0)
		diag("BPF: %s: %s", strerror(errno), log);
	return fd;
}

/* Puts the program where the function begins; false if that cannot be. */
static bool attach(const char *function)
{
	static int program = -1;
	struct perf_event_attr attr = {
		.size = sizeof(attr),
		.kprobe_func = (uintptr_t)function,
	};
	FILE *f = fopen("/sys/bus/event_source/devices/kprobe/type", "re");
	union bpf_attr map = {
		.map_type = BPF_MAP_TYPE_ARRAY,
		.key_size = sizeof(uint32_t),
		.value_size = sizeof(struct plan),
		.max_entries = 1,
	};

	if (!f || fscanf(f, "%u", &attr.type) != 1)
		return false;
	fclose(f);
	if (program < 0) {
		plan_map = bpf(BPF_MAP_CREATE, &map);
		program = load_program();
	}
	event = syscall(SYS_perf_event_open, &attr, -1, 0, -1, PERF_FLAG_FD_CLOEXEC);
	if (event >= 0 && (ioctl(event, PERF_EVENT_IOC_SET_BPF, program) ||
			   ioctl(event, PERF_EVENT_IOC_ENABLE, 0))) {
		diag("%s: %s", function, strerror(errno));
		close(event);
		event = -1;
	}
	return event >= 0;
}

static void set_plan(struct plan *plan)
{
	uint32_t key = 0;
	union bpf_attr attr = {
		.map_fd = plan_map,
		.key = (uintptr_t)&key,
		.value = (uintptr_t)plan,
	};

	if (bpf(BPF_MAP_UPDATE_ELEM, &attr))
		die("the BPF map");
}

/* From now on the calls first to last of the attached function return this. */
static void fail(unsigned int first, unsigned int last, int result)
{
	struct plan plan = { .thread = gettid(), .first = first, .last = last, .result = result };

	set_plan(&plan);
}

/* No more of them; how many there were. */
static unsigned int end_failing(void)
{
	uint32_t key = 0;
	struct plan plan = {};
	union bpf_attr attr = {
		.map_fd = plan_map,
		.key = (uintptr_t)&key,
		.value = (uintptr_t)&plan,
	};
	unsigned int calls;

	if (bpf(BPF_MAP_LOOKUP_ELEM, &attr))
		die("the BPF map");
	calls = plan.calls;
	plan = (struct plan){};
	set_plan(&plan);
	return calls;
}

static void detach(void)
{
	close(event);
	event = -1;
}

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
	test_again();
	test_chunks();
	test_cancelled();
	return done_testing();
}
