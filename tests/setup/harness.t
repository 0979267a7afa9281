#!/bin/bash
# tests/run itself: what tests write to standard error, how they end, and that they do not wait
# for each other.
cd "$(dirname "$0")/../.." || exit
. tests/lib/tap.sh

tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
test_file() { # NAME: from standard input
	{ echo '#!/bin/bash'; cat; } >"$tmp/$1"
	chmod +x "$tmp/$1"
}

test_file good.t <<-'END'
	echo 1..2
	echo "what it says" >&2
	echo "ok 1"
	echo "ok 2 # SKIP a reason"
	echo "# as a comment" >&2
	printf "no end" >&2
END
run tests/run "$tmp/good.t"
is "$status" 0 'a good test: exit 0'
is "$(tail -n 1 <<<"$out")" '1 passed, 0 failed, 1 skipped' '  the last line'
for line in '# what it says' '# as a comment' '# no end'; do
	is "$(grep -cx "$line" <<<"$out")" 1 "  '$line' is shown"
done
like "$out" "processor time: .*$tmp/good.t" '  what it cost, too'
is "$(grep '^skipped: ' <<<"$out")" "skipped: $tmp/good.t: 2: a reason" '  and why something is skipped'

test_file whole.t <<-'END'
	echo '1..0 # SKIP no such machine'
END
run tests/run --jobs 2 "$tmp/good.t" "$tmp/whole.t"
is "$(grep '^skipped: ' <<<"$out" | sort)" "skipped: $tmp/good.t: 2: a reason
skipped: $tmp/whole.t: as a whole: no such machine" 'one that is skipped as a whole: why'
is "$(tail -n 1 <<<"$out")" '1 passed, 0 failed, 2 skipped' '  it is one'

test_file bad.t <<-'END'
	echo "not ok 1 - this"
	echo "Bail out! says who has no say" >&2
	echo "ok 7" >&2
	echo 1..1
END
run tests/run "$tmp/bad.t" "$tmp/good.t"
is "$status $(tail -n 1 <<<"$out")" '1 1 passed, 1 failed, 1 skipped' 'a bad one: exit 1, and the others run'
like "$out" '# Bail out! says who' '  what it writes to standard error is no TAP'

test_file dies.t <<-'END'
	echo 1..1
	echo ok 1
	kill -SEGV $$
END
run tests/run "$tmp/dies.t"
is "$status" 1 'one that dies: exit 1, though all is ok'

# The first has said something on standard error and goes on silently until the third has run,
# which the harness starts when the second has ended.
test_file waits.t <<-END
	echo 1..1
	echo "begun" >&2
	for i in {1..300}; do [ -e $tmp/third ] && break; sleep .1; done
	[ -e $tmp/third ] && echo "ok 1" || echo "not ok 1 - the others have not run"
END
test_file second.t <<-'END'
	sleep 1
	echo 1..1
	echo ok 1
END
test_file third.t <<-END
	touch $tmp/third
	echo 1..1
	echo ok 1
END
run tests/run --jobs 2 "$tmp/waits.t" "$tmp/second.t" "$tmp/third.t"
is "$status $(tail -n 1 <<<"$out")" '0 3 passed, 0 failed, 0 skipped' 'a test that is silent does not keep others from running' ||
	diag "$out"

# What a test has started may outlive it, with its standard error.
test_file leaves.t <<-END
	sleep 30 >/dev/null &
	echo \$! >$tmp/left
	echo 1..1
	echo ok 1
END
run timeout 20 tests/run "$tmp/leaves.t"
kill "$(cat "$tmp/left")"
is "$status" 0 'a test whose child stays is not waited for'
done_testing
