#!/bin/bash
# reanchor restore, offline: what is said of each disaster, one object alone, and every way in which it ends. What a real
# domain makes of it is in drills.sh.
. "$(dirname "$0")/lib.sh"
org=$work/org
organisation "$org" --clean --users 300 --seed 5
configure "$org" "source = files:$org/graph" "uri = ldif:$org/ad.ldif" "[backup]
dir = $work/backups"
run=("$REANCHOR" -c "$org/reanchor.conf")
restore() { local status=$1; shift; expect "$status" "${run[@]}" -q restore "$@"; }

say "usage, and what is not there"
restore 1
said "missing argument, want a BACKUP or 'newest'"
restore 1 newest
restore 1 newest another
said "unexpected argument 'another'"
expect 0 "${run[@]}" -q backup create
restore 1 reanchor-20200101T000000Z
restore 1 newest --only nobody@contoso.test
said "no user or group of the backup" "nobody@contoso.test"

say "nothing happened"
restore 0 newest --detailed-exitcode --report "$work/none"
grep -q "Nothing to repair" "$work/none/fixes.ldif"
jq -e '.steps == [] and .expected.complete == false' "$work/none/plan.json" > /dev/null
expect 0 "${run[@]}" restore newest --cached
shown "NOTHING TO RESTORE" "as the backup has them"

say "the attribute overwritten for everybody, by a program that has it for its own"
cp "$org/ad.ldif" "$org/before.ldif"
awk '/^mS-DS-ConsistencyGuid::/ {n++; printf "mS-DS-ConsistencyGuid:: "; cmd = "printf %016d " n " | base64"; cmd | getline v; close(cmd); print v; next} {print}' \
  "$org/before.ldif" > "$org/ad.ldif"
restore 2 newest --detailed-exitcode --report "$work/mass"
changed=$(jq -s '[.[] | select(.outcome == "write" and .reason == "overwritten")] | length' "$work/mass/restore.ndjson")
[ "$changed" -gt 250 ] || fail "$changed put back"
[ "$(jq -s '[.[] | select(.type == "restore" and .outcome != "write")] | length' "$work/mass/restore.ndjson")" = 0 ] || fail "some are undecided"
[ "$(jq '.steps | length' "$work/mass/plan.json")" = "$changed" ]
[ "$(grep -c '^changetype: modify' "$work/mass/fixes.ldif")" = "$changed" ]
[ "$(jq -cjS 'del(.hash)' "$work/mass/plan.json" | sha256sum | cut -d' ' -f1)" = "$(jq -r .hash "$work/mass/plan.json")" ]
! ls "$work/mass" | grep -qv -e plan.json -e fixes.ldif -e restore.ndjson || fail "$(ls "$work/mass")"

say "a plan that leaves its expectations to its steps is held against the tenant by them"
jq '.expected |= map_values(arrays |= [])' "$work/mass/plan.json" > "$work/bare"
hash=$(jq -cjS 'del(.hash)' "$work/bare" | sha256sum | cut -d' ' -f1)
jq --arg h "$hash" '.hash = $h' "$work/bare" > "$work/bare.json"
expect 0 "${run[@]}" -q --json verify --cached --plan "$work/bare.json"
jq -es --argjson n "$changed" '.[-1].counts.matched | add == $n' "$work/out" > /dev/null || fail "$(tail -1 "$work/out")"

say "one object alone, by whatever the backup has of it; names hidden"
one=$(jq -cs '[.[] | select(.kind == "user")][7]' "$work/mass/restore.ndjson")
for key in .then.upn .then.object_guid .then.sid .then.anchor .then.cloud_id .then.dn; do
  expect 0 "${run[@]}" -q --json restore newest --cached --only "$(jq -r "$key" <<< "$one")"
  jq -es --argjson one "$one" 'length == 2 and .[0].then.cloud_id == $one.then.cloud_id and .[-1].write == 1' "$work/out" > /dev/null ||
    fail "$key: $(cat "$work/out")"
done
upn=$(jq -r .then.upn <<< "$one")
expect 0 "${run[@]}" restore newest --cached --only "$upn" --redact --report "$work/one"
! grep -qF "$upn" "$work/out" "$work/one/restore.ndjson" || fail "a name in what is to be hidden"
grep -qF "$upn" "$work/one/fixes.ldif" || fail "no name where it is changed"

say "an encrypted backup is opened by an identity alone"
age-keygen -o "$work/identity" 2> "$work/keygen"
sed "s#^dir = $work/backups#dir = $work/sealed\nencrypt_to = $(age-keygen -y "$work/identity")#" "$org/reanchor.conf" > "$work/sealed.conf"
sealed=("$REANCHOR" -c "$work/sealed.conf" -q)
cp "$org/ad.ldif" "$org/after.ldif"; cp "$org/before.ldif" "$org/ad.ldif"
expect 0 "${sealed[@]}" fetch
expect 0 "${sealed[@]}" backup create
ls "$work"/sealed/*.age > "$work/out" || fail "nothing is encrypted"
cp "$org/after.ldif" "$org/ad.ldif"
expect 0 "${sealed[@]}" fetch
expect 2 "${sealed[@]}" --json restore newest --cached --identity "$work/identity" --all --detailed-exitcode
[ "$(jq -s '[.[] | select(.outcome == "write")] | length' "$work/out")" = "$changed" ] || fail "other objects than of the plain backup"
expect 7 "${sealed[@]}" --json verify --cached --against newest --identity "$work/identity"
jq -es 'any(.[]; .check == "V14")' "$work/out" > "$work/none.json" || fail "verify does not see what the backup has otherwise"
age-keygen -o "$work/stranger" 2> "$work/keygen"
expect 1 "${sealed[@]}" restore newest --cached --identity "$work/stranger"
said "none of the identities opens it"
expect 1 "${sealed[@]}" restore newest --cached
said --identity

say "against a tenant: an identifier that stands in the way and was not read yet is asked for"
cp "$org/before.ldif" "$org/ad.ldif"
live() {        # NAME [OPTION...]: a tenant, and its configuration
  tenant_up "$1.tenant" "$org/graph" --no-throttle "${@:2}"
  configure "$work/$1" "$(tenant_lines "$1.tenant")" "uri = ldif:$org/ad.ldif" "[backup]
dir = $work/live.backups"
  live=("$REANCHOR" -c "$work/$1/reanchor.conf" -q)
}
live live
expect 0 "${live[@]}" fetch
expect 0 "${live[@]}" backup create
was=$(jq -r .then.object_guid <<< "$one"); id=$(jq -r .then.cloud_id <<< "$one")
raw=$(/usr/bin/python3 -c 'import base64, sys, uuid; print(base64.b64encode(uuid.UUID(sys.argv[1]).bytes_le).decode())' "$was")
# The account was made anew in its place, with nothing yet that leads the decision to the cloud user, who has changed
# since: what was known of it is forgotten.
awk -v guid="objectGUID:: $raw" 'BEGIN {RS = ""; ORS = "\n\n"} index($0, guid) {
  sub(/objectGUID:: [^\n]*/, "objectGUID:: AQIDBAUGBwgJCgsMDQ4PEA==")
  gsub(/\n(mS-DS-ConsistencyGuid|objectSid|userPrincipalName|mail|mailNickname|proxyAddresses)::? [^\n]*/, "") } {print}' \
  "$org/before.ldif" > "$org/ad.ldif"
curl -fsS --cacert "$work/live.tenant/ca.pem" -d "{\"op\":\"update\",\"id\":\"$id\",\"set\":{\"displayName\":\"Changed\"}}" \
  "$(cat "$work/live.tenant/url")/rehearsal/change" > "$work/control" || fail "$(cat "$work/control")"
expect 0 "${live[@]}" --json restore newest --only "$(jq -r .then.upn <<< "$one")"
jq -es --arg was "$was" '.[0].outcome == "write" and .[0].reason == "recreated" and .[0].changes.object_identifier.have == $was' \
  "$work/out" > /dev/null || fail "$(cat "$work/out")"
tenant_down
live deaf --identifier refuse
expect 0 "${live[@]}" --json restore newest --only "$(jq -r .then.upn <<< "$one")"
jq -es '.[0].outcome == "write" and .[0].changes.object_identifier == null and .[0].notes[0] == "identifier-unread"' \
  "$work/out" > /dev/null || fail "$(cat "$work/out")"
refused='which AD object a user is bound to (onPremisesObjectIdentifier on beta): refused; needs User-OnPremisesSync'
why() { jq -es --arg t "$refused" '.[-1].tenant.unknown | length == 1 and (.[0] | startswith($t))' "$1" > /dev/null || fail "$(tail -1 "$1")"; }
why "$work/out"
expect 0 "${live[@]:0:3}" restore newest --only "$(jq -r .then.upn <<< "$one")"
shown "onPremisesObjectIdentifier was not read" "Not known of the tenant" "  - ${refused:0:60}"
expect 0 "${live[@]}" rebuild --report "$work/deaf.report"
why "$work/deaf.report/verdicts.ndjson"
tenant_down

say "what ends otherwise"
sed 's/^id = 7f/id = 8f/' "$org/reanchor.conf" > "$work/other.conf"
expect 6 "$REANCHOR" -c "$work/other.conf" -q restore newest --cached
said "is of the tenant $tenant_id"
mkdir "$work/never"; sed "s#^dir = .*/store#dir = $work/never/store#" "$org/reanchor.conf" > "$work/never.conf"
expect 3 "$REANCHOR" -c "$work/never.conf" -q restore newest --cached
data=$(echo "$work"/backups/*.ndjson.zst)
chmod u+w "$data"; printf X | dd of="$data" bs=1 seek=500 conv=notrunc 2> /dev/null
restore 7 newest
said "has the hash"
say "as wanted"
