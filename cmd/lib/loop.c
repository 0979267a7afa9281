// SPDX-License-Identifier: GPL-2.0-only
/* The event loop: a signalfd, a timerfd for intervals and one for the duration. */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <unistd.h>
#include "loop.h"

struct loop {
	int signals, interval, duration;
};

struct loop *loop__new(void)
{
	struct loop *loop = calloc(1, sizeof(*loop));
	sigset_t set;

	if (!loop)
		return NULL;
	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGCHLD);
	sigprocmask(SIG_BLOCK, &set, NULL);
	loop->signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	loop->interval = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	loop->duration = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	if (loop->signals < 0 || loop->interval < 0 || loop->duration < 0) {
		fail(ST_FAIL, "cannot make a signalfd and timerfds: %s", strerror(errno));
		loop__free(loop);
		return NULL;
	}
	return loop;
}

static void arm(int fd, uint64_t ns, bool repeat)
{
	struct timespec t = { .tv_sec = ns / 1000000000, .tv_nsec = ns % 1000000000 };
	struct itimerspec spec = { .it_value = t };

	if (repeat)
		spec.it_interval = t;
	timerfd_settime(fd, 0, &spec, NULL);
}

/* Reads pending signals; true when one of them ends the run. */
static bool read_signals(struct loop *loop, pid_t child)
{
	struct signalfd_siginfo info;
	bool end = false;

	while (read(loop->signals, &info, sizeof(info)) == sizeof(info)) {
		if (info.ssi_signo != SIGCHLD)
			end = true;
		else if (child && waitpid(child, NULL, WNOHANG) == child)
			end = true;
	}
	return end;
}

enum status loop__run(struct loop *loop, const struct loop_conf *conf)
{
	enum {
		SIGNALS,
		INTERVAL,
		DURATION
	};
	struct pollfd fds[] = {
		[SIGNALS] = { .fd = loop->signals, .events = POLLIN },
		[INTERVAL] = { .fd = loop->interval, .events = POLLIN },
		[DURATION] = { .fd = loop->duration, .events = POLLIN },
	};
	uint64_t ticks = 0;
	bool end = false;

	arm(loop->interval, conf->interval_ns, true);
	arm(loop->duration, conf->duration_ns, false);
	for (;;) {
		enum loop_verdict verdict;
		uint64_t passed = 0;

		if (!end && poll(fds, sizeof(fds) / sizeof(*fds), -1) < 0 && errno != EINTR)
			return fail(ST_FAIL, "poll: %s", strerror(errno));
		if (fds[SIGNALS].revents && read_signals(loop, conf->child))
			end = true;
		if (fds[DURATION].revents)
			end = true;
		if (fds[INTERVAL].revents &&
		    read(loop->interval, &passed, sizeof(passed)) == sizeof(passed) &&
		    conf->count && ++ticks >= conf->count)
			end = true;
		if (!passed && !end)
			continue;
		verdict = conf->tick(conf->arg, end);
		if (verdict == LOOP_FAIL)
			return ST_FAIL;
		if (end || verdict == LOOP_END)
			return ST_OK;
	}
}

void loop__free(struct loop *loop)
{
	if (!loop)
		return;
	if (loop->signals >= 0)
		close(loop->signals);
	if (loop->interval >= 0)
		close(loop->interval);
	if (loop->duration >= 0)
		close(loop->duration);
	free(loop);
}
