# shellcheck shell=bash disable=SC2154,SC2034 # shares variables with the other parts
# The kernel source: Debian's linux-source package, unpacked once, and the series
# of kernel-patch/ applied to it in place, so that a changed series rebuilds only
# what it touches. Sourced.

kernel_series=6.12
patch_dir=$top_dir/kernel-patch/$kernel_series

# The newest unpacked source tree, or fails. Beside TREE, TREE.series/ has copies
# of the patches that are applied to it.
source_tree() {
	local newest
	newest=$(cd "$cache/src" 2>/dev/null && printf '%s\n' "$kernel_series".*/ |
		grep -Ev -e '\.(new|series|pristine)/$' -e '\*' | sort -V | tail -n 1)
	[ -n "$newest" ] || return 1
	printf '%s\n' "$cache/src/${newest%/}"
}

# The patches for TREE in the order in which they apply; none is fine. Where stable updates
# changed what a patch touches, older/ has the patch of the same name for before: up to 6.12.107
# at least AVCs are linked by anon_vma_chain_link(), which 6.12.117 does not have any more.
# FOLIOSCOPE_MUTANT is one more: a patch that breaks the series on purpose, to see tests
# fail. Its name sorts last.
series_patches() { # TREE
	local patch older=$patch_dir/none
	! grep -qs anon_vma_chain_link "$1/mm/rmap.c" || older=$patch_dir/older
	find "$patch_dir" -maxdepth 1 -name '*.patch' 2>/dev/null | sort | while read -r patch; do
		[ ! -e "$older/${patch##*/}" ] || patch=$older/${patch##*/}
		printf '%s\n' "$patch"
	done
	[ -z "${FOLIOSCOPE_MUTANT:-}" ] || readlink -e "$FOLIOSCOPE_MUTANT" ||
		die "there is no patch $FOLIOSCOPE_MUTANT: correct FOLIOSCOPE_MUTANT"
}

source_unpack() { # DEB ENTRY
	dpkg-deb --fsys-tarfile "$1" |
		tar -x -O --wildcards './usr/src/linux-source-*.tar.xz' | xz -dc |
		tar -x -v -C "$2" --strip-components=1 --no-same-owner
}

# Unpacks the source to TREE and leaves it pristine.
source_extract() { # DEB TREE
	new_entry "$2"
	with_progress "unpack ${2##*/src/}" 93000 lines_of_log "$2.log" source_unpack "$1" "$entry" ||
		die "cannot unpack $1: see $2.log; is the disk full?"
	rm -f "$2.log"
	finish_entry "$2"
}

# Called with the lock on the source held. Sets $tree.
source_ensure() { # [again]
	need_command dpkg-deb "unpacking the kernel source"
	tree=$(source_tree) || tree=
	if [ -n "$tree" ] && [ -z "${refresh:-}" ] && [ $# -eq 0 ]; then
		return
	fi
	# The package stays, so that a damaged tree is unpacked again without network.
	deb=$(source_deb)
	if [ -z "$deb" ] || [ -n "${refresh:-}" ]; then
		lock archive
		archive_fetch "^linux-source-${kernel_series//./\\.}\$" "the source of kernel $kernel_series"
	fi
	local name version=${deb##*_}
	tree=$cache/src/${version%.deb}
	if ! [ -d "$tree" ] || [ $# -gt 0 ]; then
		# Files go back in time here, which make would not notice.
		rm -rf -- "$tree.series"
		for name in "${flavours[@]}"; do
			! has_series "$name" || rm -rf -- "$(build_tree "$name")"
		done
		source_extract "$deb" "$tree"
	fi
}

source_deb() { # prints the newest source package in the cache
	find "$cache/deb" -name "linux-source-${kernel_series}_*.deb" 2>/dev/null | sort -V | tail -n 1
}

# Is the present series what is applied to TREE?
same_series() { # TREE
	local have want
	have=$(cd "$1.series" 2>/dev/null && cat -- *.patch 2>/dev/null | sha256sum)
	[ -d "$1.series" ] || have=$(sha256sum </dev/null)
	want=$(series_patches "$1" | while read -r patch; do cat "$patch"; done | sha256sum)
	[ "$have" = "$want" ]
}

patch_tree() { # TREE PATCH [OPTION...]
	local tree=$1 patch=$2
	shift 2
	patch -d "$tree" -p1 -F0 --batch --silent --no-backup-if-mismatch -r - "$@" <"$patch"
}

# Every change is announced by a marker, so a tree whose change was interrupted is
# known to be damaged.
change_tree() { # TREE PATCH [OPTION...]
	: >"$1.series/.incomplete"
	patch_tree "$@" >/dev/null || return 1
	rm "$1.series/.incomplete"
}

files_of_patches() { # PATCH...
	[ $# -eq 0 ] || sed -n -e 's,^+++ b/,,p' -e 's,^--- a/,,p' -- "$@" | sort -u
}

# Replaces what is applied to TREE by the present series. Files that end up as
# they were keep their times, so make leaves them alone. Status 1: TREE is damaged.
apply_series() { # TREE
	local tree=$1 applied=$1.series before file patch messages
	mkdir -p "$applied"
	[ ! -e "$applied/.incomplete" ] || return 1
	! same_series "$tree" || return 0

	before=$(mktemp -d)
	temporary+=("$before")
	while read -r file; do
		[ ! -e "$tree/$file" ] || (cd "$tree" && cp -p --parents "$file" "$before")
	done < <(
		mapfile -t patches < <(series_patches "$tree"; find "$applied" -name '*.patch')
		files_of_patches "${patches[@]}"
	)

	while read -r patch; do
		change_tree "$tree" "$patch" -R || return 1
		rm "$patch"
	done < <(find "$applied" -name '*.patch' | sort -r)
	while read -r patch; do
		if ! messages=$(patch_tree "$tree" "$patch" --dry-run); then
			printf '%s\n' "$messages" >&2
			die "${patch#"$top_dir"/} does not apply to kernel ${tree##*/} (no fuzz is allowed): refresh it against $tree"
		fi
		change_tree "$tree" "$patch" || return 1
		cp "$patch" "$applied/"
	done < <(series_patches "$tree")

	while read -r file; do
		! cmp -s "$before/$file" "$tree/$file" || touch -r "$before/$file" "$tree/$file"
	done < <(cd "$before" && find . -type f)
	rm -rf "$before"
}

# Called with the lock on the source held. Sets $tree.
source_ensure_patched() {
	source_ensure
	if ! apply_series "$tree"; then
		note "the source tree $tree is damaged, unpacking it again"
		source_ensure again
		apply_series "$tree" || die "cannot apply the series to a fresh tree: is the disk full?"
	fi
}

# What is there and whole needs no lock: a build beside us may hold it for minutes.
source_patched() {
	if ! { tree=$(source_tree) && [ ! -e "$tree.series/.incomplete" ] && same_series "$tree"; }; then
		lock source
		source_ensure_patched
	fi
	printf '%s\n' "$tree"
}

source_pristine() {
	if tree=$(source_tree) && [ -d "$tree.pristine" ]; then
		printf '%s\n' "$tree.pristine"
		return
	fi
	lock source
	source_ensure
	if ! [ -d "$tree.pristine" ]; then
		deb=$cache/deb/linux-source-${kernel_series}_${tree##*/}.deb
		if ! [ -e "$deb" ]; then
			lock archive
			archive_fetch "^linux-source-${kernel_series//./\\.}\$" "the source of kernel $kernel_series"
		fi
		source_extract "$deb" "$tree.pristine"
	fi
	printf '%s\n' "$tree.pristine"
}
