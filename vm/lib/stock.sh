# shellcheck shell=bash disable=SC2154,SC2034 # shares variables with the other parts
# Debian's stock kernels: image and modules, as the packages hold them. Sourced.

# What the guest needs before it can see the host's files.
boot_modules=(virtio_pci virtio_console 9pnet_virtio 9p)

# Puts the boot modules of RELEASE, uncompressed and in loading order, into OUT.
collect_boot_modules() { # DIRECTORY-WITH-lib/modules RELEASE OUT
	local module line path number=10
	need_command modprobe "finding out what modules a stock kernel needs"
	mkdir -p "$3"
	for module in "${boot_modules[@]}"; do
		modprobe -d "$1" -S "$2" --show-depends "$module" 2>/dev/null || return 1
	done | awk '$1 == "insmod" && !seen[$2]++ { print $2 }' | while read -r path; do
		line=${path##*/}
		number=$((number + 1))
		case $path in
		*.xz) xz -dc "$path" ;;
		*.zst) zstd -qdc "$path" ;;
		*.gz) gzip -dc "$path" ;;
		*) cat "$path" ;;
		esac >"$3/$number-${line%%.ko*}.ko" || return 1
	done
}

stock_path() { # SERIES: prints the newest one in the cache, or fails
	local newest
	newest=$(cd "$cache/stock/$1" 2>/dev/null && printf '%s\n' */ | grep -v -e '\.new/$' -e '^\*/$' | sort -V | tail -n 1)
	[ -n "$newest" ] || return 1
	printf '%s\n' "$cache/stock/$1/${newest%/}"
}

# Drivers for hardware that the guest never has: most of the bulk, and most of
# depmod's time.
stock_unused=(
	sound drivers/gpu drivers/media drivers/net/ethernet drivers/net/wireless drivers/staging
	drivers/iio drivers/infiniband drivers/hwmon drivers/usb drivers/scsi drivers/hid drivers/input
	drivers/mfd drivers/platform drivers/i2c drivers/video drivers/bluetooth drivers/mtd drivers/isdn
)

stock_unpack() { # ENTRY DEB...
	local target=$1 deb
	shift
	for deb; do
		dpkg-deb --fsys-tarfile "$deb" |
			tar -x -v -C "$target" --no-same-owner --exclude='./usr/share' \
				"${stock_unused[@]/#/--exclude=*/kernel/}" || return 1
	done
}

le() { # FILE OFFSET BYTES: a number of the header
	od -A n -t "u$3" -j "$2" -N "$3" "$1" | tr -d ' '
}

# What a bzImage would decompress to when it boots. That takes xz seconds where processors are
# emulated, at each boot. Where it is, is in the boot protocol (Documentation/arch/x86/boot.rst);
# after all but gzip come four bytes with its size.
decompress_image() { # BZIMAGE OUT: fails where it is no bzImage, or not of a kind that is known
	local payload start length
	[ "$(dd if="$1" bs=1 skip=514 count=4 2>/dev/null | tr -d '\0')" = HdrS ] || return 1
	start=$((($(le "$1" 0x1f1 1) + 1) * 512 + $(le "$1" 0x248 4)))
	length=$(le "$1" 0x24c 4)
	payload=$(od -A n -t x1 -j "$start" -N 4 "$1" | tr -d ' ')
	case $payload in
	1f8b*) set -- "$1" "$2" gzip -dc ;;
	fd377a58) length=$((length - 4)) && set -- "$1" "$2" xz -dc ;;
	28b52ffd) length=$((length - 4)) && set -- "$1" "$2" zstd -qdc ;;
	*) return 1 ;;
	esac
	# Not tail and head: what is behind the payload would end tail by SIGPIPE.
	dd if="$1" bs=64K iflag=skip_bytes,count_bytes,fullblock skip="$start" count="$length" 2>/dev/null |
		"${@:3}" >"$2"
}

stock_fetch() { # SERIES
	local series=$1 release target image
	[[ $series =~ ^[0-9]+\.[0-9]+$ ]] || die "'$series' is not a kernel series such as 6.12"
	need_command dpkg-deb "unpacking stock kernels"
	lock "stock-$series"
	[ -n "${refresh:-}" ] || ! stock_path "$series" >/dev/null || return 0
	lock archive
	# The full flavour: the cloud flavour has no 9p. Newer series are split: the image is in
	# linux-binary-*, the modules in linux-modules-*, their index in linux-base-*.
	archive_fetch "^linux-(image|base|binary|modules)-${series//./\\.}[.+-][0-9a-z.+]*(-[0-9]+)?-amd64\$" "a stock kernel $series"
	target=$cache/stock/$series/$version
	if ! [ -d "$target" ]; then
		new_entry "$target"
		with_progress "unpack stock kernel $version" 1500 lines_of_log "$target.log" \
			stock_unpack "$entry" "${debs[@]}" ||
			die "cannot unpack the packages of kernel $version: see $target.log; is the disk full?"
		# /lib became a link to /usr/lib over the years; one place for all.
		[ ! -d "$entry/usr/lib" ] || mv "$entry/usr/lib" "$entry/lib"
		release=$(cd "$entry/lib/modules" && echo *)
		image=$(find "$entry/boot" "$entry/lib/modules/$release" -maxdepth 1 -name 'vmlinuz*' -type f 2>/dev/null | head -n 1)
		[ -n "$image" ] || die "the packages of kernel $version hold no vmlinuz: has Debian moved it again? (${debs[*]##*/})"
		mv "$image" "$entry/bzImage"
		# Without it the bzImage boots.
		decompress_image "$entry/bzImage" "$entry/vmlinux" 2>/dev/null || rm -f "$entry/vmlinux"
		[ ! -e "$entry/boot/config-$release" ] || mv "$entry/boot/config-$release" "$entry/config"
		rm -rf "${entry:?}/boot" "${entry:?}/usr"
		depmod -b "$entry" "$release" || die "depmod failed for kernel $version"
		collect_boot_modules "$entry" "$release" "$entry/boot-modules" ||
			die "cannot get the modules ${boot_modules[*]} out of the packages of kernel $version: has Debian renamed one?"
		echo "$release" >"$entry/release"
		finish_entry "$target"
		rm -f "$target.log"
	fi
	rm -f "${debs[@]}"
}
