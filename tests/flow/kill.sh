#!/bin/bash
# kill -9 at ten random moments of a fetch: no snapshot counts that was not proved complete, and the rerun comes
# to the verdicts that an undisturbed run comes to.
. "$(dirname "$0")/lib.sh"
. "$here/states.sh"

say "two states of one organisation, before and after"
organisation "$work/a" --users 4000 --seed 31
organisation "$work/b" --users 4400 --seed 31
mkdir "$work/ad"
tenant_up before "$work/a/graph" --page-cap 40 --no-throttle
configure "$work/run" "$(tenant_lines before)" "uri = ldif:$work/ad/ad.ldif"
cp "$work/a/ad.ldif" "$work/ad/ad.ldif"
run=("$REANCHOR" -q -c "$work/run/reanchor.conf")
expect 0 "${run[@]}" fetch
both_before=$(verdicts before)
tenant_down
tenant_up after "$work/b/graph" --page-cap 40 --no-throttle
configure "$work/run" "$(tenant_lines after)" "uri = ldif:$work/ad/ad.ldif"
cp "$work/b/ad.ldif" "$work/ad/ad.ldif"
# What an undisturbed run makes of the new state, and the two mixtures of one side new and one side old.
cp -a "$work/run/store" "$work/store.kept"
start=$(date +%s%N)
expect 0 "${run[@]}" fetch --full
took=$(( ($(date +%s%N) - start) / 1000000 ))
both_after=$(verdicts after)
restore() { rm -rf "$work/run/store"; cp -a "$work/store.kept" "$work/run/store"; }
restore; expect 0 "${run[@]}" fetch --full cloud; cloud_after=$(verdicts cloud)
restore; expect 0 "${run[@]}" fetch --full ad; ad_after=$(verdicts ad)
[ "$both_before" != "$both_after" ] || fail "both states give the same verdicts"

for state in before after cloud ad; do keep_state $state; done

say "an undisturbed fetch takes $took ms; ten that are killed"
restore
RANDOM=7 struck=0
for _ in $(seq 30); do
  [ $struck -lt 10 ] || break
  restore
  "${run[@]}" fetch --full > /dev/null 2>&1 & victim=$!
  sleep "$(awk -v ms="$took" -v r=$RANDOM 'BEGIN {printf "%.3f", (ms * (0.02 + 0.93 * r / 32768)) / 1000}')"
  # A machine that has become quicker since the time was taken ends before: then the next kill comes sooner.
  if kill -9 $victim 2> /dev/null; then struck=$((struck + 1)); else took=$((took * 3 / 4)); fi
  wait $victim 2> /dev/null || true
  verdicts killed > /dev/null
  known_state killed || fail "a snapshot is in use that no complete read gave"
  expect 0 "${run[@]}" fetch
  [ "$(verdicts again)" = "$both_after" ] || fail "the rerun comes to other verdicts"
done
[ $struck = 10 ] || fail "only $struck of 30 were killed in time"
say "killed $struck, each healed by the rerun"
