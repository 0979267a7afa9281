// SPDX-License-Identifier: GPL-2.0-only
/* The running kernel's memory, by the programs of bpf/folio.bpf.c. */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include "../../bpf/folio.h"
#include "../lib/bpfenv.h"
#include "../lib/ksyms.h"
#include "folio.skel.h"
#include "live.h"
#include "page.h"
#include "pagemap.h"

/* What is needed of the kernel's symbols: addresses, 0 of what it has not. */
struct symbols {
	uint64_t vmemmap_base, zero_pfn, huge_zero_pfn, huge_zero_page, node_data;
	bool hugetlb_index, hidden;
};

struct folio_live {
	struct kmem kmem; /* first: its functions are handed this */
	struct folio_bpf *skel;
	struct bpf_link *tasks;
	struct folio_slot *slots; /* the array, mapped */
	int stats_fd;
	struct symbols symbols;
};

static int run_program(const struct bpf_program *prog)
{
	LIBBPF_OPTS(bpf_test_run_opts, opts);

	return bpf_prog_test_run_opts(bpf_program__fd(prog), &opts);
}

/* ----------------------------------------------------------------- reading */

static int read_batch(struct folio_live *live, struct kmem_read *reads, size_t n)
{
	struct folio_bpf__bss *bss = live->skel->bss;
	int err;

	for (size_t i = 0; i < n; i++) {
		bss->want[i].addr = reads[i].addr;
		bss->want[i].len = reads[i].len;
		bss->want[i].err = -EAGAIN;
	}
	bss->wants = n;
	err = run_program(live->skel->progs.peek);
	for (size_t i = 0; !err && i < n; i++) {
		reads[i].err = bss->want[i].err;
		memcpy(reads[i].to, live->slots[i].data, reads[i].len);
	}
	return err;
}

static int read_memory(struct kmem *k, struct kmem_read *reads, size_t n)
{
	int err = 0;

	for (size_t i = 0; !err && i < n; i += FOLIO_SLOTS)
		err = read_batch((struct folio_live *)k, reads + i,
				 n - i < FOLIO_SLOTS ? n - i : FOLIO_SLOTS);
	return err;
}

static int read_tasks(struct kmem *k, struct kmem_tasks *tasks)
{
	struct folio_live *live = (struct folio_live *)k;
	int fd = bpf_iter_create(bpf_link__fd(live->tasks)), err = 0;
	struct folio_task told[64];

	if (fd < 0)
		return -errno;
	tasks->n = 0;
	for (;;) {
		ssize_t n = read(fd, told, sizeof(told));

		if (n < 0 && (errno == EINTR || errno == EAGAIN))
			continue;
		if (n <= 0) {
			err = n < 0 ? -errno : 0;
			break;
		}
		/* Records are never cut: the buffer holds a whole number of them. */
		for (size_t i = 0; !err && i < n / sizeof(*told); i++) {
			struct kmem_task t = { .mm = told[i].mm, .pid = told[i].pid };

			memcpy(t.comm, told[i].comm, sizeof(t.comm));
			t.comm[sizeof(t.comm) - 1] = 0;
			err = kmem_tasks__add(tasks, &t);
		}
		if (err)
			break;
	}
	close(fd);
	kmem_tasks__sort(tasks);
	return err;
}

/* ----------------------------------------------------------------- symbols */

struct search {
	uint64_t addr;
	char *name;
};

static int on_variable(void *arg, const struct ksym *s)
{
	struct search *search = arg;

	if (s->addr != search->addr || !strchr("dbr", s->type))
		return 0;
	search->name = strndup(s->name, s->len);
	return 1;
}

static const char *symbol(struct kmem *k, uint64_t addr)
{
	static struct search last; /* there are few, mostly one */

	(void)k;
	if (addr != last.addr) {
		free(last.name);
		last = (struct search){ .addr = addr };
		ksyms__each(on_variable, &last);
	}
	return last.name;
}

static int on_symbol(void *arg, const struct ksym *s)
{
	static const struct {
		const char *name;
		size_t where;
	} wanted[] = {
		{ "vmemmap_base", offsetof(struct symbols, vmemmap_base) },
		{ "zero_pfn", offsetof(struct symbols, zero_pfn) },
		{ "zero_page_pfn", offsetof(struct symbols, zero_pfn) },
		{ "huge_zero_pfn", offsetof(struct symbols, huge_zero_pfn) },
		{ "huge_zero_page", offsetof(struct symbols, huge_zero_page) },
		{ "node_data", offsetof(struct symbols, node_data) },
	};
	const char *linear = "linear_hugepage_index";
	struct symbols *symbols = arg;

	for (size_t i = 0; i < sizeof(wanted) / sizeof(*wanted); i++)
		if (strlen(wanted[i].name) == s->len && !memcmp(wanted[i].name, s->name, s->len))
			memcpy((char *)symbols + wanted[i].where, &s->addr, sizeof(s->addr));
	if (strlen(linear) == s->len && !memcmp(linear, s->name, s->len))
		symbols->hugetlb_index = true;
	symbols->hidden |= s->type == 't' && !s->addr;
	return 0;
}

/* The number in a variable of the kernel; UINT64_MAX: it has none. */
static uint64_t variable(struct kmem *k, uint64_t addr)
{
	uint64_t v;

	return addr && !kmem__bytes(k, addr, &v, sizeof(v)) ? v : UINT64_MAX;
}

/* The huge one comes with its first reader, and may go again. */
static void refresh(struct kmem *k)
{
	struct folio_live *live = (struct folio_live *)k;
	const struct symbols *s = &live->symbols;
	uint64_t page;

	k->zero_pfn = variable(k, s->zero_pfn);
	k->huge_zero_pfn = variable(k, s->huge_zero_pfn);
	if (s->huge_zero_pfn)
		return;
	/* Up to 5.12, before 3b77e8c8cde5. */
	page = variable(k, s->huge_zero_page);
	if (page != UINT64_MAX && page >= k->vmemmap)
		k->huge_zero_pfn = (page - k->vmemmap) / k->layout.page_size;
}

/* ------------------------------------------------------------ struct pages */

/* A page of our own, of which is known where it is. */
struct own_page {
	volatile char *addr;
	uint64_t pfn;
};

#define OWN_SIZE 4096

/* ST_OK, or a status with its message. */
static enum status own_page(struct own_page *own)
{
	uint64_t entry = 0;
	int fd = pagemap__open(getpid());

	if (fd < 0)
		return fail(ST_KERNEL,
			    "cannot open /proc/self/pagemap (%s): is /proc mounted, and has the "
			    "kernel CONFIG_PROC_PAGE_MONITOR?",
			    strerror(-fd));
	own->addr = mmap(NULL, OWN_SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (own->addr != MAP_FAILED) {
		own->addr[0] = 1;
		pagemap__read(fd, (uint64_t)own->addr, &entry, 1);
	}
	close(fd);
	if (own->addr == MAP_FAILED)
		return fail(ST_FAIL, "out of memory");
	own->pfn = entry & PAGEMAP_PFN;
	return own->pfn ? ST_OK :
			  fail(ST_PERM, "not permitted: the kernel hides page frame numbers; needs "
					"CAP_SYS_ADMIN");
}

/* Does it look as it must when the struct pages begin there? */
static bool page_is_there(struct kmem *k, uint64_t vmemmap, const struct own_page *own)
{
	struct folio f;

	k->vmemmap = vmemmap;
	return !folio__read(k, own->pfn, &f) && f.kind == FOLIO_KIND_ANON && f.page.refcount > 0 &&
	       folio__pgoff(k, &f) == (uint64_t)own->addr / OWN_SIZE;
}

/* Finds the struct pages; ST_OK, or a status with its message. */
static enum status find_pages(struct kmem *k, const struct own_page *own, uint64_t by_symbol,
			      bool hidden)
{
	const uint64_t candidates[] = {
		by_symbol,
		/* Documentation/arch/x86/x86_64/mm.rst: without CONFIG_RANDOMIZE_MEMORY */
		0xffffea0000000000,
		0xffd4000000000000,
	};

	for (size_t i = 0; i < sizeof(candidates) / sizeof(*candidates); i++)
		if (page_is_there(k, candidates[i], own))
			return ST_OK;
	if (hidden)
		return fail(ST_PERM, "not permitted: the kernel hides its addresses; needs "
				     "CAP_SYSLOG (or kernel.kptr_restrict=0)");
	return fail(ST_KERNEL, "cannot find the kernel's struct pages: no vmemmap "
			       "(CONFIG_SPARSEMEM_VMEMMAP), or not x86-64");
}

/* ---------------------------------------------------------------- open, close */

static int load(struct folio_live *live)
{
	void *map;
	int err;

	live->skel = folio_bpf__open();
	if (!live->skel)
		return -errno;
	err = bpfenv__load(live->skel->skeleton);
	if (err)
		return err;
	live->tasks = bpf_program__attach_iter(live->skel->progs.each_task, NULL);
	if (!live->tasks)
		return -errno;
	map = mmap(NULL, FOLIO_SLOTS * sizeof(*live->slots), PROT_READ, MAP_SHARED,
		   bpf_map__fd(live->skel->maps.slots), 0);
	if (map == MAP_FAILED)
		return -errno;
	live->slots = map;
	err = run_program(live->skel->progs.tell_layout);
	memcpy(&live->kmem.layout, &live->skel->bss->layout, sizeof(live->kmem.layout));
	return err;
}

/* Documentation/admin-guide/mm/multigen_lru.rst */
static bool has_multi_gen_lru(void)
{
	FILE *f = fopen("/sys/kernel/mm/lru_gen/enabled", "re");
	unsigned int caps = 0;

	if (f && fscanf(f, "%x", &caps) != 1)
		caps = 0;
	if (f)
		fclose(f);
	return caps & 1;
}

enum status folio_live__open(bool verbose, struct head *head, struct folio_live **out)
{
	struct folio_live *live = calloc(1, sizeof(*live));
	enum status status = bpfenv__check(verbose);
	struct own_page own = { 0 };
	struct symbols *symbols;
	int err;

	*out = live;
	if (status)
		return status;
	if (!live)
		return fail(ST_FAIL, "out of memory");
	symbols = &live->symbols;
	status = own_page(&own);
	if (status)
		return status;
	live->kmem.refresh = refresh;
	live->kmem.read = read_memory;
	live->kmem.tasks = read_tasks;
	live->kmem.symbol = symbol;
	live->stats_fd = bpfenv__stats_on();
	bpfenv__why(0);
	err = load(live);
	if (err)
		return fail(bpfenv__status(err), "cannot read the kernel's memory by BPF: %s",
			    bpfenv__why(err));
	ksyms__each(on_symbol, symbols);
	live->kmem.hugetlb_index_is_huge = symbols->hugetlb_index;
	live->kmem.node_data = symbols->node_data;
	live->kmem.multi_gen_lru = has_multi_gen_lru();
	live->kmem.in_pidns = bpfenv__in_pidns();
	live->kmem.zero_pfn = live->kmem.huge_zero_pfn = UINT64_MAX;
	status = find_pages(&live->kmem, &own, variable(&live->kmem, symbols->vmemmap_base),
			    symbols->hidden);
	munmap((void *)own.addr, OWN_SIZE);
	if (status)
		return status;
	refresh(&live->kmem);
	head->backend = "vmemmap";
	return ST_OK;
}

struct kmem *folio_live__kmem(struct folio_live *live)
{
	return &live->kmem;
}

void folio_live__cost(const struct folio_live *live, struct books *books)
{
	struct prog_stats stats = { 0 };
	struct bpf_program *prog;

	bpf_object__for_each_program(prog, live->skel->obj)
	{
		bpfenv__prog_stats(prog, &stats);
	}
	books->bpf_runs = stats.runs;
	books->bpf_ns = stats.ns;
}

void folio_live__close(struct folio_live *live)
{
	if (!live)
		return;
	if (live->slots)
		munmap(live->slots, FOLIO_SLOTS * sizeof(*live->slots));
	bpf_link__destroy(live->tasks);
	folio_bpf__destroy(live->skel);
	if (live->stats_fd > 0)
		close(live->stats_fd);
	free(live);
}
