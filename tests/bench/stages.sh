#!/bin/bash
# stages.sh ADDR [USERS [RUNS]]: how long each stage of a rebuild takes against a real Samba domain controller and the
# simulated tenant, beside ldapsearch for the same entries. Medians, as lines of a table.
# REANCHOR, SAMPLE and TENANT name the programs, as for the flow tests.
. "$(dirname "$0")/../flow/lib.sh"
addr=$1 users=${2:-20000} runs=${3:-5}
organisation "$work/org" --users "$users"
dc_up dc "$addr"
dc_load dc "$work/org/ad.ldif"
tenant_up tenant "$work/org/graph" --no-throttle
configure "$work/run" "$(tenant_lines tenant)" "$(ad_lines)"
run=("$REANCHOR" -q -c "$work/run/reanchor.conf")
filter='(|(objectClass=user)(objectClass=group)(objectClass=contact))'
attributes=(objectClass objectGUID objectSid mS-DS-ConsistencyGuid userPrincipalName sAMAccountName mail proxyAddresses
  mailNickname displayName cn isDeleted)
read_all() { search -b "$RIG_BASE" "$filter" "${attributes[@]}" > "$work/all.ldif" 2> /dev/null; }
stage() {       # NAME OBJECTS COMMAND...: the median of the runs
  local name=$1 objects=$2 times=() start; shift 2
  for _ in $(seq "$runs"); do
    start=$(date +%s%N)
    "$@" > /dev/null 2> "$work/err" || [ $? = 6 ] || { cat "$work/err" >&2; fail "$name"; }
    times+=($(( ($(date +%s%N) - start) / 1000000 )))
  done
  printf '%s\n' "${times[@]}" | sort -n | awk -v name="$name" -v n="$objects" -v mid=$(( (runs + 1) / 2 )) \
    'NR == mid {printf "| %s | %d | %.2f s | %d |\n", name, n, $1 / 1000, n * 1000 / $1}'
}
read_all
ad=$(grep -c '^dn:' "$work/all.ldif") cloud=$(cat "$work"/org/graph/{users,groups,contacts,devices,deletedUsers}.json | grep -c '^{"id"')
echo '| stage | objects | median | objects/s |'
echo '|---|---|---|---|'
stage 'ldapsearch over LDAPS, pages of 1,000' "$ad" read_all
stage 'fetch ad' "$ad" "${run[@]}" fetch --full ad
stage 'fetch cloud' "$cloud" "${run[@]}" fetch --full cloud
stage 'plan' $((ad + cloud)) "${run[@]}" plan
stage 'plan, all outputs' $((ad + cloud)) "${run[@]}" plan --report "$work/report"
stage 'rebuild, all outputs' $((ad + cloud)) "${run[@]}" rebuild --report "$work/report"
