// SPDX-License-Identifier: GPL-2.0-only
/*
 * The tools' own main(), called as often as wanted: the linker gives us their calls of exit()
 * and opts__parse() (--wrap).
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "../../cmd/lib/opts.h"
#include "fuzz.h"

#define TOOLS(X) X(rmaptop) X(exchangelat) X(anonvma) X(forkchain) X(foliomap) X(folioxchg)

#define X(name) int fuzz_main_##name(int argc, char **argv);
TOOLS(X)
#undef X

static const struct {
	const char *name;
	int (*main)(int argc, char **argv);
} tools[] = {
#define X(name) { #name, fuzz_main_##name },
	TOOLS(X)
#undef X
};

static bool running, options_only;
static int code; /* of exit() */
static jmp_buf left;

void __real_exit(int status) __attribute__((noreturn));
void __wrap_exit(int status) __attribute__((noreturn));

void __wrap_exit(int status)
{
	if (!running)
		__real_exit(status);
	code = status;
	longjmp(left, 1);
}

int fuzz__main(const char *tool, int argc, char **argv)
{
	int (*volatile call)(int, char **) = NULL;

	for (size_t i = 0; i < sizeof(tools) / sizeof(*tools); i++)
		if (!strcmp(tools[i].name, tool))
			call = tools[i].main;
	program_invocation_short_name = (char *)tool;
	running = true;
	if (!setjmp(left))
		code = call(argc, argv);
	running = false;
	return code;
}

/* ------------------------------------------------ what exit() leaves behind */

/* Both compilers' runtimes have it (sanitizer/allocator_interface.h). */
int __sanitizer_install_malloc_and_free_hooks(void (*on_malloc)(const volatile void *, size_t),
					      void (*on_free)(const volatile void *));

#define ALLOCATED_MAX 4096

static void *allocated[ALLOCATED_MAX];
static size_t n_allocated;
static bool watching;

static void on_malloc(const volatile void *p, size_t size)
{
	(void)size;
	if (watching && n_allocated < ALLOCATED_MAX)
		allocated[n_allocated++] = (void *)p;
}

static void on_free(const volatile void *p)
{
	for (size_t i = n_allocated; watching && i-- > 0;)
		if (allocated[i] == p) {
			allocated[i] = allocated[--n_allocated];
			return;
		}
}

enum status __real_opts__parse(struct opts *opts, const struct opts_tool *tool, int argc,
			       char **argv);
enum status __wrap_opts__parse(struct opts *opts, const struct opts_tool *tool, int argc,
			       char **argv);

enum status __wrap_opts__parse(struct opts *opts, const struct opts_tool *tool, int argc, char **argv)
{
	enum status status;

	watching = options_only;
	status = __real_opts__parse(opts, tool, argc, argv);
	/* Nothing is to be traced, nor written to a file. */
	if (options_only) {
		opts__free(opts);
		__wrap_exit(status);
	}
	return status;
}

int fuzz__options(const char *tool, int argc, char **argv)
{
	static bool hooked;
	int status;

	if (!hooked)
		__sanitizer_install_malloc_and_free_hooks(on_malloc, on_free);
	hooked = options_only = true;
	status = fuzz__main(tool, argc, argv);
	watching = options_only = false;
	/* What was captured of the output is not among it: no --help fills its first buffer. */
	while (n_allocated)
		free(allocated[--n_allocated]);
	return status;
}
