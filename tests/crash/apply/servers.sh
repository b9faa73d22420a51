# servers.sh: a domain controller at $addr and a tenant with people to work on, a plan without steps, and what tells
# what was changed. Sourced after lib.sh by the tests of apply, with TENANT_OPTIONS for the tenant.
: "${MAKEPLAN:?}"

# ---- both servers, and a plan without steps
organisation "$work/org" --users 200 --no-disaster --seed 61
dc_up dc "$addr"
dc_load dc "$work/org/ad.ldif"
printf secret > "$work/secret"; chmod 600 "$work/secret"
tenant_up tenant "$work/org/graph" --no-throttle --client-secret-file "$work/secret" --identifier serve ${TENANT_OPTIONS:-}
url=$(cat "$work/tenant/url")
configure "$work/run" "$(tenant_lines tenant)" "$(ad_lines)"
run=("$REANCHOR" -q -c "$work/run/reanchor.conf")
web() { curl -sS --cacert "$work/tenant/ca.pem" "$@"; }
name=$(jq -r '(.value // [.])[0].displayName' "$work/org/graph/organization.json")
# Users that nothing ties to the other side, and a few that are tied.
cloud=(c10ad000-0000-4000-8000-000000000001 c10ad000-0000-4000-8000-000000000002)
for id in "${cloud[@]}"; do
  web -X POST -d "{\"op\":\"create\",\"kind\":\"user\",\"object\":{\"id\":\"$id\",\"userType\":\"Member\",
    \"userPrincipalName\":\"cloud${id: -1}@contoso.test\",\"displayName\":\"Cloud ${id: -1}\"}}" "$url/rehearsal/change" > "$work/created"
done
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
sign_in() {     # a token lasts an hour: whoever works longer asks for another
  token=$(web -d "grant_type=client_credentials&client_id=$client_id&client_secret=secret&scope=$url/.default" \
    "$url/$tenant_id/oauth2/v2.0/token" | jq -r .access_token)
}
sign_in
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

set_flag() {    # FEATURE on|off, as an administrator would
  web -X PATCH -H "Authorization: Bearer $token" -H 'Content-Type: application/json' \
    -d "{\"features\":{\"$1\":$([ "$2" = on ] && echo true || echo false)}}" \
    "$url/v1.0/directory/onPremisesSynchronization/$tenant_id"
}
soft=blockSoftMatchEnabled
get_flag() {    # FEATURE
  web -H "Authorization: Bearer $token" "$url/v1.0/directory/onPremisesSynchronization" |
    jq -r --arg f "$1" '[.. | .features? // empty][0][$f] | if . then "on" else "off" end'
}
# put_plan NAME: the steps on stdin, as a plan that the gate lets pass, in $work/NAME.json.
put_plan() { GATE_SAFE=${GATE_SAFE-1} "$MAKEPLAN" "$work/report/plan.json" "$work/$1.json" || fail "makeplan $1"; }
