#!/bin/bash
# vm/splats.txt: which lines of a kernel's console count as a complaint. The lines
# are as kernels 5.10 to 7.2 print them.

top=$(cd "$(dirname "$0")/../.." && pwd)
# shellcheck source=tests/lib/tap.sh
. "$top/tests/lib/tap.sh"
vm_dir=$top/vm
# shellcheck source=vm/lib/splats.sh
. "$vm_dir/lib/splats.sh"
console=$(mktemp)
trap 'rm -f "$console"' EXIT

check() { # WANTED-STATUS LINE
	printf '[    1.000000] harmless\r\n%s\r\n' "$2" >"$console"
	find_splat "$console" >/dev/null
	is "$?" "$1" "$([ "$1" = 0 ] && echo complaint || echo harmless): $2"
}

while IFS= read -r line; do
	check 0 "$line"
done <<'END'
[    3.684019] Kernel panic - not syncing: Attempted to kill init! exitcode=0x00007f00
[    0.000000] ------------[ cut here ]------------
[    0.000000] WARNING: CPU: 1 PID: 0 at arch/x86/kernel/smpboot.c:350 topology_sane.isra.0+0x6a/0x70
[   12.345678][   T42] WARNING: mm/rmap.c:1234 at folio_add_anon_rmap+0x1/0x2, CPU#1: sh/42
[    5.000000] kernel BUG at mm/rmap.c:2000!
[    5.000000] BUG: kernel NULL pointer dereference, address: 0000000000000008
[    5.000000] BUG: unable to handle page fault for address: ffffc90000000000
[    5.000000] Oops: 0000 [#1] PREEMPT SMP NOPTI
[    5.000000] Oops: general protection fault, probably for non-canonical address 0xdead000000000100: 0000 [#1] SMP
[    5.000000] general protection fault, probably for non-canonical address 0xdead000000000100: 0000 [#1] SMP
[    5.000000] general protection fault: 0000 [#1] SMP
[    5.000000] stack segment: 0000 [#1] SMP
[    5.000000] double fault: 0000 [#1] PREEMPT SMP NOPTI
[    5.000000] invalid opcode: 0000 [#1] PREEMPT SMP NOPTI
[    5.000000] divide error: 0000 [#1] SMP
[    5.000000] BUG: KASAN: slab-use-after-free in folio_exchange+0x1/0x2
[    5.000000] BUG: KCSAN: data-race in do_exit / do_wait
[    5.000000] BUG: KFENCE: use-after-free read in x+0x1/0x2
[    5.000000] UBSAN: array-index-out-of-bounds in mm/exchange.c:12:3
[    5.000000] kmemleak: 3 new suspected memory leaks (see /sys/kernel/debug/kmemleak)
[    5.000000] WARNING: possible circular locking dependency detected
[    5.000000] WARNING: possible recursive locking detected
[    5.000000] WARNING: possible irq lock inversion dependency detected
[    5.000000] WARNING: inconsistent lock state
[    5.000000] WARNING: bad unlock balance detected!
[    5.000000] WARNING: suspicious RCU usage
[    5.000000] WARNING: lock held when returning to user space!
[    5.000000] WARNING: held lock freed!
[    5.000000] WARNING: SOFTIRQ-safe -> SOFTIRQ-unsafe lock order detected
[    5.000000] WARNING: Nested lock was not taken
[    5.000000] WARNING: sh/42 still has locks held!
[    5.000000] [ BUG: Invalid wait context ]
[    5.000000] INFO: trying to register non-static key.
[    5.000000] INFO: possible circular locking dependency detected
[    5.000000] DEBUG_LOCKS_WARN_ON(lock->magic != lock)
[   50.000000] rcu: INFO: rcu_preempt self-detected stall on CPU
[   50.000000] rcu: INFO: rcu_preempt detected stalls on CPUs/tasks:
[   50.000000] rcu: INFO: rcu_sched detected expedited stalls on CPUs/tasks: { 1-... }
[  130.000000] INFO: task sh:42 blocked for more than 120 seconds.
[   50.000000] watchdog: BUG: soft lockup - CPU#1 stuck for 26s! [sh:42]
[   50.000000] watchdog: Watchdog detected hard LOCKUP on cpu 1
[   50.000000] BUG: workqueue lockup - pool cpus=1 node=0 flags=0x0 nice=0 stuck for 32s!
[    5.000000] BUG: sleeping function called from invalid context at mm/rmap.c:1
[    5.000000] BUG: scheduling while atomic: sh/42/0x00000002
[    5.000000] BUG: Bad page state in process sh  pfn:12345
[    5.000000] BUG: Bad rss-counter state mm:0000000012345678 type:MM_ANONPAGES val:1
[    5.000000] BUG: Bad page map in process sh  pte:1 pmd:2
[    5.000000] list_add corruption. prev->next should be next (ffff), but was 0000.
[    5.000000] BUG kmalloc-64 (Not tainted): Right Redzone overwritten
[    5.000000] refcount_t: underflow; use-after-free.
END

while IFS= read -r line; do
	check 1 "$line"
done <<'END'
[    0.123456] Spectre V2 : WARNING: Unprivileged eBPF is enabled with eIBRS on, data leaks possible via Spectre v2 BHB attacks!
[    0.123456] RETBleed: WARNING: Spectre v2 mitigation leaves CPU vulnerable to RETBleed attacks, data leaks possible!
[    0.123456] ACPI BIOS Warning (bug): 32/64X length mismatch in FADT/Gpe0Block: 128/64 (20220331/tbfadt-564)
[    0.123456] ACPI BIOS Error (bug): Could not resolve symbol [\_SB.PCI0], AE_NOT_FOUND
[    0.123456] MDS CPU bug present and SMT on, data leak possible.
[    0.123456] x86/mm: Checked W+X mappings: passed, no W+X pages found.
[    0.123456] mtrr: your CPUs had inconsistent fixed MTRR settings
[    0.123456] rcu: RCU lockdep checking is enabled.
[    0.123456] Lockdep testsuite:
[    0.123456] Running RCU self tests
[    0.123456] rcu: 	RCU CPU stall warnings timeout set to 21 (rcu_cpu_stall_timeout).
[    0.123456] NMI watchdog: Perf NMI watchdog permanently disabled
[    0.123456] KASAN init done
[    0.123456] kmemleak: Kernel memory leak detector initialized (mem pool available: 15679)
[    5.000000] traps: sh[42] general protection fault ip:7f0 sp:7ff error:0 in libc.so.6[7f0+1000]
[    5.000000] traps: sh[42] trap invalid opcode ip:7f0 sp:7ff error:0 in a.out[7f0+1000]
[    5.000000] sh[42]: segfault at 0 ip 000055 sp 00007ffd error 4 in sh[55+1000]
[    5.000000] Out of memory: Killed process 42 (sh) total-vm:1kB, anon-rss:1kB
[    5.000000] Memory failure: 0x12345: recovery action for dirty LRU page: Recovered
[    5.000000] Injecting memory failure for pfn 0x12345 at process virtual address 0x7f0
[    5.000000] DEBUG_LOCKS is off
END

printf 'before\n[    5.0] ------------[ cut here ]------------\n[    5.0] WARNING: CPU: 0 PID: 1 at x\n[    5.0] Call Trace:\n' >"$console"
is "$(find_splat "$console")" "$(cat "$console")" 'the line before the first match and all after it are shown'
done_testing
