#!/bin/bash
# A domain controller that dies and a Graph that is cut in the middle of a read: the run ends with 3 or 5 and says
# where, and plan goes on with the snapshots before, telling their age.
. "$(dirname "$0")/lib.sh"
addr=$1

organisation "$work/org" --users 2000 --seed 40
dc_up dc "$addr"
dc_load dc "$work/org/ad.ldif"
tenant_up tenant "$work/org/graph" --page-cap 100
configure "$work/run" "$(tenant_lines tenant)" "$(ad_lines)"
run=("$REANCHOR" -c "$work/run/reanchor.conf")
expect 6 "${run[@]}" rebuild --report "$work/first"
still() {       # what was complete before is in use, and its age is told
  expect 6 "${run[@]}" plan --report "$work/now"
  cmp "$work/first/verdicts.ndjson" "$work/now/verdicts.ndjson"
  grep -Eq 'Entra ID +[0-9,]+ objects +[0-9]+ (s|min|h) old' "$work/out" || { cat "$work/out"; fail "no age of the cloud"; }
  grep -Eq 'AD contoso +[0-9,]+ objects +[0-9]+ (s|min|h) old' "$work/out" || { cat "$work/out"; fail "no age of AD"; }
}
ended() {       # COMMAND...: with 3 or 5
  local got=0
  timeout -k 5 200 "$@" > "$work/out" 2> "$work/err" || got=$?
  [ $got = 3 ] || [ $got = 5 ] || { cat "$work/err" >&2; fail "$* gave $got, want 3 or 5"; }
  grep -q '^HINT: ' "$work/err" || { cat "$work/err" >&2; fail "no hint"; }
}

say "the connection to the DC is cut in the middle of the entries"
"$rig/faultproxy.py" "$addr:0" "$RIG_ADDR:636" --cut-after 400000 > "$work/proxy" 2> "$work/proxy.err" & pids+=($!)
for _ in $(seq 100); do [ -s "$work/proxy" ] && break; sleep 0.05; done
port=$(grep -oE '[0-9]+$' "$work/proxy") || fail "the proxy did not start"
configure "$work/run" "$(tenant_lines tenant)" "$(ad_lines "ldaps://$addr:$port")"
ended "${run[@]}" fetch --full ad
said contoso 'stopped at page'
grep -q ' after 400000 bytes' "$work/proxy.err" || fail "nothing was cut"
configure "$work/run" "$(tenant_lines tenant)" "$(ad_lines)"
still

say "the DC is killed in the middle of the entries"
"$rig/faultproxy.py" "$addr:0" "$RIG_ADDR:636" --rate 300000 > "$work/slow" 2> /dev/null & pids+=($!)
for _ in $(seq 100); do [ -s "$work/slow" ] && break; sleep 0.05; done
port=$(grep -oE '[0-9]+$' "$work/slow") || fail "the proxy did not start"
configure "$work/run" "$(tenant_lines tenant)" "$(ad_lines "ldaps://$addr:$port")"
(sleep 2; "$rig/samba-down.sh" "$work/dc" KILL) & pids+=($!)
ended "${run[@]}" fetch --full ad
said contoso
configure "$work/run" "$(tenant_lines tenant)" "$(ad_lines)"
still

say "Graph is cut at the fourth page of the users, again and again"
printf '[{"path":"/users","page":4,"times":1000,"kind":"cut"}]' > "$work/faults.json"
tenant_down
tenant_up tenant "$work/org/graph" --page-cap 100 --faults "$work/faults.json"
configure "$work/run" "$(tenant_lines tenant)" "$(ad_lines)"
ended "${run[@]}" fetch --full cloud
said users
still
say "as wanted"
