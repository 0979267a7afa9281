# shellcheck shell=bash
# What the guest's side of a section shares: workloads, and tools that run beside them.  Figures
# are lines of JSON on standard output.  Sourced.

set -u -o pipefail
# shellcheck disable=SC2034 # for who sources this
quick=${1:-}
scripts=$PWD/bench/bpftrace
export PATH=$PWD/build/bench:$PWD/bench/guest:$PATH
# shellcheck disable=SC2034 # for who sources this
failed=0

echo 0 >/proc/sys/kernel/numa_balancing

# The machine as it is.
printf '{"meta":{"kernel":"%s","instructions":%s}}\n' "$(uname -r)" \
	"$([ "${FOLIOSCOPE_ICOUNT:-0}" = 1 ] && echo true || echo false)"

say() {
	printf 'bench: %s: %s\n' "$(cut -d' ' -f1 /proc/uptime)" "$*" >&2
}

fails() { # WHAT...
	say "failed: $*"
	# shellcheck disable=SC2034
	failed=1
}

# While working on one tool the others can wait: FOLIOSCOPE_BENCH_TOOLS, a pattern of grep -E.
wanted() { # TOOL
	grep -qE -e "${FOLIOSCOPE_BENCH_TOOLS:-}" <<<"$1"
}

# A figure that this machine cannot give: said, and nothing else depends on it.
missing() { # NAME WHY...
	local name=$1
	shift
	printf '{"missing":"%s","why":"%s"}\n' "$name" "$*"
}

# The walks' processes stay while tools come and go: labels go in, figures come out.  See bench/walk.c.
start_walks() { # SHAPE...
	rm -f /tmp/label /tmp/figures
	mkfifo /tmp/label /tmp/figures
	walk "$@" <>/tmp/label >/tmp/figures 2>/tmp/walk-errors &
	walks=$!
	exec 7<>/tmp/figures # so that neither side waits for the other to open it
}

end_walks() {
	kill -KILL "$walks"
	wait "$walks" 2>/dev/null
	exec 7>&-
}

# A tool that runs a command.  What it prints is put away, the command's figures come out.
beside() { # "TOOL OPTIONS..." COMMAND...
	local tool=$1
	shift
	wanted "$tool" || return 0
	say "$tool: $*"
	# shellcheck disable=SC2086 # several words
	$tool -o /tmp/of-tool -- "$@" 2>/tmp/errors || fails "$tool: $(tail -n 3 /tmp/errors)"
}

beside_bpftrace() { # SCRIPT COMMAND...
	local script=$1
	shift
	wanted "bpftrace $script" || return 0
	say "bpftrace $script: $*"
	if ! command -v bpftrace >/dev/null; then
		missing "bpftrace $script" 'bpftrace is not installed'
		return
	fi
	# It splits its command at spaces, and looks for no program in PATH; exec: the parent is bpftrace, for `attached`.
	{
		echo '#!/bin/bash'
		printf 'exec'
		printf ' %q' "$@"
	} >/tmp/command
	chmod +x /tmp/command
	BPFTRACE_MAP_KEYS_MAX=65536 bpftrace -q -o /tmp/of-tool -c "/bin/bash /tmp/command" "$scripts/$script.bt" \
		2>/tmp/errors || fails "bpftrace $script: $(tail -n 3 /tmp/errors)"
}

# funclatency runs no command: it is started, waited for, and ended.
beside_funclatency() { # FUNCTIONS COMMAND...
	local functions=$1 pid
	shift
	wanted funclatency || return 0
	say "funclatency $functions: $*"
	if ! command -v funclatency-bpfcc >/dev/null; then
		missing funclatency "BCC's tools are not installed"
		return
	fi
	: >/tmp/of-tool
	PYTHONUNBUFFERED=1 funclatency-bpfcc -r "$functions" >/tmp/of-tool 2>/tmp/errors &
	pid=$!
	until grep -q '^Tracing' /tmp/of-tool; do
		if ! kill -0 $pid 2>/dev/null; then
			fails "funclatency: $(tail -n 3 /tmp/errors)"
			return
		fi
		sleep 1
	done
	"$@" || fails "beside funclatency: $*"
	# Not by SIGINT, which what a script starts in the background ignores.
	kill $pid
	wait $pid
}
