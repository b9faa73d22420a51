#!/bin/bash
# Two forests in one tenant: accounts that were migrated between them, with their anchor and without, accounts that are
# there twice, and linked mailboxes, whose master account is in the other forest. Each verdict as planted, who belongs to
# whom, and the plan carried out in both. forests.sh ADDR1 ADDR2
. "$(dirname "$0")/lib.sh"
org=$work/org
"$here/forests.py" "$org"

say "two domain controllers"
mkdir -p "$work/contoso" "$work/fabrikam"
dcs+=("$work/contoso" "$work/fabrikam")
"$rig/samba-up.sh" "$work/contoso" "$1" --no-install > "$work/samba1.log" 2>&1 & first=$!
RIG_DOMAIN_SID=S-1-5-21-2004336348-2177238915-782003330 "$rig/samba-up.sh" "$work/fabrikam" "$2" --realm FABRIKAM.TEST \
  --domain FABRIKAM --no-install > "$work/samba2.log" 2>&1 || { tail "$work/samba2.log" >&2; fail "no DC at $2"; }
wait "$first" || { tail "$work/samba1.log" >&2; fail "no DC at $1"; }
for forest in contoso fabrikam; do
  # shellcheck source=/dev/null
  (. "$work/$forest/env.sh"; printf '%s' "$RIG_PASS" > "$RIG_DIR/password"; chmod 600 "$RIG_DIR/password")
  dc_load $forest "$org/$forest.ldif"
done
in_forest() { . "$work/$1/env.sh"; }
section() {     # NAME FOREST [URI]
  in_forest "$2"
  printf '[ad:%s]\n%s\ninclude = OU=People,%s\n' "$1" "$(ad_lines "${3:-}")" "$RIG_BASE"
}
tenant_up tenant "$org/graph" --no-throttle
configuration() { # FOLDER SECTION...
  mkdir -p "$work/$1"
  { printf '[tenant]\nid = %s\n%s\n' $tenant_id "$(tenant_lines tenant)"; printf '%s\n' "${@:2}"
    printf '[anchor]\nattribute = mS-DS-ConsistencyGuid\n[store]\ndir = %s\n[backup]\ndir = %s\n' "$work/$1/store" "$work/$1/backups"
  } > "$work/$1/reanchor.conf"
  run=("$REANCHOR" -c "$work/$1/reanchor.conf")
}

say "both are read, and everybody is decided on as planted"
configuration both "$(section contoso contoso)" "$(section fabrikam fabrikam)"
expect 6 "${run[@]}" rebuild --report "$work/report"
shown STOP BLOCK_DUP_ANCHOR
jq -cS 'select(.code) | {side, kind, id, code, cause, warnings, blocks, peer}' "$org/expected.ndjson" | sort > "$work/planted"
decided "$work/report/verdicts.ndjson" | jq -c 'select(.code != "SKIP_SCOPE")' > "$work/decided"
diff "$work/planted" "$work/decided" >&2 || fail "not as planted"
say "$(wc -l < "$work/planted") verdicts as planted"

say "who belongs to whom"
sam() { jq -r --arg f "$1" --arg n "$2" 'select(.side == "ad" and .ad.directory == $f and .ad.sam == $n).ad.object_guid' "$work/report/verdicts.ndjson"; }
related() {     # FOREST NAME KEY TEXT
  expect 0 "${run[@]}" --json show "$(sam "$1" "$2")"
  jq -es --arg k "$3" --arg t "$4" 'any(.[]; .related[$k] // "" | contains($t))' "$work/out" > /dev/null ||
    fail "show of $2 in $1 does not say '$3: $4': $(jq -c .related "$work/out")"
}
related contoso lena 'master account' 'CN=lena,OU=People,DC=fabrikam,DC=test (directory fabrikam), MATCH_HARD; it brings the anchor'
related fabrikam lena 'linked mailbox' 'CN=lena,OU=People,DC=contoso,DC=test (directory contoso), SKIP_LINKED'
related contoso otto 'master account, by its SID history alone' 'CN=otto,OU=People,DC=fabrikam,DC=test'
related contoso nora 'master account' 'S-1-5-21-7-7-7-7 is no object in scope'
related fabrikam found 'its SID history leads to' 'lost@contoso.test'
related contoso twin 'the same anchor' 'CN=twin,OU=People,DC=fabrikam,DC=test (directory fabrikam), BLOCK_DUP_ANCHOR'
related contoso twin precedence 'this account, if the sync server connected'
related fabrikam twin precedence 'the other account, if the sync server connected'
expect 0 "${run[@]}" show "$(sam fabrikam moved)"
shown 'SID history' 'the account was migrated, and both are one'

say "verify says the same"
expect 7 "${run[@]}" --json verify
found() { jq -r --arg r "$1" 'select(.reason == $r) | .ad.sam // .ad.dn' "$work/out" | sort | tr '\n' ' '; }
[ "$(found linked-mailbox)" = "nora " ] || fail "linked-mailbox: $(found linked-mailbox)"
[ "$(found linked-mailbox-former)" = "otto " ] || fail "linked-mailbox-former: $(found linked-mailbox-former)"
[ "$(found sid-history)" = "found " ] || fail "sid-history: $(found sid-history)"
[ "$(found sid-migrated)" = "moved " ] || fail "sid-migrated: $(found sid-migrated)"
expect 0 "${run[@]}" backup create
zstdcat "$work"/both/backups/*.zst | jq -r 'select(.type == "object") | .ad.sIDHistory[]?' | sort > "$work/sealed"
jq -rn '"S-1-5-21-1004336348-1177238915-682003330-4711"' | grep -qFf - "$work/sealed" || fail "the backup has no SID history"

say "the plan is carried out in both forests"
plan=$work/report/plan.json
[ "$(jq -r '[.steps[].op] | sort | join(" ")' "$plan")" = \
  "ad.set_consistency_guid ad.set_consistency_guid cloud.clear_object_identifier" ] || fail "steps: $(jq -c '[.steps[].op]' "$plan")"
expect 0 "${run[@]}" apply "$plan" --confirm Contoso --override "the twins are looked at by hand"
for forest in contoso fabrikam; do
  want=$(jq -r --arg f $forest 'select(.type == "verdict" and .code == "ANCHOR_DRIFT" and .ad.directory == $f).cloud.immutable_id' "$work/report/verdicts.ndjson")
  (in_forest $forest; search -b "CN=drift,OU=People,$RIG_BASE" mS-DS-ConsistencyGuid) > "$work/now.ldif" 2> /dev/null
  grep -qF "mS-DS-ConsistencyGuid:: $want" "$work/now.ldif" || fail "$forest: $(cat "$work/now.ldif"), want $want"
done
expect 6 "${run[@]}" rebuild --report "$work/report"
code() { jq -r --arg f "$1" --arg n "$2" 'select(.side == "ad" and .ad.directory == $f and .ad.sam == $n) | [.code] + .warnings | join(" ")' "$work/report/verdicts.ndjson"; }
for forest in contoso fabrikam; do [ "$(code $forest drift)" = MATCH_HARD ] || fail "drift in $forest: $(code $forest drift)"; done
[ "$(code fabrikam bound)" = "MATCH_HARD WARN_SID" ] || fail "bound: $(code fabrikam bound)"
say "the global catalog: what it does not have is not taken for empty"
configuration catalog "$(section contoso contoso)" "$(section fabrikam fabrikam "ldaps://$2:3269")"
expect 3 "${run[@]}" doctor
shown '✗ global catalog: ad:fabrikam: this is a global catalog, which does not have mS-DS-ConsistencyGuid, proxyAddresses, adminDescription, isCriticalSystemObject'
expect 3 "${run[@]}" fetch ad
said 'they would look empty on every object' isMemberOfPartialAttributeSet
[ ! -e "$work/catalog/store/snapshots/ad:fabrikam.1.mdb" ] || fail "a snapshot of it was kept"
in_forest fabrikam
for name in MS-DS-Consistency-Guid Proxy-Addresses Admin-Description Is-Critical-System-Object; do
  printf 'dn: CN=%s,CN=Schema,CN=Configuration,%s\nchangetype: modify\nreplace: isMemberOfPartialAttributeSet\nisMemberOfPartialAttributeSet: TRUE\n\n' \
    $name "$RIG_BASE"
done | ldapmodify -x -H "ldaps://$RIG_ADDR" -D "$RIG_USER" -y "$RIG_DIR/password" > "$work/tool" 2>&1 || fail "$(cat "$work/tool")"
expect 0 "${run[@]}" doctor
shown '✓ global catalog: has every attribute that decides'
expect 6 "${run[@]}" rebuild --report "$work/catalog/report"
said 'which does not have lastKnownParent: they stay unseen'
decided "$work/catalog/report/verdicts.ndjson" > "$work/by-catalog"
decided "$work/report/verdicts.ndjson" | diff - "$work/by-catalog" >&2 || fail "the catalog gives other verdicts"

say "doctor: what an administrator may do, what a plain account, and what it may after it was granted as doctor says"
expect 0 "${run[@]}" doctor
shown '✓ token: carries 14 application permissions' '✓ anchors of users: mS-DS-ConsistencyGuid may be written on all 20 sampled users' \
  '✓ other rights: this account may also change permissions' '✓ Replicating Directory Changes: granted'
in_forest fabrikam
tool() { samba-tool "$@" -s "$RIG_DIR/etc/smb.conf" > "$work/tool" 2>&1 || { cat "$work/tool" >&2; fail "samba-tool $*"; }; }
tool user create plain 'Pla1n!Passw0rd' -H "$RIG_DIR/private/sam.ldb"
printf 'Pla1n!Passw0rd' > "$work/plain.password"; chmod 600 "$work/plain.password"
configuration plain "$(section fabrikam fabrikam | sed -e 's#^bind_dn = .*#bind_dn = plain@fabrikam.test#' -e "s#^password_file = .*#password_file = $work/plain.password#")"
expect 0 "${run[@]}" doctor
shown '- anchors of users: mS-DS-ConsistencyGuid may not be written on any of 20 sampled users' \
  'fix: dsacls "OU=People,DC=fabrikam,DC=test" /I:S /G "plain@fabrikam.test:WP;mS-DS-ConsistencyGuid;user"' \
  '✓ other rights: none on the sampled users' '- Replicating Directory Changes: not granted, and not needed'
sddl() { jq -r --arg c "$1" 'select(.check == $c).fix' "$work/out" | sed 's/.*as SDDL //'; }
expect 0 "${run[@]}" --json doctor
tool dsacl set -H "$RIG_DIR/private/sam.ldb" --objectdn="OU=People,$RIG_BASE" --sddl="$(sddl 'anchors of users')"
tool dsacl set -H "$RIG_DIR/private/sam.ldb" --objectdn="$RIG_BASE" --sddl="$(sddl 'Replicating Directory Changes')"
expect 0 "${run[@]}" doctor
shown '✓ anchors of users: mS-DS-ConsistencyGuid may be written on all 20 sampled users' \
  '- holding users back: adminDescription may not be written on any of 20 sampled users' '✓ Replicating Directory Changes: granted'
say "as wanted"
