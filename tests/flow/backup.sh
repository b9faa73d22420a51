#!/bin/bash
# Anchor backups of a Samba domain and the simulated tenant, read without our program; metrics; the service.
# backup.sh ADDR
. "$(dirname "$0")/lib.sh"
addr=$1
systemd=$here/../../recovery/systemd
for p in age age-keygen minisign zstdcat jq sha256sum promtool systemd-analyze bwrap; do
  command -v "$p" > /dev/null || fail "$p is needed: packages age, minisign, zstd, jq, prometheus, systemd, bubblewrap"
done

say "an organisation of 300 people and its domain controller"
org=$work/org
organisation "$org" --users 300 --seed 60
dc_up dc "$addr"
dc_load dc "$org/ad.ldif"
tenant_up tenant "$org/graph"
"$REANCHOR" backup keygen "$work/sign" > /dev/null
age-keygen -o "$work/identity" 2> /dev/null
age-keygen -o "$work/second" 2> /dev/null
recipient() { age-keygen -y "$1"; }
backups=$work/backups
section="[anchor]
candidates = employeeID
[backup]
dir = $backups
sign_key_file = $work/sign"
configure "$work/plain" "$(tenant_lines tenant)" "$(ad_lines)" "$section"
configure "$work/crypt" "$(tenant_lines tenant)" "$(ad_lines)" "$section
encrypt_to = $(recipient "$work/identity")
encrypt_to = $(recipient "$work/second")"
plain=("$REANCHOR" -c "$work/plain/reanchor.conf") crypt=("$REANCHOR" -c "$work/crypt/reanchor.conf")
manifests() { find "$backups" -name 'reanchor-*.json' | sort; }
newest() { jq -r .name "$backups/head.json"; }

say "two backups, one of them encrypted to two recipients"
expect 0 "${plain[@]}" --json backup create --metrics "$work/create.prom"
one=$(jq -r .name "$work/out")
expect 0 "${crypt[@]}" backup create
two=$(newest)
[ "$one" != "$two" ] || fail "one name twice"
[ -z "$(find "$backups" ! -type d ! -perm 600)" ] || fail "files that others may read"
[ ! -e "$backups/$two.ndjson.zst" ] || fail "the encrypted backup lies there in plain"

say "read without reanchor: sha256sum, minisign, age, zstdcat, jq"
cd "$backups"
for m in "$one" "$two"; do
  jq -r '"\(.data.sha256)  \(.data.file)", "\(.anchors.sha256)  \(.anchors.file)"' "$m.json" | sha256sum --quiet -c
  minisign -q -V -p "$work/sign.pub" -m "$m.json" || fail "minisign does not take $m"
done
[ "$(jq -r .previous.sha256 "$two.json")" = "$(sha256sum < "$one.json" | cut -d' ' -f1)" ] || fail "the chain"
[ "$(jq -r .sha256 head.json)" = "$(sha256sum < "$two.json" | cut -d' ' -f1)" ] || fail "head.json"
zstdcat "$one.ndjson.zst" > "$work/one"
for who in identity second; do
  age --decrypt -i "$work/$who" "$two.ndjson.zst.age" | zstdcat > "$work/two"
  [ "$(jq -r .data.plain_sha256 "$two.json")" = "$(sha256sum < "$work/two" | cut -d' ' -f1)" ] || fail "decrypted by $who"
done
head -c 21 "$two.ndjson.zst.age" | grep -q age-encryption.org/v1 || fail "not encrypted"
[ "$(jq -r .data.lines "$one.json")" = "$(wc -l < "$work/one")" ] || fail "lines"
jq -es 'last.type == "end" and last.lines == length - 1 and (map(select(.type == "object")) | length) == last.objects' \
  "$work/one" > /dev/null || fail "the closing line"
jq -es --slurpfile m "$one.json" '[.[] | select(.ad and (.ad.isDeleted | not)).ad.kind] | group_by(.) |
  map({key: .[0], value: length}) | from_entries == ($m[0].counts.ad | del(.deleted))' "$work/one" > /dev/null ||
  fail "the counts of the manifest"

say "it holds every anchor of the domain controller and of the tenant"
search -b "$RIG_BASE" '(&(objectClass=user)(!(objectClass=computer))(mS-DS-ConsistencyGuid=*))' mS-DS-ConsistencyGuid distinguishedName 2> /dev/null |
  awk '/^dn:/ {sub(/^dn::? /, ""); d = $0} /^mS-DS-ConsistencyGuid::/ {print $2}' | sort > "$work/held"
jq -r 'select(.ad.kind == "user" and (.ad.isDeleted | not)) | .ad["mS-DS-ConsistencyGuid"] // empty' "$work/one" | sort > "$work/kept"
[ "$(wc -l < "$work/held")" -gt 200 ] || fail "$(wc -l < "$work/held") anchors in the directory"
cmp "$work/held" "$work/kept" || fail "other anchors than the directory's"
jq -r '.value[] | select(.onPremisesImmutableId) | .id + " " + .onPremisesImmutableId' "$org/graph/users.json" 2> /dev/null |
  sort > "$work/held" || jq -r 'select(.onPremisesImmutableId) | .id + " " + .onPremisesImmutableId' "$org/graph/users.ndjson" | sort > "$work/held"
jq -r 'select(.cloud.kind == "user" and (.cloud.deleted | not) and .cloud.onPremisesImmutableId) |
  .cloud.id + " " + .cloud.onPremisesImmutableId' "$work/one" | sort -u > "$work/kept"
[ "$(wc -l < "$work/held")" -gt 200 ] || fail "$(wc -l < "$work/held") anchors in the tenant"
cmp "$work/held" "$work/kept" || fail "other anchors than the tenant's"

say "list, show, check, diff"
expect 0 "${plain[@]}" backup list; shown "$one" "$two" encrypted signed
expect 0 "${plain[@]}" backup show "$one"; shown MATCH_HARD mS-DS-ConsistencyGuid
expect 0 "${plain[@]}" backup check; shown "no fault found"
expect 0 "${plain[@]}" backup check --read-data --identity "$work/identity" --public-key "$work/sign.pub"
expect 7 "${plain[@]}" backup check --read-data; shown "$two is encrypted"
expect 0 "${plain[@]}" --json backup diff "$one" "$two" --identity "$work/second"
jq -e 'select(.type == "summary") | .incidents == 0' "$work/out" > /dev/null || fail "incidents"
dn=$(jq -nr 'first(inputs | select(.code == "MATCH_HARD" and .ad["mS-DS-ConsistencyGuid"]).ad.distinguishedName)' "$work/one")
printf 'dn:: %s\nchangetype: modify\nreplace: mS-DS-ConsistencyGuid\nmS-DS-ConsistencyGuid:: %s\n' \
  "$(printf %s "$dn" | base64 -w0)" "$(printf 0123456789abcdef | base64)" > "$work/change.ldif"
ldapmodify -x -H "ldaps://$RIG_ADDR" -D "$RIG_USER" -y "$RIG_DIR/password" -f "$work/change.ldif" > /dev/null
expect 0 "${plain[@]}" backup create
three=$(newest)
expect 7 "${plain[@]}" backup diff "$one" "$three"
shown INCIDENT "$dn" "mS-DS-ConsistencyGuid"

say "an overwritten byte, a backup that is missing, an incomplete read"
cp -a "$backups" "$work/copy"
printf 'X' | dd of="$backups/$one.ndjson.zst" bs=1 seek=4000 conv=notrunc status=none
expect 7 "${plain[@]}" backup check; shown "FAULT $one.ndjson.zst: has the hash"
cp "$work/copy/$one.ndjson.zst" "$backups/"
rm "$backups/$two".*
expect 7 "${plain[@]}" backup check; shown "FAULT $two.json: is missing"
expect 7 "${plain[@]}" backup create; said "is sealed, but the chain is not whole: $two.json: is missing"
three=$(newest)
cp -p "$work/copy/$two".* "$backups/"
expect 0 "${plain[@]}" backup check
count=$(manifests | wc -l)
from_files "$work/cut" "$org" "[backup]
dir = $backups"
cp -r "$org/graph" "$work/cutgraph"
if [ -e "$work/cutgraph/users.json" ]; then
  jq '. + {"@odata.nextLink": "https://graph.microsoft.com/v1.0/users?$skiptoken=x"}' "$org/graph/users.json" > "$work/cutgraph/users.json"
else
  rm "$work/cutgraph/users.ndjson"
fi
sed -i "s#files:$org/graph#files:$work/cutgraph#" "$work/cut/reanchor.conf"
expect 3 "$REANCHOR" -c "$work/cut/reanchor.conf" backup create
[ "$(manifests | wc -l)" = "$count" ] || fail "an incomplete snapshot was sealed"

say "prune"
sed -i '/^sign_key_file/a keep_daily = 1\nkeep_weekly = 0\nkeep_monthly = 0\nkeep_yearly = 0' "$work/plain/reanchor.conf"
expect 0 "${plain[@]}" backup prune; shown "keep" "holds" "that no other has" "remove $one: rules"
expect 0 "${plain[@]}" backup check
[ -e "$backups/$three.json" ] && [ ! -e "$backups/$one.json" ] || fail "what prune left"

say "metrics, of what succeeded and of what failed"
promtool check metrics < "$work/create.prom" || fail "promtool"
for name in run_last_success_timestamp_seconds run_duration_seconds run_throttled_seconds backup_age_seconds backup_chain_length; do
  grep -q "^reanchor_$name" "$work/create.prom" || fail "no $name"
done
grep -q '^reanchor_objects{side="ad",kind="user",class="matched"} [1-9]' "$work/create.prom" || fail "no objects"
tenant_down
expect 5 "${plain[@]}" backup create --metrics "$work/create.prom"
promtool check metrics < "$work/create.prom" || fail "promtool, after a failure"
grep -q '^reanchor_run_success{command="backup create"} 0' "$work/create.prom" || fail "the failure is not told"
grep -q '^reanchor_run_last_success_timestamp_seconds' "$work/create.prom" || fail "the success before is forgotten"
expect 7 "${plain[@]}" verify --cached --metrics "$work/verify.prom" -q
promtool check metrics < "$work/verify.prom" || fail "promtool, verify"
grep -q '^reanchor_findings{id="V3",severity="high"}' "$work/verify.prom" || fail "no findings"
promtool check rules "$systemd/reanchor.rules.yml" > "$work/out" || { cat "$work/out" >&2; fail "the alert rules"; }
say "as wanted"
