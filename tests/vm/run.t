#!/bin/bash
# shellcheck disable=SC2016 # much here is for the guest's shell to expand
# vm/run: every exit status of its table, and that output arrives whole, with the kernel that
# boots fastest. What the guest is like: run-guest.t.

top=$(cd "$(dirname "$0")/../.." && pwd -P)
# shellcheck source=tests/lib/tap.sh
. "$top/tests/lib/tap.sh"
vm_run=$top/vm/run

# Not below /tmp: there the guest has its own.
data=$(mktemp -d /var/tmp/folioscope-test.XXXXXX)
TMPDIR=$(mktemp -d)
export TMPDIR
# shellcheck disable=SC2317 # called by the trap
cleanup() {
	rm -rf "$data" "$TMPDIR"
}
trap cleanup EXIT

"$top/vm/kernel" fetch 6.12 || {
	ok 1 "stock kernel 6.12 can be had"
	done_testing
}

# Ours, where it is there.
fast=patched
"$top/vm/kernel" path patched >/dev/null 2>&1 || fast=6.12

vm_processes() { # those of this test: their files are in our TMPDIR
	pgrep -f "qemu-system.*$TMPDIR"
}

# --- called wrongly: 123, and no VM is started

wrong() { # REGEX ARGUMENT...
	local regex=$1
	shift
	run "$vm_run" "$@"
	is "$status" 123 "123: vm/run $*"
	like "$err" "$regex" "it says why"
}

wrong 'no option -x' -x true
wrong '-n needs a value' -n
wrong 'nodes is 1 to 16' -n 0 true
wrong 'nodes is 1 to 16' -n 17 true
wrong 'processors' -c two true
wrong 'a size is' -m 2T true
wrong 'at least' -n 16 -m 512M true
wrong 'whole seconds' -t 1.5 true
wrong 'no COMMAND' -k 6.12
wrong 'needs a terminal' -k 6.12 -i
wrong "no kernel: know patched debug" -k nonesuch true
wrong 'cannot be read' -k ./nonesuch true
wrong 'no bzImage and no vmlinux' -k "$vm_run" true
run env XDG_CACHE_HOME="$data/empty" "$vm_run" true
is "$status" 123 '123: the patched kernel is not built'
like "$err" 'run: make kernel$' 'it names the target to make'
run env XDG_CACHE_HOME="$data/empty" "$vm_run" -k debug true
like "$err" 'run: make kernel-debug$' 'and that of the debugging kernel'
run env XDG_CACHE_HOME="$data/empty" "$vm_run" -k 6.12 true
is "$status" 123 '123: the stock kernel is not there'
like "$err" 'run: vm/kernel fetch 6.12$' 'it names the command to get it'
mkdir "$data/few"
find /usr/bin /usr/sbin -maxdepth 1 -not -name 'qemu-system*' -not -name sbin \
	-exec ln -s -t "$data/few" {} + 2>/dev/null
# common.sh adds these directories, and QEMU is in neither
run env PATH="$data/few" "$vm_run" -k 6.12 true
is "$status" 123 '123: no QEMU'
like "$err" "qemu-system-x86_64 is not installed.*make setup" 'it says what to do'
run "$vm_run" -h
is "$status" 0 '-h exits 0'
like "$out" '^usage: vm/run ' '-h prints the usage'

head -c 5000000 /dev/urandom >"$data/random"

# --- both streams at once, the working directory, arguments, the environment

odd=$TMPDIR/$'a "b\' $c\n d'
mkdir "$odd"
cat >"$data/streams" <<'END'
#!/bin/bash
cat "$1/random" &
cat "$0" "$1/random" "$0" >&2
wait
pwd
printf '%s|' "${@:2}" "$FOLIOSCOPE_TEST" "${SECRET-unset}"
END
chmod +x "$data/streams"
(
	cd "$odd" && FOLIOSCOPE_TEST=$'it\'s\n"on"' SECRET=yes \
		"$vm_run" -k "$fast" -- "$data/streams" "$data" 'a b' '' $'c\nd' "'" '$e' -x >"$data/out" 2>"$data/err"
)
is $? 0 'both streams at once: status'
cmp -s "$data/err" <(cat "$data/streams" "$data/random" "$data/streams")
ok $? 'both streams at once: stderr, byte for byte'
cmp -s <(head -c 5000000 "$data/out") "$data/random"
ok $? 'both streams at once: stdout, byte for byte'
about=$(tail -c +5000001 "$data/out")
like "$about" "^$(printf '%s' "$odd" | sed 's/[$.]/\\&/g')" 'the working directory is the same, below /tmp and with an odd name too'
like "$about" $'\na b\\|\\|c\nd\\|\'\\|\\$e\\|-x\\|' 'arguments arrive as they are'
like "$about" $'\\|it\'s\n"on"\\|' 'FOLIOSCOPE_* are passed on'
like "$about" '\|unset\|$' 'other variables are not'

# --- what COMMAND did

run "$vm_run" -k "$fast" -- sh -c 'kill -TERM $$'
is "$status" 143 'a COMMAND killed by a signal: 128 + signal'
run "$vm_run" -k "$fast" -- nonesuch
is "$status" 127 '127: no such command'
like "$err" 'nonesuch: command not found' 'it is named'
run "$vm_run" -k "$fast" -- "$data/random"
is "$status" 127 '127: not executable'

# --- lost, late, broken

run "$vm_run" -k "$fast" -t 5 -- sleep 1000
is "$status" 124 '124: out of time'
like "$err" 'not done after 5 s' 'it says so'
run "$vm_run" -k "$fast" -- sh -c 'echo begun; echo o >/proc/sysrq-trigger; sleep 1000'
is "$status" 125 '125: the VM was lost'
is "$out" begun 'what it printed until then is there'
like "$err" 'VM was lost.*Power Off' 'its last words are shown'
run "$vm_run" -k "$fast" -- sh -c 'echo c >/proc/sysrq-trigger; sleep 1000'
is "$status" 126 '126: a panic'
like "$err" 'the kernel complained.*Kernel panic - not syncing: sysrq triggered crash' 'the splat is on stderr'
# A task that hangs but brings nothing down: writing to a frozen file system.
cat >"$data/hang" <<'END'
#!/bin/sh
truncate -s 16M /tmp/image && mkfs.ext4 -q /tmp/image && mkdir /tmp/mnt && mount -o loop /tmp/image /tmp/mnt || exit 9
echo 1 >/proc/sys/kernel/hung_task_check_interval_secs
echo 2 >/proc/sys/kernel/hung_task_timeout_secs
fsfreeze -f /tmp/mnt
touch /tmp/mnt/x &
sleep 6
fsfreeze -u /tmp/mnt
wait
exit 0
END
chmod +x "$data/hang"
run "$vm_run" -k "$fast" -- "$data/hang"
is "$status" 126 '126: a hung task, though COMMAND exits with 0'
like "$err" 'INFO: task touch:[0-9]+ blocked for more than' 'the splat is on stderr'
warn='echo WARNING >/sys/kernel/debug/provoke-crash/DIRECT; echo went on'
if "$top/vm/kernel" path patched >/dev/null 2>&1; then
	run "$vm_run" -- sh -c "$warn"
	is "$status" 126 '126: a WARN, though COMMAND exits with 0'
	is "$out" "went on" 'COMMAND went on'
	like "$err" 'cut here.*lkdtm_WARNING' 'the splat is on stderr'
else
	skip 'the patched kernel is not built, no other has LKDTM' '126: a WARN' 'COMMAND went on' 'the splat is on stderr'
fi

# --- live output; the VM goes when vm/run goes

ends_with() { # SIGNAL STATUS
	rm -f "$data/fifo"
	mkfifo "$data/fifo"
	# perl, because a shell lets its background jobs ignore SIGINT
	perl -e '$SIG{INT} = "DEFAULT"; exec @ARGV' \
		"$vm_run" -k "$fast" -- sh -c 'echo begun; sleep 1000' >"$data/fifo" 2>"$data/err" &
	local pid=$! line tries
	# Open to the end: that nobody reads any more would end it, too.
	exec 5<"$data/fifo"
	read -r -t 60 line <&5
	is "$line" begun 'output arrives while COMMAND runs'
	kill "-$1" "$pid"
	for ((tries = 0; tries < 100; tries++)); do
		kill -0 "$pid" 2>/dev/null || break
		sleep 0.2
	done
	kill -KILL "$pid" 2>/dev/null
	wait "$pid"
	is $? "$2" "SIG$1 ends vm/run"
	exec 5<&-
	is "$(vm_processes)" '' "SIG$1: the VM is gone"
}
ends_with TERM 143
ends_with INT 130
# Told to end while it ends because nobody reads, it still takes its files away.
rm -f "$data/fifo"
mkfifo "$data/fifo"
"$vm_run" -k "$fast" -- sh -c 'echo begun; sleep 1000' >"$data/fifo" 2>"$data/err" &
pid=$!
read -r -t 60 line <"$data/fifo"
while kill -TERM "$pid" 2>/dev/null; do sleep .01; done
wait "$pid"
is "$line $(find "$TMPDIR" -mindepth 1 -name 'folioscope-vm.*')" 'begun ' 'told to end again and again: no files are left'
"$vm_run" -k "$fast" -- yes | head -n 1 >"$data/out"
is "${PIPESTATUS[0]} $(cat "$data/out")" '141 y' 'when nobody reads on, the VM is ended'

# --- tracepoints and static keys are switched while other CPUs run that code: emulators
# have died of it

run "$vm_run" -k "$fast" -- sh -c '
	cd /sys/kernel/tracing/events
	(while :; do ls / >/dev/null; done) &
	for round in 1 2 3 4 5 6; do echo 1 >kmem/enable; echo 1 >sched/enable; echo 1 >timer/enable; echo 0 >enable; done
	echo switched'
is "$status $out" '0 switched' 'the emulator bears code that is patched'

# --- nodes, memory, processors, the command line, icount, KERNEL as a path

run "$vm_run" -k "$fast" -n 4 -m 1G -c 3 -a 'probe=1 quiet' -- sh -c '
	ls -d /sys/devices/system/node/node[0-9]* | wc -l
	for node in 0 1 2 3; do awk "/MemTotal/ { print (\$4 > 180000 && \$4 <= 262144) }" /sys/devices/system/node/node$node/meminfo; done
	nproc
	cat /sys/devices/system/node/node[0-3]/cpulist | tr "\n" ";"; echo
	tr " " "\n" </proc/cmdline | tail -n 2'
is "$out" '4
1
1
1
1
3
0;1;2;;
probe=1
quiet' '-n, -m, -c and -a'
run env FOLIOSCOPE_ICOUNT=1 "$vm_run" -k "$fast" -- nproc
is "$status $out" '0 1' 'FOLIOSCOPE_ICOUNT=1: one CPU'

image=$("$top/vm/kernel" path 6.12)/bzImage
run "$vm_run" -k "$image" -- awk '$2 == "/" { print $3 }' /proc/mounts
is "$status $out" '0 9p' 'the path of a bzImage, with its modules beside it'
run "$vm_run" -k "$("$top/vm/kernel" path "$fast")/vmlinux" -- awk '$2 == "/" { print $3 }' /proc/mounts
is "$status $out" '0 9p' 'and that of a vmlinux'
cp "$image" "$data/bzImage"
run "$vm_run" -k "$data/bzImage" -- sh -c '
	awk "\$2 == \"/\" { print \$3 }" /proc/mounts; pwd; ls -d '"$top/tests/vm/run.t"'; sed p /proc/sys/kernel/ostype'
is "$status $out" "0 tmpfs
$(pwd -P)
$top/tests/vm/run.t
Linux
Linux" 'a kernel without 9p: a root with busybox and the tests'

# --- a terminal

# script(1) gives it one.
run script -qec "$vm_run -k $fast -i -- sh -c 'tty; stty size; test -t 0 && exit 7'" /dev/null </dev/null
is "$status" 7 '-i: status'
like "$out" '/dev/hvc0' '-i: COMMAND has a terminal'

# --- an ordinary user

if [ "$(id -u)" -eq 0 ] && setpriv --reuid=65534 --regid=65534 --clear-groups test -r "$vm_run"; then
	mkdir -p "$TMPDIR/cache/folioscope/stock"
	cp -r "$(dirname "$(dirname "$image")")" "$TMPDIR/cache/folioscope/stock/"
	chmod -R go+rX "$TMPDIR"
	chmod 1777 "$TMPDIR"
	run env HOME=/nonexistent XDG_CACHE_HOME="$TMPDIR/cache" \
		setpriv --reuid=65534 --regid=65534 --clear-groups \
		"$vm_run" -k 6.12 -- sh -c 'id -u; modprobe zram && echo loaded'
	is "$status $out" $'0 0\nloaded' 'an ordinary user can run it, with a cache below /tmp'
	rm -rf "$TMPDIR/cache"
else
	skip 'not root, or the checkout is not readable to others' 'an ordinary user can run it'
fi

rm -rf "$odd"
# With whose they are, and of which COMMAND.
is "$(find "$TMPDIR" -mindepth 1 -printf '%u %P\n'; grep -h '^command=' "$TMPDIR"/*/conf 2>/dev/null)" '' \
	'no temporary files are left'
is "$(vm_processes)" '' 'no VM is left'
done_testing
