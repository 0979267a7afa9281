# shellcheck shell=bash disable=SC2154,SC2034 # shares variables with the other parts
# Debian's archive, seen through a private apt state in the cache: the machine's
# own package sources are never touched, and no root is needed. Sourced.

archive_dir=$cache/apt

# Every suite that may hold a kernel we want. Which suite has which series
# changes over the years, so all are looked through; one that is gone is no harm.
archive_suites=(
	bullseye bullseye-backports
	bookworm bookworm-backports
	trixie trixie-backports
	forky forky-backports
	sid
)

# The mirror this machine already uses for Debian's main archive.
archive_mirror() {
	if [ -n "${FOLIOSCOPE_MIRROR:-}" ]; then
		printf '%s\n' "${FOLIOSCOPE_MIRROR%/}"
		return
	fi
	# Origin and label are only known once apt has lists; a bare machine has
	# the address alone, which by custom ends in /debian.
	# shellcheck disable=SC2016 # apt expands these itself
	apt-get indextargets --format '$(REPO_URI)|$(COMPONENT)|$(ORIGIN)|$(LABEL)' 'Created-By: Packages' |
		awk -F'|' '
			$2 != "main" { next }
			$3 == "Debian" && $4 == "Debian" { print $1; exit }
			$3 == "" && $1 ~ /\/debian\/?$/ { print $1; exit }' | sed 's,/*$,,'
}

archive_apt_options=(
	-o "Dir::Etc::SourceList=$archive_dir/sources.list"
	-o "Dir::Etc::SourceParts=/dev/null"
	-o "Dir::State::Lists=$archive_dir/lists"
	-o "Dir::Cache=$archive_dir/cache"
	-o "APT::Sandbox::User="
	-o "Acquire::Languages=none"
	-o "Acquire::Check-Valid-Until=false" # old suites are no longer re-signed
	-o "Acquire::Retries=3"
)

# Fetches the package lists and keeps of them what we ever look at, one line a
# package: name, version, size, SHA256, address.
archive_refresh() {
	local mirror suite keyring=/usr/share/keyrings/debian-archive-keyring.gpg options log file
	mirror=$(archive_mirror)
	[ -n "$mirror" ] ||
		die "this machine's apt knows no Debian mirror to take kernels from: set FOLIOSCOPE_MIRROR to the address of one"
	mkdir -p "$archive_dir/lists/partial" "$archive_dir/cache" ||
		die "cannot create $archive_dir: make the cache directory writable"
	options="target=Packages arch=amd64"
	[ ! -e "$keyring" ] || options+=" signed-by=$keyring"
	for suite in "${archive_suites[@]}"; do
		printf 'deb [%s] %s %s main\n' "$options" "$mirror" "$suite"
	done >"$archive_dir/sources.list"

	log=$archive_dir/update.log
	# A suite that does not exist makes apt-get fail though it fetched all others,
	# so what counts is the index that comes out.
	with_progress "package lists" $((${#archive_suites[@]} * 2)) lines_of_log "$log" \
		apt-get "${archive_apt_options[@]}" -q update
	# shellcheck disable=SC2016 # apt expands these itself
	apt-get "${archive_apt_options[@]}" indextargets --format '$(FILENAME)' 'Created-By: Packages' |
		while read -r file; do
			/usr/lib/apt/apt-helper cat-file "$file"
			echo
		done | awk -v mirror="$mirror" '
			/^Package: linux-(image|base|binary|modules|source)-[0-9]/ { name = $2 }
			/^Version: /  { version = $2 }
			/^Size: /     { size = $2 }
			/^SHA256: /   { sum = $2 }
			/^Filename: / { path = $2 }
			/^$/ { if (name != "") print name, version, size, sum, mirror "/" path; name = "" }
		' >"$archive_dir/index.new"
	if ! [ -s "$archive_dir/index.new" ] || grep -q '^W: Some index files failed' "$log"; then
		grep -E '^(E|W|Err)' "$log" >&2
		rm -f "$archive_dir/index.new"
		return 1
	fi
	mv "$archive_dir/index.new" "$archive_dir/index"
}

# A day-old index is as good as new unless a download finds its package gone.
archive_ensure_index() {
	if [ -z "$(find "$archive_dir/index" -mtime -1 2>/dev/null)" ] && ! archive_refresh; then
		[ -s "$archive_dir/index" ] ||
			die "cannot read the package lists of $(archive_mirror): check the network, or set FOLIOSCOPE_MIRROR to a Debian mirror that can be reached"
		note "the package lists could not be refreshed, going on with those of $(date -r "$archive_dir/index" +%F)"
	fi
}

# The lines of the index whose package name matches, of the newest version among them.
archive_newest() { # NAME-REGEX
	local lines version
	lines=$(awk -v regex="$1" '$1 ~ regex' "$archive_dir/index")
	version=$(awk '{ print $2 }' <<<"$lines" | sort -V | tail -n 1)
	awk -v version="$version" '$2 == version && !seen[$1]++' <<<"$lines"
}

# Downloads one line of the index to deb/ and prints nothing; sets $deb. What a
# broken download left is continued, and the checksum decides whether it is whole.
archive_download() { # NAME VERSION SIZE SHA256 URL
	local part
	rm -f "$cache"/deb/*.log
	deb=$cache/deb/$1_$2.deb
	[ ! -s "$deb" ] || return 0
	mkdir -p "$cache/deb" || die "cannot create $cache/deb: make the cache directory writable"
	part=$deb.part
	# shellcheck disable=SC2317 # called by with_progress
	kib_of_part() {
		local bytes
		bytes=$(stat -c %s "$part" 2>/dev/null)
		echo $((${bytes:-0} / 1024))
	}
	if ! with_progress "download $1 ($(($3 / 1048576)) MiB)" $(($3 / 1024)) kib_of_part "$deb.log" \
		/usr/lib/apt/apt-helper -o APT::Sandbox::User= -o Acquire::Retries=3 \
		download-file "$5" "$part" "SHA256:$4"; then
		grep -E '^(E|W|Err)' "$deb.log" >&2
		return 1
	fi
	rm -f "$deb.log"
	mv "$part" "$deb"
}

# Downloads all packages of the newest version whose name matches; sets $version
# and $debs. Packages vanish from the archive as newer ones come: when one is gone,
# the lists are read anew, once.
archive_fetch() { # NAME-REGEX WHAT
	archive_ensure_index
	archive_fetch_listed "$@" && return
	if grep -qs -e ' 404 ' -e 'File not found' "$cache"/deb/*.log && archive_refresh; then
		rm -f "$cache"/deb/*.log
		archive_fetch_listed "$@" && return
	fi
	die "could not download $2 from $(archive_mirror): check the network and run this again, it goes on where it stopped"
}

archive_fetch_listed() { # NAME-REGEX WHAT
	local name ver size sum url lines
	lines=$(archive_newest "$1")
	[ -n "$lines" ] ||
		die "no suite of $(archive_mirror) has $2: 'vm/kernel refresh' reads its lists again, FOLIOSCOPE_MIRROR chooses another mirror"
	debs=()
	while read -r name ver size sum url; do
		archive_download "$name" "$ver" "$size" "$sum" "$url" || return 1
		debs+=("$deb")
		version=$ver
	done <<<"$lines"
}
