#!/bin/bash
# The series of kernel-patch/ applies to the pristine source, patch by patch and
# without fuzz, and says what a patch has to say; checkpatch has no complaint.

here=$(dirname "$(readlink -f "$0")")
top=$(readlink -f "$here/../..")
# shellcheck source=tests/lib/tap.sh
. "$top/tests/lib/tap.sh"

series=$top/kernel-patch/6.12
mapfile -t patches < <(find "$series" -name '*.patch' | sort)
[ ${#patches[@]} -gt 0 ] || skip_all "there is no patch in $series"
source=$("$top/vm/kernel" source --pristine) || skip_all "there is no kernel source"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
tree=$work/tree
mkdir "$tree"
sed -n 's,^--- a/,,p' "${patches[@]}" | sort -u | while read -r file; do
	[ ! -e "$source/$file" ] || (cd "$source" && cp --parents "$file" "$tree")
done

number=0
for patch in "${patches[@]}"; do
	name=${patch##*/}
	number=$((number + 1))
	is "${name%%-*}" "$(printf %04d "$number")" "$name: is the next in number"

	out=$(patch -d "$tree" -p1 -F0 --batch --no-backup-if-mismatch -r - <"$patch" 2>&1)
	ok $? "$name: applies" || diag "$out"

	sender=$(sed -n 's/^From: //p' "$patch" | head -n 1)
	grep -qxF "Signed-off-by: $sender" "$patch"
	ok $? "$name: is signed off by its author"

	# checkpatch's own SPDX check needs a Python module that is not there everywhere.
	out=$(perl "$source/scripts/checkpatch.pl" --root="$source" --strict --terse --show-types "$patch" 2>&1)
	like "$out" '^total: 0 errors, 0 warnings, 0 checks' "$name: checkpatch --strict is content"
done
done_testing
