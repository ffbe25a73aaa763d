#!/usr/bin/env bash
# The long forms of simulation and fuzzing. Every fuzz target runs for FUZZTIME
# (default 60s), every property for CHECKS cases (default 20000).
#
#   FUZZTIME=10m CHECKS=1000000 test/soak.sh
set -euo pipefail
cd "$(dirname "$0")/.."
FUZZTIME=${FUZZTIME:-60s}
CHECKS=${CHECKS:-20000}

grep -rl --include='*_test.go' 'pgregory.net/rapid' . | xargs -n1 dirname | sort -u | while read -r dir; do
	echo "== properties of $dir, $CHECKS cases each"
	go test "$dir" -count=1 -timeout 0 -rapid.checks="$CHECKS"
done

grep -rHoE --include='*_test.go' '^func Fuzz[A-Za-z0-9_]+' . | sort | while IFS=: read -r file target; do
	target=${target#func }
	echo "== $target in $(dirname "$file") for $FUZZTIME"
	go test "$(dirname "$file")" -run '^$' -fuzz "^$target\$" -fuzztime "$FUZZTIME" -timeout 0
done
