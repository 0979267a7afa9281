#!/bin/bash
# vm/run: what the guest is like, and that its output arrives whole, on a stock kernel
# (tests/matrix/run-*.t: on the others).
#
# usage: run-guest.t [SERIES]

top=$(cd "$(dirname "$0")/../.." && pwd -P)
# shellcheck source=tests/lib/tap.sh
. "$top/tests/lib/tap.sh"
series=${1:-6.12}

# Not below /tmp: there the guest has its own.
data=$(mktemp -d /var/tmp/folioscope-test.XXXXXX)
trap 'rm -rf "$data"' EXIT
"$top/vm/kernel" fetch "$series"
ok $? "stock kernel $series can be had"
head -c 1000000 /dev/urandom >"$data/some"

cd "$top" || exit
"$top/vm/run" -k "$series" -- tests/vm/guest/look "$data" >"$data/out" 2>"$data/err"
is $? 42 "the status is COMMAND's"
is "$(sed 's/^release=\([0-9]*\.[0-9]*\).*/release=\1/' "$data/err")" "release=$series
nodes=2
cpus=2
btf=yes
root=9p ro
root_write=refused
/tmp=writable 1
/run=writable 1
/dev/shm=writable 1
/proc=proc
/sys=sysfs
/sys/kernel/tracing=tracefs
/sys/kernel/debug=debugfs
/sys/fs/bpf=bpf
/sys/fs/cgroup=cgroup2
/dev/pts=devpts
uid=0
path=$top/build/bin
stdin=/dev/null
ignored=0000000000000000
loopback=0x9
unmerged=slab_nomerge
timer=no_timer_check
swap=/dev/zram0
loop=ext2/ext3" "the guest is as promised, and its stderr is all that is on stderr"
cmp -s "$data/out" "$data/some"
ok $? "1 MB on stdout, byte for byte"
done_testing
