// SPDX-License-Identifier: GPL-2.0-only
/*
 * rmaptop's display without a terminal: what a terminal sends, through ncurses.  Two letters
 * are the screen's size, then keys; after a form feed another size.
 */
#include <curses.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "../../cmd/lib/text.h"
#include "../../cmd/rmap/record.h"
#include "../../cmd/rmap/tui.h"
#include "fuzz.h"

#define ROW(pid, comm, cause, kind, ns)                                                    \
	"{\"pid\":" #pid ",\"comm\":\"" comm "\",\"cause\":\"" cause "\",\"kind\":\"" kind \
	"\",\"cgroup\":\"/a/\\u96ea/b\",\"owner\":{\"pid\":7,\"comm\":\"\\u001b[2J\"},"    \
	"\"walks\":3,\"vmas\":30,\"mapped\":3,\"ns\":" #ns ",\"lock_ns\":5,\"max\":9000,"  \
	"\"vmas_max\":10,\"hist\":[{\"lo\":1024,\"hi\":1152,\"count\":3}]}"
#define SLOW                                                                                    \
	"{\"ts\":1,\"pid\":1,\"tid\":2,\"comm\":\"one\",\"cause\":\"unmap\",\"kind\":\"anon\"," \
	"\"nid\":0,\"order\":0,\"vmas\":9,\"mapped\":1,\"ns\":900,\"lock_ns\":1,"               \
	"\"pfn\":\"0x1\",\"stack\":\"outer;inner\"}"

static const char line[] =
	"{\"type\":\"interval\",\"ts\":1000,\"interval_s\":1,\"sample\":4,\"rows\":[" ROW(
		1, "one", "unmap", "anon",
		3000) "," ROW(1, "one", "idle", "file",
			      2000) "," ROW(2, "\\u96ea\\u96ea", "unmap", "anon",
					    100) "," ROW(3, "a b\\u0301", "mkclean", "shmem",
							 0) "],\"slowest\":[" SLOW "]}";

/* A screen that is seen nowhere; handlers of signals stay the sanitizers'. */
static void open_screen(void)
{
	static const int signals[] = { SIGSEGV, SIGBUS, SIGFPE,	 SIGILL,  SIGABRT,
				       SIGQUIT, SIGINT, SIGTERM, SIGTSTP, SIGWINCH };
	struct sigaction was[sizeof(signals) / sizeof(*signals)];
	FILE *stdout_was = stdout;

	setenv("TERM", "xterm", 1);
	for (size_t i = 0; i < sizeof(signals) / sizeof(*signals); i++)
		sigaction(signals[i], NULL, &was[i]);
	stdout = fopen("/dev/null", "w");
	setenv("LC_ALL", "C.UTF-8", 1);
	text__init();
	if (!stdout || tui__open())
		abort();
	stdout = stdout_was;
	status__before(NULL); /* messages leave it alone */
	for (size_t i = 0; i < sizeof(signals) / sizeof(*signals); i++)
		sigaction(signals[i], &was[i], NULL);
}

static void type(struct rmap_tui *tui, const char *keys, size_t len)
{
	struct display_state state = { .replay = true, .speed = 1, .at = 1, .n = 2 };
	FILE *f = fuzz__file(keys, len);
	struct tui_event event;
	bool mine = false;

	dup2(fileno(f), STDIN_FILENO);
	while ((event = tui__event()).key != TUI_NONE)
		if (rmap_tui__key(tui, event, &mine) || rmap_tui__draw(tui, &state))
			abort();
	if (rmap_tui__draw(tui, &state))
		abort();
	fclose(f);
}

static void *snapshot(const char *text)
{
	json_t *json = json_loads(text, 0, NULL);
	struct rmap_snapshot snap = { 0 };
	void *kept;

	if (rmap_record__read(&snap, json))
		abort();
	kept = rmap_tui__keep(&snap, (struct when){ 1000, 1 });
	json_decref(json);
	return kept;
}

void fuzz_tui(const uint8_t *data, size_t size)
{
	static bool opened;
	struct fuzz_input in = { data, data + size };
	struct run run = { .opts.nreplay = 1, .head.backend = "fentry" };
	const struct rmap_wish wish = { .by = RMAP_BY_ALL, .sort = COL_TIME };
	void *kept[2] = { snapshot(line), snapshot("{\"rows\":[]}") };
	struct rmap_tui *tui = rmap_tui__new(&run, &wish);
	char *keys;
	size_t len;

	if (!opened)
		open_screen();
	opened = true;
	head__cover(&run.head, "idle", COVERAGE_NONE, "no page_idle here");
	for (int i = 0; i < 8 && (keys = fuzz__word(&in, '\f', &len)); i++) {
		int width = len ? 1 + 4 * ((keys[0] - 'a') & 31) : 80;
		int height = len > 1 ? 1 + ((keys[1] - 'a') & 31) : 24;

		resizeterm(height, width);
		if (rmap_tui__show(tui, kept[i & 1]))
			abort();
		type(tui, keys + (len < 2 ? len : 2), len < 2 ? 0 : len - 2);
		free(keys);
	}
	rmap_tui__free(tui);
	rmap_tui__drop(kept[0]);
	rmap_tui__drop(kept[1]);
}
