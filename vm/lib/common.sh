# shellcheck shell=bash disable=SC2034 # shares variables with the other parts
# What the scripts in vm/ share: where things are, messages, locks, temporary
# files and the progress of long work. Sourced, never run.

vm_dir=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
top_dir=$(dirname "$vm_dir")

# depmod, modprobe and their like are outside an ordinary user's PATH on Debian.
PATH=$PATH:/usr/sbin:/sbin
export LC_ALL=C

# What a failure exits with; vm/run has its own number for it.
failure_status=1

note() {
	printf '%s: %s\n' "${0##*/}" "$*" >&2
}

die() {
	note "$@"
	exit "$failure_status"
}

if [ -z "${XDG_CACHE_HOME:-${HOME:-}}" ]; then
	die "neither HOME nor XDG_CACHE_HOME is set, so there is no place for the cache: set one"
fi
cache=${XDG_CACHE_HOME:-$HOME/.cache}/folioscope
case $cache in
/*) ;;
*) die "the cache directory '$cache' is not an absolute path: correct XDG_CACHE_HOME" ;;
esac

need_command() { # COMMAND WHAT-FOR
	command -v "$1" >/dev/null ||
		die "$1 is not installed, it is needed for $2: run 'make setup'"
}

# The device alone is not enough: it exists on hosts that cannot virtualise.
can_virtualise() {
	grep -qwE 'vmx|svm' /proc/cpuinfo && { : <>/dev/kvm; } 2>/dev/null
}

# Temporary paths and the running process group go away however the script ends.
temporary=()
running_group=

clean_up() {
	if [ -n "$running_group" ]; then
		kill -TERM -- "-$running_group" 2>/dev/null
		wait "$running_group" 2>/dev/null
		running_group=
	fi
	[ ${#temporary[@]} -eq 0 ] || rm -rf -- "${temporary[@]}"
}

trap clean_up EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM

# Two checkouts may work on the cache at once; whoever holds the lock works,
# the other waits and then finds the work done. Held until the script ends.
lock() { # NAME
	local fd
	mkdir -p "$cache/lock" || die "cannot create $cache/lock: make the cache directory writable"
	exec {fd}>"$cache/lock/$1" || die "cannot write $cache/lock/$1: make the cache directory writable"
	if ! flock -n "$fd"; then
		note "waiting for another run that is working on $1"
		flock "$fd"
	fi
}

# An entry of the cache is made under a temporary name beside its place and
# renamed when complete. What an earlier run left when it was killed goes first;
# the caller holds the lock, so nobody else is at work there.
new_entry() { # DIRECTORY: sets $entry
	rm -rf -- "$1".new
	mkdir -p "$1".new || die "cannot create $1.new: is the disk full, the cache not writable?"
	entry=$1.new
	temporary+=("$entry")
}

finish_entry() { # DIRECTORY
	rm -rf -- "$1"
	mv -T -- "$1".new "$1" || die "cannot put $1 in place"
}

# Runs COMMAND with its output in LOG. Meanwhile shows how far it is: MEASURE is
# a function that prints a number, TOTAL what that number will be at the end (a
# guess is good enough), or 0 when nobody knows. A line that rewrites itself on a terminal, else a line
# every 15 seconds.
with_progress() { # LABEL TOTAL MEASURE LOG COMMAND...
	local label=$1 total=$2 measure=$3 log=$4
	shift 4
	local start=$SECONDS shown=$SECONDS tick=0 status now far
	# Its own process group: an interrupt must reach the grandchildren too.
	set -m
	"$@" >"$log" 2>&1 </dev/null &
	running_group=$!
	set +m
	while kill -0 "$running_group" 2>/dev/null; do
		sleep 0.2
		now=$SECONDS
		tick=$((tick + 1))
		if [ -t 2 ]; then
			[ $((tick % 5)) -eq 0 ] || continue
		else
			[ $((now - shown)) -ge 15 ] || continue
		fi
		shown=$now
		far=$($measure)
		if [ "$total" -gt 0 ]; then
			far=$((${far:-0} * 100 / total))
			far="$((far > 99 ? 99 : far)) %"
		else
			far="${far:-0} steps"
		fi
		if [ -t 2 ]; then
			printf '\r%s: %s, %d s \033[K' "$label" "$far" $((now - start)) >&2
		else
			printf '%s: %s, %d s\n' "$label" "$far" $((now - start)) >&2
		fi
	done
	wait "$running_group"
	status=$?
	running_group=
	if [ -t 2 ]; then
		printf '\r\033[K' >&2
	fi
	[ "$status" -ne 0 ] || printf '%s: done in %d s\n' "$label" $((SECONDS - start)) >&2
	return "$status"
}

# The usual measure: how many lines the log has.
lines_of_log() {
	# shellcheck disable=SC2154 # with_progress's local
	wc -l <"$log"
}
