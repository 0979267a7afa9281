#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# What forktree refuses, and what it foretells, on any machine: nothing here makes a
# process tree or changes a setting. That its predictions hold is for the VM (exact).

top=$(cd "$(dirname "$0")/../.." && pwd -P)
# shellcheck source=tests/lib/tap.sh
. "$top/tests/lib/tap.sh"
forktree=${FORKTREE:-$top/build/tests/forktree}
[ -x "$forktree" ] || {
	ok 1 "$forktree is built"
	done_testing
}

# --- bad usage: status 2, nothing on stdout, a message that says what about what

refuses() { # REGEX ARG...
	local wanted=$1
	shift
	run "$forktree" "$@"
	is "$status" 2 "$*: refused" || diag "$out" "$err"
	like "$err" "$wanted" "$*: says why"
	is "$out" "" "$*: prints nothing else"
}

refuses 'unrecognized option' --nonsense
refuses 'requires an argument' --depth
refuses 'unexpected argument extra' extra
refuses '--depth x: not a number' --depth x
refuses '--depth : not a number' --depth ''
refuses '--depth 4097: not a number up to 4096' --depth 4097
refuses '--width -1: not a number' --width -1
refuses '--width \+1: not a number' --width +1
refuses '--pages 0: at least one' --pages 0
refuses '--pages 1e3: not a number' --pages 1e3
refuses '--pages 65537: not a number up to 65536' --pages 65537
refuses '--shift 99999999999999999999: not a number' --shift 99999999999999999999
refuses '--rounds 0: at least one' --rounds 0
refuses '--rounds 10001: not a number up to 10000' --rounds 10001
refuses 'more than 4096 processes' --depth 5 --width 20
refuses 'more than 4096 processes' --depth 4096 --width 4096
refuses '--kind hugetlb: unknown' --kind hugetlb
refuses '--cause compaction: unknown' --cause compaction
refuses '--mapping none: unknown' --mapping none
refuses '--merge both: unknown' --merge both
refuses '--targets some: unknown' --targets some
refuses '--hold now: unknown' --hold now
refuses '--pageout-refs maybe: unknown' --pageout-refs maybe
refuses '--written 101%: neither' --written 101%
refuses '--written %: neither' --written %
refuses '--written 5x: neither' --written 5x
refuses '--written -1: neither' --written -1
refuses '--dropped 1.5: neither' --dropped 1.5
refuses 'more pages written or dropped than the 50' --written 51
refuses 'more pages written or dropped than the 7' --dropped 8 --pages 7
refuses '--who 0: processes count from 1' --who 0
refuses '--who 1-: neither' --who 1-
refuses '--who -2: neither' --who -2
refuses '--who a-b: neither' --who a-b
refuses '--who 2-1 is no range' --who 2-1
refuses 'processes below the root are 1 to 2' --who 3
refuses 'no processes below the root' --depth 0 --who 1
refuses '--only 3: the last process is number 2' --only 3
refuses '--only x: not the number' --only x

# --- combinations that make no sense, or that nobody could predict

refuses 'needs --kind file or shmem' --mapping shared
refuses 'not copied on write: use --dropped' --kind shmem --mapping shared --written 1
refuses 'msync needs --kind file' --cause msync
refuses 'msync needs --kind file' --cause msync --kind shmem
refuses 'msync needs --mapping shared' --cause msync --kind file --mapping private
refuses 'the root writes and so maps' --cause msync --kind file --only 1
refuses 'device needs --kind anon' --cause device --kind shmem
refuses "root's device" --cause device --only 1
refuses 'mapped more than once' --cause pageout --kind ksm
refuses '--merge after needs --kind ksm' --merge after
refuses '--merge after needs 2 to 256 processes' --kind ksm --merge after --depth 0
refuses '--merge after needs 2 to 256 processes' --kind ksm --merge after --width 256
refuses 'no --written or --dropped' --kind ksm --merge after --written 1
refuses 'ksmd decides whose copy' --kind ksm --merge after --cause reclaim
refuses '--only does not go with --kind ksm' --kind ksm --only 1
refuses 'no copies for --targets all' --only 1 --targets all
refuses 'needs --cause move_pages or idle' --targets all --cause reclaim
refuses 'needs --pageout-refs yes or no' --dry-run --cause pageout
refuses 'no processes to hold or print' --dry-run --hold before
refuses 'no processes to hold or print' --dry-run --print-pids

# --- help, and where there is nowhere to write to

run "$forktree" --help
is "$status" 0 "--help ends well"
like "$out" '--written=N' "--help names the options"
if [ -w /dev/full ]; then
	"$forktree" --dry-run >/dev/full 2>&1
	status=$?
	is "$status" 1 "a full disk is a failure"
else
	skip "no /dev/full" "a full disk is a failure"
fi

# --- not permitted: nothing is begun

if [ "$(id -u)" != 0 ]; then
	run "$forktree"
elif command -v setpriv >/dev/null; then
	copy=$(mktemp -d)
	chmod 755 "$copy"
	cp "$forktree" "$copy/forktree"
	run setpriv --reuid=65534 --regid=65534 --clear-groups "$copy/forktree"
	rm -r "$copy"
else
	status=
fi
if [ -n "$status" ]; then
	is "$status" 4 "without privileges the status is 4"
	like "$err" CAP_SYS_ADMIN "and the message names the capability"
else
	skip "root without setpriv" "without privileges the status is 4" "and it names the capability"
fi

# --- predictions worked out by hand: walks vmas mapped phantom vmas_max

foretells() { # "CAUSE KIND WALKS VMAS MAPPED PHANTOM MAX; ..." ARG...
	local wanted=$1 got
	shift
	got=$("$forktree" --dry-run "$@" | awk '/^[a-z_]+ +(anon|file|shmem|ksm) / {
		$1 = $1
		printf "%s%s", n++ ? "; " : "", $0
	}')
	is "$got" "$wanted" "foretells $*"
}

# All of 20 children wrote all 50 pages: only the root maps them, first in every tree. The
# unmapping walks end with it, the restoring ones go through all 21.
foretells "migrate_unmap anon 50 50 50 0 1; migrate_restore anon 50 1050 50 1000 21" \
	--width 20 --written 100%
# Nobody wrote: everyone maps everything.
foretells "migrate_unmap anon 50 1050 1050 0 21; migrate_restore anon 50 1050 1050 0 21" --width 20
# The first half wrote: phantoms before the last mapper are visited, 21 of 21 ...
foretells "migrate_unmap anon 50 1050 550 500 21; migrate_restore anon 50 1050 550 500 21" \
	--width 20 --written 50 --who 1-10
# ... the second half: those behind it are not, 11 of 21.
foretells "migrate_unmap anon 50 550 550 0 11; migrate_restore anon 50 1050 550 500 21" \
	--width 20 --written 50 --who 11-20
# A file's younger VMAs come first: the other way round.
foretells "migrate_unmap file 50 550 550 0 11; migrate_restore file 50 1050 550 500 21" \
	--width 20 --written 50 --who 1-10 --kind file
foretells "migrate_unmap file 50 1050 550 500 21; migrate_restore file 50 1050 550 500 21" \
	--width 20 --written 50 --who 11-20 --kind file
# Only number 7 keeps them, with 7 VMAs before it; in a file's tree 13 younger ones and the root.
foretells "unmap anon 50 400 50 350 8" --width 20 --only 7 --cause pageout --pageout-refs no
foretells "reclaim_ref file 50 750 50 700 15; unmap file 50 750 50 700 15" \
	--width 20 --only 7 --cause pageout --pageout-refs yes --kind file
# Shared pages are not paged out at all; the 20 that all children wrote are.
foretells "unmap anon 20 20 20 0 1" --written 20 --cause pageout --pageout-refs no
# The root is outside the cgroup: its VMA is skipped, its mapping never found, no walk ends.
foretells "reclaim_ref anon 50 1000 1000 0 20; unmap anon 50 1050 1050 0 21" \
	--width 20 --cause reclaim
# Dropped pages are phantoms of a shared mapping; cleaning looks at every VMA.
foretells "mkclean file 100 600 520 80 6" \
	--cause msync --kind file --width 5 --dropped 8 --rounds 2
# KSM: the root's second copy is one mapping more, only of the root.
foretells "migrate_unmap ksm 50 350 350 0 7; migrate_restore ksm 50 350 350 0 7" \
	--kind ksm --width 5
# Copies of 3 processes merged: three rmap_items, and the root's anon_vma holds both children.
foretells "migrate_unmap ksm 50 150 150 0 3; migrate_restore ksm 50 250 150 100 5" \
	--kind ksm --merge after
# Grandchildren inherit what their parents wrote before their birth: 2 processes with 2 children
# each, own copies met by 3 VMAs, mapped by 1 since the grandchildren wrote too.
foretells "migrate_unmap anon 70 70 70 0 1; migrate_restore anon 70 170 70 100 7" \
	--depth 2 --written 10 --pages 10 --targets all
# Page idle tracking visits all VMAs, every time.
foretells "idle shmem 50 150 110 40 3" --cause idle --kind shmem --written 20
# A device gets what the root alone maps, and the walk ends with the root, first in the tree.
foretells "device anon 30 30 30 0 1" --cause device --width 6 --written 30

# 4,096 processes, 65,536 pages: still a prediction, and soon.
run timeout 60 "$forktree" --dry-run --depth 1 --width 4095 --pages 1000 --written 50%
is "$status" 0 "the widest tree is predicted"

done_testing
