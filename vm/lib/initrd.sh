# shellcheck shell=bash disable=SC2154,SC2034 # shares variables with the other parts
# Makes the initramfs that vm/run boots with. It is a few MB and made anew for each
# run in some 50 ms, so there is nothing to keep or to invalidate. Sourced.

quoted() { # WORD...: as single-quoted words for a shell
	local word
	for word; do
		printf "'%s' " "${word//\'/\'\\\'\'}"
	done
}

# The root for a kernel without 9p: busybox, the tools and the tests, where the
# host has them.
fallback_root() { # DIRECTORY WORK-DIRECTORY
	local part
	mkdir -p "$1/bin" "$1$2"
	for part in build/bin tests; do
		[ ! -d "$top_dir/$part" ] || {
			mkdir -p "$1$top_dir/$part"
			cp -a "$top_dir/$part/." "$1$top_dir/$part"
		}
	done
}

# KERNEL-DIRECTORY may hold boot-modules/, which are loaded, and lib/modules.
# CONF holds the guest's variables, as shell assignments.
make_initrd() { # KERNEL-DIRECTORY CONF FALLBACK:yes|no WORK-DIRECTORY OUT
	local tree=$5.tree busybox
	busybox=$(command -v busybox) || return 1
	mkdir -p "$tree/bin"
	cp "$busybox" "$tree/bin/busybox"
	cp "$vm_dir/guest/init" "$tree/init"
	cp "$vm_dir/guest/main" "$tree/main"
	cp "$2" "$tree/conf"
	chmod 755 "$tree/init"
	[ ! -d "$1/boot-modules" ] || cp -r "$1/boot-modules" "$tree/"
	[ "$3" = no ] || fallback_root "$tree/fallback" "$4"
	(cd "$tree" && find . -print0 | cpio -0 -o -H newc -R 0:0 --quiet) >"$5" || return 1
	rm -rf -- "$tree"
}
