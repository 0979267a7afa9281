#!/bin/bash
# What a reader of the sources may rely on: format, shell and Python checks, licence lines.
cd "$(dirname "$0")/../.." || exit
. tests/lib/tap.sh

# Files of ours that match; outside a git checkout all that are not built.
files() { # PATTERN...
	git ls-files --cached --others --exclude-standard -- "$@" 2>/dev/null || find . -path ./build -prune -o -type f -print
}

# Those whose first line matches: one process reads all.
begin_with() { # REGEX [PATTERN...]
	local regex=$1
	shift
	# shellcheck disable=SC2016 # awk's own
	files "$@" | while read -r f; do [ ! -f "$f" ] || echo "$f"; done |
		xargs awk -v regex="$regex" 'FNR == 1 { if ($0 ~ regex) print FILENAME; nextfile }'
}

# Not the kernel's own header, which must stay as it is there.
bad=$(files '*.c' '*.h' | grep -v '^cmd/xchg/folio_exchange.h$' | xargs clang-format --dry-run 2>&1 | grep 'warning:' | cut -d: -f1 | sort | uniq -c)
is "$bad" "" "C sources are formatted as .clang-format says"

scripts=$(begin_with '^#!.*/(ba)?sh( |$)|^# shellcheck shell')
# shellcheck disable=SC2086 # a list of names without blanks
is "$(shellcheck -x $scripts 2>&1 | head -40)" "" "shellcheck finds nothing in $(echo "$scripts" | wc -l) scripts"

perls=$(begin_with '^#!.*perl')
bad=
for f in $perls; do
	perl -Itests/lib -wc "$f" >/dev/null 2>&1 || bad="$bad $f"
done
is "$bad" "" "perl -wc finds nothing"

bad=$(files 'scripts/*.py' 'tests/*.py' 'bench/*.py' | xargs -r pyflakes3 2>&1)
is "$bad" "" "pyflakes finds nothing"

bad=$(comm -23 <(files '*.c' '*.h' | sort) <(begin_with 'SPDX-License-Identifier: GPL-2.0' '*.c' '*.h' | sort))
is "$bad" "" "every C file has its licence line"

long=$(files '*.c' '*.h' | xargs wc -l | awk '$2 != "total" && $1 > 800 { print $2 }')
is "$long" "" "no C file is longer than 800 lines"

bad=$(files 'tests/*.t' 'tests/vm/guest/*' | while read -r f; do
	[ -x "$f" ] || echo "$f"
done)
is "$bad" "" "every test can be run"

done_testing
