#!/bin/bash
# crash.sh ADDR EVERY SCENARIO...: a run of apply is killed at each step of its journal, before and after it, and run
# again: the end must be that of an undisturbed run on the domain controller and in the tenant, and every change must
# have been made once. EVERY: only each so many-th abort point. Then answers are lost after the change was made.
# ABORT_AT names the library to preload, MAKEPLAN the tool that puts steps into a plan.
. "$(dirname "$0")/../../flow/lib.sh"
: "${ABORT_AT_LIB:?}" "${MAKEPLAN:?}"
addr=$1 every=$2; shift 2
scenarios=("$@")
[ $# -gt 0 ] || scenarios=(consistency_guid hold immutable_id object_identifier window mixed rollback lost)

# ---- both servers, and a plan without steps
organisation "$work/org" --users 200 --no-disaster --seed 61
dc_up dc "$addr"
dc_load dc "$work/org/ad.ldif"
printf secret > "$work/secret"; chmod 600 "$work/secret"
tenant_up tenant "$work/org/graph" --no-throttle --client-secret-file "$work/secret" --identifier serve
url=$(cat "$work/tenant/url")
configure "$work/run" "$(tenant_lines tenant)" "$(ad_lines)"
run=("$REANCHOR" -q -c "$work/run/reanchor.conf")
web() { curl -sS --cacert "$work/tenant/ca.pem" "$@"; }
name=$(jq -r '(.value // [.])[0].displayName' "$work/org/graph/organization.json")
# Users that nothing ties to the other side, and a few that are tied.
mapfile -t cloud < <(jq -r '.value[] | select(.onPremisesSyncEnabled != true and .onPremisesImmutableId == null and
  .userType != "Guest") | .id' "$work/org/graph/users.json" | sort | head -2)
cloud+=("$(jq -r 'first(.value[] | select(.onPremisesSyncEnabled == true)).id' "$work/org/graph/users.json")")
[ ${#cloud[@]} = 3 ] || fail "${#cloud[@]} users to work on"
mapfile -t dns < <(search -b "$base" '(&(objectClass=user)(mS-DS-ConsistencyGuid=*))' dn 2> /dev/null |
  sed -n 's/^dn: //p' | sort | head -4)
[ ${#dns[@]} = 4 ] || fail "${#dns[@]} stamped users"
old=$(printf 'old old old old!' | base64) new=$(printf 'new new new new!' | base64)
identifier=99999999-1111-4222-8333-444444444444
{ for k in 0 1 2 3; do
    printf 'dn: %s\nchangetype: modify\nreplace: mS-DS-ConsistencyGuid\n' "${dns[$k]}"
    [ $k = 1 ] || printf 'mS-DS-ConsistencyGuid:: %s\n' "$old"
    printf -- '-\nreplace: adminDescription\n-\n\n'
  done; } > "$work/reset.ldif"
jq -n --arg a "${cloud[0]}" --arg b "${cloud[1]}" --arg c "${cloud[2]}" --arg i $identifier \
  '([$a, $b] | map({op: "update", id: ., set: {onPremisesImmutableId: null}})) +
   [{op: "update", id: $c, set: {onPremisesObjectIdentifier: $i}}]' \
  > "$work/reset.json"
reset() {
  ldapmodify -x -H "ldaps://$RIG_ADDR" -D "$RIG_USER" -y "$RIG_DIR/password" -f "$work/reset.ldif" > /dev/null
  web -X POST -d @"$work/reset.json" "$url/rehearsal/change" > /dev/null
  rm -rf "$work/run/store/journal"
}
reset
expect 0 "${run[@]}" fetch
"${run[@]}" plan --report "$work/report" > /dev/null 2>&1 || [ $? = 6 ] || fail plan
[ -s "$work/report/plan.json" ] || fail "no plan"

guids=()
for d in "${dns[@]}"; do
  guids+=("$(jq -r --arg d "$d" 'select(.type == "verdict" and .ad.dn == $d).ad.object_guid' "$work/report/verdicts.ndjson")")
done

# ---- what there is, and what was made
token=$(web -d "grant_type=client_credentials&client_id=$client_id&client_secret=secret&scope=$url/.default" \
  "$url/$tenant_id/oauth2/v2.0/token" | jq -r .access_token)
state() {
  local id
  for d in "${dns[@]}"; do search -b "$d" -s base mS-DS-ConsistencyGuid adminDescription; done
  for id in "${cloud[@]}"; do
    web -H "Authorization: Bearer $token" "$url/beta/users/$id?\$select=id,onPremisesImmutableId,onPremisesObjectIdentifier" |
      jq -c '[.id, .onPremisesImmutableId, .onPremisesObjectIdentifier]'
  done
  web -H "Authorization: Bearer $token" "$url/v1.0/directory/onPremisesSynchronization" | jq -cS '[.. | .features? // empty]'
}
usn() { search -b '' -s base highestCommittedUSN | sed -n 's/^highestCommittedUSN: //p'; }
patches() { jq -c 'select(.method != "GET" and .status >= 200 and .status < 300) | [.method, .path, .body]' "$work/tenant/writes.ndjson"; }

# ---- the scenarios: lines of steps
soft=blockSoftMatchEnabled
flag=$(web -H "Authorization: Bearer $token" "$url/v1.0/directory/onPremisesSynchronization" |
  jq -r --arg f $soft '[.. | .features? // empty][0][$f] | if . then "on" else "off" end')
other=$([ "$flag" = on ] && echo off || echo on)
steps() {
  case $1 in
    consistency_guid)
      echo "s1|ad.set_consistency_guid|contoso|${guids[0]}|${dns[0]}|$old|$new|ANCHOR_DRIFT|$old|"
      echo "s2|ad.set_consistency_guid|contoso|${guids[1]}|${dns[1]}||$new|ANCHOR_DRIFT||" ;;
    hold) echo "h1|ad.hold|contoso|${guids[2]}|${dns[2]}||User_held|CONFLICT_UPN||" ;;
    immutable_id)
      echo "i1|cloud.set_immutable_id||${cloud[0]}|||AAAAAAAAAAAAAAAAAAAAAA==|SOFT_SMTP||"
      echo "i2|cloud.set_immutable_id||${cloud[1]}|||BBBBBBBBBBBBBBBBBBBBBA==|SOFT_SMTP||" ;;
    object_identifier) echo "o1|cloud.clear_object_identifier||${cloud[2]}||$identifier||BLOCK_OOI|-|" ;;
    window) echo "w1|tenant.set_features||$tenant_id||$soft=$flag|$soft=$other|SOFT_SMTP|$soft=$flag|" ;;
    *) steps consistency_guid; steps hold; steps immutable_id; steps object_identifier; steps window ;;
  esac
}
plan_of() { steps "$1" | GATE_SAFE=1 "$MAKEPLAN" "$work/report/plan.json" "$work/$1.json" || fail "makeplan $1"; }
apply() { "${run[@]}" apply "$work/$1.json" --confirm "$name"; }

points=0
# start SCENARIO: brings both sides to where the scenario begins, and sets $command.
start() {
  local s=$1 batch
  reset
  command=("${run[@]}" apply "$work/$s.json" --confirm "$name")
  [ "$s" = rollback ] || return 0
  apply mixed > /dev/null
  batch=$(basename "$work"/run/store/journal/*.journal .journal)
  command=("${run[@]}" apply --rollback "$batch" --confirm "$name")
}
mark() { usn_before=$(usn); patches_before=$(patches | wc -l); }
made() { echo "$(($(usn) - usn_before)) AD"; patches | tail -n +$((patches_before + 1)) | sort; }
finished=0
crash() {
  local s=$1 n i want=0
  [ "$s" != rollback ] || want=4       # what is cleared cannot be given back
  plan_of "$s"
  start "$s"; mark
  rm -f "$work/count"
  LD_PRELOAD=$ABORT_AT_LIB ABORT_COUNT=$work/count expect $want "${command[@]}"
  n=$(stat -c %s "$work/count")
  state > "$work/$s.state"; made > "$work/$s.made"
  [ "$n" -ge 5 ] || fail "$s: only $n steps"
  [ "$s" = window ] || [ "$(head -1 "$work/$s.made")" != "0 AD" ] || grep -q PATCH "$work/$s.made" || fail "$s made nothing"
  for i in $(for k in $(seq "$n"); do echo "$k"; echo "$k+"; done | awk -v e="$every" 'NR % e == 1 || e == 1'); do
    start "$s"; mark
    LD_PRELOAD=$ABORT_AT_LIB ABORT_AT=$i expect 137 sh -c '"$@"; exit $?' sh "${command[@]}"
    expect $want "${command[@]}"
    state > "$work/state"; made > "$work/made"
    diff "$work/$s.state" "$work/state" || fail "$s aborted at $i of $n: another end"
    diff "$work/$s.made" "$work/made" || fail "$s aborted at $i of $n: other changes"
    expect $want "${command[@]}"       # a third run changes nothing
    made > "$work/made"
    diff "$work/$s.made" "$work/made" || fail "$s aborted at $i of $n: the run after it changed something"
    points=$((points + 1))
  done
  say "$s: $n steps"
}

# ---- answers that are lost after the change was made
lost() {
  local k port proxied
  plan_of mixed
  start mixed; mark; expect 0 "${command[@]}"
  state > "$work/mixed.state"; made > "$work/mixed.made"
  for k in 1 2 3; do
    rm -f "$work/proxy"
    "$rig/faultproxy.py" "$RIG_ADDR:0" "$RIG_ADDR:636" --cert "$RIG_DIR/tls/dc.pem" --key "$RIG_DIR/tls/dc.key" \
      --lose "modify:$k" > "$work/proxy" 2> /dev/null & proxied=$!; pids+=($proxied)
    for _ in $(seq 100); do [ -s "$work/proxy" ] && break; sleep 0.05; done
    port=$(grep -oE '[0-9]+$' "$work/proxy") || fail "the proxy did not start"
    start mixed; mark
    sed -E "s#^uri = .*#uri = ldaps://$RIG_ADDR:$port#" "$work/run/reanchor.conf" > "$work/run/proxied.conf"
    expect 0 "$REANCHOR" -q -c "$work/run/proxied.conf" apply "$work/mixed.json" --confirm "$name"
    state > "$work/state"; made > "$work/made"
    diff "$work/mixed.state" "$work/state" && diff "$work/mixed.made" "$work/made" || fail "AD's answer $k lost"
    kill $proxied; wait $proxied 2> /dev/null || true
    points=$((points + 1))
  done
  for k in 1 2 3 4 5; do
    start mixed; mark
    web -X DELETE "$url/rehearsal/faults" > /dev/null
    web -X POST -d "{\"method\":\"PATCH\",\"nth\":$k,\"kind\":\"reset\"}" "$url/rehearsal/faults" > /dev/null
    expect 0 "${command[@]}"
    state > "$work/state"; made > "$work/made"
    diff "$work/mixed.state" "$work/state" && diff "$work/mixed.made" "$work/made" || fail "the tenant's answer $k lost"
    points=$((points + 1))
  done
  web -X DELETE "$url/rehearsal/faults" > /dev/null
  say "answers lost: 3 of AD, 5 of the tenant"
}

plan_of mixed
for s in "${scenarios[@]}"; do
  if [ "$s" = lost ]; then lost; else crash "$s"; fi
done
say "$points abort points"
