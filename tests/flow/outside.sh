#!/bin/bash
# The program from outside: what docs/formats.md promises of its files, and what somebody meets who gives it odd options,
# no terminal, or no place to write to.
. "$(dirname "$0")/lib.sh"
org=$work/org
organisation "$org" --users 200 --seed 3
tenant_up tenant "$org/graph"
configure "$work/run" "$(tenant_lines tenant)" "uri = ldif:$org/ad.ldif"
from_files "$work/files" "$org"
run=("$REANCHOR" -c "$work/run/reanchor.conf")
files=("$REANCHOR" -c "$work/files/reanchor.conf")
plan() { jq -e "$1" "$2/report/plan.json" > /dev/null || fail "plan.json is not: $1"; }

say "a plan names where the next read of each side goes on"
expect 6 "${run[@]}" rebuild --report "$work/run/report"
plan '.snapshots.cloud.marker | test("^[0-9a-f]{64}$")' "$work/run"
plan '.snapshots["ad:contoso"].marker == null' "$work/run"
expect 6 "${files[@]}" rebuild --report "$work/files/report"
plan '.snapshots | map(.marker) | all(. == null)' "$work/files"
say "as wanted"
