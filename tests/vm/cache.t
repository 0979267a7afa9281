#!/bin/bash
# The cache behind vm/kernel: what breaks off leaves no half entry and the next run
# succeeds; what is there is not made again. Small packages from a web server of our
# own stand for Debian's, and a "kernel" of one file for the kernel; tar, make, patch
# and apt's downloader are the real ones.
# shellcheck disable=SC2016 # make's variables

top=$(cd "$(dirname "$0")/../.." && pwd -P)
# shellcheck source=tests/lib/tap.sh
. "$top/tests/lib/tap.sh"
tmp=$(mktemp -d)
server=
# shellcheck disable=SC2317 # called by the trap
cleanup() {
	[ -z "$server" ] || kill "$server" 2>/dev/null
	rm -rf "$tmp"
}
trap cleanup EXIT

# A checkout of its own, so that series and configuration can be ours.
mkdir -p "$tmp/checkout/vm" "$tmp/checkout/kernel-patch/6.12" "$tmp/web"
cp -r "$top/vm/kernel" "$top/vm/lib" "$tmp/checkout/vm/"
mkdir "$tmp/checkout/vm/configs"
kernel=$tmp/checkout/vm/kernel
series=$tmp/checkout/kernel-patch/6.12
cat >"$tmp/checkout/vm/configs/flavours.txt" <<'END'
patched plain kernel series our.config
unpatched unpatched kernel-unpatched pristine our.config
END
printf 'CONFIG_A=y\nCONFIG_B=n\n' >"$tmp/checkout/vm/configs/our.config"
export XDG_CACHE_HOME=$tmp/cache
cache=$XDG_CACHE_HOME/folioscope
unset FOLIOSCOPE_MIRROR MAKEFLAGS

# --- the packages

package() { # NAME VERSION TREE
	mkdir -p "$3/DEBIAN"
	printf 'Package: %s\nVersion: %s\nArchitecture: amd64\nMaintainer: t <t@t>\nDescription: t\n' \
		"$1" "$2" >"$3/DEBIAN/control"
	dpkg-deb -Znone --root-owner-group -b "$3" "$tmp/web/$1_$2.deb" >/dev/null
}

stock_package() { # VERSION COMPRESSOR
	local tree=$tmp/stock-$1
	mkdir -p "$tree/boot" "$tree/usr/lib/modules/$1+test-amd64/kernel"
	# As much of a bzImage as the boot protocol tells where its payload is.
	head -c 2000000 /dev/urandom >"$tmp/vmlinux-$1"
	$2 <"$tmp/vmlinux-$1" >"$tmp/payload"
	python3 - "$tmp/payload" "$tree/boot/vmlinuz-$1+test-amd64" <<-'END'
		import struct, sys
		payload = open(sys.argv[1], "rb").read()
		if payload[:2] != b"\x1f\x8b":
		    payload += struct.pack("<I", 2000000)
		head = bytearray(1024)
		head[0x1f1] = 1
		head[0x202:0x206] = b"HdrS"
		head[0x248:0x250] = struct.pack("<II", 100, len(payload))
		open(sys.argv[2], "wb").write(head + bytes(100) + payload + bytes(1000000))
	END
	touch "$tree/usr/lib/modules/$1+test-amd64/modules.order" \
		"$tree/usr/lib/modules/$1+test-amd64/modules.builtin.modinfo"
	printf 'kernel/%s.ko\n' virtio_pci virtio_console 9pnet_virtio 9p \
		>"$tree/usr/lib/modules/$1+test-amd64/modules.builtin"
	package "linux-image-$1+test-amd64" "$1-1" "$tree"
}

source_package() {
	local src=$tmp/linux-source-6.12
	mkdir -p "$src/mm" "$tmp/source/usr/src"
	printf 'one\ntwo\nthree\nfour\nfive\nsix\nseven\n' | tee "$src/mm/a.c" >"$src/mm/b.c"
	# As much of kbuild as vm/kernel uses. Compiling is copying.
	cat >"$src/Makefile" <<'END'
O := .
out := $(O)/mm/a.o $(O)/mm/b.o
tinyconfig:
	echo CONFIG_TINY=y >$(O)/$(KCONFIG_CONFIG)
olddefconfig:
	sed -i /CONFIG_UNKNOWN/d $(O)/$(KCONFIG_CONFIG)
vmlinux: $(out)
	mkdir -p $(O)/include/config
	ln -sfn $(CURDIR) $(O)/source
	cat $(out) | tee $(O)/vmlinux >$(O)/System.map
	echo 6.12.1 >$(O)/include/config/kernel.release
$(O)/%.o: %.c $(O)/.config
	@mkdir -p $(@D)
	@echo "  CC      $<" | tee -a $(TRACE)
	@if grep -n broken $<; then echo "$<:1: error: broken"; exit 1; fi
	@cp $< $@
END
	tar -C "$tmp" -cJf "$tmp/source/usr/src/linux-source-6.12.tar.xz" linux-source-6.12
	package linux-source-6.12 6.12.1-1 "$tmp/source"
}

index() { # PACKAGE...: writes the archive's list and our index of it
	local file
	mkdir -p "$cache/apt"
	: >"$tmp/Packages"
	for file; do
		file=$tmp/web/$file.deb
		printf 'Package: %s\nVersion: %s\nFilename: %s\nSize: %s\nSHA256: %s\n\n' \
			"$(dpkg-deb -f "$file" Package)" "$(dpkg-deb -f "$file" Version)" "${file##*/}" \
			"$(stat -c %s "$file")" "$(sha256sum "$file" | cut -d' ' -f1)" >>"$tmp/Packages"
	done
	awk -v mirror="$FOLIOSCOPE_MIRROR" '/^Package/ { n = $2 } /^Version/ { v = $2 } /^Size/ { s = $2 }
		/^Filename/ { f = $2 } /^SHA/ { print n, v, s, $2, mirror "/" f }' "$tmp/Packages" >"$cache/apt/index"
}

stock_package 6.12.1 xz
stock_package 6.12.2 cat # such as nobody knows
source_package

# --- the web server: breaks off after half of a file while $tmp/break exists

cat >"$tmp/server" <<'END'
import http.server, os, sys, time
tmp = sys.argv[1]
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        path = tmp + "/web/" + os.path.basename(self.path.replace("%2b", "+"))
        start = int(self.headers.get("Range", "bytes=0-")[6:].split("-")[0])
        breaks = os.path.exists(tmp + "/break")
        with open(tmp + "/requests", "a") as log:
            log.write("%s from %d\n" % (os.path.basename(path), start))
        if not os.path.exists(path):
            self.send_error(404)
            return
        data = open(path, "rb").read()
        self.send_response(206 if start else 200)
        if start:
            self.send_header("Content-Range", "bytes %d-%d/%d" % (start, len(data) - 1, len(data)))
        self.send_header("Content-Length", str(len(data) - start))
        self.send_header("Last-Modified", "Mon, 01 Jan 2024 00:00:00 GMT")
        self.end_headers()
        if breaks:
            if start == 0:
                self.wfile.write(data[:len(data) // 2])
            self.wfile.flush()
            self.close_connection = True
        else:
            self.wfile.write(data[start:])
    def log_message(self, *args):
        pass
server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
print(server.server_port, flush=True)
server.serve_forever()
END
python3 "$tmp/server" "$tmp" >"$tmp/port" &
server=$!
until [ -s "$tmp/port" ]; do sleep 0.1; done
FOLIOSCOPE_MIRROR=http://127.0.0.1:$(cat "$tmp/port")
export FOLIOSCOPE_MIRROR no_proxy=127.0.0.1 http_proxy=
# Without pauses between apt's own attempts.
echo 'Acquire::Retries "0"; Acquire::Retries::Delay "false";' >"$tmp/apt.conf"
export APT_CONFIG=$tmp/apt.conf

entries() { # DIRECTORY: what a user of the cache could find in it
	find "$cache/$1" -mindepth 1 -maxdepth 1 2>/dev/null
}

wait_for() { # FILE
	local tries
	for ((tries = 0; tries < 400; tries++)); do
		[ ! -e "$1" ] || return 0
		sleep 0.05
	done
	diag "waited in vain for $1"
}

# --- a download that breaks off

index linux-image-6.12.1+test-amd64_6.12.1-1
touch "$tmp/break"
run "$kernel" fetch 6.12
is "$status" 1 'a download that breaks off: fails'
like "$err" 'could not download a stock kernel 6.12 .*it goes on where it stopped' 'it says what to do'
is "$(entries stock/6.12)" '' 'no entry is left'
run "$kernel" path 6.12
is "$status" 1 'and none is found'
like "$err" 'run: vm/kernel fetch 6.12$' 'the way to get one is named'
rm "$tmp/break"
: >"$tmp/requests"
run "$kernel" fetch 6.12
is "$status" 0 'the next run succeeds' || diag "$err"
like "$(cat "$tmp/requests")" 'from [1-9]' 'and goes on where the first stopped'
path=$("$kernel" path 6.12)
cmp -s "$path/bzImage" "$tmp/stock-6.12.1/boot/vmlinuz-6.12.1+test-amd64"
ok $? 'the image is whole'
cmp -s "$path/vmlinux" "$tmp/vmlinux-6.12.1"
ok $? 'and decompressed'
is "$(cat "$path/release")" 6.12.1+test-amd64 'its release is known'
: >"$tmp/requests"
run "$kernel" fetch 6.12
is "$status $(cat "$tmp/requests")" '0 ' 'what is there is not fetched again'

for compressor in gzip zstd; do
	stock_package 6.12.1 "$compressor"
	rm -rf "$cache/stock"
	index linux-image-6.12.1+test-amd64_6.12.1-1
	run "$kernel" fetch 6.12
	cmp -s "$("$kernel" path 6.12)/vmlinux" "$tmp/vmlinux-6.12.1"
	ok $? "decompressed by $compressor, too" || diag "$err"
done

# --- an unpacking that is killed

mkdir "$tmp/slow"
cat >"$tmp/slow/tar" <<END
#!/bin/bash
touch '$tmp/unpacking'
until [ -e '$tmp/go' ]; do sleep 0.05; done
exec /bin/tar "\$@"
END
chmod +x "$tmp/slow/tar"
for signal in KILL TERM; do
	rm -rf "$cache/stock" "$tmp/unpacking" "$tmp/go"
	# Called apart from the shell's jobs, as it will be killed.
	(PATH=$tmp/slow:$PATH exec "$kernel" fetch 6.12 2>/dev/null) &
	pid=$!
	wait_for "$tmp/unpacking"
	kill -$signal $pid
	wait $pid 2>/dev/null
	touch "$tmp/go"
	run "$kernel" path 6.12
	is "$status" 1 "unpacking ended by SIG$signal: no entry is found"
	[ $signal = KILL ] || is "$(entries stock/6.12 | grep -v '\.log$')" '' "SIG$signal: nothing is left over"
	run "$kernel" fetch 6.12
	is "$status" 0 "after SIG$signal the next run succeeds"
	cmp -s "$("$kernel" path 6.12)/bzImage" "$tmp/stock-6.12.1/boot/vmlinuz-6.12.1+test-amd64"
	ok $? "after SIG$signal the image is whole"
done

# --- two at once

rm -rf "$cache/stock" "$cache/deb"
: >"$tmp/requests"
rm -f "$tmp/unpacking" "$tmp/go"
PATH=$tmp/slow:$PATH "$kernel" fetch 6.12 2>/dev/null &
first=$!
wait_for "$tmp/unpacking"
"$kernel" fetch 6.12 2>"$tmp/second" &
second=$!
for ((tries = 0; tries < 200; tries++)); do
	! grep -q 'waiting for another run' "$tmp/second" || break
	sleep 0.05
done
ok $((tries < 200 ? 0 : 1)) 'of two fetches at once the second says that it waits'
touch "$tmp/go"
wait $first
first=$?
wait $second
is "$first $?" '0 0' 'and both succeed'
is "$(wc -l <"$tmp/requests")" 1 'with one download'

# --- newer versions; a version that is gone from the archive

index linux-image-6.12.1+test-amd64_6.12.1-1 linux-image-6.12.2+test-amd64_6.12.2-1
run "$kernel" fetch 6.12
like "$("$kernel" path 6.12)" '/6\.12\.1-1$' 'a fetch keeps what is there'
mkdir "$tmp/apt"
cat >"$tmp/apt/apt-get" <<END
#!/bin/bash
# Stands for apt-get: the lists hold what $tmp/Packages holds.
case "\$*" in
*indextargets*) echo '$tmp/Packages' ;;
*update*) [ ! -e '$tmp/no-network' ] || { echo 'W: Some index files failed to download.'; } ;;
esac
END
chmod +x "$tmp/apt/apt-get"
export PATH=$tmp/apt:$PATH
run "$kernel" refresh 6.12
is "$status" 0 'a refresh succeeds'
! [ -e "$("$kernel" path 6.12)/vmlinux" ] && [ -e "$("$kernel" path 6.12)/bzImage" ]
ok $? 'an image of no known kind is kept as it is'
like "$("$kernel" path 6.12)" '/6\.12\.2-1$' 'and gets the newest version'
rm -rf "$cache/stock" "$cache/deb"
index linux-image-6.12.1+test-amd64_6.12.1-1
mv "$cache/apt/index" "$tmp/old-index"
index linux-image-6.12.2+test-amd64_6.12.2-1
mv "$tmp/old-index" "$cache/apt/index"
mv "$tmp/web/linux-image-6.12.1+test-amd64_6.12.1-1.deb" "$tmp/"
run "$kernel" fetch 6.12
is "$status" 0 'a package that is gone makes the lists be read anew'
like "$("$kernel" path 6.12)" '/6\.12\.2-1$' 'and the newest version be taken'
touch "$tmp/no-network"
touch -d '3 days ago' "$cache/apt/index"
rm -rf "$cache/stock" "$cache/deb"
run "$kernel" fetch 6.12
is "$status" 0 'lists that cannot be refreshed do'
like "$err" 'could not be refreshed, going on with those of' 'with a word about it'
rm "$cache/apt/index"
run "$kernel" fetch 6.18
is "$status" 1 'no lists at all: fails'
like "$err" 'cannot read the package lists of http://127.0.0.1.*FOLIOSCOPE_MIRROR' 'and says what to do'
rm "$tmp/no-network"
run "$kernel" fetch 6.18
is "$status" 1 'no suite has the series: fails'
like "$err" 'no suite of .* has a stock kernel 6.18' 'and says so'

# --- the source and the series

index linux-source-6.12_6.12.1-1
TRACE=$tmp/compiled
export TRACE
patch_of() { # FILE LINE: a patch that replaces LINE by LINE, patched
	diff -u --label "a/mm/$1" --label "b/mm/$1" "$tmp/linux-source-6.12/mm/$1" \
		<(sed "s/^$2\$/$2, patched/" "$tmp/linux-source-6.12/mm/$1")
}
build() {
	: >"$TRACE"
	run "$kernel" build patched
	compiled=$(awk '{ print $2 }' "$TRACE" | sort | tr '\n' ' ')
}

run "$kernel" path patched
like "$status $err" '^1 .*run: make kernel$' 'not built: the target is named'
build
is "$status $compiled" '0 mm/a.c mm/b.c ' 'a build without series'
diag "$err"
is "$(grep -c patched "$("$kernel" path patched)/vmlinux")" 0 'nothing is patched in it'
tree=$("$kernel" source)
build
is "$status $compiled" '0 ' 'what is built is not built again'

patch_of a.c two >"$series/0001-a.patch"
patch_of b.c six >"$series/0002-b.patch"
run "$kernel" path patched
is "$status" 1 'with another series it is another kernel'
build
is "$status $compiled" '0 mm/a.c mm/b.c ' 'a build with a series'
patched=$("$kernel" path patched)
is "$(grep patched "$patched/vmlinux")" $'two, patched\nsix, patched' 'which is in it, both'
patch_of b.c five >"$series/0002-b.patch"
build
is "$status $compiled" '0 mm/b.c ' 'a changed patch rebuilds only what it touches'
is "$(grep patched "$("$kernel" path patched)/vmlinux")" $'two, patched\nfive, patched' 'with the new in it, not the old'

# A source from before a stable update that changed what a patch touches.
mkdir -p "$series/older" "$tmp/before/mm" "$tmp/after/mm"
patch_of b.c four >"$series/older/0002-b.patch"
echo 'anon_vma_chain_link(vma, avc, anon_vma);' >"$tmp/before/mm/rmap.c"
echo 'anon_vma_chain_assign(vma, avc, anon_vma);' >"$tmp/after/mm/rmap.c"
is "$("$kernel" series "$tmp/before")" "$series/0001-a.patch
$series/older/0002-b.patch" 'for an older source a patch of older/ stands for that of the same name'
is "$("$kernel" series "$tmp/after")" "$series/0001-a.patch
$series/0002-b.patch" 'for a newer one it does not'
rm -r "$series/older"

pristine=$("$kernel" source --pristine 2>/dev/null)
cmp -s "$pristine/mm/a.c" "$tmp/linux-source-6.12/mm/a.c"
ok $? 'the pristine source is without the series'
is "$(grep -c patched "$("$kernel" source)/mm/a.c")" 1 'the other has it'

run "$kernel" path unpatched
like "$status $err" '^1 .*run: make kernel-unpatched$' 'the kernel without the series is not built: the target is named'
run "$kernel" build unpatched
unpatched=$("$kernel" path unpatched)
is "$status $(cat "$unpatched/source-version")" '0 6.12.1-1' 'it is built from the same source'
is "$(grep -c patched "$unpatched/vmlinux")" 0 'and nothing is patched in it'
is "$(grep -c patched "$("$kernel" source)/mm/a.c")" 1 'the source with the series keeps it'
patch_of a.c three >"$tmp/mutant.patch"
is "$(FOLIOSCOPE_MUTANT=$tmp/mutant.patch "$kernel" path unpatched)" "$unpatched" 'no patch makes it another kernel'

# --- patches that do not apply

sed 's/^ three$/ drei/' "$series/0002-b.patch" >"$tmp/fuzzy"
cp "$series/0002-b.patch" "$tmp/good"
cp "$tmp/fuzzy" "$series/0002-b.patch"
build
is "$status" 1 'a patch that needs fuzz is refused'
like "$err" 'kernel-patch/6.12/0002-b.patch does not apply to kernel 6.12.1-1' 'it is named'
run "$kernel" path patched
is "$status" 1 'and no kernel comes of it'
cp "$tmp/good" "$series/0002-b.patch"
build
is "$status" 0 'the good series again: succeeds'
is "$(grep patched "$("$kernel" path patched)/vmlinux")" $'two, patched\nfive, patched' 'with the right kernel'

# --- a tree that was left half patched

touch "$tree.series/.incomplete"
echo rubbish >>"$tree/mm/a.c"
patch_of a.c three >"$series/0001-a.patch"
build
is "$status" 0 'a damaged tree: the build succeeds'
like "$err" 'is damaged, unpacking it again' 'by unpacking it again'
is "$(grep -e patched -e rubbish "$("$kernel" path patched)/vmlinux")" $'three, patched\nfive, patched' 'with the right kernel'

# --- a build that fails, one that is killed, a setting that does not take

patch_of a.c one | sed 's/, patched/, broken/' >"$series/0001-a.patch"
before=$(entries kernels)
build
is "$status" 1 'a build that fails: fails'
like "$err" 'first error:.*mm/a.c:1: error: broken' 'its first error is shown'
like "$err" 'the whole log is .*/log/build-patched.log' 'and where the log is'
is "$(entries kernels)" "$before" 'no entry is left'
patch_of a.c one >"$series/0001-a.patch"
cat >"$tmp/slow/make" <<END
#!/bin/bash
case "\$*" in *vmlinux*) touch '$tmp/building'; sleep 30 ;; esac
exec /usr/bin/make "\$@"
END
chmod +x "$tmp/slow/make"
(PATH=$tmp/slow:$PATH exec "$kernel" build patched 2>/dev/null) &
pid=$!
wait_for "$tmp/building"
kill -TERM $pid
wait $pid
is $? 143 'a build ended by SIGTERM ends'
is "$(entries kernels)" "$before" 'no entry is left'
build
is "$status" 0 'the next run succeeds, at once'
is "$(grep patched "$("$kernel" path patched)/vmlinux")" $'one, patched\nfive, patched' 'with the right kernel'

echo 'CONFIG_UNKNOWN=y' >>"$tmp/checkout/vm/configs/our.config"
build
is "$status" 1 'a setting that kconfig drops: fails'
like "$err" 'CONFIG_UNKNOWN=y \(is: n\)' 'it is named'
unlike "$err" 'CONFIG_[ABT]' 'and no other'
done_testing
