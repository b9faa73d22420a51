#!/bin/bash
# What a run waits for stands on its progress line, with the seconds left: on a terminal, in plain lines and as JSON;
# SIGUSR1 shows it at any time, SIGINT and SIGTERM end the run within a second.
. "$(dirname "$0")/lib.sh"
organisation "$work/org" --users 500 --no-disaster
tenant_up tenant "$work/org/graph" --page-cap 100
configure "$work/run" "$(tenant_lines tenant)" "uri = ldif:$work/org/ad.ldif"
run=("$REANCHOR" -c "$work/run/reanchor.conf")
url=$(cat "$work/tenant/url")
faults() {      # RULES
  curl -sS --cacert "$work/tenant/ca.pem" -X DELETE "$url/rehearsal/faults" > /dev/null
  curl -sS --cacert "$work/tenant/ca.pem" -H 'Content-Type: application/json' -d "$1" "$url/rehearsal/faults" > /dev/null
}

say "throttled: a plain line"
faults '{"kind":"throttle","path":"/users?","page":3,"retry_after":3}'
expect 0 "${run[@]}" fetch --full cloud
grep -Eq 'users: 200.*, throttled \(the service answered 429\), [1-4] s to go' "$work/err" || { cat "$work/err"; fail "no notice"; }

say "throttled: an object"
faults '{"kind":"throttle","path":"/users?","page":3,"retry_after":"3.5"}'
expect 0 "${run[@]}" --json fetch --full cloud
jq -es 'any(.[]; .type == "progress" and .phase == "users" and .count == 200 and .waiting == "throttled"
  and .wait_seconds >= 1 and .wait_seconds <= 4)' "$work/err" > /dev/null || { cat "$work/err"; fail "no notice"; }

say "throttled before any object came, until a date: a moving line on a terminal, counted down"
faults '{"kind":"throttle","path":"/roleAssignments","nth":1,"retry_after":{"date":4}}'
env -u NO_COLOR TERM=xterm timeout -k 5 60 script -qec "'$REANCHOR' -c '$work/run/reanchor.conf' fetch --full cloud" /dev/null > "$work/terminal" < /dev/null
for s in 1 2 3; do
  grep -aEq "roleAssignments: 0, throttled \(the service answered 429\), $s s to go" "$work/terminal" ||
    { cat -v "$work/terminal"; fail "no notice with $s s left"; }
done
grep -aq 'roleAssignments.*done' "$work/terminal" && fail "the wait stayed on the terminal"

say "a retry tells which try it is, and why"
faults '{"kind":"status","status":500,"path":"/groups","nth":1,"times":3}'
expect 0 "${run[@]}" --json fetch --full cloud
faults '{"kind":"html","status":503,"path":"/groups?","nth":1,"times":1,"retry_after":2}'
expect 0 "${run[@]}" fetch --full cloud
said 'groups: 0, retry (the service answered 503), '

say "a quota that is nearly used up"
faults '[{"kind":"limit","value":"0.93","path":"/users?","page":2},{"kind":"delay","ms":1500,"path":"/users?","page":4}]'
expect 0 "${run[@]}" --json fetch --full cloud
jq -es 'any(.[]; .waiting == "slowed" and .detail == "93 % of the tenant'"'"'s quota are used")' "$work/err" > /dev/null ||
  { cat "$work/err"; fail "no notice"; }

say "SIGUSR1 shows the progress, also with -q"
faults '{"kind":"delay","path":"/users?","page":4,"ms":60000,"times":100}'
"${run[@]}" -q fetch --full cloud > "$work/out" 2> "$work/err" & victim=$!
requests() { grep -c skiptoken "$work/tenant/requests.ndjson"; }
before=$(requests)
for _ in $(seq 200); do [ "$(requests)" -ge $((before + 2)) ] && break; sleep 0.05; done
sleep 0.3
kill -USR1 $victim
for _ in $(seq 100); do [ -s "$work/err" ] && break; sleep 0.05; done
grep -Eq 'users: 300' "$work/err" || { cat "$work/err"; fail "no answer to SIGUSR1"; }

# stopped PID SIGNAL STATUS: within a second
stopped() {
  local start status=0
  start=$(date +%s%N)
  kill "-$2" "$1"
  wait "$1" || status=$?
  [ $status = "$3" ] || { cat "$work/err"; fail "SIG$2 gives $status, want $3"; }
  [ $((($(date +%s%N) - start) / 1000000)) -lt 1000 ] || fail "SIG$2 took more than a second"
}
say "SIGTERM, SIGINT"
stopped $victim TERM 143
said 'stopped by signal 15'
"${run[@]}" fetch --full cloud > "$work/out" 2> "$work/err" & victim=$!
sleep 1
stopped $victim INT 130

say "SIGTERM while a server holds the handshake open, and while a wait is on"
python3 -c 'import socket, sys
s = socket.create_server(("127.0.0.1", 0)); print(s.getsockname()[1], flush=True)
held = []
while True: held.append(s.accept())' > "$work/port" & pids+=($!)
for _ in $(seq 100); do [ -s "$work/port" ] && break; sleep 0.05; done
configure "$work/held" "$(tenant_lines tenant | sed "s#^graph_url = .*#graph_url = https://localhost:$(cat "$work/port")#")" \
  "uri = ldaps://localhost:$(cat "$work/port")
	auth = simple
	bind_dn = CN=reader
	password_file = $work/app.key"
for side in cloud ad; do
  "$REANCHOR" -c "$work/held/reanchor.conf" fetch $side > "$work/out" 2> "$work/err" & victim=$!
  sleep 1
  stopped $victim TERM 143
done
faults '{"kind":"throttle","path":"/users?","retry_after":60}'
"${run[@]}" fetch --full cloud > "$work/out" 2> "$work/err" & victim=$!
sleep 1
stopped $victim TERM 143
say "the snapshot from before is in use"
expect 0 "${run[@]}" -q fetch ad
expect 0 "${run[@]}" plan
say "as wanted"
