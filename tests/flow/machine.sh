#!/bin/bash
# What programs read: --json of the commands that need no server, and what each says of arguments that are none.
. "$(dirname "$0")/lib.sh"
organisation "$work/org" --users 200
from_files "$work/run" "$work/org" "[backup]
dir = $work/backups
sign_key_file = $work/sign
[anchor]
candidates = employeeID"
run=("$REANCHOR" -c "$work/run/reanchor.conf")
lines() { jq -es "$1" "$work/out" > /dev/null || { cat "$work/out" >&2; fail "stdout is not: $1"; }; }

say "the configuration"
expect 0 "$REANCHOR" --json backup keygen "$work/sign"
lines '.[0] | .type == "key" and (.public | endswith(".pub")) and (.id | length == 16)'
expect 0 "${run[@]}" --json config check; lines '.[0] | .type == "config-check" and .findings == []'
expect 0 "${run[@]}" --json config show
lines '.[0] | .type == "config" and .anchor.candidates == ["employeeID"] and (.ad.contoso.exclude | length) == 1
  and .policy.max_deletes == 500 and .tenant.client_id == null'
sed "s#^sign_key_file.*#sign_key_file = $work/none#" "$work/run/reanchor.conf" > "$work/bad.conf"
expect 1 "$REANCHOR" --json -c "$work/bad.conf" config check
lines '.[0].findings | length == 1 and (.[0].message | contains("none"))'
for wrong in "config" "config chekc" "show" "backup" "backup chekc" "backup keygen" "backup diff one" "backup check one two" \
  "fetch clowd" "apply" "restore" "plan --hold=1" "frobnicate"; do
  # shellcheck disable=SC2086
  expect 1 "${run[@]}" $wrong
done

say "backups"
mkdir -m 700 "$work/backups"
expect 0 "${run[@]}" backup list; shown 'there is no backup'
expect 0 "${run[@]}" fetch
expect 0 "${run[@]}" --json backup create --cached
expect 0 "${run[@]}" --json backup list; lines '.[0].type == "backup" and (.[0].name | startswith("reanchor-"))'
one=$(jq -rn 'first(inputs).name' "$work/out")
organisation "$work/org" --users 200 --seed 2 # all are others
expect 0 "${run[@]}" fetch --full
expect 0 "${run[@]}" backup create --cached
two=$(jq -r .name "$work/backups/head.json")
expect 0 "${run[@]}" --json backup show "$two"; lines '.[0].format == "reanchor-backup" or (.[0].name != null)'
got=0; "${run[@]}" --json backup diff "$one" "$two" > "$work/out" 2> "$work/err" || got=$?
case $got in 0 | 7) ;; *) fail "backup diff gave $got" ;; esac
lines 'map(select(.type == "difference")) | length > 100 and all(.change != null and (.attributes | type) == "array")'
expect 0 "${run[@]}" --json backup prune --dry-run; lines 'last | .type == "summary" and .dry_run and .removed == 0'
expect 0 "${run[@]}" --json backup check --read-data --public-key "$work/sign.pub"
lines 'last | .type == "summary" and .backups == 2 and .faults == 0 and .read_data and .signatures_verified'
expect 0 "${run[@]}" backup check "$one"
got=0; "${run[@]}" backup check nosuch > "$work/out" 2> "$work/err" || got=$?
said "there is no backup 'nosuch'"
echo >> "$work/backups/$one.anchors"
expect 7 "${run[@]}" --json backup check
lines 'map(select(.type == "finding" and .severity == "high")) | length > 0'

say "a plan with what a person has confirmed"
expect 6 "${run[@]}" plan --report "$work/first"
jq -r 'select(.code == "ANCHOR_CONFLICT" and .kind == "user").ad.object_guid' "$work/first/verdicts.ndjson" > "$work/conflicts"
[ -s "$work/conflicts" ] || fail "no conflict to confirm"
{ echo "# the same people"; echo; sed 's/^/  /; s/$/ \t/' "$work/conflicts"; } > "$work/confirmed"
expect 6 "${run[@]}" --json plan --confirm "$work/confirmed" --report "$work/second"
steps() { jq '[.steps[] | select(.op == "ad.set_consistency_guid")] | length' "$work/$1/plan.json"; }
[ "$(steps second)" -gt "$(steps first)" ] || fail "confirmed, and no step more"
echo "nobody" >> "$work/confirmed"
expect 1 "${run[@]}" plan --confirm "$work/confirmed"; said 'is no objectGUID'
expect 1 "${run[@]}" plan --confirm "$work/none"

say "objects without a verdict"
gone=$(jq -r '.value[0].id' "$work/org/graph/deletedUsers.json")
expect 0 "${run[@]}" show "$gone"; shown "$gone"
expect 0 "${run[@]}" --json show "$gone"
deleted=$(awk -v RS= '/isDeleted: TRUE/ && !n++ {match($0, /objectGUID:: [^\n]*/); print substr($0, RSTART + 13, RLENGTH - 13)}' "$work/org/ad.ldif")
[ -n "$deleted" ] || fail "no deleted object in the dump"
expect 0 "${run[@]}" show "$deleted"; shown deleted
say "the sample and the simulated tenant"
for wrong in "" "one two" "--users 5 x" "--users many x" "--anchor none x" "--domain nodot x" "--tenant 1 x"; do
  # shellcheck disable=SC2086
  expect 64 "$SAMPLE" $wrong
done
expect 0 "$SAMPLE" --users 200 --domain fabrikam.test --tenant $tenant_id --clean "$work/fabrikam"
grep -q '^dn: .*DC=fabrikam,DC=test$' "$work/fabrikam/ad.ldif" || fail "another domain was asked for"
expect 9 "$SAMPLE" "$work/org/ad.ldif/below"; said "cannot be made"
for wrong in "--page-cap few" "--identifier perhaps" "one"; do
  # shellcheck disable=SC2086
  expect 1 "$TENANT" --data "$work/org/graph" --dir "$work/wrong" $wrong
done
tenant_up odd "$work/org/graph" --token-seconds 600 --page-token-seconds 600 --delta-seconds 600 --delta-page 50 --token-bytes 300 \
  --settle-ms 1 --quota 100000 --write-quota 100 --device-polls 1 --tenant $tenant_id --identifier serve --delta-gone \
  --deny-role-holders --refuse-one-way --accept-null-filter
configure "$work/odd-run" "$(tenant_lines odd)" "uri = ldif:$work/org/ad.ldif"
expect 0 "$REANCHOR" -c "$work/odd-run/reanchor.conf" fetch
say "as wanted"
