#!/bin/bash
# ad_faults.sh ADDR [--all] [--only TEXT] [WORKERS]: each fault of a directory, once and for ever, in the first, the middle and the last
# answer of a full read, of what DirSync tells and of the objects read again, in further values and at sign-in. The fetch
# comes to the same snapshot as without the fault or fails, and then the snapshot of before is in use, untouched. Ends
# with a table of what came of each fault. Without --all one case of eleven, none that takes long; --only runs those whose
# line of cases has TEXT.
. "$(dirname "$0")/../lib.sh"
: "${ADDUMP:?}"
addr=$1 every=11 only=''; shift
while case ${1:-} in --all) every=1 ;; --only) every=1 only=$2; shift ;; *) false ;; esac; do shift; done
workers=${1:-3}

"$rig/tls.sh" "$work/tls" dc9.contoso.test "$addr" || fail "certificates"
mkdir "$work/graph"
for f in users groups contacts devices deletedUsers; do echo '{"value":[]}' > "$work/graph/$f.json"; done
echo '{"value":[{"id":"'$tenant_id'","onPremisesSyncEnabled":true,
  "verifiedDomains":[{"name":"contoso.test","isDefault":true,"isInitial":false}]}]}' > "$work/graph/organization.json"
(umask 077; printf secret > "$work/pw")
# fake W OPTION...: twenty users and a group of forty, of which an answer holds fifteen; three answers of seven entries
fake() {
  local w=$1; shift
  : > "$work/at.$w"
  "$rig/fakead.py" "$addr:0" --cert "$work/tls/dc.pem" --key "$work/tls/dc.key" --users 20 --members 40 --step 15 --page 7 "$@" \
    > "$work/at.$w" 2> "$work/struck.$w" & server=$!
  for _ in $(seq 1500); do [ -s "$work/at.$w" ] && break; sleep 0.02; done
  [ -s "$work/at.$w" ] || fail "the fake AD does not start"
  configure "$work/run.$w" "source = files:$work/graph" "uri = ldaps://$(cat "$work/at.$w")
auth = simple
bind_dn = reader@contoso.test
password_file = $work/pw
ca_file = $work/tls/ca.pem
connections = 1"
}
down() { kill "$server" 2> /dev/null || true; wait "$server" 2> /dev/null || true; }
dump() { "$ADDUMP" "$1/store" contoso | sort; }
newest() { (cd "$1/store/snapshots"; sha256sum "$(find . -name 'ad*.mdb' | sort -V | tail -1)"); }

fake 0 --text Before
expect 0 "$REANCHOR" -q -c "$work/run.0/reanchor.conf" fetch ad
down
cp -a "$work/run.0/store" "$work/kept"
dump "$work/run.0" > "$work/before"
for how in --full ''; do      # both ways lead to one snapshot
  fake 0 --text After --usn 43 --round 1
  rm -rf "$work/run.0/store"; cp -a "$work/kept" "$work/run.0/store"
  # shellcheck disable=SC2086
  expect 0 "$REANCHOR" -v -c "$work/run.0/reanchor.conf" fetch $how ad
  [ -n "$how" ] || said 'DirSync told of 20 objects in 3 answers' '20 objects read again'
  down
  dump "$work/run.0" > "$work/after$how"
done
[ "$(wc -l < "$work/after")" = 21 ] || fail "$(wc -l < "$work/after") objects"
cmp "$work/after" "$work/after--full"
if cmp -s "$work/before" "$work/after"; then fail "nothing changed"; fi
before=$(newest "$work/run.0")
[ -n "$before" ] || fail "no snapshot"

# K|what it is|what may come of it once|and for ever: same, or an exit status. What a line or a server may get over is tried
# again; a result that is final is not.
kinds() {
  cat <<'K'
rst|connection reset among the entries|same|3 5
fin|connection closed among the entries|same|3 5
open|all entries and no result|same|3 5
torn|result cut in its middle|same|3 5
garbled|a message that is not LDAP|same 3 5|same 3 5
no-control|result without its control|same 3 5|same 3 5
bad-control|control that is not BER|same 3 5|same 3 5
twice|each entry twice|same|same
reference|a continuation reference|same|same
empty|an answer without entries|same|3 5
late|a late answer|same|same
51|busy|same|3 5
52|unavailable|same|3 5
1|operations error|same 3 5|same 3 5
2|protocol error, as to a cookie it does not know|same 3 5|same 3 5
3|time limit exceeded|same 3 5|3 5
4|size limit exceeded|3 5|3 5
11|admin limit exceeded|3 5|3 5
12|critical extension refused, as a stale DirSync cookie|same 3 5|same 3 5
53|unwilling to perform, as to a paging cookie it lost|same 3 5|same 3 5
80|other|same 3 5|3 5
10|referral|1 3 5|1 3 5
32|no such object|1 same 3 5|1 same 3 5
50|insufficient access|4 same 3 5|4 same 3 5
K
}
cases() {       # K NAME WHERE HOW PLACE N TIMES WANT
  local k name once ever times
  kinds | while IFS='|' read -r k name once ever; do
    for times in 1 0; do
      [ $times = 1 ] && want=$once || want=$ever
      for place in first:1 middle:2 last:3; do
        printf '%s|%s|full read|--full|%s|page:%d|%d|%s\n' "$k" "$name" "${place%:*}" "${place#*:}" $times "$want"
        printf '%s|%s|told by DirSync||%s|told:%d|%d|%s\n' "$k" "$name" "${place%:*}" "${place#*:}" $times "$want"
        printf '%s|%s|read again||%s|page:%d|%d|%s\n' "$k" "$name" "${place%:*}" "${place#*:}" $times "$want"
      done
      case $k in
        empty | *-control | twice) ;;
        *) printf '%s|%s|further values|--full|first|range:1|%d|%s\n%s|%s|further values|--full|last|range:2|%d|%s\n' \
             "$k" "$name" $times "$want" "$k" "$name" $times "$want" ;;
      esac
      case $k in
        rst | open | torn | late | 5[12]) # a first connection is made once: what fails there is most often the settings
          case $k in late) ;; *) want='same 3 5' ;; esac
          printf '%s|%s|sign-in|--full|only|bind:1|%d|%s\n' "$k" "$name" $times "$want" ;;
      esac
    done
  done
}
strike() {      # W CASE: one line of what came of it
  local w=$1 k name where how place spoil times want got=0 outcome
  IFS='|' read -r k name where how place spoil times want <<< "$2"
  fake "$w" --text After --usn 43 --round 1 --spoil "$k:$spoil:$times"
  rm -rf "$work/run.$w/store"; cp -a "$work/kept" "$work/run.$w/store"
  # shellcheck disable=SC2086
  timeout -k 5 300 "$REANCHOR" -q -c "$work/run.$w/reanchor.conf" fetch $how ad > "$work/out.$w" 2> "$work/err.$w" || got=$?
  down
  dump "$work/run.$w" > "$work/have.$w"
  if [ $got = 0 ]; then
    outcome=same; cmp -s "$work/have.$w" "$work/after" || outcome='another snapshot'
  else
    outcome=$got; cmp -s "$work/have.$w" "$work/before" || outcome="$got, but the snapshot of before is gone"
  fi
  [ -s "$work/struck.$w" ] || outcome='not met'
  [ "$times" = 1 ] && name+=', once'
  printf '%s\t%s\t%s\t%s\n' "$name" "$where" "$place" "$outcome"
  case " $want " in *" $outcome "*) ;; *)
    { echo "$name in $where, $place: $outcome, want $want"; cat "$work/err.$w"; } >> "$work/wrong" ;;
  esac
}
if [ $every = 1 ]; then cases > "$work/cases"
else cases | awk -F'|' -v every=$every '$7 == 1 && n++ % every == 1' > "$work/cases"; fi
[ -z "$only" ] || { grep -F -- "$only" "$work/cases" > "$work/only" || fail "no such case: $only"; mv "$work/only" "$work/cases"; }
say "$(wc -l < "$work/cases") cases, $workers at once"
for w in $(seq "$workers"); do
  awk -v w="$w" -v n="$workers" 'NR % n == w % n' "$work/cases" | while read -r line; do strike "$w" "$line"; done > "$work/results.$w" & jobs[w]=$!
done
for w in $(seq "$workers"); do wait "${jobs[w]}" || fail "worker $w"; done
cat "$work"/results.* > "$work/results"
[ "$(wc -l < "$work/results")" = "$(wc -l < "$work/cases")" ] || fail "cases without a result"
awk -F'\t' '{ kind[$1]++; outcome[$4]++; n[$1, $4]++ }
  END { printf "| fault | cases |"; m = split("same,3,5,1,4,not met", o, ","); for (i = 1; i <= m; i++) printf " %s |", o[i]; print ""
        print "|---|---|---|---|---|---|---|---|"
        for (k in kind) { printf "| %s | %d |", k, kind[k] | "sort"; for (i = 1; i <= m; i++) printf " %s |", n[k, o[i]] | "sort"; printf "\n" | "sort" }
        close("sort"); printf "%d cases:", NR; for (i in outcome) printf " %d %s,", outcome[i], i; print "" }' "$work/results"
[ ! -s "$work/wrong" ] || { cat "$work/wrong" >&2; fail "$(grep -c ', want ' "$work/wrong") cases came to something else"; }
say "as wanted"
