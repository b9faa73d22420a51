#!/bin/bash
# kill -9 at random moments of a read of the cloud: of everything, of what changed, and of everything because a link was
# refused. What is in use is always a state that a whole read gave; the run that is let on ends with the tenant's state and
# the verdicts of an undisturbed read, and reads again little more than what the kill took.
#   cloud_kills.sh [N]   at least N kills; 200 take about ten minutes
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/cloud_lib.sh"
kills=${1:-5}
organisation "$work/org" --users 4300 --seed 9
tenant_up tenant "$work/org/graph" --page-cap 40 --delta-page 10 --no-throttle
configure "$work/run" "$(tenant_lines tenant)" "uri = ldif:$work/org/ad.ldif"
conf=$work/run/reanchor.conf
run=("$REANCHOR" -q -c "$conf")
snapshots() { (cd "$work/run/store/snapshots" 2> /dev/null && echo cloud.*.mdb) || echo 'cloud.*.mdb'; }   # none
listed() { grep -c '"path":"/v1.0/users?' "$work/tenant/requests.ndjson" || true; }

# timed: how long an undisturbed read takes, in ms, and how many pages of users it lists
timed() {
  local start lists; start=$(date +%s%N) lists=$(listed)
  expect 0 "${run[@]}" fetch cloud
  took=$((($(date +%s%N) - start) / 1000000)) pages=$(($(listed) - lists))
}

# struck KIND: a read killed somewhere in the time that its kind takes; false when it had ended before. That time is
# followed: a kill that comes too late makes the next one earlier, each that strikes a little later.
struck() {
  local victim got=0
  "${run[@]}" fetch cloud > /dev/null 2>&1 & victim=$!
  sleep "$(awk -v ms="${within[$1]}" -v r=$RANDOM 'BEGIN {printf "%.3f", ms * (0.05 + 0.9 * r / 32768) / 1000}')"
  kill -9 $victim 2> /dev/null || true
  wait $victim 2> /dev/null || got=$?
  if [ $got != 137 ]; then
    [ $got = 0 ] || fail "a read that was let on gave $got"
    late=$((late + 1)) within[$1]=$((within[$1] * 4 / 5 + 1))
    return 1
  fi
  done=$((done + 1)) within[$1]=$((within[$1] + within[$1] / 20 + 1))
  of[$1]=$((${of[$1]:-0} + 1))
  ! compgen -G "$work/run/store/snapshots/cloud.*.part" > /dev/null || resumed=$((resumed + 1))
}

# begin KIND: an empty store; or the one there is, which holds the tenant's state, and a tenant that has moved on since
begin() {
  if [ "$1" = full ]; then rm -rf "$work/run/store"; return; fi
  cp "$work/truth" "$work/before"
  round=$((round + 1))
  churn "$work/org" $round > "$work/changes"
  change "$work/changes" 100
  [ "$1" != resync ] || control faults '{"kind":"delta_gone","path":"/users/delta?$deltatoken=","nth":1,"times":1}'
}
files() { (cd "$work/run/store/snapshots" 2> /dev/null && sha256sum cloud.*.mdb 2> /dev/null) || echo none; }

RANDOM=11 done=0 round=0 turn=0 resumed=0 late=0
declare -A within of
timed
within=([full]=$((took * 2 / 3)) [changes]=$((took / 3)) [resync]=$((took * 2 / 3)))   # what came of it moves them
# Kills that all came before anything was durable show nothing of how a read is gone on with: then more of them.
while [ $done -lt "$kills" ] || { [ $resumed = 0 ] && [ $round -lt 24 ]; }; do
  for kind in full changes resync; do
    begin $kind
    # The verdicts follow from the state but for what is asked for object by object: now and then those, too.
    verdicts=''; [ $((turn++ % 4)) != 0 ] || verdicts=yes
    [ $kind = full ] && [ -z "$verdicts" ] && [ -e "$work/truth" ] || truth truth
    [ -z "$verdicts" ] || decided_as "$work/fresh/reanchor.conf" truth
    current=$(snapshots) untouched=$(files) from=$(listed) here=0
    while [ $here -lt 5 ]; do
      here=$((here + 1))
      struck $kind || break
      [ "$(files)" != "$untouched" ] || continue
      state "$conf" now
      if [ "$(snapshots)" = "$current" ]; then same before now; else same truth now; fi
    done
    [ $kind != resync ] || no_faults
    [ $kind != resync ] || say "$done kills so far"
    expect 0 "${run[@]}" fetch cloud
    state "$conf" now
    same truth now
    [ -z "$verdicts" ] || { decided_as "$conf" now; same_verdicts truth now; }
    # each kill may cost a page of each of 16 chains at a time, and one that was on its way
    [ $kind != full ] || [ $(($(listed) - from)) -le $((pages + here * 32)) ] ||
      fail "$(($(listed) - from)) pages of users were read for $here kills, $pages without"
  done
done
[ $resumed -gt 0 ] || fail "nothing was ever left to resume"
say "$done kills (${of[full]:-0} of everything, ${of[changes]:-0} of changes, ${of[resync]:-0} after a refused link) over $round rounds of changes; $late came too late; after $resumed there was something to go on with; an undisturbed read takes $took ms"
