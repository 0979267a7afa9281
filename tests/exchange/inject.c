// SPDX-License-Identifier: GPL-2.0-only
/*
 * Error injection.  A BPF program makes chosen calls of a function fail, in this thread
 * only; unlike fail_function it needs no debugging kernel, and says which call.
 */
#include "inject.h"

#include <linux/bpf.h>
#include <linux/perf_event.h>
#include "exchange.h"

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

bool attach(const char *function)
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

void fail(unsigned int first, unsigned int last, int result)
{
	struct plan plan = { .thread = gettid(), .first = first, .last = last, .result = result };

	set_plan(&plan);
}

unsigned int end_failing(void)
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

void detach(void)
{
	close(event);
	event = -1;
}
