#!/bin/bash
# kills.sh ADDR ROUNDS [VERB...]: kill -9 at random moments of fetch, plan, apply and backup (create and prune), a quarter of
# the rounds each, against a domain controller on ADDR and the simulated tenant. After each kill what counts as complete
# is whole: the cache gives the verdicts of a state that complete reads gave, each output file is the old one or the new
# one, the backup chain has no fault; and the command run again ends where an undisturbed one ends, every change made
# once. Rounds in which the command had ended before the kill are not counted. MAKEPLAN as for crash.sh.
. "$(dirname "$0")/../flow/lib.sh"
. "$here/states.sh"
addr=$1 rounds=$2; shift 2
verbs=("$@")
[ $# -gt 0 ] || verbs=(fetch plan apply backup)
quarter=$(((rounds + ${#verbs[@]} - 1) / ${#verbs[@]}))
. "$here/../crash/apply/servers.sh"
flag=$(get_flag $soft)
RANDOM=${SEED:-17}

# timed COMMAND...: how long it takes undisturbed, into $took (ms)
timed() {
  local start; start=$(date +%s%N)
  "$@" > "$work/out" 2>&1 || [ $? = 6 ] || { cat "$work/out" >&2; fail "$*"; }
  took=$((($(date +%s%N) - start) / 1000000))
}
# struck COMMAND...: killed somewhere in that time; false when it had ended before. A machine that has become quicker or
# slower since is followed.
struck() {
  local victim got=0
  "$@" > "$work/victim" 2>&1 & victim=$!
  sleep "$(awk -v ms="$took" -v r=$RANDOM 'BEGIN {printf "%.3f", ms * (0.01 + 0.99 * r / 32768) / 1000}')"
  kill -9 $victim 2> /dev/null || true
  wait $victim 2> /dev/null || got=$?
  if [ $got = 137 ]; then kills=$((kills + 1)); took=$((took + took / 50 + 1)); return 0; fi
  took=$((took - took / 10)); beside=$((beside + 1))
  return 1
}
begin() { kills=0 beside=0 told=0; say "$1: $quarter kills"; }
more() {
  [ $kills -lt $((told + 50)) ] || { told=$kills; say "$kills so far"; }
  [ $kills -lt $quarter ] && { [ $beside -lt $((quarter * 4 + 40)) ] || fail "too many kills came too late: $beside"; }
}
tell() { say "$1: $kills kills, $beside came too late"; total=$((total + kills)); }
total=0

# ---- fetch: the two sides move between two states each
# An account of the cloud that becomes synced from here and back, and a stamp in AD that goes and comes.
move() {        # CLOUD AD: each 0 or 1
  local id=${cloud[1]} value=null
  [ "$1" = 0 ] || value='"CCCCCCCCCCCCCCCCCCCCCA=="'
  web -X POST -d "{\"op\":\"update\",\"id\":\"$id\",\"set\":{\"onPremisesImmutableId\":$value}}" "$url/rehearsal/change" > /dev/null
  { printf 'dn: %s\nchangetype: modify\nreplace: mS-DS-ConsistencyGuid\n' "${dns[3]}"
    [ "$2" = 0 ] || printf 'mS-DS-ConsistencyGuid:: %s\n' CCCCCCCCCCCCCCCCCCCCCA==
    printf -- '-\n'; } | ldapmodify -x -H "ldaps://$RIG_ADDR" -D "$RIG_USER" -y "$RIG_DIR/password" > /dev/null
}
kill_fetch() {
  local c a now=0 options
  begin fetch
  for c in 0 1; do for a in 0 1; do
    move $c $a
    expect 0 "${run[@]}" fetch
    whole[c * 2 + a]=$(verdicts "$c$a"); keep_state "$c$a"
  done; done
  [ "$(printf '%s\n' "${whole[@]}" | sort -u | wc -l)" -ge 3 ] || fail "the states do not differ"
  timed "${run[@]}" fetch --full
  while more; do
    now=$(((now + 1 + RANDOM % 3) % 4))
    move $((now / 2)) $((now % 2))
    options=(); [ $((RANDOM % 2)) = 0 ] || options=(--full)
    struck "${run[@]}" fetch "${options[@]}" || true
    verdicts killed > /dev/null
    known_state killed || fail "a snapshot is in use that no complete read gave"
    expect 0 "${run[@]}" fetch "${options[@]}"
    [ "$(verdicts again)" = "${whole[$now]}" ] || fail "the rerun comes to other verdicts"
  done
  tell fetch
}

# ---- plan: over the files of an earlier plan, whose configuration was another
as_made() {     # FILE: without what tells when
  case $1 in
    */plan.json) jq -S 'del(.created, .hash)' "$1" ;;
    */report.html) sed -E 's/"age":"[^"]*"//g; s/20[0-9]{2}-[0-9]{2}-[0-9]{2}[T ][0-9:]{5,8}(Z|\.[0-9]+Z| UTC)?//g' "$1" ;;
    *) cat "$1" ;;
  esac
}
made_of() { local f; for f in verdicts.ndjson verdicts.csv report.html fixes.ldif plan.json; do
  printf '%s ' $f; if [ -e "$1/$f" ]; then as_made "$1/$f" | sha256sum; else echo none; fi; done; }
kill_plan() {
  local out=$work/killed line other
  begin plan
  sed 's/^\[store\]/[policy]\nsoft_match = server\n[store]/' "$work/run/reanchor.conf" > "$work/run/other.conf"
  other=("$REANCHOR" -q -c "$work/run/other.conf" plan --report)
  timed "${other[@]}" "$work/older"; made_of "$work/older" > "$work/older.made"
  timed "${run[@]}" plan --report "$work/newer"; made_of "$work/newer" > "$work/newer.made"
  cmp -s "$work/older.made" "$work/newer.made" && fail "both plans are the same"
  while more; do
    rm -rf "$out"
    if [ $((RANDOM % 2)) = 0 ]; then cp -a "$work/older" "$out"; else mkdir -m 700 "$out"; fi
    struck "${run[@]}" plan --report "$out" || true
    made_of "$out" | while read -r line; do
      grep -qxF -- "$line" "$work/newer.made" "$work/older.made" || [ "${line##* }" = none ] || fail "after a kill: $line"
    done
    if [ -e "$out/plan.json" ]; then
      timeout 60 "${run[@]}" apply "$out/plan.json" --dry-run > "$work/out" 2> "$work/err" || [ $? = 6 ] || { cat "$work/err"; fail "plan.json"; }
      ! grep -q 'is not as it was written\|hash' "$work/err" || { cat "$work/err"; fail "plan.json is not whole"; }
    fi
    timeout 60 "${run[@]}" plan --report "$out" > "$work/out" 2>&1 || [ $? = 6 ] || fail "the plan after the kill"
    made_of "$out" | diff - "$work/newer.made" || fail "another plan"
    [ -z "$(find "$out" -name '*part*' -o -name '*tmp*')" ] || { ls -la "$out"; fail "left over"; }
  done
  tell plan
}

# ---- apply: steps of every kind that can be given back
kill_apply() {
  begin apply
  expect 0 "${run[@]}" fetch; "${run[@]}" plan --report "$work/report" > /dev/null 2>&1 || [ $? = 6 ] || fail plan
  local new_flag; new_flag=$([ "$flag" = on ] && echo off || echo on)
  { echo "s1|ad.set_consistency_guid|contoso|${guids[0]}|${dns[0]}|$old|$new|ANCHOR_DRIFT|$old|"
    echo "s2|ad.set_consistency_guid|contoso|${guids[1]}|${dns[1]}||$new|ANCHOR_DRIFT||"
    echo "h1|ad.hold|contoso|${guids[2]}|${dns[2]}||User_held|CONFLICT_UPN||"
    echo "i1|cloud.set_immutable_id||${cloud[0]}|||AAAAAAAAAAAAAAAAAAAAAA==|SOFT_SMTP||"
    echo "w1|tenant.set_features||$tenant_id||$soft=$flag|$soft=$new_flag|SOFT_SMTP|$soft=$flag|"; } | put_plan mixed
  command=("${run[@]}" apply "$work/mixed.json" --confirm "$name")
  mark() { usn_before=$(usn); patches_before=$(patches | wc -l); }
  made() { echo "$(($(usn) - usn_before)) AD"; patches | tail -n +$((patches_before + 1)) | sort; }
  reset; mark; timed "${command[@]}"
  state > "$work/state.undisturbed"; made > "$work/made.undisturbed"
  [ "$(head -1 "$work/made.undisturbed")" = "3 AD" ] || fail "$(cat "$work/made.undisturbed")"
  while more; do
    sign_in; reset; mark
    struck "${command[@]}" || true
    expect 0 "${command[@]}"
    state > "$work/state.now"; made > "$work/made.now"
    diff "$work/state.undisturbed" "$work/state.now" || fail "another end"
    # The window is opened and closed once more when the kill came while it was open: closed by the rerun, which then
    # has that step before it still. Everything else once.
    once "$work/made.undisturbed" > "$work/made.want"; once "$work/made.now" | diff "$work/made.want" - || fail "other changes"
    [ "$(get_flag $soft)" = "$flag" ] || fail "the window is open"
    mark; expect 0 "${command[@]}"; made > "$work/made.now"
    [ "$(cat "$work/made.now")" = "0 AD" ] || { cat "$work/made.now"; fail "a third run changed something"; }
  done
  tell apply
}
once() { grep -v "$soft" "$1" || true; }

# ---- backup: create grows a chain, prune cuts it down
kill_backup() {
  local n got kept=$work/chain.kept chain=$work/chain
  begin backup
  sed 's/^id = .*/&/' "$work/run/reanchor.conf" > "$work/run/backup.conf"
  printf '[backup]\ndir = %s\nkeep_daily = 1\nkeep_weekly = 1\nkeep_monthly = 1\nkeep_yearly = 1\n' "$chain" >> "$work/run/backup.conf"
  backup=("$REANCHOR" -q -c "$work/run/backup.conf" backup)
  sealed() { { find "$chain" -name 'reanchor-*.json' 2> /dev/null || true; } | wc -l; }
  for n in 0 1 0 1; do move "$n" "$n"; expect 0 "${backup[@]}" create; done
  cp -a "$chain" "$kept"
  local creating pruning
  timed "${backup[@]}" create; creating=$took
  rm -rf "$chain"; cp -a "$kept" "$chain"
  timed "${backup[@]}" prune --force; pruning=$took
  [ "$(sealed)" -lt 4 ] || fail "prune removed nothing"
  while more; do
    rm -rf "$chain"; cp -a "$kept" "$chain"; n=$(sealed)
    if [ $((RANDOM % 3)) = 0 ]; then
      took=$pruning; struck "${backup[@]}" prune --force || true; pruning=$took
      expect 0 "${backup[@]}" check --read-data
      expect 0 "${backup[@]}" prune --force
      [ "$(sealed)" -lt "$n" ] && [ "$(sealed)" -ge 1 ] || fail "prune left $(sealed) of $n"
    else
      move $((RANDOM % 2)) $((RANDOM % 2))
      took=$creating; struck "${backup[@]}" create || true; creating=$took
      expect 0 "${backup[@]}" check --read-data
      got=$(sealed)
      [ "$got" = "$n" ] || [ "$got" = $((n + 1)) ] || fail "$got backups after $n"
      expect 0 "${backup[@]}" create
      [ "$(sealed)" = $((got + 1)) ] || fail "$(sealed) backups after $got"
    fi
    expect 0 "${backup[@]}" check --read-data
    [ -z "$(find "$chain" -name '*part*' -o -name '*tmp*')" ] || { ls -la "$chain"; fail "left over"; }
  done
  tell backup
}

for verb in "${verbs[@]}"; do kill_"$verb"; done
say "$total kills, everything as wanted"
