#!/bin/bash
# The rebuilt forest: an organisation is synced, its forest is lost and built anew on a second domain controller with
# new GUIDs and SIDs. The anchors come from a backup (restore), or from a person who says who is one with whom (confirm).
# Plan, apply, the first export, verify: everyone re-joins, nobody is there twice, nobody is deleted.
# rebuilt.sh ADDR1 ADDR2 restore|confirm
. "$(dirname "$0")/lib.sh"
: "${ADEXPORT:?}"
way=$3
people=OU=People,OU=Contoso,$base

say "an organisation of people, synced from the forest that will be lost"
org=$work/org
organisation "$org" --users 200 --seed 33 --no-disaster
dc_up old "$1"
dc_load old "$org/ad.ldif"
cp -r "$org/graph" "$work/graph"
for f in groups contacts devices deletedUsers; do echo '{"value":[]}' > "$work/graph/$f.json"; done
echo '{"value":[]}' > "$work/graph/roleGroupMembers.json"
# Only who is in order; each is bound to its AD object, as the service does.
jq -c --argjson guids "$(jq -sc 'map(select(.code == "MATCH_HARD" and .warnings == []) | {key: .peer, value: .id}) | from_entries' "$org/expected.ndjson")" \
  '.value |= map(select($guids[.id]) | .onPremisesObjectIdentifier = $guids[.id])' "$org/graph/users.json" > "$work/graph/users.json"
count=$(jq '.value | length' "$work/graph/users.json")
[ "$count" -gt 100 ] || fail "$count people"
tenant_up tenant "$work/graph" --no-throttle
url=$(cat "$work/tenant/url")

# live NAME: the configuration for the newest domain controller, in $run.
live() {
  configure "$work/$1" "$(tenant_lines tenant)" "$(ad_lines)" "[backup]
dir = $work/backups"
  sed -i "s/^include = .*/include = $people/; /^exclude/d" "$work/$1/reanchor.conf"
  run=("$REANCHOR" -c "$work/$1/reanchor.conf")
}
code() { jq -r --arg c "$2" 'select(.type == "summary") | .counts[$c] // 0' "$1/verdicts.ndjson"; }
live before
expect 0 "${run[@]}" rebuild --report "$work/before/report"
[ "$(code "$work/before/report" MATCH_HARD)" = "$count" ] || fail "not all match before"
[ "$way" = confirm ] || expect 0 "${run[@]}" backup create
jq -r 'select(.code == "MATCH_HARD").ad.sam' "$work/before/report/verdicts.ndjson" | sort > "$work/sams"
jq -r '.value[] | [.id, .onPremisesImmutableId] | @tsv' "$work/graph/users.json" | sort > "$work/anchors"
"$rig/samba-down.sh" "$work/old" KILL

say "the same people in a forest with new GUIDs and SIDs"
dc_up new "$2"
awk -v sams="$work/sams" 'BEGIN { while ((getline s < sams) > 0) keep[s] = 1; RS = ""; FS = "\n" }
  /\nisDeleted: TRUE/ { next }
  { ou = /\nobjectClass: organizationalUnit/; sam = ""; text = ""
    for (i = 1; i <= NF; i++) {
      if ($i ~ /^sAMAccountName: /) sam = substr($i, 17)
      if ($i !~ /^(objectGUID|objectSid|mS-DS-ConsistencyGuid)::/) text = text $i "\n"
    }
    if (ou || (sam in keep)) printf "%s\n", text }' "$org/ad.ldif" > "$work/new.ldif"
dc_load new "$work/new.ldif"
live after
expect 6 "${run[@]}" rebuild --report "$work/after/report"
[ "$(code "$work/after/report" ANCHOR_CONFLICT)" = "$count" ] || fail "not all have lost their anchor: $(tail -1 "$work/after/report/verdicts.ndjson")"
[ "$(jq '.steps | length' "$work/after/report/plan.json")" = 0 ] || fail "steps that nobody confirmed"

say "$way; apply gives the anchors back and clears the identifiers"
if [ "$way" = confirm ]; then
  jq -r 'select(.code == "ANCHOR_CONFLICT").ad.object_guid' "$work/after/report/verdicts.ndjson" > "$work/confirmed"
  expect 6 "${run[@]}" plan --report "$work/after/report" --confirm "$work/confirmed"
else
  expect 0 "${run[@]}" restore newest --report "$work/after/report"
fi
plan=$work/after/report/plan.json
for op in ad.set_consistency_guid cloud.clear_object_identifier; do
  [ "$(jq --arg o $op '[.steps[] | select(.op == $o)] | length' "$plan")" = "$count" ] || fail "not $count steps $op"
done
[ "$(jq '[.expected.matched, .expected.deleted, .expected.added] | map(length) | @csv' "$plan")" = "\"$count,0,0\"" ] ||
  fail "expected is $(jq -c '.expected | map_values(length? // .)' "$plan")"
expect 6 "${run[@]}" apply "$plan" --confirm Contoso  # as things are, the first export would delete everybody
expect 0 "${run[@]}" apply "$plan" --confirm Contoso --override "the forest was rebuilt"
expect 0 "${run[@]}" verify --plan "$plan"
shown PENDING
expect 0 "${run[@]}" plan --report "$work/after/again"

say "the first export of the new server"
search -b "$people" > "$work/ad-now.ldif" 2> /dev/null
: > "$work/nobody"
"$ADEXPORT" "$work/ad-now.ldif" "$work/nobody" consistency > "$work/sent.ndjson"
curl -fsS --cacert "$work/tenant/ca.pem" --data-binary "@$work/sent.ndjson" "$url/rehearsal/export" > "$work/done.ndjson"
jq -es --argjson n "$count" 'last | .status == "success" and .counts == {updated: $n} and .staged_deletes == 0' \
  "$work/done.ndjson" > /dev/null || fail "$(tail -1 "$work/done.ndjson")"
expect 0 "${run[@]}" verify --plan "$plan"
shown "AS PREDICTED"
expect 0 "${run[@]}" --json verify --plan "$plan"
jq -es --argjson n "$count" 'length == 1 and .[0].counts.matched == {"as-predicted": $n, pending: 0, different: 0}
  and .[0].unpredicted == 0' "$work/out" > /dev/null || fail "verify --json says $(cat "$work/out")"
expect 0 "${run[@]}" fetch cloud --save "$work/now"
jq -r '[.id, .onPremisesImmutableId] | @tsv' "$work/now/users.ndjson" | sort | diff - "$work/anchors" >&2 || fail "other accounts or anchors than before"
[ ! -s "$work/now/deletedUsers.ndjson" ] || fail "somebody was deleted"
expect 0 "${run[@]}" rebuild --report "$work/after/report" --accept-active-sync
[ "$(code "$work/after/report" MATCH_HARD)" = "$count" ] || fail "not all match afterwards"
shown SAFE
say "$count re-joined, nobody twice, nobody deleted"
