#!/bin/bash
# Every way to sign in, end to end: certificate (PEM, PKCS#12), secret, federated token, managed identity, device code; what
# the service refuses, with its number and the advice; a proxy of the environment. The simulated tenant verifies signatures,
# audiences, lifetimes and claims. Runs in a network namespace of its own, for the address of the identity endpoint.
[ -n "${OWN_NETWORK:-}" ] || OWN_NETWORK=1 exec unshare -n bash "$0" "$@"
ip link set lo up
ip address add 169.254.169.254/32 dev lo
. "$(dirname "$0")/lib.sh"
organisation "$work/org" --users 200 --no-disaster

secret=$(openssl rand -hex 20)
(umask 077; printf '%s\n' "$secret" > "$work/secret"; printf wrong > "$work/wrong"
 openssl genrsa -out "$work/issuer.key" 2048 2> /dev/null; openssl genrsa -out "$work/stranger.key" 2048 2> /dev/null)
openssl rsa -in "$work/issuer.key" -pubout -out "$work/issuer.pub" 2> /dev/null
tenant_up tenant "$work/org/graph" --client-secret-file "$work/secret" --federated-key "$work/issuer.pub" --imds-port 8080
url=$(cat "$work/tenant/url")

# with LINES...: the configuration of one way to sign in.
with() {
  configure "$work/run" "graph_url = $url
login_url = $url
ca_file = $work/tenant/ca.pem
client_id = $client_id
$(printf '%s\n' "$@")" "uri = ldif:$work/org/ad.ldif"
}
fetch() { "$REANCHOR" -c "$work/run/reanchor.conf" -q fetch cloud; }
export -f fetch; export REANCHOR work
expect_shell() { expect "$1" bash -c fetch; }
good() { say "$1"; expect_shell 0; }
bad() { local status=$1; say "$2"; shift 2; expect_shell "$status"; said "$@"; grep -q '^HINT: ' "$work/err" || fail "no advice"; }

with "auth = secret" "client_secret_file = $work/secret"; good "a client secret"
with "auth = secret" "client_secret_file = $work/wrong"; bad 4 "a wrong one" AADSTS7000215

with "auth = certificate" "certificate_file = $work/app.crt" "private_key_file = $work/app.key"; good "a certificate in PEM form"
(umask 077; printf 'open sesame\n' > "$work/password"
 openssl pkcs12 -export -in "$work/app.crt" -inkey "$work/app.key" -passout "file:$work/password" -out "$work/app.pfx")
with "auth = certificate" "certificate_file = $work/app.pfx" "certificate_password_file = $work/password"; good "a certificate in PKCS#12 form"
with "auth = certificate" "certificate_file = $work/app.pfx"; bad 1 "the same without its password" "$work/app.pfx" password
(umask 077; openssl req -x509 -newkey rsa:2048 -nodes -sha256 -days 9 -subj /CN=x -keyout "$work/x.key" -out "$work/x.crt" 2> /dev/null)
with "auth = certificate" "certificate_file = $work/x.crt" "private_key_file = $work/x.key"; bad 4 "one that the app does not have" AADSTS700027

# token KEY AUDIENCE SECONDS: what another identity provider says of this workload.
token() {
  local part head now; now=$(date +%s)
  base64url() { base64 -w0 | tr '+/' '-_' | tr -d =; }
  head=$(printf '{"alg":"RS256","typ":"JWT"}' | base64url)
  part=$(printf '{"iss":"https://issuer.test","sub":"system:reanchor","aud":"%s","nbf":%s,"exp":%s}' "$2" $((now - 900)) $((now + $3)) | base64url)
  printf '%s.%s.%s' "$head" "$part" "$(printf '%s.%s' "$head" "$part" | openssl dgst -sha256 -sign "$1" -binary | base64url)"
}
with "auth = federated-token" "federated_token_file = $work/token"
token "$work/issuer.key" api://AzureADTokenExchange 600 > "$work/token"; good "a federated token"
token "$work/issuer.key" api://AzureADTokenExchange -600 > "$work/token"; bad 4 "an expired one" AADSTS700024
token "$work/stranger.key" api://AzureADTokenExchange 600 > "$work/token"; bad 4 "one that somebody else signed" AADSTS700213
token "$work/issuer.key" https://elsewhere.test 600 > "$work/token"; bad 4 "one for another audience" AADSTS700213
token "$work/issuer.key" api://AzureADTokenExchange 600 > "$work/token"; good "replaced by a good one: read again each time"

mkdir -p "$work/nginx"
cat > "$work/nginx.conf" <<E
daemon off; master_process off; pid $work/nginx/pid; error_log $work/nginx/error; events {}
http { access_log $work/nginx/access; client_body_temp_path $work/nginx; proxy_temp_path $work/nginx;
  fastcgi_temp_path $work/nginx; uwsgi_temp_path $work/nginx; scgi_temp_path $work/nginx;
  server { listen 169.254.169.254:80; location / { proxy_pass http://127.0.0.1:8080; } } }
E
nginx -p "$work/nginx" -e "$work/nginx/error" -c "$work/nginx.conf" > "$work/nginx/out" 2>&1 & pids+=($!)
for _ in $(seq 100); do curl -s -o /dev/null http://169.254.169.254/ && break; sleep 0.05; done
with "auth = managed-identity"; good "a managed identity"
grep -q 'GET /metadata/identity/oauth2/token?api-version=2018-02-01' "$work/nginx/access" || fail "the identity endpoint was not asked"
curl -sS --cacert "$work/tenant/ca.pem" -H 'Content-Type: application/json' "$url/rehearsal/faults" > /dev/null \
  -d '{"path":"/metadata/identity","kind":"status","status":410,"times":1}'
good "the same while the endpoint is being updated (410): asked again"
curl -sS --cacert "$work/tenant/ca.pem" -H 'Content-Type: application/json' "$url/rehearsal/faults" > /dev/null \
  -d '{"path":"/metadata/identity","kind":"status","status":403,"code":"unauthorized_client"}'
bad 4 "a machine without an identity" 'managed identity'
curl -sS --cacert "$work/tenant/ca.pem" -X DELETE "$url/rehearsal/faults" > /dev/null

with "auth = device-code"; good "a device code"
said https://microsoft.com/devicelogin GJV4DTZLN

say "through the proxy of the environment"
"$rig/connectproxy.py" 127.0.0.1:8081 "$work/proxy.log" & pids+=($!)
for _ in $(seq 100); do (: < /dev/tcp/127.0.0.1/8081) 2> /dev/null && break; sleep 0.05; done
with "auth = secret" "client_secret_file = $work/secret"
expect 0 env https_proxy=http://127.0.0.1:8081 bash -c fetch
grep "CONNECT ${url#https://}" "$work/proxy.log" > /dev/null || fail "the proxy was not used"
n=$(wc -l < "$work/proxy.log")
expect 0 env https_proxy=http://127.0.0.1:8081 no_proxy=localhost bash -c fetch
[ "$(wc -l < "$work/proxy.log")" = "$n" ] || fail "no_proxy was not heeded"
say "as wanted"
