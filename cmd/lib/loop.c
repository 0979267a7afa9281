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
	struct sigaction hangup;
	sigset_t set;

	if (!loop)
		return NULL;
	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGCHLD);
	sigaddset(&set, SIGWINCH);
	/* nohup's wish is kept: a blocked signal would be read even where it is ignored. */
	if (!sigaction(SIGHUP, NULL, &hangup) && hangup.sa_handler != SIG_IGN)
		sigaddset(&set, SIGHUP);
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

void loop__once(struct loop *loop, uint64_t ns)
{
	arm(loop->interval, ns, false);
}

/* What pending signals ask for. */
struct asked {
	bool end, resized;
};

static struct asked read_signals(struct loop *loop, pid_t child)
{
	struct signalfd_siginfo info;
	struct asked asked = { 0 };

	while (read(loop->signals, &info, sizeof(info)) == sizeof(info)) {
		switch (info.ssi_signo) {
		case SIGWINCH:
			asked.resized = true;
			break;
		case SIGCHLD:
			asked.end |= child && waitpid(child, NULL, WNOHANG) == child;
			break;
		default:
			asked.end = true;
		}
	}
	return asked;
}

/* Ticks that passed; true when they were the last. */
static bool read_ticks(struct loop *loop, const struct loop_conf *conf, uint64_t *ticks, bool *due)
{
	uint64_t passed;

	*due = read(loop->interval, &passed, sizeof(passed)) == sizeof(passed);
	return *due && conf->count && ++*ticks >= conf->count;
}

enum status loop__run(struct loop *loop, const struct loop_conf *conf)
{
	enum {
		SIGNALS,
		INTERVAL,
		DURATION,
		INPUT,
		EVENTS
	};
	struct pollfd fds[] = {
		[SIGNALS] = { .fd = loop->signals, .events = POLLIN },
		[INTERVAL] = { .fd = loop->interval, .events = POLLIN },
		[DURATION] = { .fd = loop->duration, .events = POLLIN },
		[INPUT] = { .fd = conf->input ? conf->input_fd : -1, .events = POLLIN },
		[EVENTS] = { .fd = conf->events ? conf->events_fd : -1, .events = POLLIN },
	};
	uint64_t ticks = 0;

	arm(loop->interval, conf->interval_ns, true);
	arm(loop->duration, conf->duration_ns, false);
	for (;;) {
		enum loop_verdict verdict = LOOP_GO_ON;
		struct asked asked = { 0 };
		bool due = false;

		if (poll(fds, sizeof(fds) / sizeof(*fds), -1) < 0) {
			if (errno == EINTR)
				continue;
			return fail(ST_FAIL, "poll: %s", strerror(errno));
		}
		if (fds[SIGNALS].revents)
			asked = read_signals(loop, conf->child);
		if (fds[DURATION].revents)
			asked.end = true;
		if (fds[INTERVAL].revents && read_ticks(loop, conf, &ticks, &due))
			asked.end = true;
		if (asked.resized && conf->resized)
			verdict = conf->resized(conf->arg);
		if (fds[INPUT].revents && verdict == LOOP_GO_ON)
			verdict = conf->input(conf->arg);
		if (fds[EVENTS].revents && verdict == LOOP_GO_ON)
			verdict = conf->events(conf->arg);
		asked.end |= verdict == LOOP_END;
		if (verdict != LOOP_FAIL && (due || asked.end))
			verdict = conf->tick(conf->arg, asked.end);
		if (verdict == LOOP_FAIL)
			return ST_FAIL;
		if (asked.end || verdict == LOOP_END)
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
