// SPDX-License-Identifier: GPL-2.0-only
/*
 * Who may exchange whose folios: exactly who may move them with move_pages(2), whoever
 * opened the device.
 */
#include "exchange.h"

/* Who asks; each is a child that becomes it. */
enum who {
	ROOT,
	NOBODY,	   /* another user, who got the descriptor */
	CONTAINER, /* root in a user namespace of its own, with all capabilities there */
	NO_NICE,   /* root without CAP_SYS_NICE */
	NR_WHO
};

static const char *const who_name[NR_WHO] = { "root", "another user", "a container's root",
					      "root without CAP_SYS_NICE" };

/* Whose memory it is. */
enum whose {
	OWN,
	CHILD,	  /* a child of the asker, of the same credentials */
	STRANGER, /* a process of root */
	KTHREAD,  /* has no memory */
	NOBODYS,  /* no process at all */
	NR_WHOSE
};

static const char *const whose_name[NR_WHOSE] = { "its own", "its child's", "a root process's",
						  "a kernel thread's", "nobody's" };

static char *area;

static bool become(enum who who)
{
	if (who == NOBODY)
		return !setresgid(65534, 65534, 65534) && !setresuid(65534, 65534, 65534) &&
		       /* Credentials changed: not dumpable, so nobody could look at its child. */
		       !prctl(PR_SET_DUMPABLE, 1);
	if (who == CONTAINER)
		return !unshare(CLONE_NEWUSER) && write_file("/proc/self/uid_map", "0 0 1");
	if (who == NO_NICE) {
		struct {
			uint32_t version;
			int pid;
		} header = { 0x20080522, 0 };
		struct {
			uint32_t effective, permitted, inheritable;
		} caps[2];

		if (syscall(SYS_capget, &header, caps))
			return false;
		caps[0].effective &= ~(1U << 23); /* CAP_SYS_NICE */
		return !syscall(SYS_capset, &header, caps);
	}
	return true;
}

static pid_t start_idle(void)
{
	pid_t pid = fork();

	if (!pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		for (;;)
			pause();
	}
	return pid;
}

static int move(pid_t pid, bool all)
{
	void *page = area;
	int node = 0, status;

	return syscall(SYS_move_pages, pid, 1L, &page, &node, &status, all ? 4 : 2) < 0 ? -errno : 0;
}

/* As either side of the pair. */
static int exchange(pid_t pid, bool all, bool other_side)
{
	int32_t status;

	return exchange_of(other_side ? 0 : pid, area, other_side ? pid : 0, area + PAGE, 1,
			   &status, all ? FOLIO_EXCHANGE_MOVE_ALL : 0);
}

static void ask(enum who who, pid_t stranger, pid_t kthread, int result[NR_WHOSE][2][3])
{
	pid_t pids[NR_WHOSE] = { 0, 0, stranger, kthread, 4194303 };

	if (!become(who))
		_exit(1);
	pids[CHILD] = start_idle();
	if (pids[CHILD] < 0)
		_exit(2);
	for (int i = 0; i < NR_WHOSE; i++) {
		for (int all = 0; all < 2; all++) {
			result[i][all][0] = move(pids[i], all);
			result[i][all][1] = exchange(pids[i], all, false);
			result[i][all][2] = exchange(pids[i], all, true);
		}
	}
	kill(pids[CHILD], SIGKILL);
	_exit(0);
}

int main(void)
{
	int(*result)[NR_WHOSE][2][3] = mmap(NULL, sizeof(*result) * NR_WHO, PROT_READ | PROT_WRITE,
					    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	int status, refused = 0, allowed = 0;
	pid_t stranger, pid;

	open_device();
	area = map(2, 0);
	fill(area, 2 * PAGE, 1);
	stranger = start_idle();
	for (int who = 0; who < NR_WHO; who++) {
		pid = fork();
		if (!pid)
			ask(who, stranger, 2, result[who]);
		waitpid(pid, &status, 0);
		is(status, 0, "%s: is there and has asked", who_name[who]);
		for (int i = 0; i < NR_WHOSE; i++) {
			for (int all = 0; all < 2; all++) {
				int *r = result[who][i][all];

				is_result(r[1], r[0], "%s, %s memory%s: as move_pages",
					  who_name[who], whose_name[i], all ? ", shared" : "");
				is_result(r[2], r[0], "%s, %s memory%s, as the other side",
					  who_name[who], whose_name[i], all ? ", shared" : "");
				refused += r[0] == -EPERM;
				allowed += !r[0];
			}
		}
	}
	diag("move_pages allowed %d of these and refused %d with EPERM", allowed, refused);
	/* The rest is said by move_pages: this much follows from the set-up. */
	is_result(result[NOBODY][STRANGER][0][0], -EPERM, "another user has no access to root's");
	is_result(result[CONTAINER][STRANGER][0][0], -EPERM, "nor has a container's root");
	is_result(result[CONTAINER][OWN][1][0], -EPERM, "whose CAP_SYS_NICE does not count");
	is_result(result[NO_NICE][OWN][1][0], -EPERM,
		  "root without CAP_SYS_NICE must not move shared");
	is_result(result[ROOT][STRANGER][1][0], 0, "root may all");
	is_result(result[ROOT][NOBODYS][0][0], -ESRCH, "a pid that is none");
	kill(stranger, SIGKILL);
	ok(intact(area, 2 * PAGE, 1), "contents");
	return done_testing();
}
