#!/usr/bin/env bash
# The long forms of simulation and fuzzing, in four parts:
#
#   pay         the encodings, trees and paths that money hangs on are tried EXECS
#               times in all (default 10,000,000), by all targets of package pay alike
#   own         OPS random operations on ownership (default 1,000,000), in worlds of
#               50,000
#   properties  every property is tried CHECKS times (default 20,000), in rounds of
#               ROUND (default 500)
#   fuzz        every other fuzz target runs for FUZZTIME (default 60s)
#
# Without arguments all of them run. What fails does not end the run: at the end
# there is a table of what was done, and it exits with 1 if something failed. A fuzz
# target that fails leaves its input in its package's testdata/fuzz.
#
#   OPS=10000000 EXECS=100000000 FUZZTIME=10m CHECKS=1000000 test/soak.sh
#   test/soak.sh pay
set -uo pipefail
cd "$(dirname "$0")/.."
FUZZTIME=${FUZZTIME:-60s}
CHECKS=${CHECKS:-20000}
ROUND=${ROUND:-500}
OPS=${OPS:-1000000}
EXECS=${EXECS:-10000000}

log=$(mktemp)
trap 'rm -f "$log"' EXIT
table=()
failed=0
total=0

# run WHAT UNIT COMMAND...: runs a command and adds a line to the table. Of a fuzz
# target (unit "fuzz") the line says how often it was executed.
run() {
	local what=$1 unit=$2 began=$SECONDS result=ok done=-
	shift 2
	echo "== $what"
	if ! "$@" </dev/null 2>&1 | tee "$log"; then
		result=FAILED
		failed=$((failed + 1))
	fi
	if [ "$unit" = fuzz ]; then
		done=$(grep -oE 'execs: [0-9]+' "$log" | tail -1 | grep -oE '[0-9]+')
		total=$((total + ${done:-0}))
	else
		done=$unit
	fi
	table+=("$(printf '%-52s %14s %7ds  %s' "$what" "${done:-0}" $((SECONDS - began)) "$result")")
}

# targets GREP-ARGUMENTS...: the fuzz targets, as "directory name".
targets() {
	grep -roE --include='*_test.go' "$@" '^func Fuzz[A-Za-z0-9_]+' . | sed -E 's|/[^/]*:func | |; s|^\./||' | sort
}

fuzz() { # fuzz DIRECTORY TARGET TIME
	run "$2 in $1" fuzz go test "./$1" -run '^$' -fuzz "^$2\$" -fuzztime "$3" -timeout 0
}

part_pay() {
	local all count each
	all=$(targets | grep '^pay ')
	count=$(wc -l <<<"$all")
	each=$(((EXECS + count - 1) / count))
	while read -r dir target; do fuzz "$dir" "$target" "${each}x"; done <<<"$all"
}

part_own() {
	run "operations on ownership" "$OPS" env WEAL_SOAK_OPS="$OPS" go test ./x/asset/keeper -run '^TestSoak$' -count=1 -timeout 0 -v
}

# properties DIRECTORY: its tests that draw their cases, in rounds: what one test of a
# chain holds is freed only when its process ends.
properties() {
	local tests left n
	tests=$(grep -l 'pgregory.net/rapid' "$1"/*_test.go | xargs grep -hoE '^func Test[A-Za-z0-9_]+' | sed 's/func //' | paste -sd'|')
	for ((left = CHECKS; left > 0; left -= n)); do
		n=$((left < ROUND ? left : ROUND))
		go test "./$1" -run "^($tests)\$" -count=1 -timeout 0 -rapid.checks="$n" || return
	done
}

part_properties() {
	local dir
	while read -r dir; do
		run "properties of $dir" "$CHECKS" properties "$dir"
	done < <(grep -rl --include='*_test.go' 'pgregory.net/rapid' . | xargs -n1 dirname | sed 's|^\./||' | sort -u)
}

part_fuzz() {
	local dir target
	while read -r dir target; do fuzz "$dir" "$target" "$FUZZTIME"; done < <(targets | grep -v '^pay ')
}

[ $# -gt 0 ] || set -- pay own properties fuzz
for part in "$@"; do
	if ! declare -F "part_$part" >/dev/null; then
		echo "test/soak.sh: no part is called $part: want pay, own, properties or fuzz" >&2
		exit 2
	fi
done
for part in "$@"; do "part_$part"; done

echo "== what was done"
printf '%-52s %14s %8s  %s\n' what times took result
printf '%s\n' "${table[@]}"
echo "$total executions of fuzz targets, $SECONDS seconds, $failed failed"
[ "$failed" -eq 0 ]
