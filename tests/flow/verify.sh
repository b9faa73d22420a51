#!/bin/bash
# reanchor verify: each of V1 to V15 planted in an organisation is found, and nothing in a clean one.
. "$(dirname "$0")/lib.sh"

verify() {      # STATUS ORGANISATION [OPTION...]
  local status=$1 org=$2; shift 2
  expect "$status" "$REANCHOR" -q -c "$org/reanchor.conf" verify "$@"
}
# found CHECK...: these and no other checks have findings in the last output with --json.
found() {
  jq -r 'select(.type == "finding").check' "$work/out" | sort -u | tr '\n' ' ' > "$work/found"
  [ "$(cat "$work/found")" = "$(printf '%s\n' "$@" | sort -u | tr '\n' ' ')" ] ||
    fail "found $(cat "$work/found"), want $*; $(jq -c 'select(.type == "finding") | [.check, .reason]' "$work/out" | sort | uniq -c | head)"
}

say "nothing is found in a clean organisation, whatever its anchor"
for anchor in consistency guid custom; do
  organisation "$work/$anchor" --clean --users 700 --anchor $anchor
  from_files "$work/$anchor" "$work/$anchor" "[anchor]
candidates = employeeID"
  verify 0 "$work/$anchor" --json --severity info
  [ "$(wc -l < "$work/out")" = 1 ] || fail "$anchor: $(head -3 "$work/out")"
  jq -e '.type == "summary" and .worst == null and (.checks | length) == 15 and .objects.ad > 700' "$work/out" > /dev/null
done

plant() {       # CHECK: a copy of the clean organisation with one fault, in $org
  org=$work/$1
  cp -r "$work/consistency" "$org"
  rm -rf "$org/store"
  /usr/bin/python3 "$here/plant.py" "$org" "$1"
  from_files "$org" "$org"
}
declare -A also=([V2]=V6)
for check in V1 V2 V3 V4 V5 V6 V7 V8 V9 V10 V11 V12 V13; do
  say "$check is found where it is planted"
  plant "$check"
  verify 7 "$org" --json
  found "$check" ${also[$check]:-}
  jq -es --arg c "$check" 'map(select(.check == $c)) | all(.severity and .remedy and (.ad or .cloud or .check == "V7"))' \
    "$work/out" > /dev/null || fail "$check: $(head -1 "$work/out")"
done
say "V15 is found where it is planted, and is no more than an information"
plant V15
verify 0 "$org" --json
found V15
verify 7 "$org" --severity info

say "V14 is found where it is planted, by whoever has a backup"
more="[backup]
dir = $work/backups"
from_files "$work/consistency" "$work/consistency" "$more"
expect 0 "$REANCHOR" -q -c "$work/consistency/reanchor.conf" backup create
verify 0 "$work/consistency" --cached --against newest --json --severity info
[ "$(wc -l < "$work/out")" = 1 ] || fail "$(head -3 "$work/out")"
plant V14
from_files "$org" "$org" "$more"
verify 0 "$org" --json
verify 7 "$org" --cached --against newest --json
found V14
jq -es 'map(select(.type == "finding") | .reason) | sort == ["anchor-changed", "anchor-changed-cloud"]' "$work/out" > /dev/null
name=$(basename "$work"/backups/*Z.json .json)
verify 7 "$org" --cached --against "$name" --check
shown " V14=2;;;0 "
verify 1 "$org" --cached --against reanchor-20200101T000000Z
sed -i 's/^id = 7f/id = 8f/' "$org/reanchor.conf"
verify 6 "$org" --cached --against newest
said "is of the tenant $tenant_id"

say "the severity decides the status"
org=$work/V6      # warning
verify 7 "$org" --cached --severity warning
verify 0 "$org" --cached --severity high
org=$work/V3      # critical
verify 7 "$org" --cached --severity critical

say "one line for a monitoring system, with its own status where that is wanted"
verify 7 "$org" --cached --check
[ "$(wc -l < "$work/out")" = 1 ] || fail "more than a line"
shown "ANCHORS CRITICAL - 1 critical, 0 high, 0 warning, 0 info (V3 1) | critical=1;;;0 " " V3=1;;;0 V4=0;;;0 "
verify 2 "$org" --cached --nagios
verify 1 "$work/V6" --cached --nagios
verify 0 "$work/V15" --cached --nagios
verify 0 "$work/consistency" --cached --nagios
shown "ANCHORS OK - no findings | "
mkdir "$work/empty"; from_files "$work/empty" "$work/nowhere"
verify 3 "$work/empty" --cached --nagios
shown "ANCHORS UNKNOWN - "
verify 3 "$work/empty" --cached
said "nothing was ever fetched"

say "a terminal gets both objects, and what to do"
expect 7 "$REANCHOR" -c "$org/reanchor.conf" verify --cached
shown "V3 critical  anchor-shared  1" "CN=Planted Person" "beside AD" "To do: Decide whose anchor it is"
expect 7 "$REANCHOR" -c "$org/reanchor.conf" verify --cached --redact
! grep -q "Planted Person" "$work/out" || fail "a name in a redacted report"
expect 1 "$REANCHOR" -c "$org/reanchor.conf" verify --severity grave
said "have 'grave', want info, warning, high or critical"

say "fresh by default: a fault that came since is found, and --cached does not see it"
cp "$work/V8/ad.ldif" "$work/consistency/ad.ldif"
verify 0 "$work/consistency" --cached
verify 7 "$work/consistency" --json
found V8
verify 7 "$work/consistency" --cached

say "against the simulated tenant: what the decision did without is asked for"
cp -r "$work/V5" "$work/live"
jq '.value |= map(select(.onPremisesSyncEnabled) |= del(.onPremisesSyncBehavior))' "$work/V5/graph/users.json" > "$work/live/graph/users.json"
tenant_up tenant "$work/live/graph"
configure "$work/live" "$(tenant_lines tenant)" "uri = ldif:$work/live/ad.ldif"
rm -rf "$work/live/store"
verify 7 "$work/live" --json
found V5
jq -es '.[-1] | .migrated > 0 and (.unchecked | map(.check) == ["V7", "V14"])' "$work/out" > /dev/null ||
  fail "$(tail -1 "$work/out")"
say "as wanted"
