#!/bin/bash
# cloud.sh ADDR PORT [USERS [PAIRS [MS]]]: a full fetch of the cloud side beside curl, in pairs, over HTTP/2 and TLS, from
# pages that nginx has ready. Without MS: curl downloads the same pages to /dev/null in one process; the floors are that,
# cJSON's parse of the pages on an arena, and a bare LMDB append of the records, into an empty file as the fetch's is into
# an empty store; "kept" is a fetch into a store that has snapshots, of which it also gives the oldest one's space back.
# With MS every byte is underway so many milliseconds there and back, the fetch has 16 connections, and curl follows one
# chain of pages.
# REANCHOR, SAMPLE and TENANT name the programs, as for the flow tests, and BENCH_PAGES.
. "$(dirname "$0")/../flow/lib.sh"
. "$here/nginx.sh"
addr=$1 port=$2 users=${3:-200000} pairs=${4:-5} ms=${5:-}
: "${BENCH_PAGES:?}"
organisation "$work/org" --users "$users" --no-disaster
for kind in groups contacts devices; do   # a page of each beside the users
  jq -c '.value |= .[:900]' "$work/org/graph/$kind.json" > "$work/few"; mv "$work/few" "$work/org/graph/$kind.json"
done
tenant_up tenant "$work/org/graph" --no-throttle
url=$(cat "$work/tenant/url")
mkdir "$work/cached"
# Every answer is kept with its links, to a batch of counts too: the second time nothing is made, counted or compressed
# any more. Nothing changes meanwhile.
nginx_up nginx "$addr" "$port" "${url#https://}" "
  proxy_cache pages; proxy_cache_key \"\$request_uri \$http_accept_encoding \$request_body\"; proxy_cache_valid 200 1d;
  proxy_cache_methods GET POST; client_body_buffer_size 256k;
  proxy_ignore_headers Cache-Control Expires Vary Set-Cookie; proxy_max_temp_file_size 0;" \
  "proxy_cache_path $work/cached keys_zone=pages:50m max_size=20g inactive=1d;"
front=https://$addr:$port
if [ -n "$ms" ]; then
  "$here/../bench/delay.py" "$addr:0" "$addr:$port" "$ms" > "$work/line" & pids+=($!)
  for _ in $(seq 100); do [ -s "$work/line" ] && break; sleep 0.05; done
  front=https://$addr:$(cat "$work/line")
fi
for run in run kept; do
  configure "$work/$run" "$(tenant_lines tenant | sed -e "s#$url#$front#" -e "s#^ca_file = .*#ca_file = $work/nginx/ca.pem#")
	connections = 16" "uri = ldif:$work/org/ad.ldif"
done
fetch() { "$REANCHOR" -q -c "$work/$1/reanchor.conf" fetch --full cloud; }
say "$users users; the first fetch makes the pages"
fetch kept
: > "$work/nginx/access"
fetch kept
token=$(jq -r 'select(.authorization != "").authorization' "$work/nginx/access" | tail -1)
printf 'header = "Authorization: %s"\n' "$token" > "$work/pages.curl"
if [ -z "$ms" ]; then   # what the fetch downloaded
  jq -r 'select(.status == 200 and (.uri | test("select")) and (.uri | contains("/users") or contains("/groups") or contains("/contacts") or contains("/devices"))).uri' \
    "$work/nginx/access" | grep -v '/delta\|onPremisesObjectIdentifier' > "$work/uris"
else                    # one chain
  next=$(jq -rs 'first(.[] | select(.uri | test("/v1.0/users\\?.select")).uri)' "$work/nginx/access" | sed 's/&$filter=[^&]*//')
  while [ -n "$next" ]; do
    printf '%s\n' "$next"
    next=$(curl -sS --compressed --cacert "$work/nginx/ca.pem" -H "Authorization: $token" "https://$addr:$port$next" |
      jq -r '."@odata.nextLink" // empty' | sed 's#^https://[^/]*##')
  done > "$work/uris"
fi
mkdir "$work/pages"
n=0
while read -r uri; do
  n=$((n + 1))
  printf 'url = "%s%s"\noutput = /dev/null\n' "$front" "$uri" >> "$work/pages.curl"
  kind=${uri#/v1.0/}; kind=${kind%%\?*}
  case $kind in directory*) kind=deletedUsers ;; esac
  printf 'url = "https://%s:%s%s"\noutput = "%s"\n' "$addr" "$port" "$uri" "$work/pages/$kind.$n.json" >> "$work/keep.curl"
done < "$work/uris"
head -1 "$work/pages.curl" >> "$work/keep.curl"
download() { curl -sS --compressed --http2 --cacert "$work/nginx/ca.pem" -K "$1"; }
download "$work/keep.curl"
say "$n pages, $(du -sm "$work/pages" | cut -f1) MB"

took() { local s; s=$(date +%s%N); "$@" > /dev/null || fail "$*"; echo $((($(date +%s%N) - s) / 1000)); }
for i in $(seq "$pairs"); do
  c=$(took download "$work/pages.curl")
  rm -rf "$work/run/store"
  f=$(took fetch run)
  if [ -z "$ms" ]; then
    parse=$("$BENCH_PAGES" parse "$work/pages") append=$("$BENCH_PAGES" append "$work/pages")
    echo "$c $f $parse $append $(took fetch kept)"
  else
    echo "$c $f"
  fi
done | tee "$work/times" | awk '{printf "curl %.2f s, fetch %.2f s", $1 / 1e6, $2 / 1e6}
  NF > 2 {printf ", parse %s s, append %s s, kept %.2f s", $3, $4, $5 / 1e6} {print ""}'
median() { sort -n | awk '{v[NR] = $1} END {print v[int((NR + 1) / 2)]}'; }
curl=$(awk '{print $1 / 1e6}' "$work/times" | median)
fetch=$(awk '{print $2 / 1e6}' "$work/times" | median)
echo "median curl $curl s, median fetch $fetch s, ratio of medians $(awk -v a="$fetch" -v b="$curl" 'BEGIN {printf "%.2f (1/%.1f)", a / b, b / a}')"
[ -n "$ms" ] || {
  sum=$(awk '{print $1 / 1e6 + $3 + $4}' "$work/times" | median)
  echo "median of the floors together $sum s, fetch to that $(awk -v a="$fetch" -v b="$sum" 'BEGIN {printf "%.2f", a / b}')"
  echo "median fetch into a kept store $(awk '{print $5 / 1e6}' "$work/times" | median) s"
}
