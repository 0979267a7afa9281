# shellcheck shell=bash disable=SC2154,SC2034 # shares variables with the other parts
# Builds the kernel flavours of configs/flavours.txt. Sourced.
#
# A built kernel is kept under a key made from all that it was built from; the
# build trees stay, so that the next build is incremental.

config_dir=$vm_dir/configs
mapfile -t flavours < <(awk '!/^#/ && NF { print $1 }' "$config_dir/flavours.txt")

flavour_field() { # FLAVOUR FIELD
	awk -v name="$1" -v field="$2" '$1 == name { print $field }' "$config_dir/flavours.txt"
}

flavour_fragments() { # FLAVOUR
	awk -v name="$1" -v dir="$config_dir/" \
		'$1 == name { for (i = 5; i <= NF; i++) print dir $i }' "$config_dir/flavours.txt"
}

is_flavour() {
	[ -n "$(flavour_field "$1" 1)" ]
}

make_target() { # FLAVOUR
	flavour_field "$1" 3
}

has_series() { # FLAVOUR
	[ "$(flavour_field "$1" 4)" = series ]
}

build_tree() { # FLAVOUR
	printf '%s\n' "$cache/build/$(flavour_field "$1" 2)"
}

# The settings of a flavour without comments and without what a later fragment overrides.
flavour_settings() { # FLAVOUR
	local fragment
	while read -r fragment; do
		[ -r "$fragment" ] || die "the fragment $fragment of the kernel '$1' is missing"
		cat "$fragment"
	done < <(flavour_fragments "$1") |
		sed -E 's/^# (CONFIG_[A-Z0-9_a-z]+) is not set$/\1=n/' |
		awk -F= '/^CONFIG_/ { if (!($1 in value)) order[n++] = $1; value[$1] = substr($0, length($1) + 2) }
			END { for (i = 0; i < n; i++) print order[i] "=" value[order[i]] }'
}

# Where the kernel FLAVOUR is, or would be once built from the source in the cache.
build_entry() { # FLAVOUR
	local tree
	tree=$(source_tree) || return 1
	{
		echo "${tree##*/}"
		! has_series "$1" || series_patches "$tree" | while read -r patch; do cat "$patch"; done
		flavour_settings "$1"
		gcc --version | head -n 1
		pahole --version
	} | sha256sum | awk -v base="$cache/kernels/$1-" '{ print base substr($1, 1, 12) }'
}

build_path() { # FLAVOUR: prints the directory of the built kernel, or fails
	local built
	built=$(build_entry "$1") && [ -d "$built" ] || return 1
	touch "$built" # used lately: not the next one to be dropped
	printf '%s\n' "$built"
}

# Environment and flags of an outer make would change ours.
kernel_make() { # SOURCE BUILD ARGUMENT...
	local source=$1 build=$2
	shift 2
	env -u MAKEFLAGS -u MFLAGS -u MAKELEVEL -u ARCH -u CROSS_COMPILE -u KCONFIG_CONFIG \
		KBUILD_BUILD_USER=folioscope KBUILD_BUILD_HOST=folioscope \
		make -C "$source" O="$build" "$@"
}

# Every setting must have been taken over: kconfig drops silently what it does not
# know or whose dependencies are not met.
check_config() { # FLAVOUR CONFIG
	local name value have dropped=()
	while IFS='=' read -r name value; do
		have=$(sed -n "s/^$name=//p" "$2")
		[ "${have:-n}" = "$value" ] || dropped+=("$name=$value (is: ${have:-n})")
	done < <(flavour_settings "$1")
	[ ${#dropped[@]} -eq 0 ] && return
	printf '  %s\n' "${dropped[@]}" >&2
	die "kconfig did not take over the settings above of the kernel '$1': correct vm/configs/ (a misspelt name, a dependency not met)"
}

# Leaves build/.config alone when nothing changed in it.
configure() { # FLAVOUR SOURCE BUILD LOG
	local flavour=$1 source=$2 build=$3 log=$4
	mkdir -p "$build"
	if ! {
		kernel_make "$source" "$build" KCONFIG_CONFIG=.config.new tinyconfig &&
			flavour_settings "$flavour" >>"$build/.config.new" &&
			kernel_make "$source" "$build" KCONFIG_CONFIG=.config.new olddefconfig
	} >"$log" 2>&1; then
		build_failed "$flavour" "$log"
	fi
	rm -f "$build/.config.new.old"
	check_config "$flavour" "$build/.config.new"
	if cmp -s "$build/.config.new" "$build/.config"; then
		rm "$build/.config.new"
	else
		mv "$build/.config.new" "$build/.config"
	fi
}

build_failed() { # FLAVOUR LOG
	{
		echo "--- first error:"
		grep -m 1 -A 4 -E '(^|[: ])(fatal )?error:|: Error [0-9]+$|\*\*\*|undefined reference|No space left' "$2"
		echo "--- last lines:"
		tail -n 12 "$2"
		echo "---"
	} >&2
	die "building the kernel '$1' failed: the whole log is $2"
}

# Old kernels of this flavour go, but for the few used last: other checkouts, and going back.
drop_old_builds() { # FLAVOUR
	find "$cache/kernels" -maxdepth 1 -name "$1-*" -not -name '*.new' -printf '%T@ %p\n' |
		sort -rn | tail -n +7 | cut -d' ' -f2- | while read -r old; do rm -rf -- "$old"; done
}

build_flavour() { # FLAVOUR
	local flavour=$1 build built log total=0
	is_flavour "$flavour" || die "'$flavour' is no flavour: know ${flavours[*]}"
	! build_path "$flavour" >/dev/null || return 0
	for tool in make gcc flex bison bc pahole patch; do
		need_command "$tool" "building a kernel"
	done
	if has_series "$flavour"; then
		# One lock for source and build trees: a build reads the source all along.
		lock source
		source_ensure_patched
	else
		# This source stays as it is, so others may change theirs meanwhile.
		lock "$flavour"
		tree=$(source_pristine) || exit
	fi
	! build_path "$flavour" >/dev/null || return 0
	built=$(build_entry "$flavour")
	build=$(build_tree "$flavour")
	if [ -d "$build" ] && [ "$(readlink -f "$build/source")" != "$(readlink -f "$tree")" ]; then
		rm -rf -- "$build"
	fi
	mkdir -p "$cache/log"
	log=$cache/log/build-$flavour.log
	# How many lines make prints is known from the last full build; an incremental
	# one has no total.
	[ -e "$build/vmlinux" ] || total=$(cat "$build.lines" 2>/dev/null || echo 3100)
	configure "$flavour" "$tree" "$build" "$log"
	with_progress "build kernel '$flavour' $(basename "$tree" .pristine)" "$total" lines_of_log "$log" \
		kernel_make "$tree" "$build" -j"$(nproc)" vmlinux ||
		build_failed "$flavour" "$log"
	[ "$total" -eq 0 ] || wc -l <"$log" >"$build.lines"

	new_entry "$built"
	if ! {
		cp --reflink=auto "$build/vmlinux" "$build/System.map" "$entry" &&
			cp "$build/.config" "$entry/config" &&
			cp "$build/include/config/kernel.release" "$entry/release" &&
			basename "$tree" .pristine >"$entry/source-version"
	}; then
		die "cannot keep the built kernel in $built: is the disk full?"
	fi
	finish_entry "$built"
	drop_old_builds "$flavour"
}
