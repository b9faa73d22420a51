#!/bin/bash
# What an administrator gets wrong, or finds broken: one error with the object, what it has and what is wanted, a hint,
# and the exit status of its kind; and the cache stays as it was.
. "$(dirname "$0")/lib.sh"
org=$work/org
organisation "$org" --users 300 --seed 50
from_files "$work/good" "$org"
run=("$REANCHOR" -c "$work/good/reanchor.conf")
expect 6 "${run[@]}" rebuild --report "$work/before"

# fails STATUS TEXT...: the command of $bad on the store of the good runs.
fails() {
  local want=$1; shift
  expect "$want" "$REANCHOR" -c "$work/bad.conf" "${command[@]}"
  said "$@"
  [ "$(grep -c '^reanchor: ' "$work/err")" = 1 ] || { cat "$work/err" >&2; fail "not one error"; }
  grep -q '^HINT: ' "$work/err" || { cat "$work/err" >&2; fail "no hint"; }
  expect 6 "${run[@]}" plan --report "$work/after"
  cmp "$work/before/verdicts.ndjson" "$work/after/verdicts.ndjson"
}
# bad GRAPH-LINES AD-LINES: $work/bad.conf, on the same store
bad() { configure "$work/bad" "$1" "$2"; sed "s#^dir = .*#dir = $work/good/store#" "$work/bad/reanchor.conf" > "$work/bad.conf"; }
files="source = files:$org/graph" ldif="uri = ldif:$org/ad.ldif"
command=(fetch --full)

say "files that are missing or unreadable"
bad "source = files:$work/nowhere" "$ldif"; fails 1 "$work/nowhere"
bad "$files" "uri = ldif:$work/nowhere.ldif"; fails 1 "$work/nowhere.ldif"
cp -a "$org/graph" "$work/less"; rm "$work/less/groups.json"
bad "source = files:$work/less" "$ldif"; fails 3 groups
bad "$files" "$ldif"; sed -i 's/^id = .*/id = 7f3c2a10/' "$work/bad.conf"; fails 1 7f3c2a10 GUID

say "JSON that is cut short, and an LDIF with a broken base64 line"
cp -a "$org/graph" "$work/cut"; head -c 40000 "$org/graph/users.json" > "$work/cut/users.json"
bad "source = files:$work/cut" "$ldif"; fails 3 "$work/cut/users.json"
awk '/^objectGUID::/ && ++n == 50 {print "objectGUID:: ***"; next} {print}' "$org/ad.ldif" > "$work/broken.ldif"
bad "$files" "uri = ldif:$work/broken.ldif"
line=$(grep -n '^objectGUID:: \*' "$work/broken.ldif" | cut -d: -f1)
fails 3 "$work/broken.ldif" "$line" objectGUID base64

say "documents that name no domain: what every UPN is compared with would be unknown"
cp -a "$org/graph" "$work/bare"; rm -f "$work/bare/domains.json"
for nothing in '{}' '{"value":[]}' '{"value":[{"id":"x","verifiedDomains":[]}]}'; do
  printf '%s' "$nothing" > "$work/bare/organization.json"
  bad "source = files:$work/bare" "$ldif"; fails 3 organization "verified domain" organization.json
done

say "sign-in"
tenant_up tenant "$org/graph"
bad "$(tenant_lines tenant)" "$ldif"
openssl req -x509 -newkey rsa:2048 -nodes -sha256 -days 90 -subj /CN=stranger -keyout "$work/other.key" -out "$work/other.crt" 2> /dev/null
chmod 600 "$work/other.key"
sed -i "s#$work/app.crt#$work/other.crt#; s#$work/app.key#$work/other.key#" "$work/bad.conf"; fails 4 AADSTS
bad "$(tenant_lines tenant)" "$ldif"; sed -i "s#$work/app.key#$work/other.key#" "$work/bad.conf"; fails 1 "$work/app.crt"
bad "$(tenant_lines tenant)" "$ldif"; sed -i "s#^ca_file = .*#ca_file = $work/other.crt#" "$work/bad.conf"; fails 5 certificate

say "a permission that is missing"
printf '[{"path":"/groups","kind":"forbidden"}]' > "$work/faults.json"
tenant_down; tenant_up tenant "$org/graph" --faults "$work/faults.json"
bad "$(tenant_lines tenant)" "$ldif"; fails 4 groups Authorization_RequestDenied Group

say "the directory: a wrong password, an untrusted authority, a simple bind without TLS"
addr=$1
dc_up dc "$addr"
printf wrong > "$work/wrong"; chmod 600 "$work/wrong"
bad "$files" "$(ad_lines)"; sed -i "s#^password_file = .*#password_file = $work/wrong#" "$work/bad.conf"; fails 4 "$addr"
bad "$files" "$(ad_lines)"; sed -i "s#^ca_file = .*tls.*#ca_file = $work/other.crt#" "$work/bad.conf"; fails 5 "$addr" certificate
bad "$files" "$(ad_lines "ldap://$addr")"; fails 1 "in clear"
cp "$RIG_DIR/tls/expired.pem" "$work/expired.pem"
"$rig/samba-down.sh" "$RIG_DIR"; cp "$work/expired.pem" "$RIG_DIR/tls/dc.pem"
LDAPTLS_REQCERT=never "$rig/samba-up.sh" "$RIG_DIR" "$addr" --no-install > /dev/null 2>&1 || fail "no DC with the expired certificate"
bad "$files" "$(ad_lines)"; fails 5 "$addr" "ran out"
say "as wanted"
