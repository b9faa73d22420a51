#!/bin/bash
# limits.sh ADDR PORT: answers without measure are refused at once, with an error that says why and in bounded memory;
# links to anywhere else than the configured host are never followed, and the token never leaves for there.
. "$(dirname "$0")/lib.sh"
. "$here/nginx.sh"
addr=$1 port=$2
organisation "$work/org" --users 300 --no-disaster
tenant_up tenant "$work/org/graph" --page-cap 3
url=$(cat "$work/tenant/url")
configure "$work/run" "$(tenant_lines tenant)" "uri = ldif:$work/org/ad.ldif"
run=("$REANCHOR" -c "$work/run/reanchor.conf")
expect 0 "${run[@]}" -q fetch
snapshot() { sha256sum "$work"/run/store/snapshots/cloud.*.mdb; }
before=$(snapshot)

# refused LIMIT-KIB COMMAND...: 5, at once, the snapshot of before in place; the process never holds more memory. What
# lies in files and in the page cache counts too, so that the figures are on the safe side.
refused() {
  local limit=$1 got=0 start; shift
  start=$(date +%s)
  timeout -k 5 60 python3 -c 'import resource, subprocess, sys
code = subprocess.call(sys.argv[2:])
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss, file=open(sys.argv[1], "w"))
sys.exit(code if code >= 0 else 128 - code)' "$work/most" "$@" > "$work/out" 2> "$work/err" || got=$?
  [ $got = 5 ] || { cat "$work/err" >&2; fail "$* gave $got, want 5"; }
  [ $(($(date +%s) - start)) -lt 20 ] || fail "$* took long"
  [ "$(cat "$work/most")" -lt "$limit" ] || fail "$* took $(cat "$work/most") KiB, want less than $limit"
  [ "$(snapshot)" = "$before" ] || fail "the snapshot of before is gone"
}

say "a body of 2 GB, one of 256 MB as 1 MB of gzip; an attribute of 50 MB; a million of brackets"
mkdir "$work/www"
truncate -s 2G "$work/www/huge"
head -c 256M "$work/www/huge" | gzip -1 > "$work/www/bomb"
{ printf '{"value":[{"id":"5a0c","displayName":"'; head -c 52428800 /dev/zero | tr '\0' x; printf '"}]}'; } > "$work/www/long"
# One location each, in front of the tenant.
nginx_up nginx "$addr" "$port" "${url#https://}" "
    location = /v1.0/devices { default_type application/json; root $work/www; rewrite .* /huge break; }
    location = /v1.0/contacts { default_type application/json; add_header Content-Encoding gzip; root $work/www; rewrite .* /bomb break; }
    location = /v1.0/groups { default_type application/json; root $work/www; rewrite .* /long break; }"
through() {     # PATH: the tenant through nginx, which bends only this path
  sed -E "/location = /{/$1 /!d}" "$work/nginx/nginx.conf" > "$work/nginx/one.conf"
  nginx_down
  nginx -p "$work/nginx" -e "$work/nginx/error" -c "$work/nginx/one.conf" & nginx=$!; pids+=("$nginx")
  for _ in $(seq 200); do curl -s -o /dev/null --cacert "$work/nginx/ca.pem" "https://$addr:$port/" && break; sleep 0.05; done
  configure "$work/bent" "$(tenant_lines tenant | sed -e "s#$url#https://$addr:$port#" -e "s#^ca_file = .*#ca_file = $work/nginx/ca.pem#")" \
    "uri = ldif:$work/org/ad.ldif" ""
  sed -i "s#^dir = .*#dir = $work/run/store#" "$work/bent/reanchor.conf"
}
for case in 'devices:the answer is larger than the 67108864 bytes allowed' \
            'contacts:the answer is larger than the 67108864 bytes allowed' \
            'groups:object 5a0c: displayName is 52428800 bytes long, want at most 32768'; do
  through "${case%%:*}"
  refused 300000 "$REANCHOR" -c "$work/bent/reanchor.conf" fetch --full cloud
  said "${case%%:*}: ${case#*:}"
  say "${case%%:*}: $(cat "$work/most") KiB at the most"
done
nginx_down
faults() {      # RULES
  curl -sS --cacert "$work/tenant/ca.pem" -X DELETE "$url/rehearsal/faults" > /dev/null
  curl -sS --cacert "$work/tenant/ca.pem" -H 'Content-Type: application/json' -d "$1" "$url/rehearsal/faults" > /dev/null
}
faults '{"kind":"deep","n":1000000,"path":"/v1.0/users?","page":2,"times":100}'
refused 200000 "${run[@]}" fetch --full cloud
said 'users: the answer nests arrays and objects more than 1000 deep'

say "a trap on another port and another address"
: > "$work/caught"
python3 - "$work/tenant/ca.pem" > "$work/trap" 2> "$work/caught" <<'P' & pids+=($!)
import socket, sys, threading
def listen(s):
    while True:
        c, peer = s.accept()
        print("connected from", peer, file=sys.stderr, flush=True)
        c.close()
servers = [socket.create_server((address, 0)) for address in ("127.0.0.55", "127.0.0.1")]
for s in servers:
    print("%s:%d" % s.getsockname(), flush=True)
threads = [threading.Thread(target=listen, args=(s,)) for s in servers]
[t.start() for t in threads]
P
for _ in $(seq 100); do [ "$(wc -l < "$work/trap")" = 2 ] && break; sleep 0.05; done
away=$(grep '^127.0.0.55' "$work/trap") near=localhost:$(grep '^127.0.0.1:' "$work/trap" | cut -d: -f2)
own=${url#https://}
n=0
for case in "/v1.0/users? 1 $away" "/v1.0/users? 3 $near" "/v1.0/groups? 1 $near" "/v1.0/contacts? 1 $away" "/v1.0/devices? 2 $away"; do
  read -r path page host <<< "$case"
  faults "{\"kind\":\"foreign_host\",\"host\":\"$host\",\"path\":\"$path\",\"page\":$page,\"times\":100}"
  expect 5 "${run[@]}" fetch --full cloud
  said "@odata.nextLink leads to https://$host, only $url is asked"
  n=$((n + 1))
done
# The link to the next changes: of the round before a full read, and of one that follows changes, on its last page.
for case in "--full /users/delta?\$select $away" "--full /devices/delta?\$select $near" "- /users/delta?\$deltatoken= $away" "- /groups/delta?\$deltatoken= $near"; do
  read -r how path host <<< "$case"
  faults "{\"kind\":\"foreign_host\",\"host\":\"$host\",\"path\":\"$path\",\"times\":100}"
  # shellcheck disable=SC2086
  expect 5 "${run[@]}" fetch $([ "$how" = - ] || echo "$how") cloud
  said "@odata.deltaLink leads to https://$host, only $url is asked"
  [ "$(snapshot)" = "$before" ] || fail "the snapshot of before is gone"
  n=$((n + 1))
done
for location in "https://$away/v1.0/users" "https://$near/v1.0/users" "//$away/v1.0/users" "http://$own/v1.0/users" \
  "https://$own@$away/" "https://user:pass@$own/v1.0/users" "https://$own.$away/" "https:$away" "https:/$away/" "ftp://$own/" \
  "https://$own\\\\@$away/" "https://$own%40$away/" "https://$own%2f@$away" "/\\\\$away/" "file:///etc/hostname" "https://$own#@$away/"; do
  faults "{\"kind\":\"redirect\",\"location\":\"$location\",\"path\":\"/v1.0/users?\",\"page\":1,\"times\":100}"
  expect 5 "${run[@]}" fetch --full cloud
  n=$((n + 1))
done
faults "{\"kind\":\"redirect\",\"location\":\"https://$away/\",\"path\":\"oauth2\",\"times\":100}"
got=0; timeout -k 5 60 "${run[@]}" fetch --full cloud > "$work/out" 2> "$work/err" || got=$?
[ $got = 4 ] || [ $got = 5 ] || { cat "$work/err"; fail "a redirected sign-in gave $got"; }
[ ! -s "$work/caught" ] || { cat "$work/caught" "$work/err"; fail "something came to the trap"; }
say "$n links and redirects, none followed"
