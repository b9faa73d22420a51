#!/bin/bash
# Every planted verdict of each kind of organisation, from saved responses and a dump; anchors found by auto.
. "$(dirname "$0")/lib.sh"

check() {       # NAME GATE-STATUS OPTION...
  local name=$1 status=$2 dir=$work/$1; shift 2
  say "$name"
  organisation "$dir" "$@"
  local more="[anchor]
candidates = employeeID"
  case " $* " in *' --allow '*) more="$more
[policy]
takeover = allow
soft_match = server" ;; esac
  from_files "$dir" "$dir" "$more"
  expect "$status" "$REANCHOR" -c "$dir/reanchor.conf" rebuild --report "$dir/report"
  compare "$dir/expected.ndjson" "$dir/report/verdicts.ndjson"
}

check consistency 6 --anchor consistency
check guid 6 --anchor guid
check custom 6 --anchor custom
check mixed 6 --anchor mixed
jq -e 'select(.type == "summary") | .reasons | index("ANCHOR_UNDETERMINED")' \
  "$work/mixed/report/verdicts.ndjson" > /dev/null || fail "mixed: not undetermined"
check consistency-allow 6 --anchor consistency --allow --seed 7
check guid-allow 6 --anchor guid --allow --seed 8
check custom-allow 6 --anchor custom --allow --seed 9
for mode in consistency guid custom; do
  check "clean-$mode" 0 --anchor "$mode" --no-disaster --seed 11
done
