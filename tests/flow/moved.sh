#!/bin/bash
# A tenant whose name leads elsewhere while it is read: each retry asks for the address anew. In a mount namespace of its own,
# where /etc/hosts is changed as DNS would be.
. "$(dirname "$0")/lib.sh"
if [ "${MOVED_NAMESPACE:-}" != 1 ]; then
  MOVED_NAMESPACE=1 unshare --mount --propagation private bash "$0" && exit
  fail "the tenant that moved"
fi
organisation "$work/org" --users 500 --no-disaster
tenant_up tenant "$work/org/graph" --page-cap 50
url=$(cat "$work/tenant/url")
lives_at() { echo "$1 graph.contoso.test" > "$work/hosts"; }
lives_at 127.0.0.81
mount --bind "$work/hosts" /etc/hosts
forward "$url" 127.0.0.81
old=$forwarder port=${at##*:}
configure "$work/run" "$(tenant_lines tenant | sed "s#_url = .*#_url = https://graph.contoso.test:$port#")" "uri = ldif:$work/org/ad.ldif"
configure "$work/straight" "$(tenant_lines tenant)" "uri = ldif:$work/org/ad.ldif"

say "moved between two pages"
curl -sS --cacert "$work/tenant/ca.pem" -d '{"kind":"delay","path":"/users?","page":6,"ms":3000,"times":1}' \
  -H 'Content-Type: application/json' "$url/rehearsal/faults" > /dev/null
"$REANCHOR" -vv -c "$work/run/reanchor.conf" fetch > "$work/out" 2> "$work/err" & victim=$!
for _ in $(seq 400); do [ "$(grep -c skiptoken "$work/tenant/requests.ndjson")" -lt 4 ] || break; sleep 0.05; done
forward "$url" 127.0.0.82 "$port"
lives_at 127.0.0.82
kill "$old"
wait "$victim" || { got=$?; cat "$work/err" >&2; fail "the fetch ended with $got"; }
tries() { grep -Ec "try $1 failed" "$work/err" || true; }
[ "$(tries 1)" -gt 0 ] && [ "$(tries '[3-9]')" = 0 ] || { cat "$work/err" >&2; fail "it was tried more than twice again, or never"; }
expect 0 "$REANCHOR" -c "$work/straight/reanchor.conf" fetch
for run in run straight; do
  expect 0 "$REANCHOR" -q -c "$work/$run/reanchor.conf" fetch ad --save "$work/saved.$run"
done
for of in users groups contacts devices deletedUsers; do
  cmp <(jq -S '.value | sort_by(.id)' "$work/saved.run/$of.json") <(jq -S '.value | sort_by(.id)' "$work/saved.straight/$of.json") ||
    fail "$of: other objects"
done
say "as wanted"
