#!/bin/bash
# Secrets and privilege: no secret in any log, report, plan, store, command line or environment; what is written is for its
# owner alone whatever the umask; links are not followed; secret files that others can read, and http, are refused.
# Usage: secrets.sh ADDRESS, a loopback address for a domain controller.
. "$(dirname "$0")/lib.sh"
org=$work/org
organisation "$org" --users 300 --no-disaster
dc_up dc "$1"
export -n RIG_PASS
secret=$(openssl rand -hex 24)
(umask 077; printf '%s\n' "$secret" > "$work/client.secret")
echo '[{"path":"/groups","kind":"delay","ms":1500}]' > "$work/faults.json"
tenant_up tenant "$org/graph" --client-secret-file "$work/client.secret" --faults "$work/faults.json"
configure "$work/run" "$(tenant_lines tenant | sed '/certificate_file/d; /private_key_file/d')
auth = secret
client_secret_file = $work/client.secret" "$(ad_lines)"
chmod 777 "$work/run"

say "a run with everything logged, looked at while it goes on"
umask 000
"$REANCHOR" -c "$work/run/reanchor.conf" -v -v rebuild --report "$work/run/report" > "$work/run/out" 2> "$work/run/err" & run=$!
for _ in $(seq 200); do grep -q '"path":"[^"]*/groups' "$work/tenant/requests.ndjson" 2> /dev/null && break; sleep 0.02; done
tr '\0' '\n' < "/proc/$run/cmdline" > "$work/run/cmdline"
tr '\0' '\n' < "/proc/$run/environ" > "$work/run/environ"
grep '^Max core file size *0 *0 ' "/proc/$run/limits" > /dev/null || fail "core dumps are on"
status=0; wait $run || status=$?
[ $status = 0 ] || [ $status = 6 ] || { cat "$work/run/err" >&2; fail "rebuild gave $status"; }
grep -q reanchor "$work/run/cmdline" || fail "the command line was not seen"
"$REANCHOR" -c "$work/run/reanchor.conf" --json plan > "$work/run/plan.out" 2> "$work/run/plan.err" || true
"$REANCHOR" -c "$work/run/reanchor.conf" -v -v doctor > "$work/run/doctor.out" 2> "$work/run/doctor.err" || true
"$REANCHOR" -c "$work/run/reanchor.conf" config show > "$work/run/config.out"
umask 022

# What must not be there: each secret as it is and in Base64, and what any token of the tenant begins with.
key=$(sed -n 2p "$work/app.key")
for word in "$secret" "$(printf '%s' "$secret" | base64 -w0 | head -c 40)" "$RIG_PASS" "$key" 'Bearer ey' 'access_token":"'; do
  found=$(grep -rlaF -- "$word" "$work/run") || continue
  fail "'${word:0:6}…' stands in $found"
done
grep -rlaF "$client_id" "$work/run" > /dev/null || fail "the search finds nothing at all"

say "files 0600, folders 0700, with umask 000"
wrong=$(find "$work/run/store" "$work/run/report" \( -type f ! -perm 600 -o -type d ! -perm 700 \) -printf '%m %p\n')
[ -z "$wrong" ] || fail "$wrong"

say "a process whose memory its own user may not read"
mkdir "$work/nobody"
sed "s#^dir = .*#dir = $work/nobody/store#" "$work/run/reanchor.conf" > "$work/nobody/reanchor.conf"
cp "$work/client.secret" "$RIG_DIR/password" "$work/nobody/"
sed -i "s#$work/client.secret#$work/nobody/client.secret#; s#$RIG_DIR/password#$work/nobody/password#; s#^ca_file = .*/tls/.*#ca_file = $work/nobody/ca.pem#" "$work/nobody/reanchor.conf"
cp "$RIG_CA" "$work/nobody/ca.pem"; cp "$REANCHOR" "$work/nobody/reanchor"
chown -R 65534:65534 "$work/nobody"; chmod 711 "$work" "$work/tenant"; chmod 644 "$work/tenant/ca.pem"
: > "$work/tenant/requests.ndjson"
setpriv --reuid=65534 --regid=65534 --clear-groups "$work/nobody/reanchor" -c "$work/nobody/reanchor.conf" -q fetch cloud & run=$!
for _ in $(seq 200); do grep -q '"path":"[^"]*/groups' "$work/tenant/requests.ndjson" && break; sleep 0.02; done
[ "$(stat -c %u "/proc/$run")" = 65534 ] || [ "$(stat -c %u "/proc/$run")" = 0 ] || fail "no such process"
[ "$(stat -c %u "/proc/$run/environ")" = 0 ] || fail "the process is dumpable: /proc/PID/environ belongs to its user"
wait $run || fail "fetch as another user gave $?"

say "links are not followed"
echo untouched > "$work/victim"
ln -s "$work/victim" "$work/run/report/extra"
written='plan.json verdicts.ndjson verdicts.csv report.html fixes.ldif'
for f in $written; do rm "$work/run/report/$f"; ln -s "$work/victim" "$work/run/report/$f"; done
status=0; "$REANCHOR" -c "$work/run/reanchor.conf" -q plan --report "$work/run/report" > /dev/null 2>&1 || status=$?
[ $status = 0 ] || [ $status = 6 ] || fail "plan gave $status"
for f in $written; do [ ! -L "$work/run/report/$f" ] && [ -s "$work/run/report/$f" ] || fail "$f is still a link"; done
mkdir "$work/linked"; mkdir "$work/linked/store"; ln -s "$work/victim" "$work/linked/store/lock"
sed "s#^dir = .*#dir = $work/linked/store#" "$work/run/reanchor.conf" > "$work/linked/reanchor.conf"
status=0; "$REANCHOR" -c "$work/linked/reanchor.conf" -q fetch ad > /dev/null 2> "$work/err" || status=$?
[ $status != 0 ] || fail "a lock that is a link was taken"
[ "$(cat "$work/victim")" = untouched ] || fail "a link was followed"

say "secret files that others can read, and http"
chmod 644 "$work/client.secret"
expect 1 "$REANCHOR" -c "$work/run/reanchor.conf" fetch cloud
said "$work/client.secret"
chmod 600 "$work/client.secret"
sed -i 's#^graph_url = https#graph_url = http#' "$work/run/reanchor.conf"
expect 1 "$REANCHOR" -c "$work/run/reanchor.conf" fetch cloud
said graph_url https
say "as wanted"
