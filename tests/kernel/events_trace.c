// SPDX-License-Identifier: GPL-2.0
/* TAP, and the events of the trace as the cases want to see them. */
#include "events.h"

int tests, failures;

void ok(bool good, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	printf("%sok %d - ", good ? "" : "not ", ++tests);
	vprintf(fmt, ap);
	putchar('\n');
	va_end(ap);
	if (!good)
		failures++;
}

void is(long got, long want, const char *what)
{
	ok(got == want, "%s: %ld", what, want);
	if (got != want)
		printf("# got %ld\n", got);
}

void skip(const char *what, const char *why)
{
	printf("ok %d - %s # SKIP %s\n", ++tests, what, why);
}

void die(const char *what)
{
	printf("Bail out! %s: %s\n", what, strerror(errno));
	exit(1);
}

bool write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY);
	bool good = fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text);

	if (fd >= 0)
		close(fd);
	return good;
}

struct event *events;
int nr_events;

void trace_clear(void)
{
	int fd = open(INSTANCE "/trace", O_WRONLY | O_TRUNC);

	if (fd < 0)
		die("trace");
	close(fd);
}

/* Traces one event, or with NULL all of them. */
void trace_begin(const char *event)
{
	char path[256];

	trace_clear();
	snprintf(path, sizeof(path), INSTANCE "/events/rmap/%s/enable", event ?: ".");
	if (!write_file(path, "1"))
		die(path);
}

/* Stops tracing and reads what was recorded; the lines of one task are in order. */
void trace_end(void)
{
	static char line[1024];
	FILE *f;

	write_file(INSTANCE "/events/rmap/enable", "0");
	nr_events = 0;
	f = fopen(INSTANCE "/trace", "r");
	if (!f)
		die("trace");
	while (fgets(line, sizeof(line), f)) {
		struct event *e;
		char *name, *colon, *cpu = strstr(line, " [0");

		if (line[0] == '#' || !cpu)
			continue;
		if (strstr(line, "LOST"))
			die("the trace buffer is too small");
		name = strstr(cpu, ": ");
		colon = name ? strstr(name + 2, ": ") : NULL;
		if (!colon)
			continue;
		events = realloc(events, (nr_events + 1) * sizeof(*events));
		e = &events[nr_events++];
		*colon = '\0';
		snprintf(e->name, sizeof(e->name), "%s", name + 2);
		colon[strcspn(colon + 2, "\n") + 2] = '\0';
		snprintf(e->line, sizeof(e->line), " %s", colon + 2);
		while (cpu > line && cpu[-1] != '-')
			cpu--;
		e->pid = atoi(cpu);
	}
	fclose(f);
	trace_clear();
}

const char *text(const struct event *e, const char *key)
{
	static char value[128];
	char want[64];
	const char *p;

	snprintf(want, sizeof(want), " %s=", key);
	p = strstr(e->line, want);
	if (!p) {
		printf("# no field %s in %s:%s\n", key, e->name, e->line);
		return "";
	}
	p += strlen(want);
	snprintf(value, sizeof(value), "%.*s", (int)strcspn(p, " "), p);
	return value;
}

unsigned long number(const struct event *e, const char *key)
{
	return strtoul(text(e, key), NULL, 0);
}

/* The walks of one folio, or of all with pfn 0, that called @rmap_one. */
struct walks walks_of(const char *rmap_one, unsigned long pfn)
{
	struct walks w = { 0 };

	for (int i = 0; i < nr_events; i++) {
		const struct event *e = &events[i];

		if (strncmp(e->name, "rmap_walk_", 10) || e->pid != getpid() ||
		    strcmp(text(e, "rmap_one"), rmap_one) || (pfn && number(e, "pfn") != pfn))
			continue;
		if (!strcmp(e->name, "rmap_walk_start")) {
			w.starts++;
			w.locked += number(e, "locked");
			continue;
		}
		w.n++;
		w.vmas += number(e, "vmas");
		w.mapped += number(e, "mapped");
		w.last = e;
		w.odd |= number(e, "mapped") > number(e, "vmas") ||
			 number(e, "lock_wait") > number(e, "duration");
	}
	return w;
}

void dump(const char *rmap_one)
{
	for (int i = 0; i < nr_events; i++)
		if (!rmap_one || strstr(events[i].line, rmap_one))
			printf("# %s%s\n", events[i].name, events[i].line);
}

/* One walk of one folio, with all that can be predicted of it. */
void walk_is(const char *what, const char *rmap_one, unsigned long pfn, const char *kind, long vmas,
	     long mapped, long before, long after, const char *end)
{
	struct walks w = walks_of(rmap_one, pfn);
	const struct event *e = w.last;
	bool good = w.n == 1 && w.starts == 1 && !w.odd;

	good = good && !strcmp(text(e, "kind"), kind);
	good = good && (vmas < 0 || (long)w.vmas == vmas);
	good = good && (long)w.mapped == mapped;
	good = good && (before < 0 || (long)number(e, "mapcount_before") == before);
	good = good && (after < 0 || (long)number(e, "mapcount_after") == after);
	good = good && !strcmp(text(e, "end"), end);
	ok(good, "%s: %s (%s), mapped %ld, vmas %ld", what, rmap_one, kind, mapped, vmas);
	if (!good) {
		printf("# pfn 0x%lx: %lu walks, %lu starts, %lu vmas, %lu mapped, wanted %ld -> %ld, %s\n",
		       pfn, w.n, w.starts, w.vmas, w.mapped, before, after, end);
		dump(rmap_one);
	}
}
