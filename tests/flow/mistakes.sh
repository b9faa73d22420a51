#!/bin/bash
# What somebody may get wrong, and what the program then says, without a server: certificates, the account, options and files
# that do not fit together; and what becomes of attributes between two backups.
. "$(dirname "$0")/lib.sh"
org=$work/org
organisation "$org" --users 200 --seed 9
from_files "$work/run" "$org" "[backup]
dir = $work/backups"
run=("$REANCHOR" -c "$work/run/reanchor.conf")
lines() { jq -es "$1" "$work/out" > /dev/null || { cat "$work/out" >&2; fail "stdout is not: $1"; }; }
status() {      # WANTED... -- COMMAND...: it ends with one of these
  local wanted=' ' got=0
  while [ "$1" != -- ]; do wanted+="$1 "; shift; done; shift
  timeout -k 5 120 "$@" > "$work/out" 2> "$work/err" || got=$?
  [[ $wanted = *" $got "* ]] || { cat "$work/out" "$work/err" >&2; fail "$* gave $got, want$wanted"; }
}

say "certificates that do not serve"
certificate() { # NAME TIME-OF-ISSUE DAYS
  faketime "$2" openssl req -x509 -newkey rsa:2048 -nodes -sha256 -days "$3" -subj /CN=reanchor -keyout "$work/$1.key" \
    -out "$work/$1.crt" 2> /dev/null || fail "openssl req"
  chmod 600 "$work/$1.key"
}
certificate good now 400; certificate ends now 5; certificate ended '-100 days' 10; certificate begins '+100 days' 10
openssl pkey -in "$work/good.key" -aes128 -passout pass:x -out "$work/locked.key"; chmod 600 "$work/locked.key"
echo nothing > "$work/empty.crt"
openssl x509 -in "$work/good.crt" -outform DER | perl -pe 's/\d{12}Z/"9" x 12 . "Z"/ge' |
  openssl x509 -inform DER -out "$work/dateless.crt" || fail "openssl x509"
doctor() {      # CERTIFICATE KEY TEXT...: doctor says so
  local crt=$1 key=$2; shift 2
  configure "$work/app" "client_id = $client_id
certificate_file = $work/$crt
private_key_file = $work/$key
graph_url = https://127.0.0.1:9
login_url = https://127.0.0.1:9" "uri = ldif:$org/ad.ldif"
  status 1 3 4 5 7 -- "$REANCHOR" -c "$work/app/reanchor.conf" doctor
  shown "$@"
}
doctor good.crt good.key "more days" "belongs to the certificate"
doctor ends.crt ends.key "expires in" "add a new certificate"
doctor ended.crt ended.key "expired 90 days ago"
doctor begins.crt begins.key "is not valid yet" "clock"
doctor good.crt ends.key "does not belong to"
doctor good.crt locked.key "no private key without a passphrase"
doctor empty.crt good.key "no certificate in PEM form"
doctor good.crt nosuch.key "no private key without a passphrase"
doctor dateless.crt good.key "its dates cannot be read" "belongs to the certificate"

say "a configuration without a directory, and one that names what was not read"
sed '/^\[ad:contoso\]/,/^\[store\]/{/^\[store\]/!d}' "$work/run/reanchor.conf" > "$work/no-ad.conf"
expect 0 "${run[@]}" fetch
expect 1 "$REANCHOR" -c "$work/no-ad.conf" plan; said "no [ad:NAME] section" HINT
{ cat "$work/run/reanchor.conf"; printf '[anchor]\nattribute = extensionAttribute9\n'; } > "$work/other.conf"
expect 3 "$REANCHOR" -c "$work/other.conf" plan; said "was read without extensionAttribute9" "reanchor fetch ad"
for which in 'attribute = auto' 'attribute = objectGUID'; do
  { cat "$work/run/reanchor.conf"; printf '[anchor]\n%s\ncandidates = extensionAttribute9\n' "$which"; } > "$work/other.conf"
  expect 3 "$REANCHOR" -c "$work/other.conf" plan; said "was read without extensionAttribute9" "reanchor fetch ad"
done
sync=$org/graph/onPremisesSynchronization.json
cp "$sync" "$work/sync.json"
jq -c '.value[0].configuration.anchorAttribute = "extensionAttribute8"' "$work/sync.json" > "$sync"
expect 0 "${run[@]}" fetch cloud
expect 3 "${run[@]}" plan; said "was read without extensionAttribute8" "reanchor fetch ad"
expect 0 "${run[@]}" fetch ad
status 0 6 -- "${run[@]}" plan
cp "$work/sync.json" "$sync"
expect 0 "${run[@]}" fetch

say "a plan held against a tenant to which nothing was exported"
status 0 2 6 -- "${run[@]}" plan --report "$work/report" --redact --bypass-identifiers --detailed-exitcode
status 0 7 -- "${run[@]}" --json verify --cached --all --plan "$work/report/plan.json"
lines 'map(select(.type == "prediction")) | length > 20 and all(.state != null and has("predicted") and has("found"))
  and any(.predicted.outcome != null) and any(.found.upn != null)'
status 0 7 -- "${run[@]}" verify --cached --plan "$work/report/plan.json"
sed "s/$tenant_id/00000000-0000-4000-8000-000000000001/" "$work/run/reanchor.conf" > "$work/foreign.conf"
status 1 6 -- "$REANCHOR" -c "$work/foreign.conf" verify --cached --plan "$work/report/plan.json"; said "is of the tenant" HINT

say "what a second backup holds differently"
expect 0 "${run[@]}" backup create --cached
one=$(jq -r .name "$work/backups/head.json")
awk 'BEGIN {RS = ""; ORS = "\n\n"} /\nmail: / && !/isDeleted/ && n < 20 {
  n++; sub(/\nmail: [^\n]*/, "&\nproxyAddresses: smtp:also" n "@contoso.test\nproxyAddresses: smtp:too" n "@contoso.test")
  sub(/\nuserAccountControl: 512/, "\nuserAccountControl: 514") } {print}' "$org/ad.ldif" > "$org/ad.new"
mv "$org/ad.new" "$org/ad.ldif"
expect 0 "${run[@]}" fetch --full
expect 0 "${run[@]}" backup create --cached
two=$(jq -r .name "$work/backups/head.json")
[ "$one" != "$two" ] || fail "no second backup"
status 0 7 -- "${run[@]}" --json backup diff "$one" "$two"
lines 'map(select(.type == "difference") | .attributes[]) | map(select(.name == "proxyAddresses" and (.to | contains("also")))) | length > 0'
status 0 7 -- "${run[@]}" backup diff "$one" "$two"; shown proxyAddresses
for wrong in "backup diff $one nosuch" "backup prune --keep nothing" "backup show nosuch" "backup diff $one"; do
  # shellcheck disable=SC2086
  status 1 3 7 -- "${run[@]}" $wrong
done
rm "$work/backups/$one".ndjson.zst
status 0 1 7 -- "${run[@]}" backup prune --lost --force
status 0 7 -- "${run[@]}" backup check
say "as wanted"
