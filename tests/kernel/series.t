#!/bin/bash
# The series of kernel-patch/ applies to the pristine source, patch by patch and
# without fuzz, and says what a patch has to say; checkpatch has no complaint. So do the
# patches of older/ that stand for some of them, with a source as it was before. The
# mutants apply to the result.

here=$(dirname "$(readlink -f "$0")")
top=$(readlink -f "$here/../..")
# shellcheck source=tests/lib/tap.sh
. "$top/tests/lib/tap.sh"

source=$("$top/vm/kernel" source --pristine) || skip_all "there is no kernel source"
mapfile -t patches < <("$top/vm/kernel" series "$source")
[ ${#patches[@]} -gt 0 ] || skip_all "there is no patch"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
tree=$work/tree

# What the patches touch of the source.
fresh_tree() {
	rm -rf "$tree"
	mkdir "$tree"
	sed -n 's,^--- a/,,p' "${patches[@]}" | sort -u | while read -r file; do
		[ ! -e "$source/$file" ] || (cd "$source" && cp --parents "$file" "$tree")
	done
}

applies() { # PATCH NAME [OPTION...]
	local out patch=$1 name=$2
	shift 2
	out=$(patch -d "$tree" -p1 -F0 --batch --no-backup-if-mismatch -r - "$@" <"$patch" 2>&1)
	ok $? "$name: applies" || diag "$out"
}

says_what_it_must() { # PATCH NAME
	local out sender
	sender=$(git mailinfo /dev/null /dev/null <"$1" | awk -F ': ' '/^(Author|Email):/ { print $2 }' | paste -s -d ' ')
	grep -qxF "Signed-off-by: ${sender% *} <${sender##* }>" "$1"
	ok $? "$2: is signed off by its author"

	# In a directory without .git: there checkpatch's SPDX check needs a Python
	# module that is not there everywhere.
	out=$(cd "$tree" && perl "$source/scripts/checkpatch.pl" --root="$source" --strict --terse --show-types "$1" 2>&1)
	is "$out" "" "$2: checkpatch --strict is content"
}

fresh_tree
number=0
for patch in "${patches[@]}"; do
	name=${patch##*/}
	number=$((number + 1))
	is "${name%%-*}" "$(printf %04d "$number")" "$name: is the next in number"
	applies "$patch" "$name"
	says_what_it_must "$patch" "$name"
done

# So do the mutants on top of it: who changes the series sees at once which of them have to follow.
for mutant in "$top"/tests/mutation/m*.patch; do
	applies "$mutant" "${mutant##*/}" --dry-run
done

# A source as it was before the stable updates that older/ is about, or after them.
first=("${patches[@]}")
fresh_tree
back=(-R)
! grep -q anon_vma_chain_link "$tree/mm/rmap.c" || back=()
applies "$here/anon_vma_chain_link.patch" 'what stable updates changed' "${back[@]}"
mapfile -t patches < <("$top/vm/kernel" series "$tree")
is "${#patches[@]}" "${#first[@]}" 'as many patches for that source'
different=0
for patch in "${patches[@]}"; do
	name=${patch#"$top/kernel-patch/6.12/"}
	applies "$patch" "$name"
	[[ " ${first[*]} " != *" $patch "* ]] || continue
	different=$((different + 1))
	says_what_it_must "$patch" "$name"
	is "$(sed -n 's/^Subject: //p' "$patch")" \
		"$(sed -n 's/^Subject: //p' "$top/kernel-patch/6.12/${name##*/}")" "$name: has the subject of the other"
done
ok $((different != 1)) 'one of them is another' || diag "${patches[@]}"
done_testing
