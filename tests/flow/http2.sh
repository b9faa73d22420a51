#!/bin/bash
# http2.sh ADDR PORT: a real HTTP/2 server in front of the tenant. All chains go over one connection, side by side, and
# the answers are compressed; what comes is what comes without it.
. "$(dirname "$0")/lib.sh"
. "$here/nginx.sh"
addr=$1 port=$2
organisation "$work/org" --users 3000 --no-disaster
tenant_up tenant "$work/org/graph" --page-cap 200
url=$(cat "$work/tenant/url")
nginx_up nginx "$addr" "$port" "${url#https://}"
through() { tenant_lines tenant | sed -e "s#$url#https://$addr:$port#" -e "s#^ca_file = .*#ca_file = $work/nginx/ca.pem#"; }

say "directly, over HTTP/1.1"
configure "$work/direct" "$(tenant_lines tenant)" "uri = ldif:$work/org/ad.ldif"
expect 0 "$REANCHOR" -c "$work/direct/reanchor.conf" -q fetch --full all
expect 0 "$REANCHOR" -c "$work/direct/reanchor.conf" -q fetch --full cloud --save "$work/direct/saved"

say "through nginx, over HTTP/2"
curl -sS --cacert "$work/tenant/ca.pem" -H 'Content-Type: application/json' \
  -d '{"kind":"delay","ms":150,"path":"$select"}' "$url/rehearsal/faults" > /dev/null
configure "$work/h2" "$(through)" "uri = ldif:$work/org/ad.ldif"
expect 0 "$REANCHOR" -c "$work/h2/reanchor.conf" -q fetch --full ad
expect 0 "$REANCHOR" -c "$work/h2/reanchor.conf" -q fetch --full cloud --save "$work/h2/saved"
diff -r "$work/direct/saved" "$work/h2/saved" || fail "another snapshot"

log=$work/nginx/access
[ "$(jq -s 'length' "$log")" -gt 20 ] || { cat "$log"; fail "hardly any requests"; }
jq -es 'all(.[]; .protocol == "HTTP/2.0")' "$log" > /dev/null || { cat "$log"; fail "not all of it is HTTP/2"; }
[ "$(jq -s '[.[].connection] | unique | length' "$log")" = 1 ] || { jq -c '[.connection, .uri]' "$log"; fail "more than one connection"; }
jq -es 'all(.[] | select(.uri | contains("$select")) | select(.uri | test("/v1.0/(users|groups)\\?")); .encoding == "gzip")' "$log" > /dev/null ||
  fail "pages are not compressed"
# How many requests were under way at once, at the most.
most=$(jq -s '[.[] | select(.status == 200) | {at: (.at - .took), by: 1}, {at, by: -1}] | sort_by(.at, .by)
  | reduce .[] as $e ({now: 0, most: 0}; .now += $e.by | .most = ([.most, .now] | max)) | .most' "$log")
[ "$most" -ge 4 ] || fail "only $most requests side by side on the connection"
say "$(jq -s length "$log") requests on one connection, $most at once"
