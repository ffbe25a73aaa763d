#!/usr/bin/env bash
# The long forms of simulation and fuzzing. OPS random operations (default
# 1,000,000) are played on ownership, in worlds of 50,000; the encodings, trees and
# paths that money hangs on are tried EXECS times (default 10,000,000); every
# property is tried CHECKS times (default 20000), every other fuzz target runs for
# FUZZTIME (default 60s).
#
#   OPS=10000000 EXECS=100000000 FUZZTIME=10m CHECKS=1000000 test/soak.sh
set -euo pipefail
cd "$(dirname "$0")/.."
FUZZTIME=${FUZZTIME:-60s}
CHECKS=${CHECKS:-20000}
OPS=${OPS:-1000000}
EXECS=${EXECS:-10000000}

echo "== $OPS operations on ownership"
WEAL_SOAK_OPS=$OPS go test ./x/asset/keeper -run '^TestSoak$' -count=1 -timeout 0 -v

targets=$(grep -hoE '^func Fuzz[A-Za-z0-9_]+' pay/*_test.go | sed 's/func //' | sort)
each=$(((EXECS + $(wc -l <<<"$targets") - 1) / $(wc -l <<<"$targets")))
for target in $targets; do
	echo "== $target in pay, $each executions"
	go test ./pay -run '^$' -fuzz "^$target\$" -fuzztime "${each}x" -timeout 0
done

grep -rl --include='*_test.go' 'pgregory.net/rapid' . | xargs -n1 dirname | sort -u | while read -r dir; do
	echo "== properties of $dir, $CHECKS cases each"
	go test "$dir" -count=1 -timeout 0 -rapid.checks="$CHECKS"
done

grep -rHoE --include='*_test.go' '^func Fuzz[A-Za-z0-9_]+' . | grep -v '^./pay/' | sort | while IFS=: read -r file target; do
	target=${target#func }
	echo "== $target in $(dirname "$file") for $FUZZTIME"
	go test "$(dirname "$file")" -run '^$' -fuzz "^$target\$" -fuzztime "$FUZZTIME" -timeout 0
done
