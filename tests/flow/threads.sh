#!/bin/bash
# What runs in threads, all of it at once: a fetch over several connections to a domain controller and in parts from the
# tenant, drawn for a terminal, while others read the store; then the changes, and from them a backup, a check and a report.
# Of use in a build with -fsanitize=thread: tests/races runs it. threads.sh ADDRESS
. "$(dirname "$0")/lib.sh"
org=$work/org
organisation "$org" --users "${THREADS_USERS:-4500}"   # enough for the cloud's users to be read in parts
dc_up dc "$1"
dc_load dc "$org/ad.ldif"
tenant_up tenant "$org/graph"
configure "$work/run" "$(tenant_lines tenant)" "$(ad_lines)
connections = 4" "[backup]
dir = $work/run/backups
sign_key_file = $work/sign"
run=("$REANCHOR" -c "$work/run/reanchor.conf")
"$REANCHOR" backup keygen "$work/sign" > /dev/null
# status WANTED... -- COMMAND...: it ends with one of these
status() {
  local wanted=' ' got=0
  while [ "$1" != -- ]; do wanted+="$1 "; shift; done; shift
  "$@" > "$work/out" 2> "$work/err" || got=$?
  [[ $wanted = *" $got "* ]] || { cat "$work/err" >&2; fail "$* gave $got, want$wanted"; }
}
somebody=$(jq -r '.value[7].userPrincipalName' "$org/graph/users.json")

say "everything is read, while others look"
status 0 -- "${run[@]}" fetch
script -qec "${run[*]} fetch --full" "$work/drawn" > /dev/null & fetch=$!
looked=0
while kill -0 $fetch 2> /dev/null; do
  status 0 6 -- "${run[@]}" -q plan
  status 0 -- "${run[@]}" show "$somebody"
  looked=$((looked + 1))
done
wait $fetch || fail "the fetch gave $?: $(tail -n 5 "$work/drawn")"
say "looked $looked times"

say "what has changed, and what is made of it"
status 0 -- "${run[@]}" -v fetch
status 0 6 -- "${run[@]}" plan --report "$work/run/report"
status 0 7 -- "${run[@]}" verify --cached
status 0 6 -- "${run[@]}" backup create --cached
status 0 -- "${run[@]}" backup check --read-data

say "stopped in mid-read, and taken up again"
"${run[@]}" -q fetch --full & fetch=$!
sleep 2
kill -TERM $fetch 2> /dev/null || true
got=0; wait $fetch || got=$?
case $got in 0 | 143) ;; *) fail "a fetch that was stopped gave $got" ;; esac
status 0 -- "${run[@]}" fetch
