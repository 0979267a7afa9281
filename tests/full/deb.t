#!/bin/bash
# The Debian package: it is built in a clean copy, lintian has no error, and in a bare Debian it
# installs, runs, shows its pages, and leaves nothing behind.
cd "$(dirname "$0")/../.." || exit
. tests/lib/tap.sh

[ "$(id -u)" = 0 ] || skip_all 'needs root, for a chroot'
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
root=$tmp/root

sources=$(git status --porcelain --ignored 2>/dev/null | grep -v ' build/$')
run make -s deb
is "$status" 0 'make deb' || diag "$out" "$err"
deb=$(tail -n 1 <<<"$out")
like "$deb" '^build/deb/folioscope_[0-9.]+_amd64\.deb$' 'says what it has built'
is "$(git status --porcelain --ignored 2>/dev/null | grep -v ' build/$')" "$sources" 'the sources are as they were'
[ -s "$deb" ] || done_testing

run lintian --fail-on error --allow-root "$deb"
is "$status" 0 'lintian has no error' || diag "$out"
is "$(grep -v ' statically-linked-binary' <<<"$out")" '' 'and no warning'

# What make install brings is in the package, and nothing else but what a package has.
make -s install DESTDIR="$tmp/installed" PREFIX=/usr
listed() { sed -E 's/\.gz$//' | sort; }
is "$(dpkg-deb --fsys-tarfile "$deb" | tar -t | sed -n 's|^\./\(.*[^/]\)$|\1|p' | grep -v '^usr/share/\(doc\|lintian\)/' | listed)" \
	"$(cd "$tmp/installed" && find . ! -type d -printf '%P\n' | listed)" 'has what make install brings'

run mmdebstrap --variant=essential --include=man-db,python3 "$(sed -n 's/^VERSION_CODENAME=//p' /etc/os-release)" "$root"
if [ "$status" != 0 ]; then
	diag "$err"
	skip "no bare Debian: $(tail -n 1 <<<"$err")" 'installs' 'runs' 'is gone'
	done_testing
fi
# Not what dpkg and man write about packages as such.
all_in() { (cd "$root" && find . -xdev \( -path ./var/lib/dpkg -o -path ./var/cache/man -o -path ./var/log -o -name '__pycache__' \) -prune -o -print | sort); }
before=$(all_in)
cp "$deb" "$root/folioscope.deb"
run chroot "$root" dpkg -i /folioscope.deb
rm "$root/folioscope.deb"
is "$status" 0 'installs on a bare Debian' || diag "$out" "$err"
while read -r command; do
	run chroot "$root" "$command" --version
	is "$status" 0 "$command runs"
	like "$out" '^folioscope' '  and says its version'
done < <(cd "$tmp/installed/usr/bin" && ls)
like "$(chroot "$root" foliomap --help)" 'Usage: foliomap' 'foliomap --help'
while read -r page; do
	run chroot "$root" env LC_ALL=C MANPAGER=cat man "${page##*.}" "${page%.*}"
	is "$status" 0 "man ${page##*.} ${page%.*}"
	like "$out" 'DESCRIPTION' '  shows it'
done < <(cd "$tmp/installed/usr/share/man" && find . -type f -printf '%f\n' | sort)
run chroot "$root" dpkg --purge folioscope
is "$status" 0 'is purged' || diag "$err"
is "$(diff <(echo "$before") <(all_in))" '' 'and nothing is left of it'
done_testing
