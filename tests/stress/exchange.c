// SPDX-License-Identifier: GPL-2.0-only
/* Processes that exchange; see storm.c. */
#include "storm.h"

#include <sys/resource.h>

int open_own_device(void)
{
	int fd = open("/dev/folio_exchange", O_RDWR | O_CLOEXEC);

	if (fd < 0)
		die("/dev/folio_exchange");
	return fd;
}

struct history *new_history(void)
{
	unsigned int i = __atomic_fetch_add(&state->histories, 1, __ATOMIC_RELAXED);

	if (i >= HISTORIES)
		die("too many that exchange");
	state->history[i].role = self;
	return &state->history[i];
}

static void count_results(const int32_t *status, unsigned int n)
{
	unsigned int results[FOLIO_EXCHANGE_NR_RESULTS] = {};

	for (unsigned int i = 0; i < n; i++) {
		if (status[i] >= 0 && status[i] < FOLIO_EXCHANGE_NR_RESULTS)
			results[status[i]]++;
		else if (status[i] == -EFAULT)
			add(&state->faults, 1);
		else
			wrong("exchange: status %d", status[i]);
	}
	for (unsigned int i = 0; i < FOLIO_EXCHANGE_NR_RESULTS; i++)
		if (results[i])
			add(&state->results[i], results[i]);
}

unsigned int exchange_pairs(int fd, struct history *history, pid_t pid_a, const uint64_t *a,
			    pid_t pid_b, const uint64_t *b, unsigned int n, uint32_t flags)
{
	struct batch *batch = &history->batch[history->made % KEPT];
	struct folio_exchange_args args = {
		.size = sizeof(args),
		.flags = flags,
		.pid_a = pid_a,
		.pid_b = pid_b,
		.count = n,
		.addrs_a = (uintptr_t)a,
		.addrs_b = (uintptr_t)b,
	};
	int32_t status[MAX_PAIRS];
	unsigned int done = 0;
	int err;

	args.status = (uintptr_t)status;
	add(&state->calls, 1);
	err = ioctl(fd, FOLIO_EXCHANGE_IOC_EXCHANGE, &args) ? errno : 0;
	/* The child of FORK or SHORT has exited, or is about to. */
	if (err && err != ESRCH && err != EINVAL)
		wrong("exchange: %s", strerror(err));
	if (err) {
		add(&state->ended, 1);
		return 0;
	}
	batch->at_ns = now_ns();
	batch->pid[0] = pid_a;
	batch->pid[1] = pid_b;
	batch->flags = flags;
	batch->n = n;
	memcpy(batch->addr[0], a, n * sizeof(*a));
	memcpy(batch->addr[1], b, n * sizeof(*b));
	memcpy(batch->status, status, n * sizeof(*status));
	__atomic_store_n(&history->made, history->made + 1, __ATOMIC_RELEASE);
	count_results(status, n);
	for (unsigned int i = 0; i < n; i++)
		done += !status[i];
	return done;
}

pid_t somebody(uint64_t *at, unsigned int *size)
{
	unsigned int i = below(LAST_WITH_MEMORY + 1);
	pid_t child;

	/* Much of theirs is refused: it is asked for less often. */
	while ((i == MERGE || i == COLLAPSE || i == FILES) && below(6))
		i = below(LAST_WITH_MEMORY + 1);
	child = __atomic_load_n(&state->role[i].child, __ATOMIC_ACQUIRE);
	*at = AREA_BASE + i * AREA_STRIDE;
	/* The second place of the blocks, too. */
	*size = roles[i].pages * (i == REMAP ? 2 : 1);
	return child && below(2) ? child : __atomic_load_n(&state->role[i].pid, __ATOMIC_ACQUIRE);
}

void run_exchange(void)
{
	uint64_t addr[2][MAX_PAIRS], at[2];
	struct history *history = new_history();
	unsigned int size[2], n;
	pid_t pid[2];
	int fd = open_own_device();

	/* Among so many they would hardly get a turn; most of the time is theirs. */
	setpriority(PRIO_PROCESS, 0, -8);
	while (running()) {
		n = 1 + below(below(4) ? 128 : MAX_PAIRS);
		if (!below(16))
			pin_to(below(2));
		for (unsigned int side = 0; side < 2; side++) {
			unsigned int at_random = !below(4), from;

			pid[side] = somebody(&at[side], &size[side]);
			from = below(size[side]);
			for (unsigned int i = 0; i < n; i++) {
				unsigned int page = at_random ? below(size[side]) : from + i;

				addr[side][i] = at[side] + page % size[side] * PAGE;
			}
		}
		if (!pid[0] || !pid[1])
			nap(1);
		else
			add(&me->did, exchange_pairs(fd, history, pid[0], addr[0], pid[1], addr[1],
						     n, below(4) ? FOLIO_EXCHANGE_MOVE_ALL : 0));
	}
	close(fd);
}

/*
 * The same pairs in opposite order, and with opposite sides, on two CPUs: who waited for
 * one folio with another locked would wait for ever.
 */
static void exchange_opposite(bool backwards)
{
	uint64_t addr[2][MAX_PAIRS];
	struct history *history = new_history();
	unsigned int n = pages / 2;
	int fd = open_own_device();

	for (unsigned int i = 0; i < n; i++) {
		addr[backwards][backwards ? n - 1 - i : i] = (uintptr_t)page_at(i);
		addr[!backwards][backwards ? n - 1 - i : i] = (uintptr_t)page_at(n + i);
	}
	while (phase() == RUN) {
		pin_to(backwards);
		if (exchange_pairs(fd, history, 0, addr[0], 0, addr[1], n, 0))
			add(&me->did, 1);
		for (unsigned int i = backwards; i < pages; i += 8)
			check_page(i);
		/* Mostly they are in each other's way: others get more done. */
		nap(5);
		add(&me->beats, 1);
	}
	close(fd);
}

static void *opposite_thread(void *unused)
{
	exchange_opposite(true);
	return unused;
}

void run_opposite(void)
{
	pthread_t thread;

	fill_all();
	if (pthread_create(&thread, NULL, opposite_thread, NULL))
		die("pthread_create");
	exchange_opposite(false);
	pthread_join(thread, NULL);
	check_all();
}
