#!/bin/bash
# What stops a run before it reads much: another sync server that is alive, another run on the same store.
. "$(dirname "$0")/lib.sh"
org=$work/org
organisation "$org" --users 300 --no-disaster
from_files "$work/run" "$org"
run=("$REANCHOR" -c "$work/run/reanchor.conf")
expect 0 "${run[@]}" rebuild

say "a sync of a quarter of an hour ago"
sed -i "s/\"onPremisesLastSyncDateTime\":\"[^\"]*\"/\"onPremisesLastSyncDateTime\":\"$(date -u -d '15 minutes ago' +%FT%TZ)\"/" "$org/graph/organization.json"
expect 6 "${run[@]}" rebuild
said 'another sync server may be alive' --accept-active-sync
expect 0 "${run[@]}" rebuild --accept-active-sync

say "two runs on one store"
echo '[{"path":"/users","kind":"delay","ms":3000}]' > "$work/faults.json"
tenant_up tenant "$org/graph" --faults "$work/faults.json"
configure "$work/run" "$(tenant_lines tenant)" "uri = ldif:$org/ad.ldif"
"${run[@]}" -q fetch --full > /dev/null 2>&1 & first=$!
for _ in $(seq 600); do [ -s "$work/tenant/requests.ndjson" ] && break; sleep 0.05; done
expect 8 "${run[@]}" fetch
said "$work/run/store"
wait $first || fail "the first of the two did not finish"
say "as wanted"
