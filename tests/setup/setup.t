#!/bin/bash
# scripts/setup: what it installs, when it stays silent, what it says elsewhere.
# The package tools are replaced by recorders, so nothing is installed here.

top=$(cd "$(dirname "$0")/../.." && pwd)
# shellcheck source=tests/lib/tap.sh
. "$top/tests/lib/tap.sh"
setup=$top/scripts/setup
list=$top/scripts/packages.txt
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT

all=$(grep -v -e '^#' -e '^$' "$list" | awk '{ print $1 }')
full_list=$top/scripts/packages-full.txt
full_only=$(grep -v -e '^#' -e '^$' "$full_list" | awk '{ print $1 }')

fake() { # NAME: its body on standard input
	mkdir -p "$tmp/bin"
	{
		echo '#!/bin/bash'
		cat
	} >"$tmp/bin/$1"
	chmod +x "$tmp/bin/$1"
}

installed() { # PACKAGE...: what dpkg-query will list
	printf 'installed %s\n' "$@" >"$tmp/installed"
	fake dpkg-query <<<"echo >>'$tmp/asked'; cat '$tmp/installed'"
}

echo 'ID=debian' >"$tmp/debian"
echo 'ID=ubuntu
ID_LIKE="debian"' >"$tmp/derivative"
echo 'ID=fedora' >"$tmp/fedora"
fake apt-get <<<"echo \"apt-get \$*\" >>'$tmp/calls'; [ ! -e '$tmp/apt-fails' ]"
fake sudo <<<"echo \"sudo\" >>'$tmp/calls'; \"\$@\""
fake id <<<"echo \${FAKE_UID:-0}"
export PATH=$tmp/bin:$PATH FOLIOSCOPE_OS_RELEASE=$tmp/debian

# --- nothing is missing
# shellcheck disable=SC2086 # one word a package
installed $all
run "$setup"
is "$status" 0 'nothing missing: exits 0'
is "$out$err" '' 'nothing missing: silent'
is "$(cat "$tmp/calls" 2>/dev/null)" '' 'nothing missing: apt-get is not called'
is "$(wc -l <"$tmp/asked")" 1 'nothing missing: quick, as dpkg is asked once for all packages'

# --- something is missing
# shellcheck disable=SC2046
installed $(grep -vx -e clang -e scdoc <<<"$all")
for distribution in debian derivative; do
	rm -f "$tmp/calls"
	FOLIOSCOPE_OS_RELEASE=$tmp/$distribution run "$setup"
	is "$status" 0 "$distribution: exits 0"
	like "$(cat "$tmp/calls")" $'apt-get update .*\n.*install .* clang scdoc$' \
		"$distribution: installs exactly what is missing"
done
unlike "$(cat "$tmp/calls")" 'sudo' 'root needs no sudo'

# --- what only check-full needs
rm -f "$tmp/calls"
run "$setup" --full
is "$status" 0 '--full: exits 0'
like "$(cat "$tmp/calls")" "install .* $(sort <<<"$full_only"$'\nclang\nscdoc' | paste -sd' ')\$" \
	'--full: installs what is missing of both lists'

# --- what only bench needs
rm -f "$tmp/calls"
run "$setup" --bench
is "$status" 0 '--bench: exits 0'
like "$(cat "$tmp/calls")" 'install .* bpfcc-tools clang scdoc$' '--bench: installs what is missing of its list'

rm -f "$tmp/calls"
FAKE_UID=1000 run "$setup"
is "$status" 0 'an ordinary user with sudo: exits 0'
like "$(cat "$tmp/calls")" $'^sudo\napt-get' 'an ordinary user with sudo: through sudo'

touch "$tmp/apt-fails"
run "$setup"
is "$status" 2 'apt-get fails: exits 2'
like "$err" 'could not install clang scdoc' 'apt-get fails: says what is missing'
rm "$tmp/apt-fails"

# A PATH with all that the script runs, but no sudo.
mkdir "$tmp/few"
for command in bash dirname readlink grep awk sort comm sed env cat; do
	ln -s "$(PATH=${PATH#*:} command -v "$command")" "$tmp/few/"
done
cp "$tmp/bin/apt-get" "$tmp/bin/dpkg-query" "$tmp/bin/id" "$tmp/few/"
rm -f "$tmp/calls"
run env FAKE_UID=1000 PATH="$tmp/few" "$setup"
is "$status" 2 'no root, no sudo: exits 2'
like "$err" 'no sudo.*clang scdoc' 'no root, no sudo: says so and what is missing'
is "$(cat "$tmp/calls" 2>/dev/null)" '' 'no root, no sudo: apt-get is not called'

# --- another distribution
run env FOLIOSCOPE_OS_RELEASE="$tmp/fedora" PATH="$tmp/few" "$setup"
is "$status" 2 'another distribution lacking things: exits 2'
like "$err" 'qemu-system-x86_64 \(the VM; on Debian: qemu-system-x86\)' \
	'another distribution: names the command and what it is for'
like "$err" 'bpf/libbpf.h \(' 'another distribution: names the library'
rm "$tmp/few/apt-get"
run env PATH="$tmp/few" "$setup"
is "$status" 2 'no apt-get: exits 2'
like "$err" 'only Debian' 'no apt-get: says why'

# --- the list itself
is "$(grep -hv -e '^#' -e '^$' "$list" "$full_list" | awk 'NF < 3')" '' 'each package says what it is for'
is "$(sort <<<"$all"$'\n'"$full_only" | uniq -d)" '' 'no package is listed twice'
done_testing
