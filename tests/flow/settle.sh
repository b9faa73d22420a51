#!/bin/bash
# A run that is killed between its finished snapshots and the facts that it asks for object by object afterwards:
# the next one asks for them, although there is nothing else to fetch.
. "$(dirname "$0")/lib.sh"

organisation "$work/o" --users 500 --seed 41
tenant_up tenant "$work/o/graph" --no-throttle
configure "$work/run" "$(tenant_lines tenant)" "uri = ldif:$work/o/ad.ldif"
run=("$REANCHOR" -q -c "$work/run/reanchor.conf")
control() { curl -fsS --cacert "$work/tenant/ca.pem" "$@" "$(cat "$work/tenant/url")/rehearsal/faults" > /dev/null; }
finished() { compgen -G "$work/run/store/snapshots/cloud.*.mdb" > /dev/null &&
  compgen -G "$work/run/store/snapshots/ad*contoso.*.mdb" > /dev/null; }
# plan NAME: what the cache as it is says; its exit status is the gate's.
plan() { expect 6 "${run[@]}" plan --report "$work/plan.$1"; }
codes() { jq -r 'select(.type == "verdict").code' "$work/plan.$1/verdicts.ndjson" | sort | uniq -c; }

say "an undisturbed run"
expect 0 "${run[@]}" fetch
plan undisturbed
codes undisturbed | grep -q UNKNOWN_SOA && fail "isCloudManaged is unknown after a whole run"

say "a run that hangs where it asks, and is killed there"
rm -rf "$work/run/store"
control --data '{"kind": "silent", "path": "/$batch"}'
"${run[@]}" fetch > "$work/out" 2> "$work/err" & victim=$!
for _ in $(seq 600); do finished && break; sleep 0.05; done
finished || fail "no snapshots"
sleep 1
kill -9 $victim || fail "it did not hang"
wait $victim 2> /dev/null || true
plan killed
codes killed | grep -q UNKNOWN_SOA || fail "nothing was left to ask for"

for how in "fetch" "fetch cloud" "rebuild"; do
  say "$how: what is missing is asked for"
  control --request DELETE
  cp -a "$work/run/store" "$work/store.kept"
  case $how in
    rebuild) expect 6 "${run[@]}" rebuild ;;
    # shellcheck disable=SC2086
    *) expect 0 "${run[@]}" $how ;;
  esac
  plan again
  diff <(codes undisturbed) <(codes again) >&2 || fail "other verdicts than after an undisturbed run"
  cmp "$work/plan.undisturbed/verdicts.ndjson" "$work/plan.again/verdicts.ndjson" >&2 || fail "not the same verdicts"
  rm -rf "$work/run/store"; mv "$work/store.kept" "$work/run/store"
done
