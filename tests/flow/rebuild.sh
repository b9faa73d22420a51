#!/bin/bash
# A whole rebuild against real servers: a Samba domain controller over LDAPS and the simulated tenant over HTTPS.
# rebuild.sh ADDR ANCHOR [SAMBA-OPTION...]
. "$(dirname "$0")/lib.sh"
addr=$1 anchor=$2; shift 2

say "an organisation of 2,500 people and its domain controller"
org=$work/org
organisation "$org" --users 2500 --anchor "$anchor" --seed 20
dc_up dc "$addr" "$@"
dc_load dc "$org/ad.ldif"
# The cloud was made from the same plan: what the DC really holds must be it, GUID by GUID and SID by SID.
pairs() { awk '/^objectGUID::/ {g = $2} /^objectSid::/ {s = $2} /^$/ {if (g && s) print g, s; g = s = ""}' | sort; }
awk 'BEGIN {RS = ""; ORS = "\n\n"} !/\nisDeleted: TRUE/' "$org/ad.ldif" | pairs > "$work/planned"
search -b "$RIG_BASE" '(objectClass=*)' objectGUID objectSid 2> /dev/null | pairs > "$work/held"
[ "$(wc -l < "$work/planned")" -gt 2000 ] || fail "$(wc -l < "$work/planned") planned"
[ -z "$(comm -23 "$work/planned" "$work/held")" ] || fail "the DC holds other identities than were planned"

say "rebuild over LDAPS and HTTPS, signed in by certificate"
tenant_up tenant "$org/graph"
more="[anchor]
candidates = employeeID"
configure "$work/live" "$(tenant_lines tenant)" "$(ad_lines)" "$more"
run=("$REANCHOR" -c "$work/live/reanchor.conf")
expect 6 "${run[@]}" rebuild --report "$work/live/report"
compare "$org/expected.ndjson" "$work/live/report/verdicts.ndjson"
for f in plan.json verdicts.csv report.html fixes.ldif; do [ -s "$work/live/report/$f" ] || fail "no $f"; done

say "the same from dumps of both servers, byte for byte"
expect 0 "${run[@]}" fetch --save "$work/dump/graph"
search -E '!1.2.840.113556.1.4.417' -b "$RIG_BASE" > "$work/dump/ad.ldif" 2> /dev/null
from_files "$work/dump" "$work/dump" "$more"
expect 6 "$REANCHOR" -c "$work/dump/reanchor.conf" rebuild --report "$work/dump/report"
cmp "$work/live/report/verdicts.ndjson" "$work/dump/report/verdicts.ndjson"

say "show, by every form of key"
one=$(jq -nc 'first(inputs | select(.type == "verdict" and .side == "ad" and .kind == "user" and .code == "MATCH_HARD" and
  .warnings == [] and .ad.smtp and .ad.sid))' "$work/live/report/verdicts.ndjson")
get() { jq -r "$1" <<< "$one"; }
guid=$(get .ad.object_guid) anchor_text=$(get .ad.anchor)
plain=${guid//-/}
hex=$(printf '%s' "$anchor_text" | od -An -tx1 | tr -d ' \n')
for key in "$(get .cloud.id)" "$guid" "{${guid^^}}" "$plain" "$anchor_text" "CN={${hex^^}}" "CN={$hex}" "$(get .ad.sid)" \
  "$(get .ad.upn)" "$(get .cloud.upn)" "$(get .ad.smtp)" "SMTP:$(get .ad.smtp)" "$(get .ad.dn)"; do
  expect 0 "${run[@]}" show "$key"
  shown "$guid" MATCH_HARD "$(get .cloud.id)"
  expect 0 "${run[@]}" --json show "$key"
  jq -e --arg g "$guid" '[.. | strings] | any(. == $g)' "$work/out" > /dev/null || fail "show --json $key"
done
expect 1 "${run[@]}" show nobody@contoso.test
said nobody@contoso.test

if [ "$anchor" = consistency ]; then
  say "fixes.ldif gives the anchors back"
  count() { jq -r --arg c "$1" 'select(.type == "summary") | .counts[$c] // 0' "$2"; }
  drift=$(count ANCHOR_DRIFT "$work/live/report/verdicts.ndjson")
  [ "$drift" -gt 0 ] || fail "no ANCHOR_DRIFT to repair"
  jq -r 'select(.code == "ANCHOR_DRIFT").ad.object_guid' "$work/live/report/verdicts.ndjson" | sort > "$work/drifted"
  expect 0 ldapmodify -x -H "ldaps://$RIG_ADDR" -D "$RIG_USER" -y "$RIG_DIR/password" -f "$work/live/report/fixes.ldif"
  expect 6 "${run[@]}" rebuild --report "$work/live/after"
  jq -r 'select(.code == "MATCH_HARD").ad.object_guid' "$work/live/after/verdicts.ndjson" | sort > "$work/matched"
  [ -z "$(comm -23 "$work/drifted" "$work/matched")" ] || fail "some that drifted do not match now"
  [ "$(count ANCHOR_DRIFT "$work/live/after/verdicts.ndjson")" = 0 ] || fail "ANCHOR_DRIFT is left"
fi
say "as wanted"
