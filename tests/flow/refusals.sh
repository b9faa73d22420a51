#!/bin/bash
# What a service may refuse although it is usually granted: lists in parts, changes, documents. What can be had without is
# had; what cannot is an error that names the permission.
. "$(dirname "$0")/lib.sh"
organisation "$work/org" --users 5600 --no-disaster
tenant_up tenant "$work/org/graph" --no-throttle
configure "$work/run" "$(tenant_lines tenant)" "uri = ldif:$work/org/ad.ldif"
run=("$REANCHOR" -c "$work/run/reanchor.conf")
faults() { curl -fsS --cacert "$work/tenant/ca.pem" "$@" "$(cat "$work/tenant/url")/rehearsal/faults" > "$work/faults"; }
refuse() { faults -d "{\"kind\":\"status\",\"status\":$2,\"path\":\"$1\",\"times\":1000}"; }

say "nothing refused, and nothing read of AD yet"
expect 0 "${run[@]}" fetch --full cloud --save "$work/whole"

sorted() { for f in "$1"/*; do echo "${f##*/}"; sort "$f"; done; }   # parts come in any order
same() { diff <(sorted "$work/whole") <(sorted "$1") > "$work/diff" || { head -c 2000 "$work/diff" >&2; fail "another snapshot"; }; }

say "no filters, or none in counts: one chain in the place of parts"
refuse '&$filter=startswith' 400
expect 0 "${run[@]}" fetch --full cloud --save "$work/chain"; said "users: not to be had in parts, reading them in one chain"
same "$work/chain"
faults -X DELETE
refuse 'startswith' 400
expect 0 "${run[@]}" fetch --full cloud --save "$work/uncounted"; ! grep -q "in parts" "$work/err" || fail "parts were tried"
same "$work/uncounted"
faults -X DELETE

say "no changes: everything is read, and the next time again"
refuse "/delta" 501
expect 0 "${run[@]}" -v fetch --full cloud; said "the service has no changes to tell of"
expect 0 "${run[@]}" -v fetch cloud; said "there were no links to the changes"
faults -X DELETE
expect 0 "${run[@]}" -v fetch cloud --save "$work/anew"; said "there were no links to the changes"
same "$work/anew"

say "no organization: its domains are a list of their own; without both nothing can be said"
faults -d '{"kind":"forbidden","path":"/organization","times":1000}'
expect 0 "${run[@]}" -q fetch --full cloud
faults -d '{"kind":"forbidden","path":"/domains","times":1000}'
expect 4 "${run[@]}" fetch --full cloud
said "neither organization nor domains could be read" "Organization.Read.All" HINT
faults -X DELETE
