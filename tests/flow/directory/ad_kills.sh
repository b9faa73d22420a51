#!/bin/bash
# ad_kills.sh ADDR KILLS: so many times kill -9 at random moments of reading a directory, full and following, by each way: what is in use
# then is one of the two snapshots that complete reads gave, and the rerun ends with the newer one and its verdicts.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/changes_lib.sh"
addr=$1 kills=$2
dc_for_changes "$addr" 600
ways=(admin plain unit)
for a in "${ways[@]}"; do
  expect 0 "$REANCHOR" -q -c "$work/$a/reanchor.conf" fetch
  cp -a "$work/$a/store" "$work/$a/kept"; dump "$work/$a/store" > "$work/$a/before"
done
top=OU=Rig,$RIG_BASE
{ unit K "$top"; for i in $(seq 60); do person "k$i" "OU=K,$top" "displayName: K $i"; done; renamed "OU=K,$top" OU=L "OU=Rig1,$top"; } | ldif
remove "CN=k1,OU=L,OU=Rig1,$top"
search -b "OU=Rig2,$top" '(objectClass=user)' dn 2> /dev/null | sed -n 's/^dn: //p' | while read -r dn; do set_to "$dn" displayName Changed; done | ldif
for a in "${ways[@]}"; do
  follows "$a" "what changed"
  verdicts_too "$a"
  cp "$work/have" "$work/$a/after"; cp "$work/verdicts.fresh.conf" "$work/$a/verdicts"
  cmp -s "$work/$a/before" "$work/$a/after" && fail "nothing changed"
done
RANDOM=11 struck=0 late=0 old=0 new=0
restore() { rm -rf "$work/$1/store"; cp -a "$work/$1/kept" "$work/$1/store"; }
declare -A took
for a in "${ways[@]}"; do
  for how in "" --full; do
    restore "$a"; start=$(date +%s%N)
    expect 0 "$REANCHOR" -q -c "$work/$a/reanchor.conf" fetch $how ad
    took[$a$how]=$(( ($(date +%s%N) - start) / 1000000 ))
  done
done
n=0
# A machine that has become slower or quicker since the time was taken is followed.
while [ $struck -lt "$kills" ] && [ $n -lt $((kills * 4)) ]; do
  n=$((n + 1))
  a=${ways[$((n % 3))]} how=$( ((n % 4 == 0)) && echo --full || true)
  restore "$a"
  # shellcheck disable=SC2086
  "$REANCHOR" -q -c "$work/$a/reanchor.conf" fetch $how ad > /dev/null 2>&1 & victim=$!
  sleep "$(awk -v ms="${took[$a$how]}" -v r=$RANDOM 'BEGIN {printf "%.3f", ms * (0.02 + 0.95 * r / 32768) / 1000}')"
  kill -9 $victim 2> /dev/null || true
  got=0; wait $victim 2> /dev/null || got=$?
  case $got in
    137) struck=$((struck + 1)) took[$a$how]=$((took[$a$how] + took[$a$how] / 50 + 1)) ;;
    0) late=$((late + 1)) took[$a$how]=$((took[$a$how] * 9 / 10 + 1)) ;;
    *) fail "read $n ($a $how) gave $got" ;;
  esac
  dump "$work/$a/store" > "$work/have"
  if cmp -s "$work/have" "$work/$a/before"; then old=$((old + 1))
  elif cmp -s "$work/have" "$work/$a/after"; then new=$((new + 1))
  else fail "kill $n ($a $how): what is in use is no complete read"; fi
  expect 0 "$REANCHOR" -q -c "$work/$a/reanchor.conf" fetch ad
  dump "$work/$a/store" | cmp -s - "$work/$a/after" || fail "kill $n ($a $how): the rerun ends otherwise"
  verdicts_of "$a" "$work/verdicts"
  cmp -s "$work/verdicts" "$work/$a/verdicts" || fail "kill $n ($a $how): the rerun gives other verdicts"
  if ls "$work/$a/store/snapshots/"*.part > /dev/null 2>&1; then fail "kill $n: a partial snapshot is left"; fi
done
[ $struck -ge "$kills" ] || fail "only $struck of $n were killed in time"
say "killed $struck of $n, the other $late had ended by then; the older snapshot was in use $old times, the newer $new times; each rerun ended with the newer and its verdicts"
