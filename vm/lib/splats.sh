# shellcheck shell=bash disable=SC2154,SC2034 # shares variables with the other parts
# Finds what the kernel complained about on its console. Sourced.

# Prints from the line before the first match on (the "cut here" line, or what led
# to it); status 1: nothing found.
find_splat() { # CONSOLE-FILE
	tr -d '\r' <"$1" |
		grep -a -m 1 -B 1 -A 120 -E -f <(grep -v -e '^#' -e '^$' "$vm_dir/splats.txt")
}
