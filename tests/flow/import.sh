#!/bin/bash
# What other tools left: each format, written by import_files.py from the same organisation by the formats' public
# descriptions, gives the anchors that the tenant gives through Graph; what differs is found; damage is named by line.
. "$(dirname "$0")/lib.sh"
org=$work/org files=$work/files conf=$work/cloud/reanchor.conf
run=("$REANCHOR" -c "$conf")
anchors() { jq -r 'select(.type == "anchor" and .left_out == null) | [.kind, .source.id, .anchor] | @tsv' "$@" | sort; }

say "an organisation, fetched from its tenant, and what other tools would have left of it"
organisation "$org" --no-disaster --anchor consistency --seed 21 --users 300
python3 "$here/import_files.py" "$org" "$files"
tenant_up tenant "$org/graph"
configure "$work/cloud" "$(tenant_lines tenant)" "uri = ldif:$org/ad.ldif"
expect 0 "${run[@]}" fetch --save "$work/graph"
tenant_down

say "the same anchors as Graph gives"
jq -r 'select(.onPremisesImmutableId) | ["user", .id, .onPremisesImmutableId] | @tsv' "$work/graph/users.ndjson" |
  sort > "$work/graph-all"
jq -r 'select(.onPremisesImmutableId and .onPremisesSyncEnabled) | ["user", .id, .onPremisesImmutableId] | @tsv' \
  "$work/graph/users.ndjson" | sort > "$work/graph-synced"
expect 0 "$REANCHOR" --json import "$files/entra"; anchors "$work/out" > "$work/have"
cmp "$work/graph-all" "$work/have" || fail "entraexporter: other anchors than Graph's"
expect 0 "$REANCHOR" --json import csexport "$files/cs.xml"; anchors "$work/out" > "$work/have"
cmp "$work/graph-synced" <(grep '^user' "$work/have") || fail "csexport: other anchors of users than Graph's"
cmp "$files/truth.tsv" "$work/have" || fail "csexport: other anchors of groups, contacts or devices than AD's"
[ "$(cut -f1 "$work/have" | sort -u | wc -l)" = 4 ] || fail "csexport: not every kind"
expect 0 "$REANCHOR" --json import "$files/users.csv"
jq -r 'select(.type == "anchor") | [.source.upn, .anchor] | @tsv' "$work/out" | sort > "$work/have"
jq -r 'select(.onPremisesImmutableId and .onPremisesSyncEnabled) | [.userPrincipalName, .onPremisesImmutableId] | @tsv' \
  "$work/graph/users.ndjson" | awk -F'\t' 'length($2) == 24 && $2 ~ /==$/' | sort > "$work/want"
cmp "$work/want" "$work/have" || fail "adsynctools: other anchors than Graph's"
[ "$(jq -r 'select(.line == 2).source.other[0].value' "$work/out")" = $'say "hello", twice\r\nover' ] ||
  fail "a column of one's own is not kept"

say "whatever PowerShell wrote it in"
cp "$work/out" "$work/utf8"
{ printf '#TYPE System.Management.Automation.PSCustomObject\r\n'; sed 's/","/";"/g' "$files/users.csv"; } |
  iconv -f UTF-8 -t UTF-16 > "$work/wide.csv"
expect 0 "$REANCHOR" --json import "$work/wide.csv"
cmp <(jq -c 'del(.line)' "$work/utf8") <(jq -c 'del(.line)' "$work/out" ) || fail "UTF-16 with ';' gives something else"
iconv -f UTF-8 -t UTF-16 "$files/cs.xml" > "$work/wide.xml"
expect 0 "$REANCHOR" --json import "$work/wide.xml"; anchors "$work/out" > "$work/have"
cmp "$files/truth.tsv" "$work/have" || fail "XML in UTF-16 gives something else"

say "nothing differs from what was fetched"
for f in users.csv cs.xml entra; do
  expect 0 "${run[@]}" import --compare "$files/$f"; shown "as in the file, 0 gone from both sides"
done
expect 0 "${run[@]}" --json import --compare "$files/cs.xml"
jq -se 'map(select(.type == "anchor" and .kind == "group")) | length > 0 and all(.compared == {"cloud":"unseen","ad":"same","finding":null})' \
  "$work/out" > /dev/null || fail "groups: not compared with AD"

say "what differs is found: AD and the tenant after a disaster"
python3 "$here/import_change.py" "$files/cs.xml" "$work/other.xml"
expect 7 "${run[@]}" import --compare "$work/other.xml"
shown "joined-otherwise (2)" "ad-changed (1)" "cloud-changed (1)" AAAAAAAAAAAAAAAAAAAAAA== "was joined to: "
expect 7 "${run[@]}" --json import --compare "$work/other.xml"
jq -se '.[-1].compared | .["joined-otherwise"] == 2 and .["ad-changed"] == 1 and .["cloud-changed"] == 1' "$work/out" > /dev/null ||
  fail "$(tail -n 1 "$work/out")"
jq -se 'map(select(.compared.finding? == "ad-changed") | .ad.dn != null and .ad.anchor != .anchor and .cloud.id == .source.id) == [true]' \
  "$work/out" > /dev/null || { grep ad-changed "$work/out" >&2; fail "the group with another anchor is not told"; }

say "damage is named by line, and nothing of the file is taken"
damaged() {     # FILE LINE TEXT
  expect 3 "$REANCHOR" --json import "$1"
  [ ! -s "$work/out" ] || fail "$1: something was taken from a damaged file"
  jq -r 'select(.type == "error").message' "$work/err" > "$work/message"
  grep -qF "line $2: $3" "$work/message" || { cat "$work/err" >&2; fail "$1: not line $2: $3"; }
}
sed '6s/-....-/-xyz-/' "$files/users.csv" > "$work/bad.csv"; damaged "$work/bad.csv" 6 "ImmutableIdGUID is '"
line=$(grep -n -m 1 'object-type="group"' "$files/cs.xml" | cut -d: -f1)
sed "${line}s/cs-dn=\"CN={4/cs-dn=\"CN={4G/; ${line}s/cs-dn=\"CN={\([^4]\)/cs-dn=\"CN={4G\1/" "$files/cs.xml" > "$work/bad.xml"
damaged "$work/bad.xml" "$line" "cs-dn is 'CN={4G"
head -c 100000 "$files/cs.xml" > "$work/cut.xml"
damaged "$work/cut.xml" "$(awk 'END { print NR }' "$work/cut.xml")" "un"
cp -r "$files/entra" "$work/entra"
ls "$work/entra/Users" > "$work/users"
one=$(sed -n 3p "$work/users")
sed -i '4s/:/ /' "$work/entra/Users/$one/$one.json"; damaged "$work/entra" 4 "'"
said "Users/$one/$one.json"
line=$(grep -n -m 1 OU=Contoso "$files/settings.json" | cut -d: -f1)
sed "${line}s/=//g" "$files/settings.json" > "$work/bad.json"; damaged "$work/bad.json" "$line" "containerInclusions has '"
sed -i 's/OU=Service/Service/' "$work/bad.json"; damaged "$work/bad.json" "$line" "containerInclusions has '"
said "containerExclusions has 'Service Accounts,OU=Contoso"
printf '%s\n' '<?xml version="1.0"?>' '<!DOCTYPE lolz [<!ENTITY a "lol"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>' \
  '<cs-objects>&b;</cs-objects>' > "$work/lol.xml"
damaged "$work/lol.xml" 2 "a document type"

say "restore puts back what AD has lost since, of groups too; verify names the user"
python3 "$here/import_lose.py" "$org/ad.ldif" "$files/truth.tsv" "$work/lost.ldif" > "$work/lost" || fail "nobody to lose an anchor"
configure "$work/after" "source = files:$org/graph" "uri = ldif:$work/lost.ldif"
after=("$REANCHOR" -c "$work/after/reanchor.conf")
expect 0 "${after[@]}" fetch
for f in cs.xml:2 entra:1 users.csv:1; do
  expect 2 "${after[@]}" --json restore "$files/${f%:*}" --cached --detailed-exitcode --report "$work/repair"
  jq -r 'select(.type == "restore" and .outcome == "write") | [.kind, .then.cloud_id, .changes.consistency_guid.want] | @tsv' \
    "$work/out" | sort -r > "$work/have"
  cmp <(head -n "${f#*:}" "$work/lost") "$work/have" || { cat "$work/out" >&2; fail "$f: other anchors are put back"; }
  jq -r '.steps[] | select(.op == "ad.set_consistency_guid") | .want' "$work/repair/plan.json" | sort > "$work/have"
  cmp <(head -n "${f#*:}" "$work/lost" | cut -f3 | sort) "$work/have" || fail "$f: other steps"
done
expect 7 "${after[@]}" --json verify --cached --against "$files/cs.xml"
jq -r 'select(.check == "V14") | .cloud.id' "$work/out" | sort -u > "$work/have"
cmp <(head -n 1 "$work/lost" | cut -f2) "$work/have" || { grep V14 "$work/out" >&2; fail "verify: other findings of V14"; }
expect 3 "${after[@]}" restore "$work/bad.xml" --cached; said "line "
expect 3 "${after[@]}" verify --cached --against "$work/bad.csv"; said "line 6: "

say "the settings of the old server as a configuration"
expect 0 "$REANCHOR" import "$files/settings.json"
shown "[ad:contoso.test]" "include = OU=Contoso,$base" "exclude = OU=Service Accounts,OU=Contoso,$base" \
  "attribute = mS-DS-ConsistencyGuid" "In from AD - leave out trainees (sets cloudFiltered)"
{ echo '[tenant]'; echo "id = $tenant_id"; echo "source = files:$org/graph"; cat "$work/out"; } > "$work/made.conf"
expect 0 "$REANCHOR" -c "$work/made.conf" config check
expect 0 "${run[@]}" import --compare adsync-config "$files/settings.json"; shown "; nothing differs"
sed -i "s/^exclude = .*/exclude = OU=Groups,OU=Contoso,$base/" "$conf"
sed 's/OU=Contoso,/OU=Gone,OU=Contoso,/; s/mS-DS-ConsistencyGuid/employeeID/' "$files/settings.json" > "$work/changed.json"
expect 7 "${run[@]}" import --compare adsync-config "$work/changed.json"
shown "; anchor-reproduced: employeeID: here mS-DS-ConsistencyGuid" "; include-missing [ad:contoso]: OU=Gone,OU=Contoso,$base" \
  "; include-extra [ad:contoso]: here OU=Contoso,$base" "; exclude-missing [ad:contoso]: OU=" \
  "; exclude-extra [ad:contoso]: here OU=Groups,OU=Contoso,$base" "; container-empty [ad:contoso]: OU=Gone,"

expect 7 "${run[@]}" --json import --compare adsync-config "$work/changed.json"
jq -se '.[0].type == "settings" and .[0].anchor_attribute == "employeeID" and .[0].domains[0].dns == "contoso.test" and
  (.[1:] | all(.type == "difference")) and ([.[1:][].what] | index("anchor-reproduced") and index("container-empty"))' \
  "$work/out" > /dev/null || { cat "$work/out" >&2; fail "settings as JSON"; }

say "another anchor, another login, another domain"
configure "$work/other" "source = files:$org/graph" "uri = ldif:$org/ad.ldif" "[anchor]
attribute = objectGUID
login_attribute = mail"
sed 's/contoso/fabrikam/g' "$files/settings.json" > "$work/fabrikam.json"
other=("$REANCHOR" -c "$work/other/reanchor.conf")
expect 0 "${other[@]}" fetch
expect 7 "${other[@]}" import --compare adsync-config "$work/fabrikam.json"
shown "; anchor-configured: mS-DS-ConsistencyGuid: here objectGUID" "; login-attribute: userPrincipalName: here mail" \
  "; domain-extra [ad:contoso]: here ldif:" "; domain-missing: DC=fabrikam,DC=test"
expect 1 "${run[@]}" import adsync-confg "$files/settings.json"
said "unknown format 'adsync-confg', the nearest is 'adsync-config'" "formats are adsynctools"

say "settings that name no anchor, a tenant that was told another one, and directories by their base or without an object"
jq 'del(.globalSettings.Parameters[] | select(.Name | endswith("AnchorAttribute")))' "$files/settings.json" > "$work/silent.json"
expect 7 "${other[@]}" import --compare adsync-config "$work/silent.json"; shown "; login-attribute: "
! grep -q "^; anchor-" "$work/out" || fail "$(cat "$work/out")"
sync=$org/graph/onPremisesSynchronization.json
cp "$sync" "$work/sync.json"
jq -c '.value[0].configuration.anchorAttribute = "objectGUID"' "$work/sync.json" > "$sync"
expect 0 "${other[@]}" fetch
expect 7 "${other[@]}" import --compare adsync-config "$files/settings.json"
shown "; anchor-tenant: mS-DS-ConsistencyGuid: here objectGUID"
cp "$work/sync.json" "$sync"
awk 'BEGIN {RS = ""; ORS = "\n\n"} !/\nobjectGUID::/ || /\nobjectClass: (domain|organizationalUnit)/' "$org/ad.ldif" > "$work/bare.ldif"
configure "$work/bare" "source = files:$org/graph" "uri = ldif:$work/bare.ldif"
bare=("$REANCHOR" -c "$work/bare/reanchor.conf")
expect 0 "${bare[@]}" fetch
expect 7 "${bare[@]}" import --compare adsync-config "$files/settings.json"; shown "; domain-extra [ad:contoso]: here ldif:"
sed -i "s/^include = /base = $base\n&/" "$work/bare/reanchor.conf"
expect 7 "${bare[@]}" import --compare adsync-config "$files/settings.json"
shown "; container-empty [ad:contoso]: OU=Contoso,$base"; ! grep -q domain-extra "$work/out" || fail "not known by its base"
expect 7 "${bare[@]}" import --compare --all "$files/entra"
shown "ad-missing (" "  Users/$one/$one.json" "(left out: "; ! grep -q "more: --all" "$work/out" || fail "not all are shown"
expect 7 "${bare[@]}" import --compare "$files/entra"
left=$(sed -n 's/^ad-missing (\([0-9]*\)).*/\1/p' "$work/out")
shown "  … and $((left - 10)) more: --all or --json shows them"

say "a folder of another tenant is not compared"
rm -r "$work/entra"; cp -r "$files/entra" "$work/entra"
sed -i "s/$tenant_id/99999999-2222-3333-4444-555555555555/" "$work/entra/Organization"/*/*.json
expect 6 "${run[@]}" import --compare "$work/entra"; said "it is of the tenant 99999999-2222-3333-4444-555555555555"
