#!/bin/bash
# crash.sh ADDR EVERY SCENARIO...: a run of apply is killed at each step of its journal, before and after it, and run
# again: the end must be that of an undisturbed run on the domain controller and in the tenant, and every change must
# have been made once. EVERY: only each so many-th abort point. Then answers are lost after the change was made.
# ABORT_AT names the library to preload, MAKEPLAN the tool that puts steps into a plan.
. "$(dirname "$0")/../../flow/lib.sh"
apply_tests=$(cd "$(dirname "$0")" && pwd)
: "${ABORT_AT_LIB:?}"
addr=$1 every=$2; shift 2
scenarios=("$@")
[ $# -gt 0 ] || scenarios=(consistency_guid hold immutable_id object_identifier window mixed rollback lost)

. "$apply_tests/servers.sh"

# ---- the scenarios: lines of steps
flag=$(get_flag $soft)
other=$([ "$flag" = on ] && echo off || echo on)
steps() {
  case $1 in
    consistency_guid)
      echo "s1|ad.set_consistency_guid|contoso|${guids[0]}|${dns[0]}|$old|$new|ANCHOR_DRIFT|$old|"
      echo "s2|ad.set_consistency_guid|contoso|${guids[1]}|${dns[1]}||$new|ANCHOR_DRIFT||" ;;
    hold) echo "h1|ad.hold|contoso|${guids[2]}|${dns[2]}||User_held|CONFLICT_UPN||" ;;
    immutable_id)
      echo "i1|cloud.set_immutable_id||${cloud[0]}|||AAAAAAAAAAAAAAAAAAAAAA==|SOFT_SMTP||"
      echo "i2|cloud.set_immutable_id||${cloud[1]}|||BBBBBBBBBBBBBBBBBBBBBA==|SOFT_SMTP||" ;;
    object_identifier) echo "o1|cloud.clear_object_identifier||${cloud[2]}||$identifier||BLOCK_OOI|-|" ;;
    window) echo "w1|tenant.set_features||$tenant_id||$soft=$flag|$soft=$other|SOFT_SMTP|$soft=$flag|" ;;
    *) steps consistency_guid; steps hold; steps immutable_id; steps object_identifier; steps window ;;
  esac
}
plan_of() { steps "$1" | put_plan "$1"; }
apply() { "${run[@]}" apply "$work/$1.json" --confirm "$name"; }

points=0
# start SCENARIO: brings both sides to where the scenario begins, and sets $command.
start() {
  local s=$1 batch
  reset
  command=("${run[@]}" apply "$work/$s.json" --confirm "$name")
  [ "$s" = rollback ] || return 0
  apply mixed > /dev/null
  batch=$(basename "$work"/run/store/journal/*.journal .journal)
  command=("${run[@]}" apply --rollback "$batch" --confirm "$name")
}
mark() { usn_before=$(usn); patches_before=$(patches | wc -l); }
made() { echo "$(($(usn) - usn_before)) AD"; patches | tail -n +$((patches_before + 1)) | sort; }
finished=0
crash() {
  local s=$1 n i want=0
  [ "$s" != rollback ] || want=4       # what is cleared cannot be given back
  plan_of "$s"
  start "$s"; mark
  rm -f "$work/count"
  LD_PRELOAD=$ABORT_AT_LIB ABORT_COUNT=$work/count expect $want "${command[@]}"
  n=$(stat -c %s "$work/count")
  state > "$work/$s.state"; made > "$work/$s.made"
  [ "$n" -ge 5 ] || fail "$s: only $n steps"
  [ "$s" = window ] || [ "$(head -1 "$work/$s.made")" != "0 AD" ] || grep -q PATCH "$work/$s.made" || fail "$s made nothing"
  for i in $(for k in $(seq "$n"); do echo "$k"; echo "$k+"; done | awk -v e="$every" 'NR % e == 1 || e == 1'); do
    start "$s"; mark
    LD_PRELOAD=$ABORT_AT_LIB ABORT_AT=$i expect 137 sh -c '"$@"; exit $?' sh "${command[@]}"
    expect $want "${command[@]}"
    state > "$work/state"; made > "$work/made"
    diff "$work/$s.state" "$work/state" || fail "$s aborted at $i of $n: another end"
    diff "$work/$s.made" "$work/made" || fail "$s aborted at $i of $n: other changes"
    expect $want "${command[@]}"       # a third run changes nothing
    made > "$work/made"
    diff "$work/$s.made" "$work/made" || fail "$s aborted at $i of $n: the run after it changed something"
    points=$((points + 1))
  done
  say "$s: $n steps"
}

# ---- answers that are lost after the change was made
lost() {
  local k port proxied
  plan_of mixed
  start mixed; mark; expect 0 "${command[@]}"
  state > "$work/mixed.state"; made > "$work/mixed.made"
  for k in 1 2 3; do
    rm -f "$work/proxy"
    "$rig/faultproxy.py" "$RIG_ADDR:0" "$RIG_ADDR:636" --cert "$RIG_DIR/tls/dc.pem" --key "$RIG_DIR/tls/dc.key" \
      --lose "modify:$k" > "$work/proxy" 2> /dev/null & proxied=$!; pids+=($proxied)
    for _ in $(seq 100); do [ -s "$work/proxy" ] && break; sleep 0.05; done
    port=$(grep -oE '[0-9]+$' "$work/proxy") || fail "the proxy did not start"
    start mixed; mark
    sed -E "s#^uri = .*#uri = ldaps://$RIG_ADDR:$port#" "$work/run/reanchor.conf" > "$work/run/proxied.conf"
    expect 0 "$REANCHOR" -q -c "$work/run/proxied.conf" apply "$work/mixed.json" --confirm "$name"
    state > "$work/state"; made > "$work/made"
    diff "$work/mixed.state" "$work/state" && diff "$work/mixed.made" "$work/made" || fail "AD's answer $k lost"
    kill $proxied; wait $proxied 2> /dev/null || true
    points=$((points + 1))
  done
  for k in 1 2 3 4 5; do
    start mixed; mark
    web -X DELETE "$url/rehearsal/faults" > /dev/null
    web -X POST -d "{\"method\":\"PATCH\",\"nth\":$k,\"kind\":\"reset\"}" "$url/rehearsal/faults" > /dev/null
    expect 0 "${command[@]}"
    state > "$work/state"; made > "$work/made"
    diff "$work/mixed.state" "$work/state" && diff "$work/mixed.made" "$work/made" || fail "the tenant's answer $k lost"
    points=$((points + 1))
  done
  web -X DELETE "$url/rehearsal/faults" > /dev/null
  say "answers lost: 3 of AD, 5 of the tenant"
}

plan_of mixed
for s in "${scenarios[@]}"; do
  if [ "$s" = lost ]; then lost; else crash "$s"; fi
done
say "$points abort points"
