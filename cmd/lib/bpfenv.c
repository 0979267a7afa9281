// SPDX-License-Identifier: GPL-2.0-only
/* What a tool needs of the machine before it can load BPF. */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/capability.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "bpfenv.h"
#include "opts.h"
#include "verifier.h"

static bool verbose;
static char first_warning[512]; /* the later ones only repeat what failed */

/* The first warning; if it is that a program was refused, with the verifier's reason. */
static void keep_warning(const char *text)
{
	size_t len = strcspn(first_warning, "\n");
	char reason[256];

	if (!len)
		snprintf(first_warning, sizeof(first_warning), "%s", text);
	else if (verifier__reason(text, reason, sizeof(reason)) && reason[0] &&
		 strstr(first_warning, "load failed") && !strstr(first_warning, reason))
		snprintf(first_warning + len, sizeof(first_warning) - len, ": %s", reason);
}

static int on_message(enum libbpf_print_level level, const char *fmt, va_list ap)
{
	char *text;

	if (level == LIBBPF_DEBUG || vasprintf(&text, fmt, ap) < 0)
		return 0;
	if (level == LIBBPF_WARN)
		keep_warning(text);
	if (verbose)
		fputs(verifier__end(text, VERIFIER_LINES), stderr);
	free(text);
	return 0;
}

/* A kernel before 5.8 has neither CAP_BPF nor CAP_PERFMON and wants CAP_SYS_ADMIN. */
static bool capable(void)
{
	struct __user_cap_header_struct me = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[2] = { 0 };
	uint64_t eff;

	if (syscall(SYS_capget, &me, data))
		return false;
	eff = (uint64_t)data[1].effective << 32 | data[0].effective;
	return eff >> CAP_SYS_ADMIN & 1 || (eff >> CAP_BPF & 1 && eff >> CAP_PERFMON & 1);
}

const char *bpfenv__lockdown(FILE *f)
{
	static char mode[32];
	char text[128] = "", *open;

	if (!fgets(text, sizeof(text), f))
		text[0] = 0;
	open = strchr(text, '[');
	if (!open || sscanf(open, "[%31[a-z]", mode) != 1 || !strcmp(mode, "none"))
		return NULL;
	return mode;
}

/* Of the running kernel. */
static const char *lockdown(void)
{
	FILE *f = fopen("/sys/kernel/security/lockdown", "re");
	const char *mode = f ? bpfenv__lockdown(f) : NULL;

	if (f)
		fclose(f);
	return mode;
}

enum status bpfenv__check(bool be_verbose)
{
	verbose = be_verbose;
	libbpf_set_print(on_message);
	if (!capable())
		return fail(ST_PERM, "not permitted: needs CAP_BPF and CAP_PERFMON (before Linux 5.8 "
				     "CAP_SYS_ADMIN); run it as root");
	if (access("/sys/kernel", F_OK))
		return fail(ST_KERNEL, "no /sys/kernel/btf/vmlinux: sysfs is not mounted on /sys");
	if (access("/sys/kernel/btf/vmlinux", R_OK))
		return fail(ST_KERNEL, "this kernel has no BTF (/sys/kernel/btf/vmlinux): it needs "
				       "CONFIG_DEBUG_INFO_BTF=y");
	return ST_OK;
}

/* Does the kernel take this program? */
static bool takes(const struct bpf_insn *insns, size_t n)
{
	int fd = bpf_prog_load(BPF_PROG_TYPE_SOCKET_FILTER, NULL, "GPL", insns, n, NULL);

	if (fd < 0)
		return false;
	close(fd);
	return true;
}

/* Are maps locked memory, and is there a limit of it? */
static bool needs_memlock(void)
{
	/* Came with bpf_ktime_get_coarse_ns(), in 5.11: call it; return 0 */
	const struct bpf_insn insns[] = {
		{ .code = BPF_JMP | BPF_CALL, .imm = BPF_FUNC_ktime_get_coarse_ns },
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	struct rlimit limit;

	/* Where it may, libbpf has raised the limit. */
	return !getrlimit(RLIMIT_MEMLOCK, &limit) && limit.rlim_cur != RLIM_INFINITY &&
	       !takes(insns, sizeof(insns) / sizeof(*insns));
}

bool bpfenv__forbidden(int err)
{
	/*
	 * Lockdown for confidentiality takes away the helpers that read the kernel
	 * (kernel/trace/bpf_trace.c), so the verifier says EINVAL; one that the verifier
	 * refuses for itself is EACCES or EINVAL too.
	 */
	const char *mode = lockdown();

	return err == -EPERM || (mode && !strcmp(mode, "confidentiality"));
}

int bpfenv__perf_paranoid(void)
{
	FILE *f = fopen("/proc/sys/kernel/perf_event_paranoid", "re");
	int level;

	if (!f || fscanf(f, "%d", &level) != 1)
		level = 2;
	if (f)
		fclose(f);
	return level;
}

enum status bpfenv__status(int err)
{
	if (err == -ENOMEM)
		return ST_FAIL;
	return err == -EPERM && !lockdown() && needs_memlock() ? ST_PERM : ST_KERNEL;
}

const char *bpfenv__why(int err)
{
	static char why[640];
	const char *mode = lockdown();
	size_t len;

	if (bpfenv__forbidden(err) && mode)
		snprintf(why, sizeof(why),
			 "the kernel is locked down (%s; boot with lockdown=none)", mode);
	else if (err == -EPERM && needs_memlock())
		snprintf(why, sizeof(why),
			 "before Linux 5.11 BPF maps are locked memory, of which this process may "
			 "have too little: needs CAP_SYS_RESOURCE, or a higher limit (ulimit -l)");
	else if (err == -EPERM)
		snprintf(why, sizeof(why), "the kernel forbids BPF (lockdown, or a security module)");
	else if (first_warning[0])
		snprintf(why, sizeof(why), "%s", first_warning);
	else
		snprintf(why, sizeof(why), "%s", strerror(-err));
	len = strlen(why);
	while (len && why[len - 1] == '\n')
		why[--len] = 0;
	first_warning[0] = 0;
	return why;
}

int bpfenv__load(const struct bpf_object_skeleton *skel)
{
	int err = bpf_object__load_skeleton((struct bpf_object_skeleton *)skel);

	for (int i = 0; i < skel->map_cnt && !err; i++)
		if (skel->maps[i].mmaped && !*skel->maps[i].mmaped &&
		    bpf_map__fd(*skel->maps[i].map) >= 0)
			err = -ENOMEM;
	return err;
}

bool bpfenv__has_cmpxchg(void)
{
	/* r0 = 0; *(u64 *)(r10 - 8) = r0; r0 = cmpxchg(r10 - 8, r0, r0); return 0 */
	const struct bpf_insn insns[] = {
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K },
		{ .code = BPF_STX | BPF_MEM | BPF_DW, .dst_reg = 10, .src_reg = 0, .off = -8 },
		{ .code = BPF_STX | BPF_ATOMIC | BPF_DW,
		  .dst_reg = 10,
		  .src_reg = 0,
		  .off = -8,
		  .imm = BPF_CMPXCHG },
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K },
		{ .code = BPF_JMP | BPF_EXIT },
	};

	return takes(insns, sizeof(insns) / sizeof(*insns));
}

int bpfenv__drop_cmpxchg(struct bpf_program *prog)
{
	size_t n = bpf_program__insn_cnt(prog);
	struct bpf_insn *insns = calloc(n, sizeof(*insns));
	int err;

	if (!insns)
		return -ENOMEM;
	memcpy(insns, bpf_program__insns(prog), n * sizeof(*insns));
	for (size_t i = 0; i < n; i++)
		if (BPF_CLASS(insns[i].code) == BPF_STX && BPF_MODE(insns[i].code) == BPF_ATOMIC &&
		    insns[i].imm == BPF_CMPXCHG)
			insns[i] = (struct bpf_insn){ .code = BPF_ALU64 | BPF_MOV | BPF_K };
	err = bpf_program__set_insns(prog, insns, n);
	free(insns);
	return err;
}

/* include/linux/proc_ns.h: PROC_PID_INIT_INO */
static const ino_t initial_pidns = 0xeffffffc;

bool bpfenv__in_pidns(void)
{
	struct stat st;

	return !stat("/proc/self/ns/pid", &st) && st.st_ino != initial_pidns;
}

int bpfenv__pidns(const struct opts *opts, unsigned long long *dev, unsigned long long *ino)
{
	struct stat st;

	if (!opts->npids)
		return 0;
	if (stat("/proc/self/ns/pid", &st))
		return -errno;
	if (st.st_ino != initial_pidns) {
		*dev = st.st_dev;
		*ino = st.st_ino;
	}
	return 0;
}

int bpfenv__filter_fill(const struct opts *opts, int pids_fd, int cgroups_fd)
{
	int err = 0;

	for (unsigned int i = 0; i < opts->npids && !err; i++) {
		uint32_t pid = opts->pids[i];
		uint8_t yes = 1;

		err = bpf_map_update_elem(pids_fd, &pid, &yes, BPF_ANY);
	}
	if (opts->cgroup && !err) {
		int fd = open(opts->cgroup, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		uint32_t zero = 0;

		err = fd < 0 ? -errno : bpf_map_update_elem(cgroups_fd, &zero, &fd, BPF_ANY);
		if (fd >= 0)
			close(fd);
	}
	return err;
}

void bpfenv__prog_stats(const struct bpf_program *prog, struct prog_stats *add_to)
{
	struct bpf_prog_info info = { 0 };
	uint32_t len = sizeof(info);
	int fd = bpf_program__fd(prog);

	if (fd < 0 || bpf_obj_get_info_by_fd(fd, &info, &len))
		return;
	add_to->runs += info.run_cnt;
	add_to->ns += info.run_time_ns;
	add_to->misses += info.recursion_misses;
}

/* Of struct bpf_link_info in include/uapi/linux/bpf.h, 6.7, what older headers lack. */
struct link_info {
	uint32_t type, id, prog_id;
	union {
		struct {
			uint64_t addrs;
			uint32_t count, flags;
			uint64_t missed; /* e2b2cd592ac5 */
		} kprobe_multi;
		struct {
			uint32_t type, : 32;
			uint64_t func_name;
			uint32_t name_len, offset;
			uint64_t addr;
			uint64_t missed; /* 3acf8ace6823 */
		} kprobe;
	};
};

uint64_t bpfenv__link_missed(const struct bpf_link *link)
{
	struct link_info info = { 0 };
	uint32_t len = sizeof(info);

	if (bpf_obj_get_info_by_fd(bpf_link__fd(link), &info, &len))
		return 0;
	if (info.type == BPF_LINK_TYPE_KPROBE_MULTI)
		return info.kprobe_multi.missed;
	return info.type == BPF_LINK_TYPE_PERF_EVENT ? info.kprobe.missed : 0;
}

int bpfenv__stats_on(void)
{
	return bpf_enable_stats(BPF_STATS_RUN_TIME);
}
