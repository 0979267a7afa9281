# shellcheck shell=bash
# Test Anything Protocol for shell tests: each check prints one line, prove reads
# them. Sourced by tests/*/*.t; end a test with done_testing.

tap_count=0
tap_failed=0

plan() { # NUMBER
	echo "1..$1"
}

skip_all() { # REASON
	echo "1..0 # SKIP $1"
	exit 0
}

diag() {
	printf '%s\n' "$@" | sed 's/^/# /' >&2
}

ok() { # STATUS NAME: STATUS 0 is good
	tap_count=$((tap_count + 1))
	if [ "$1" -eq 0 ]; then
		echo "ok $tap_count - $2"
	else
		echo "not ok $tap_count - $2"
		tap_failed=$((tap_failed + 1))
	fi
	return "$1"
}

is() { # GOT WANTED NAME
	local status=0
	[ "$1" = "$2" ] || status=1
	ok "$status" "$3" || {
		diag "     got: $1" "  wanted: $2"
		return 1
	}
}

like() { # GOT REGEX NAME
	local status=0
	[[ $1 =~ $2 ]] || status=1
	ok "$status" "$3" || {
		diag "              got: $1" "  does not match: $2"
		return 1
	}
}

unlike() { # GOT REGEX NAME
	local status=0
	[[ ! $1 =~ $2 ]] || status=1
	ok "$status" "$3" || {
		diag "     got: $1" "  matches: $2"
		return 1
	}
}

skip() { # REASON NAME...: a check that cannot be made here
	local reason=$1 name
	shift
	for name; do
		tap_count=$((tap_count + 1))
		echo "ok $tap_count - $name # SKIP $reason"
	done
}

# Runs a command; sets $status, $out (standard output) and $err (standard error).
# shellcheck disable=SC2034 # read by the tests
run() { # COMMAND...
	local file
	file=$(mktemp)
	out=$("$@" 2>"$file")
	status=$?
	err=$(cat "$file")
	rm -f "$file"
}

done_testing() {
	plan "$tap_count"
	exit $((tap_failed > 0))
}
