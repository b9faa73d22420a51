#!/bin/bash
# unchanged.sh [USERS [RUNS [MS]]]: what a fetch of the cloud side costs when nothing has changed since the last: requests
# and seconds, beside the read of everything before it; and with one user in a thousand changed. With MS each answer comes
# so many milliseconds later. REANCHOR, SAMPLE and TENANT name the programs, as for the flow tests.
. "$(dirname "$0")/../flow/lib.sh"
users=${1:-200000} runs=${2:-5} ms=${3:-0}
organisation "$work/org" --users "$users" --no-disaster
tenant_up tenant "$work/org/graph" --no-throttle
configure "$work/run" "$(tenant_lines tenant)" "uri = ldif:$work/org/ad.ldif"
control() { curl -sS --fail --cacert "$work/tenant/ca.pem" -H 'Content-Type: application/json' --data-binary @- "$(cat "$work/tenant/url")/rehearsal/$1" > /dev/null; }
[ "$ms" = 0 ] || control faults <<< "{\"kind\":\"delay\",\"ms\":$ms,\"path\":\"/\",\"times\":100000000}"
sent() { grep -c '"batch":false' "$work/tenant/requests.ndjson" || true; }
once() {        # NAME: one fetch
  local before start; before=$(sent) start=$(date +%s%N)
  "$REANCHOR" -q -c "$work/run/reanchor.conf" fetch cloud || fail "$1"
  printf '%s\t%d requests\t%.2f s\n' "$1" $(($(sent) - before)) "$(awk -v n=$(($(date +%s%N) - start)) 'BEGIN {print n / 1e9}')"
}
once everything
for _ in $(seq "$runs"); do once unchanged; done | sort -t "$(printf '\t')" -k3 -n | awk -v r="$runs" 'NR == int((r + 1) / 2)'
if [ -e "$work/org/graph/users.ndjson" ]; then cat "$work/org/graph/users.ndjson"; else jq -c '.value[]' "$work/org/graph/users.json"; fi |
  awk 'NR % 1000 == 0' | jq -cs 'map({op: "update", id: .id, set: {displayName: "Changed"}})' | control change
once "one user in a thousand"
