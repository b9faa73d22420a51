#!/bin/bash
# faults.sh [--all] [--slow | --slow-alone] [--only TEXT] [WORKERS]: each fault that the simulated tenant knows, in each collection and document, on an early,
# a middle and the last page. The fetch either comes to the same snapshot as without the fault or fails with 3, 4 or 5,
# and then the snapshot of before is in use, untouched. Ends with a table of what came of each fault.
# Without --all one case of twenty-three runs; --slow adds faults that take a minute each, --slow-alone runs nothing else;
# --only runs those whose line in fault_cases.sh has TEXT.
. "$(dirname "$0")/lib.sh"
. "$here/fault_cases.sh"
every=23 slow='' only=''
while case ${1:-} in --all) every=1 ;; --slow) slow=1 ;; --slow-alone) slow=1 every=0 ;; --only) every=1 only=$2; shift ;; *) false ;; esac; do shift; done
workers=${1:-4}

say "a store with one state of an organisation, and a tenant with the next"
organisation "$work/org" --users 200
cp -a "$work/org/graph" "$work/next"
jq -c '.value |= map(if .userType == "Member" then .displayName += " (changed)" else . end)' "$work/org/graph/users.json" > "$work/next/users.json"
# More pages of deleted users than the organisation has.
jq -c '.value[0] as $d | .value += [range(20) | . as $n | $d | .id |= .[:34] + ($n + 10 | tostring)
  | .userPrincipalName |= "\($n)" + . | .onPremisesImmutableId = null | .onPremisesSecurityIdentifier = null | .proxyAddresses = []]' \
  "$work/org/graph/deletedUsers.json" > "$work/next/deletedUsers.json"
tenant_up before "$work/org/graph"
configure "$work/start" "$(tenant_lines before)" "uri = ldif:$work/org/ad.ldif"
expect 0 "$REANCHOR" -q -c "$work/start/reanchor.conf" fetch
tenant_down

control() { curl -sS --cacert "$work/tenant.$1/ca.pem" "${@:2}" "$(cat "$work/tenant.$1/url")/rehearsal/faults"; }
# What was saved, whatever the order in which pages came.
canon() { for f in "$1"/*; do echo "$f" | sed 's#.*/##'; sed -E 's/,$//; s/"deletedDateTime":"[^"]*"//' "$f" | sort; done > "$1.canon"; rm -rf "$1"; }
for w in $(seq "$workers"); do
  tenant_up "tenant.$w" "$work/next" --page-cap 6 --delta-page 3 --no-throttle
  configure "$work/run.$w" "$(tenant_lines "tenant.$w")" "uri = ldif:$work/org/ad.ldif"
  # A store whose links to changes lead to this tenant, which then changes.
  cp -a "$work/start/store" "$work/run.$w/store"
  expect 0 "$REANCHOR" -q -c "$work/run.$w/reanchor.conf" fetch --full cloud
  mv "$work/run.$w/store" "$work/base.$w"
  jq -c '[.value[5:11][] | {op: "update", id, set: {displayName: "anew"}}] + [.value[20:22][] | {op: "delete", id}]' \
    "$work/next/users.json" > "$work/changes"
  jq -c '[.value[2:4][] | {op: "update", id, set: {displayName: "anew"}}]' "$work/next/groups.json" >> "$work/changes"
  jq -cs add "$work/changes" | curl -sS --cacert "$work/tenant.$w/ca.pem" -d @- "$(cat "$work/tenant.$w/url")/rehearsal/change" > "$work/changed"
done
sums() { (cd "$1/snapshots"; sha256sum "$(ls | grep -E "^cloud\.[0-9]+\.mdb$" | sort -V | tail -1)"); }   # the newest
base_of() { case $2 in changes*) echo "$work/base.$1" ;; *) echo "$work/start/store" ;; esac; }
fetch() {       # WORKER WHERE: into a copy of the store
  local full=--full
  case $2 in changes*) full= ;; esac
  rm -rf "$work/run.$1/store" "$work/saved.$1"
  cp -a "$(base_of "$1" "$2")" "$work/run.$1/store"
  timeout -k 5 300 "$REANCHOR" -q -c "$work/run.$1/reanchor.conf" fetch $full cloud --save "$work/saved.$1" > "$work/out.$1" 2> "$work/err.$1"
}
log=$work/tenant.1/requests.ndjson
lines=$(wc -l < "$log")
fetch 1 users || { cat "$work/err.1" >&2; fail "the undisturbed fetch"; }
tail -n "+$((lines + 1))" "$log" > "$work/undisturbed"
canon "$work/saved.1"; mv "$work/saved.1.canon" "$work/reference"
fetch 1 changes || { cat "$work/err.1" >&2; fail "the undisturbed fetch of what changed"; }
canon "$work/saved.1"
diff "$work/reference" "$work/saved.1.canon" > "$work/diff" || { cut -c1-300 "$work/diff" >&2; fail "the changes lead to another snapshot"; }
pages() { jq -r .path "$work/undisturbed" | grep -cF -- "$1"; }

strike() {      # WORKER NAME WHERE PLACE RULE OUTCOMES: one line of what came of it
  local w=$1 got=0 outcome
  control "$w" -X DELETE > /dev/null
  control "$w" -H 'Content-Type: application/json' -d "$5" > /dev/null
  fetch "$w" "$3" || got=$?
  case $got in
    0) canon "$work/saved.$w"; outcome=same
       cmp -s "$work/reference" "$work/saved.$w.canon" || outcome=less ;;
    *) outcome=$got
       [ "$(sums "$work/run.$w/store")" = "$(sums "$(base_of "$w" "$3")")" ] || outcome="$got, but the snapshot of before is gone" ;;
  esac
  [ "$(control "$w" | jq '.[0].fired')" != 0 ] || outcome='not met'
  if [ "$outcome" = less ] && ! only_unknown "$w"; then
    outcome='objects lost'
    [ "$(sed -E 's/"displayName":"[^"]*"//' "$work/reference" | cksum)" != "$(sed -E 's/"displayName":"[^"]*"//' "$work/saved.$w.canon" | cksum)" ] ||
      ! put_right "$w" || outcome=untold
  fi
  printf '%s\t%s\t%s\t%s\n' "$2" "$3" "$4" "$outcome"
  case ",$6," in *",$outcome,"*) ;; *)
    { echo "$2 in $3, $4 page: $outcome, want $6"; cat "$work/err.$w"; diff "$work/reference" "$work/saved.$w.canon" | cut -c1-200 | head -5 || true; } >> "$work/wrong" 2>&1 ;;
  esac
}
# Nothing is missing, some are as they were before the change; a read of everything, the fault still there, mends it.
put_right() {
  timeout -k 5 300 "$REANCHOR" -q -c "$work/run.$1/reanchor.conf" fetch --full cloud --save "$work/saved.$1" > "$work/out.$1" 2> "$work/err.$1" || return 1
  canon "$work/saved.$1"
  cmp -s "$work/reference" "$work/saved.$1.canon"
}
# What differs is a document, not the lists of objects.
only_unknown() {
  local f
  for f in users groups contacts devices deletedUsers; do
    cmp -s <(sed -n "/^$f.[nd]*json$/,/^[a-zA-Z]*.[nd]*json$/p" "$work/reference") <(sed -n "/^$f.[nd]*json$/,/^[a-zA-Z]*.[nd]*json$/p" "$work/saved.$1.canon") || return 1
  done
}

{ cases kinds; changes; } | awk -v every="$every" 'every == 1 || every && NR % every == 1' > "$work/cases"
[ -z "$slow" ] || cases slow_kinds >> "$work/cases"
[ -z "$only" ] || { grep -F -- "$only" "$work/cases" > "$work/only" || fail "no such case: $only"; mv "$work/only" "$work/cases"; }
say "$(wc -l < "$work/cases") cases, $workers at once"
for w in $(seq "$workers"); do
  awk -v w="$w" -v n="$workers" 'NR % n == w % n' "$work/cases" | while IFS=$'\t' read -r name where place rule want; do
    strike "$w" "$name" "$where" "$place" "$rule" "$want"
  done > "$work/results.$w" & jobs[w]=$!
done
for w in $(seq "$workers"); do wait "${jobs[w]}" || fail "worker $w"; done
cat "$work"/results.* > "$work/results"
[ "$(wc -l < "$work/results")" = "$(wc -l < "$work/cases")" ] || fail "cases without a result"

awk -F'\t' '{ kind[$1]++; outcome[$4]++; n[$1, $4]++ }
  END { printf "| fault | cases |"; split("same,less,3,4,5,untold,not met", o, ","); for (i = 1; i <= 7; i++) printf " %s |", o[i]; print ""
        printf "|---|---|---|---|---|---|---|---|---|\n"
        for (k in kind) { printf "| %s | %d |", k, kind[k] | "sort"; for (i = 1; i <= 7; i++) printf " %s |", n[k, o[i]] | "sort"; printf "\n" | "sort" }
        close("sort"); printf "%d cases:", NR; for (i in outcome) printf " %d %s,", outcome[i], i; print "" }' "$work/results"
[ ! -s "$work/wrong" ] || { cat "$work/wrong" >&2; fail "$(grep -c ', want ' "$work/wrong") cases came to something else"; }
say "as wanted"
