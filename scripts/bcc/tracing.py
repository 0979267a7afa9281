# SPDX-License-Identifier: GPL-2.0-only
"""What the BCC scripts have in common: options, errors, compiling and attaching, and the course of a run."""

import argparse
import ctypes
import json
import os
import platform
import signal
import subprocess
import sys
import tempfile
import time

VERSION = "0.1.0"  # the project's, as in the Makefile
PROGRAM = os.path.basename(sys.argv[0])

FAILED, USAGE, KERNEL, PERMISSION = 1, 2, 3, 4  # exit statuses of all tools


class Failure(Exception):
    """What ends a run: one line for the user, and the exit status."""

    def __init__(self, why, status=FAILED):
        super().__init__(" ".join(str(why).split()))
        self.status = status


def warn(text):
    print(f"{PROGRAM}: {text}", file=sys.stderr)


def run(main):
    """Calls main(), which returns nothing; the exit status."""
    # They end a run, they do not interrupt it: see Tracer.wait().
    signal.pthread_sigmask(signal.SIG_BLOCK, ENDS)
    try:
        main()
        sys.stdout.flush()
    except Failure as failure:
        warn(failure)
        return failure.status
    except BrokenPipeError:  # whoever read standard output has enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except OSError as error:  # writing: the disk is full, say
        warn(f"cannot write: {error.strerror}")
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED
    return 0


# ------------------------------------------------------------------ options


class _Parser(argparse.ArgumentParser):
    def error(self, message):
        raise Failure(f"{message} (see {self.prog} --help)", USAGE)


def number(kind, largest, what):
    """Reads an option's value, which must be above 0 and no larger; what: its name."""
    def read(text):
        try:
            value = kind(text)
        except ValueError:
            value = None
        if value is None or not 0 < value <= largest:
            raise argparse.ArgumentTypeError(f"{what} '{text}' is not a number above 0 and up to {largest:.0f}")
        return value
    return read


def parser(**kwargs):
    """The options that every script has."""
    args = _Parser(prog=PROGRAM, allow_abbrev=False, usage="%(prog)s [OPTION...] [interval [count]] [-- COMMAND...]",
                   **kwargs)
    args.add_argument("interval", nargs="?", type=number(float, 1e9, "interval"), help="seconds between outputs")
    args.add_argument("count", nargs="?", type=number(int, 2 ** 31 - 1, "count"), help="outputs, then end")
    args.add_argument("-p", "--pid", dest="pids", action="append", default=[], metavar="PID",
                      type=number(int, 2 ** 31 - 1, "pid"), help="this process only; may be given several times")
    args.add_argument("-d", "--duration", type=number(float, 1e9, "duration"), metavar="SEC", help="end after so long")
    args.add_argument("-o", "--output", metavar="FILE", help="write there instead of to standard output")
    args.add_argument("-v", "--verbose", action="store_true", help="show what the compiler says")
    args.add_argument("-V", "--version", action="version", version=f"%(prog)s {VERSION}")
    return args


def parse(args):
    """The options; .command is what follows --, or empty."""
    argv, command = sys.argv[1:], []
    if "--" in argv:
        at = argv.index("--")
        argv, command = argv[:at], argv[at + 1:]
        if not command:
            args.error("COMMAND is missing after --")
    opts = args.parse_args(argv)
    opts.command = command
    for pid in opts.pids:
        if not os.path.exists(f"/proc/{pid}"):
            raise Failure(f"no process with pid {pid}")
    return opts


def output(path):
    """Where the output goes."""
    if path is None:
        return sys.stdout
    try:
        return open(path, "w", encoding="utf-8")
    except OSError as error:
        raise Failure(f"cannot write {path}: {error.strerror}") from None


# ------------------------------------------------------------------ the kernel

# Common to all programs.  Everything is read by bpf_probe_read_kernel(): what BCC makes of a
# plain a->b depends on how well it follows the pointer.
PRELUDE = r"""
#include <linux/mm.h>
#include <linux/pid.h>
#include <linux/pid_namespace.h>
#include <linux/rmap.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>

#define READ(to, from) bpf_probe_read_kernel(&(to), sizeof(to), &(from))

BPF_ARRAY(go, u32, 1); /* count: everything is attached */
BPF_PERCPU_ARRAY(counts, u64, 8);

static __always_inline bool going(void)
{
	int zero = 0;
	u32 *is = go.lookup(&zero);

	return is && *is;
}

/* The number of a task's process in the PID namespace of whoever runs the script; 0: it has none. */
static __always_inline u32 process_id(struct task_struct *task)
{
#ifndef PID_NAMESPACE
	u32 tgid = 0;

	READ(tgid, task->tgid);
	return tgid;
#else
	struct signal_struct *signal;
	struct pid_namespace *ns;
	u32 level = 0, inum = 0, nr = 0;
	struct pid *pid;

	READ(signal, task->signal);
	READ(pid, signal->pids[PIDTYPE_TGID]);
	READ(level, pid->level);
	for (int i = 0; i < 8 && i <= level; i++) {
		READ(ns, pid->numbers[i].ns);
		READ(inum, ns->ns.inum);
		if (inum == PID_NAMESPACE)
			READ(nr, pid->numbers[i].nr);
	}
	return nr;
#endif
}
"""


def _namespace_flags():
    """Tells the program of the caller's PID namespace, unless it is the machine's own."""
    inode = os.stat("/proc/self/ns/pid").st_ino
    return [] if inode == 0xeffffffc else [f"-DPID_NAMESPACE={inode}U"]  # PROC_PID_INIT_INO


def _headers():
    """Is there something to compile against?"""
    release = platform.release()
    given = os.environ.get("BCC_KERNEL_SOURCE")
    places = [given] if given else [f"/lib/modules/{release}/source", f"/lib/modules/{release}/build"]
    if any(os.path.exists(f"{place}/include/linux/kconfig.h") for place in places):
        return
    if not os.path.exists("/sys/kernel/kheaders.tar.xz"):
        subprocess.run(["modprobe", "-q", "kheaders"], stderr=subprocess.DEVNULL, check=False)
    if not os.path.exists("/sys/kernel/kheaders.tar.xz"):
        raise Failure(f"no kernel headers in {' or '.join(places)}, nor in the kernel (CONFIG_IKHEADERS): "
                      f"install linux-headers-{release}", KERNEL)


def _permitted():
    """CAP_SYS_ADMIN, or since 5.8 CAP_BPF with CAP_PERFMON."""
    with open("/proc/self/status", encoding="ascii") as status:
        caps = next(int(line.split()[1], 16) for line in status if line.startswith("CapEff:"))
    admin, perfmon, bpf = 21, 38, 39
    if not caps >> admin & 1 and not (caps >> perfmon & 1 and caps >> bpf & 1):
        raise Failure("not permitted to trace: needs CAP_SYS_ADMIN, or CAP_BPF and CAP_PERFMON", PERMISSION)
    try:
        with open("/sys/kernel/security/lockdown", encoding="ascii") as lockdown:
            if "[confidentiality]" in lockdown.read():
                raise Failure("the kernel is locked down: its memory may not be read", KERNEL)
    except OSError:
        pass


class _Stderr:
    """Keeps what C code writes to standard error."""

    def __enter__(self):
        sys.stderr.flush()
        self._saved = os.dup(2)
        self._file = tempfile.TemporaryFile()
        os.dup2(self._file.fileno(), 2)
        return self

    def __exit__(self, *_args):
        os.dup2(self._saved, 2)
        os.close(self._saved)
        self._file.seek(0)
        self.text = self._file.read().decode(errors="replace")
        self._file.close()


ENDS = {signal.SIGINT, signal.SIGTERM, signal.SIGCHLD}


class Tracer:
    """A compiled program, what it is attached to, and the time it runs for."""

    def __init__(self, opts, text, **defines):
        self.opts = opts
        self._child = None
        self._left = opts.count
        _permitted()
        try:
            import bcc
        except ImportError:
            raise Failure("needs BCC: install python3-bpfcc", KERNEL) from None
        _headers()
        # -w: the headers are not ours.
        flags = ["-w"] + _namespace_flags() + [f"-D{name}={value}" for name, value in defines.items()]
        try:
            with _Stderr() as said:
                self.bpf = bcc.BPF(text=PRELUDE + text, cflags=flags)
        except Exception as error:
            if opts.verbose:
                sys.stderr.write(said.text)
            lines = said.text.splitlines() or [str(error)]
            first = next((line for line in lines if "error:" in line), lines[-1])
            raise Failure(f"BCC cannot compile for this kernel's headers: {first}", KERNEL) from None
        if opts.verbose:
            sys.stderr.write(said.text)

    def has(self, function):
        """Is there such a function in the kernel?"""
        return self.bpf.ksymname(function.encode()) not in (-1, 0)

    def kprobe(self, function, program):
        try:
            with _Stderr() as said:
                self.bpf.attach_kprobe(event=function, fn_name=program)
        except Exception as error:
            lines = said.text.strip().splitlines() or [str(error)]
            raise Failure(f"cannot attach to {function}: {lines[-1]}", KERNEL) from None

    def begin(self):
        """Everything is attached.  Starts COMMAND, if there is one."""
        self._switch(1)
        self.start = time.time()
        self._until = None if self.opts.duration is None else time.monotonic() + self.opts.duration
        self._next = None if self.opts.interval is None else time.monotonic() + self.opts.interval
        if self.opts.command:
            try:
                self._child = subprocess.Popen(
                    self.opts.command, preexec_fn=lambda: signal.pthread_sigmask(signal.SIG_UNBLOCK, ENDS))
            except OSError as error:
                raise Failure(f"cannot run {self.opts.command[0]}: {error.strerror}") from None

    def wait(self):
        """Sleeps until the next output is due; False: it is the last one, and nothing is counted any more."""
        goes_on = self._sleep()
        if goes_on and self._left is not None:
            self._left -= 1
            goes_on = self._left > 0
        if not goes_on:
            self._switch(0)
            time.sleep(.01)  # what was under way is counted by then
            if self._child and self._child.poll() is None:
                self._child.terminate()
        return goes_on

    def _sleep(self):
        while True:
            dues = [due for due in (self._until, self._next) if due is not None]
            now = time.monotonic()
            if dues and min(dues) <= now:
                if self._until is not None and self._until <= now:
                    return False
                self._next += self.opts.interval
                return True
            timeout = min(dues) - now if dues else 3600
            got = signal.sigtimedwait(ENDS, timeout)
            if got and got.si_signo != signal.SIGCHLD:
                return False
            if self._child and self._child.poll() is not None:
                return False

    def _switch(self, on):
        go = self.bpf["go"]
        go[go.Key(0)] = go.Leaf(on)

    def count(self, number):
        """A counter of all CPUs."""
        counts = self.bpf["counts"]
        return sum(counts[counts.Key(number)])

    def _info(self, key):
        """The sum over all programs of what the kernel says of each."""
        total = 0
        for function in self.bpf.funcs.values():
            with open(f"/proc/self/fdinfo/{function.fd}", encoding="ascii") as info:
                total += sum(int(line.split()[1]) for line in info if line.startswith(f"{key}:"))
        return total

    def missed(self):
        """Events for which no program ran, as far as the kernel counts them: for kprobes since 6.7."""
        return self._info("recursion_misses")

    def cost(self):
        """What the programs ran; nothing unless the kernel's statistics are on."""
        return {"runs": self._info("run_cnt"), "ns": self._info("run_time_ns")}


_BPF_ENABLE_STATS, _SYS_BPF = 32, {"x86_64": 321}.get(platform.machine(), 280)


def enable_stats():
    """Lets the kernel measure programs while the script runs."""
    attr = (ctypes.c_uint32 * 1)(0)  # BPF_STATS_RUN_TIME
    ctypes.CDLL(None).syscall(_SYS_BPF, _BPF_ENABLE_STATS, attr, ctypes.sizeof(attr))


# -------------------------------------------------------------------- words


def json_line(file, **values):
    file.write(json.dumps(values, separators=(",", ":")) + "\n")
    file.flush()


def header(tool, tracer, opts, coverage):
    """The first line of JSON."""
    given = {name: value for name, value in vars(opts).items() if value not in (None, False, []) and name != "output"}
    return {"type": "header", "tool": tool, "version": VERSION, "kernel": platform.release(), "backend": "kprobe",
            "start": round(tracer.start, 6), "options": given, "coverage": coverage}


def clock():
    return time.strftime("%H:%M:%S")


def name(raw):
    """A task's name, fit for a terminal."""
    return "".join(c if c.isprintable() else "?" for c in raw.decode(errors="replace"))
