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

	sender=$(git mailinfo /dev/null /dev/null <"$patch" | awk -F ': ' '/^(Author|Email):/ { print $2 }' | paste -s -d ' ')
	grep -qxF "Signed-off-by: ${sender% *} <${sender##* }>" "$patch"
	ok $? "$name: is signed off by its author"

	# In a directory without .git: there checkpatch's SPDX check needs a Python
	# module that is not there everywhere.
	out=$(cd "$tree" && perl "$source/scripts/checkpatch.pl" --root="$source" --strict --terse --show-types "$patch" 2>&1)
	is "$out" "" "$name: checkpatch --strict is content"
done
done_testing
