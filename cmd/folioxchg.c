// SPDX-License-Identifier: GPL-2.0-only
/* folioxchg: asks the kernel to exchange folios, and measures it. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "lib/head.h"
#include "lib/json.h"
#include "lib/opts.h"
#include "lib/out.h"
#include "lib/table.h"
#include "lib/text.h"
#include "lib/units.h"
#include "xchg/bench.h"
#include "xchg/device.h"

static const char doc[] =
	"Exchange folios in place: what PID_A sees at ADDR_A moves to the memory behind ADDR_B of "
	"PID_B, and the other way round, for COUNT pages from there on. No free memory is needed. "
	"With \"bench\", measure exchange against two opposite move_pages(2) calls.\v"
	"Needs the folioscope kernel patch. A pid of 0 is folioxchg itself. Exits with 0 when every "
	"pair was exchanged, with 1 when one was not; the output says why.";

enum {
	OPT_PAIRS = 256,
	OPT_ROUNDS,
	OPT_SHARERS,
	OPT_NODES,
};

struct request {
	FILE *f;
	bool json, verbose, all, bench;
	unsigned int words; /* arguments so far */
	pid_t pid[2];
	uint64_t addr[2], count;
	struct bench_conf conf;
	int argc;
	char **argv;
};

static uint64_t parse_addr(const char *text)
{
	unsigned long long addr;
	char *end;

	errno = 0;
	addr = strtoull(text, &end, 0);
	if (end == text || *end || errno || strchr(text, '-'))
		opts__bad("an address must be a number, as 0x7f0123456000: '%s'", text);
	return addr;
}

static void parse_word(struct request *r, const char *text)
{
	unsigned int n = r->words++;

	if (!n && !strcmp(text, "bench"))
		r->bench = true;
	else if (r->bench || n > 4)
		opts__bad("one argument too many: '%s'", text);
	else if (n == 4)
		r->count = opts__number("COUNT", text, 1, INT32_MAX);
	else if (n & 1)
		r->addr[n / 2] = parse_addr(text);
	else
		r->pid[n / 2] = opts__number("a pid", text, 0, INT32_MAX);
}

static void parse_nodes(struct request *r, const char *text)
{
	char *comma = strchr(text, ',');

	if (!comma)
		opts__bad("--nodes wants two nodes, as 0,1: '%s'", text);
	*comma = 0;
	r->conf.nodes[0] = opts__number("a node", text, 0, 63);
	r->conf.nodes[1] = opts__number("a node", comma + 1, 0, 63);
}

static error_t parse_own(int key, char *arg, struct argp_state *state)
{
	struct request *r = state->input;

	switch (key) {
	case ARGP_KEY_ARG:
		parse_word(r, arg);
		return 0;
	case ARGP_KEY_END:
		if (!r->bench && r->words < 4)
			opts__bad("wants PID ADDR PID ADDR [COUNT], or bench");
		return 0;
	case 'a':
		r->all = true;
		return 0;
	case OPT_PAIRS:
		r->conf.pairs = opts__number("the number of pairs", arg, 1, 1 << 20);
		return 0;
	case OPT_ROUNDS:
		r->conf.rounds = opts__number("the number of rounds", arg, 1, 1 << 20);
		return 0;
	case OPT_SHARERS:
		r->conf.sharers = opts__number("the number of sharers", arg, 0, 1024);
		return 0;
	case OPT_NODES:
		parse_nodes(r, arg);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp_option own_options[] = {
	{ "all", 'a', NULL, 0, "folios that are mapped more than once, too (CAP_SYS_NICE)", 2 },
	{ NULL, 0, NULL, 0, "bench:", 3 },
	{ "pairs", OPT_PAIRS, "N", 0, "pairs of 4 KiB folios in a call (default 512)", 3 },
	{ "rounds", OPT_ROUNDS, "N", 0, "there and back so often (default 10)", 3 },
	{ "sharers", OPT_SHARERS, "N", 0, "other processes that map every folio (default 0)", 3 },
	{ "nodes", OPT_NODES, "A,B", 0, "between these nodes (default 0,1)", 3 },
	{ 0 }
};

static const struct argp own = { .options = own_options, .parser = parse_own };

/* Counts by what became of a pair: results, then errnos. */
struct tally {
	int32_t status;
	uint64_t n;
};

static int by_status(const void *a, const void *b)
{
	int32_t x = *(const int32_t *)a, y = *(const int32_t *)b;

	return x < y ? -1 : x > y;
}

/* Fills @tally (room for @count) from a copy of @status; the number filled, or 0. */
static size_t count_statuses(const int32_t *status, uint64_t count, struct tally *tally)
{
	int32_t *sorted = malloc(count * sizeof(*sorted));
	size_t n = 0;

	if (!sorted)
		return 0;
	memcpy(sorted, status, count * sizeof(*sorted));
	qsort(sorted, count, sizeof(*sorted), by_status);
	for (uint64_t i = 0; i < count; i++) {
		if (!n || tally[n - 1].status != sorted[i])
			tally[n++] = (struct tally){ .status = sorted[i] };
		tally[n - 1].n++;
	}
	free(sorted);
	return n;
}

static json_t *address(uint64_t addr)
{
	char text[24];

	snprintf(text, sizeof(text), "0x%" PRIx64, addr);
	return json_string(text);
}

static int print_json(const struct request *r, const uint64_t *a, const uint64_t *b,
		      const int32_t *status, const struct tally *tally, size_t ntally)
{
	json_t *results = json_object();
	int err = head__json(&(struct head){ 0 }, r->f, r->argc, r->argv);

	for (uint64_t i = 0; i < r->count && !err; i++)
		err = json__line(r->f,
				 json_pack("{s:s, s:f, s:i, s:o, s:i, s:o, s:s}", "type", "event",
					   "ts", json__now(), "pid_a", (int)r->pid[0], "addr_a",
					   address(a[i]), "pid_b", (int)r->pid[1], "addr_b",
					   address(b[i]), "result", xchg__result_name(status[i])));
	for (size_t t = 0; t < ntally; t++)
		json_object_set_new(results, xchg__result_name(tally[t].status),
				    json_integer(tally[t].n));
	if (err) {
		json_decref(results);
		return err;
	}
	return json__line(r->f, json_pack("{s:s, s:f, s:I, s:I, s:{}, s:o, s:{s:i, s:i}}", "type",
					  "end", "ts", json__now(), "seen", (json_int_t)r->count,
					  "recorded", (json_int_t)r->count, "lost", "result",
					  results, "bpf", "runs", 0, "ns", 0));
}

static int print_text(const struct request *r, const uint64_t *a, const uint64_t *b,
		      const int32_t *status, const struct tally *tally, size_t ntally)
{
	for (uint64_t i = 0; i < r->count && r->verbose; i++)
		fprintf(r->f, "%d 0x%" PRIx64 "  %d 0x%" PRIx64 "  %s\n", r->pid[0], a[i],
			r->pid[1], b[i], xchg__result_name(status[i]));
	for (size_t t = 0; t < ntally; t++)
		fprintf(r->f, "%s%" PRIu64 " %s", t ? ", " : "", tally[t].n,
			xchg__result_name(tally[t].status));
	fprintf(r->f, " of %" PRIu64 " pairs\n", r->count);
	return 0;
}

static enum status exchange(const struct request *r, int fd)
{
	uint64_t page = sysconf(_SC_PAGESIZE);
	uint64_t *a = calloc(r->count, sizeof(*a)), *b = calloc(r->count, sizeof(*b));
	int32_t *status = calloc(r->count, sizeof(*status));
	struct tally *tally = calloc(r->count, sizeof(*tally));
	enum status ret = ST_OK;
	size_t n;
	int err;

	if (!a || !b || !status || !tally) {
		ret = fail(ST_FAIL, "out of memory for %" PRIu64 " pairs", r->count);
		goto out;
	}
	for (uint64_t i = 0; i < r->count; i++) {
		a[i] = r->addr[0] + i * page;
		b[i] = r->addr[1] + i * page;
	}
	err = xchg__exchange(fd, r->pid[0], a, r->pid[1], b, status, r->count,
			     r->all ? FOLIO_EXCHANGE_MOVE_ALL : 0);
	if (err == -EPERM) {
		ret = fail(ST_PERM, "not permitted: needs CAP_SYS_PTRACE for processes of others%s",
			   r->all ? ", and CAP_SYS_NICE for --all" : "");
		goto out;
	}
	if (err) {
		ret = fail(ST_FAIL, "cannot exchange: %s%s", strerror(-err),
			   err == -ESRCH ? " (a pid)" : "");
		goto out;
	}
	n = count_statuses(status, r->count, tally);
	err = (r->json ? print_json : print_text)(r, a, b, status, tally, n);
	if (err || !n)
		ret = fail(ST_FAIL, "out of memory");
	else if (n > 1 || tally[0].status != FOLIO_EXCHANGE_OK)
		ret = ST_FAIL;
out:
	free(a);
	free(b);
	free(status);
	free(tally);
	return ret;
}

static enum status bench(const struct request *r, int fd)
{
	uint64_t want = 2ULL * r->conf.rounds * r->conf.pairs;
	char x[UNITS_LEN], m[UNITS_LEN];
	struct bench_result res;
	enum status status = bench__run(fd, &r->conf, &res);
	double ratio;

	if (status)
		return status;
	ratio = res.exchange_ns ? (double)res.migrate_ns / res.exchange_ns : 0;
	if (r->json) {
		if (head__json(&(struct head){ 0 }, r->f, r->argc, r->argv) ||
		    json__line(r->f, json_pack("{s:s, s:f, s:f, s:i, s:i, s:i, s:I, s:I, s:I, s:I, s:I,"
					       " s:f, s:s}",
					       "type", "snapshot", "ts", json__now(), "interval_s",
					       (res.exchange_ns + res.migrate_ns) / 1e9, "pairs",
					       (int)r->conf.pairs, "rounds", (int)r->conf.rounds,
					       "sharers", (int)r->conf.sharers, "exchange_ns",
					       (json_int_t)res.exchange_ns, "exchanged",
					       (json_int_t)res.exchanged, "migrate_ns",
					       (json_int_t)res.migrate_ns, "migrated",
					       (json_int_t)res.migrated, "wrong_words",
					       (json_int_t)res.wrong, "ratio", ratio, "clock",
					       "CLOCK_MONOTONIC")) ||
		    json__line(r->f,
			       json_pack("{s:s, s:f, s:I, s:I, s:{}, s:{s:i, s:i}}", "type", "end",
					 "ts", json__now(), "seen", (json_int_t)want, "recorded",
					 (json_int_t)want, "lost", "bpf", "runs", 0, "ns", 0)))
			return fail(ST_FAIL, "out of memory");
	} else {
		fprintf(r->f,
			"%u pairs a call, %u sharers: exchange %s a pair (%" PRIu64 " of %" PRIu64
			" done), two move_pages(2) %s a pair (%" PRIu64 " of %" PRIu64
			" done): %.2f times as fast\n",
			r->conf.pairs, r->conf.sharers, units__ns(x, res.exchange_ns / want),
			res.exchanged, want, units__ns(m, res.migrate_ns / want), res.migrated,
			want, ratio);
	}
	if (res.wrong)
		return fail(ST_FAIL, "%" PRIu64 " words are not what was written", res.wrong);
	return ST_OK;
}

int main(int argc, char **argv)
{
	struct request r = {
		.count = 1,
		.conf = { .pairs = 512, .rounds = 10, .nodes = { 0, 1 } },
		.argc = argc,
		.argv = argv,
	};
	struct opts_tool tool = {
		.doc = doc,
		.args_doc = "PID_A ADDR_A PID_B ADDR_B [COUNT]\nbench",
		.own = &own,
		.own_input = &r,
	};
	struct opts opts;
	enum status status;
	int fd;

	text__init();
	status = opts__parse(&opts, &tool, argc, argv);
	if (!status)
		status = out__open(opts.output, &r.f);
	if (status)
		return status;
	r.json = opts.json;
	r.verbose = opts.verbose;
	status = xchg__open(&fd);
	if (!status) {
		status = r.bench ? bench(&r, fd) : exchange(&r, fd);
		close(fd);
	}
	opts__free(&opts);
	if (out__close(r.f) != ST_OK)
		status = ST_FAIL;
	return status;
}
