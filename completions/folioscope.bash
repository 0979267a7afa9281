# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# Completion of folioscope's commands in bash, with bash-completion or without.
#
# What a command takes is asked of its --help, at the time. Written down here is only what
# its values can be, by the names that --help has for them.

_folioscope_paths() { # -f or -d: files, or folders only
	compopt -o filenames 2>/dev/null # fails where nobody is typing
	mapfile -t COMPREPLY < <(compgen "$1" -- "$cur")
}

# Offers the values of that name that begin with $cur.
_folioscope_values() { # NAME
	local words='' list=0
	case $1 in
	BACKEND) words='auto tracepoint fentry kprobe' ;;
	EVENT) words='prepare clone fork unlink' ;;
	OP) words='exchange migrate both' ;;
	WEIGHT) words='time vmas phantom walks' ;;
	BY) words='task cause kind cgroup owner' list=1 ;;
	CAUSES) words='reclaim_ref unmap migrate_unmap migrate_restore mkclean idle damon device' list=1 ;;
	KINDS) words='anon file shmem ksm' list=1 ;;
	COLUMN) words='PID COMM CAUSE KIND CGROUP OWNER WALKS VMAS MAPPED PHANTOM PHANTOM% VMAS/WALK MOST TIME LOCK P50 P99 MAX' ;;
	PID | PID_A | PID_B) words=$(cd /proc && echo [0-9]*) ;;
	FILE) _folioscope_paths -f ;;
	PATH) _folioscope_paths -d ;;
	[a-z]*) words=$1 ;;
	esac
	[ -n "$words" ] || return
	# Of several with commas the last one is being typed.
	local before=''
	[ "$list" = 0 ] || [[ $cur != *,* ]] || before=${cur%,*},
	mapfile -t words < <(compgen -P "$before" -W "$words" -- "${cur#"$before"}")
	COMPREPLY+=("${words[@]}")
}

# The words of what comes after "--": a command's own, or its name.
_folioscope_command() { # INDEX-OF-ITS-NAME
	if declare -F _command_offset >/dev/null; then
		_command_offset "$1"
	elif [ "$COMP_CWORD" = "$1" ]; then
		mapfile -t COMPREPLY < <(compgen -c -- "$cur")
	else
		_folioscope_paths -f
	fi
}

_folioscope() {
	local IFS=$' \t\n' cur=${COMP_WORDS[COMP_CWORD]} option=''
	COMPREPLY=()
	local help tool=${COMP_WORDS[0]/#\~/$HOME}
	help=$("$tool" --help 2>/dev/null </dev/null) || return

	# Options, and by option the name of the value that it needs or, with "=", may have;
	# words of the command lines that there are, without their options.
	local line options=() lines=() usage=1
	local -A value=() maybe=()
	local shape='^ +(-[A-Za-z])?( [A-Z][A-Z_,]*)?(, )? *(--[a-z][a-z-]*)(\[?[= ]([A-Z][A-Z_,]*))?'
	local command='^( *[Uu]sage| +or): +[^ ]+ ?(.*)'
	while IFS= read -r line; do
		if [[ $line =~ $shape ]]; then
			options+=(${BASH_REMATCH[1]:+"${BASH_REMATCH[1]}"} "${BASH_REMATCH[4]}")
			if [[ ${BASH_REMATCH[5]} == \[* ]]; then
				maybe[${BASH_REMATCH[4]}]=${BASH_REMATCH[6]}
			elif [ -n "${BASH_REMATCH[6]}" ]; then
				value[${BASH_REMATCH[4]}]=${BASH_REMATCH[6]}
				[ -z "${BASH_REMATCH[1]}" ] || value[${BASH_REMATCH[1]}]=${BASH_REMATCH[6]}
			fi
		elif [[ $usage = 1 && $line =~ $command ]]; then
			lines+=("$(sed -E 's/\[(-[^]]*|OPTION\.\.\.)\] ?//g; s/-- .*/--/; s/[][]//g' <<<"${BASH_REMATCH[2]}")")
		else
			usage=0
		fi
	done <<<"$help"

	# What was typed before: arguments that are no options nor their values. bash makes
	# three words of --option=value.
	local i word arguments=()
	for ((i = 1; i < COMP_CWORD; i++)); do
		word=${COMP_WORDS[i]}
		if [ -n "$option" ]; then
			[ "$word" = = ] || option=''
			continue
		fi
		case $word in
		--)
			[[ $help != *'-- COMMAND'* ]] || _folioscope_command $((i + 1))
			return
			;;
		--*) [ "${COMP_WORDS[i + 1]}" = = ] || [ -n "${value[$word]}" ] && option=$word ;;
		-?*) [ -n "${value[-${word: -1}]}" ] && option=-${word: -1} ;;
		*) arguments+=("$word") ;;
		esac
	done
	[ "$cur" != = ] || cur=''

	if [ -n "$option" ]; then
		_folioscope_values "${value[$option]}${maybe[$option]}"
	elif [[ $cur == -* ]]; then
		mapfile -t COMPREPLY < <(compgen -W "${options[*]}" -- "$cur")
	else
		_folioscope_arguments
	fi
}

# Offers what may stand there in any of the $lines that what was typed fits.
_folioscope_arguments() {
	local line words i
	for line in "${lines[@]}"; do
		read -ra words <<<"${line//.../ ...}"
		for ((i = 0; i < ${#arguments[@]}; i++)); do
			[[ ${words[i]} != [a-z]* || ${words[i]} == "${arguments[i]}" ]] || continue 2
		done
		if [ "${words[-1]}" = ... ] && [ ${#arguments[@]} -ge $((${#words[@]} - 1)) ]; then
			i=$((${#words[@]} - 2))
		fi
		_folioscope_values "${words[i]}"
	done
}

complete -F _folioscope rmaptop exchangelat folioxchg anonvma forkchain foliomap folioscope-report
