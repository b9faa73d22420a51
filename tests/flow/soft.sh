#!/bin/bash
# The soft-match story: cloud-only users who have the mail of somebody in AD, among them administrators, a guest and
# one with another's anchor. Each policy with the tenant's flag on and off, the window opened and closed, also when the
# run that holds it open is killed. soft.sh ADDR
. "$(dirname "$0")/lib.sh"
: "${ADEXPORT:?}"
addr=$1

say "an organisation in order, then ten of its people as cloud-only users"
org=$work/org
organisation "$org" --users 200 --seed 31 --no-disaster
dc_up dc "$addr"
dc_load dc "$org/ad.ldif"
jq -nc 'limit(10; inputs | select(.code == "MATCH_HARD" and .kind == "user" and .warnings == []))' "$org/expected.ndjson" > "$work/ten"
[ "$(wc -l < "$work/ten")" = 10 ] || fail "no ten users to take"
peers=$(jq -sc 'map(.peer)' "$work/ten")
guids=$(jq -sc 'map(.id)' "$work/ten")
peer() { jq -r --argjson i "$1" '.[$i]' <<< "$peers"; }
guid() { jq -r --argjson i "$1" '.[$i]' <<< "$guids"; }
mkdir "$work/graph"
cp "$org"/graph/*.json "$work/graph"
# 0 to 3 by mail, 4 by UPN; 5 an administrator, 6 who may become one, 7 a guest, 8 with another's anchor; 9 stays.
jq -c --argjson p "$peers" '.value |= map((.id as $id | $p | index($id)) as $i
  | if $i == null or $i == 9 then . else
      . + {onPremisesSyncEnabled: null, onPremisesImmutableId: null, onPremisesSecurityIdentifier: null,
           onPremisesObjectIdentifier: null, onPremisesSyncBehavior: {isCloudManaged: false}}
      | if $i == 4 then .proxyAddresses = ["SMTP:by-name-only@contoso.test"] else . end
      | if $i == 7 then .userType = "Guest" else . end
      | if $i == 8 then .onPremisesImmutableId = "AAECAwQFBgcICQoLDA0ODw==" else . end
    end)' "$org/graph/users.json" > "$work/graph/users.json"
# Devices that still wait for their first sync would need a window of their own.
jq -c --argjson d "$(jq -sc 'map(select(.code == "MATCH_DEVICE").peer)' "$org/expected.ndjson")" \
  '.value |= map(if .id as $id | $d | index($id) then .onPremisesSyncEnabled = true else . end)' \
  "$org/graph/devices.json" > "$work/graph/devices.json"
admin=62e90394-69f5-4237-9190-012177145e10
jq -n --arg p "$(peer 5)" --arg r $admin '{value: [{id: "a", principalId: $p, roleDefinitionId: $r, directoryScopeId: "/"}]}' \
  > "$work/graph/roleAssignments.json"
jq -n --arg p "$(peer 6)" --arg r $admin '{value: [{id: "e", principalId: $p, roleDefinitionId: $r, directoryScopeId: "/", memberType: "Direct"}]}' \
  > "$work/graph/roleEligibilityScheduleInstances.json"
jq -n --arg r $admin '{value: [{id: $r, displayName: "Global Administrator", isBuiltIn: true, isPrivileged: true}]}' \
  > "$work/graph/roleDefinitions.json"
echo '{"value":[]}' > "$work/graph/roleGroupMembers.json"

# scene NAME POLICY BLOCK-SOFT BLOCK-HARD: a tenant of its own, and the configuration for it in $run.
scene() {
  say "$1: soft_match = $2, soft match blocked: $3, takeover by hard match blocked: $4"
  name=$1
  rm -rf "$work/data"; cp -r "$work/graph" "$work/data"
  jq -c --argjson s "$3" --argjson h "$4" '.value[0].features += {blockSoftMatchEnabled: $s,
    blockCloudObjectTakeoverThroughHardMatchEnabled: $h}' "$work/graph/onPremisesSynchronization.json" \
    > "$work/data/onPremisesSynchronization.json"
  tenant_up "$1" "$work/data" --no-throttle
  url=$(cat "$work/$1/url") ca=$work/$1/ca.pem
  configure "$work/live-$1" "$(tenant_lines "$1")" "$(ad_lines)" "[policy]
takeover = allow
soft_match = $2"
  run=("$REANCHOR" -c "$work/live-$1/reanchor.conf")
  report=$work/live-$1/report plan=$work/live-$1/report/plan.json
}
rebuild() { expect 0 "${run[@]}" rebuild --report "$report" "$@"; }
ops() { jq -r '.steps[].op' "$plan" | sort | uniq -c | awk '{printf "%s%s %s", (NR > 1 ? ", " : ""), $1, $2}'; }
steps_are() { [ "$(ops)" = "$1" ] || fail "steps are $(ops), want $1"; }
matches() {     # the cloud ids that the plan expects to be matched are those of the ten with these numbers
  local i want
  want=$(for i; do peer "$i"; done | sort)
  [ "$(jq -r '.expected.matched[] | select(.why | test("^(SOFT|MATCH_HARD_TAKEOVER)")) | .id' "$plan" | sort)" = "$want" ] ||
    fail "expected are $(jq -c '.expected.matched' "$plan")"
}
first_export() {
  search -b "OU=Contoso,$RIG_BASE" > "$work/ad-now.ldif" 2> /dev/null
  "$ADEXPORT" "$work/ad-now.ldif" "$org/expected.ndjson" consistency > "$work/sent.ndjson"
  curl -fsS --cacert "$ca" --data-binary "@$work/sent.ndjson" "$url/rehearsal/export" > "$work/done.ndjson"
  [ "$(tail -1 "$work/done.ndjson" | jq -r .status)" = success ] || fail "$(tail -1 "$work/done.ndjson")"
}
users() { "${run[@]}" fetch cloud --save "$work/now" > /dev/null 2>&1 || fail "fetch --save"; cat "$work/now/users.ndjson"; }
alone() {       # NUMBER...: these are as they were, and nobody has taken their mail or name
  local i
  for i; do
    jq -se --arg id "$(peer "$i")" '[.[] | select(.id == $id)] | length == 1 and .[0].onPremisesSyncEnabled != true' \
      "$work/users" > /dev/null || fail "user $i was not left alone"
  done
}
joined() {      # NUMBER...: each has its AD object's anchor and is synced
  local i
  for i; do
    jq -se --arg id "$(peer "$i")" '[.[] | select(.id == $id)][0] | .onPremisesSyncEnabled == true and .onPremisesImmutableId != null' \
      "$work/users" > /dev/null || fail "user $i was not joined"
  done
}
nobody_new() { [ "$(wc -l < "$work/users")" = "$(jq '.value | length' "$work/data/users.json")" ] || fail "the number of users is another"; }
flags() {       # what the tenant's two flags are now
  "${run[@]}" fetch cloud --save "$work/now" > /dev/null 2>&1 || fail "fetch --save"
  jq -r '(.value[0] // .).features | "\(.blockSoftMatchEnabled) \(.blockCloudObjectTakeoverThroughHardMatchEnabled)"' \
    "$work/now/onPremisesSynchronization.json"
}
apply() { expect 0 "${run[@]}" apply "$plan" --confirm Contoso; }
unhold() {      # what was held is let go again, for the next scene
  local batch
  batch=$(ls "$work/live-$name/store/journal" | sed -n '/\.journal$/ {s///; p; q}' )
  expect 0 "${run[@]}" apply --rollback "$batch" --only ad.hold --confirm Contoso --accept-active-sync
  [ -z "$(search -b "OU=Contoso,$RIG_BASE" '(adminDescription=User_reanchor-hold)' dn 2> /dev/null | grep ^dn)" ] || fail "somebody is still held"
}
# held_open: apply in the background, until its window stands open; $holder is its process.
held_open() {
  "${run[@]}" apply "$plan" --confirm Contoso --hold 5 > "$work/apply.out" 2>&1 & holder=$!; pids+=("$holder")
  for _ in $(seq 600); do
    grep -q "window is open" "$work/apply.out" && return 0
    kill -0 "$holder" 2> /dev/null || break
    sleep 0.1
  done
  cat "$work/apply.out" >&2; fail "the window did not open"
}

scene deny deny false false
rebuild
steps_are ""
matches
[ "$(jq -s '[.[] | select(.code == "BLOCK_SOFT_POLICY")] | length' "$report/verdicts.ndjson")" = 5 ] || fail "not five that policy blocks"
tenant_down
scene deny-flag deny true false
rebuild
steps_are ""
matches
tenant_down

scene stamp stamp true false
rebuild
steps_are "5 cloud.set_immutable_id"
matches 0 1 2 3 4
expect 0 "${run[@]}" show "$(peer 0)"
shown "Steps of the plan" cloud.set_immutable_id "SOFT_SMTP -> MATCH_HARD_TAKEOVER"
expect 0 "${run[@]}" --json show "$(guid 0)"
jq -e --arg id "$(peer 0)" '.plan_steps | length == 1 and .[0].target == $id and .[0].have == null' "$work/out" > /dev/null ||
  fail "show --json: $(jq -c .plan_steps "$work/out")"
rebuild --hold
steps_are "4 ad.hold, 5 cloud.set_immutable_id"
apply
[ "$(search -b "OU=Contoso,$RIG_BASE" '(adminDescription=User_reanchor-hold)' dn 2> /dev/null | grep -c ^dn)" = 4 ] || fail "not four are held"
expect 0 "${run[@]}" verify --plan "$plan"
shown PENDING
first_export
expect 0 "${run[@]}" verify --plan "$plan"
shown "AS PREDICTED"
users > "$work/users"
joined 0 1 2 3 4 9; alone 5 6 7 8; nobody_new
unhold
tenant_down

scene stamp-flags stamp true true
rebuild --hold
steps_are "4 ad.hold, 5 cloud.set_immutable_id, 1 tenant.set_features"
matches 0 1 2 3 4
held_open
[ "$(flags)" = "true false" ] || fail "the window is $(flags)"
first_export
expect 0 "${run[@]}" verify --plan "$plan"
shown "AS PREDICTED"
wait "$holder" || { cat "$work/apply.out" >&2; fail "apply gave $?"; }
[ "$(flags)" = "true true" ] || fail "the flags were not put back: $(flags)"
users > "$work/users"
joined 0 1 2 3 4; alone 5 6 7 8; nobody_new
unhold
tenant_down

scene server-flag server true false
rebuild
steps_are ""          # open, the window would expose who may become an administrator, and a guest
shown "The window stays closed" BLOCK_ADMIN CONFLICT_GUEST
rebuild --hold
steps_are "4 ad.hold, 1 tenant.set_features"
matches 0 1 2 3 4
held_open
[ "$(flags)" = "false false" ] || fail "the window is $(flags)"
expect 0 "${run[@]}" show "$(peer 0)"
said open
first_export
expect 0 "${run[@]}" verify --plan "$plan"
shown "AS PREDICTED"
wait "$holder" || { cat "$work/apply.out" >&2; fail "apply gave $?"; }
[ "$(flags)" = "true false" ] || fail "the flags were not put back: $(flags)"
users > "$work/users"
joined 0 1 2 3 4; alone 5 6 7 8; nobody_new
unhold
tenant_down

scene server-killed server true false
rebuild --hold
held_open
[ "$(flags)" = "false false" ] || fail "the window is $(flags)"
kill -9 "$holder"; wait "$holder" 2> /dev/null || true
expect 0 "${run[@]}" show "$(peer 0)"
[ "$(flags)" = "true false" ] || fail "the next command did not close the window: $(flags)"
unhold
tenant_down

scene server server false false
rebuild --hold
steps_are "4 ad.hold"
matches 0 1 2 3 4
apply
first_export
expect 0 "${run[@]}" verify --plan "$plan"
shown "AS PREDICTED"
users > "$work/users"
joined 0 1 2 3 4; alone 5 6 7 8; nobody_new
unhold
say "as wanted"
