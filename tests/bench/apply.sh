#!/bin/bash
# apply.sh ADDR [STEPS [PAIRS]]: `apply` of so many ad.set_consistency_guid steps against a real Samba domain controller,
# beside ldapmodify of the same changes, in turns: one writes the values back that the other has changed. Then what the
# journal of as many steps takes by itself. REANCHOR, SAMPLE and TENANT as for the flow tests, MAKEPLAN and BENCH_JOURNAL
# as built.
. "$(dirname "$0")/../flow/lib.sh"
: "${MAKEPLAN:?}" "${BENCH_JOURNAL:?}"
addr=$1 steps=${2:-10000} pairs=${3:-3}
organisation "$work/org" --users $((steps + steps / 10)) --no-disaster
dc_up dc "$addr"
dc_load dc "$work/org/ad.ldif"
tenant_up tenant "$work/org/graph" --no-throttle
configure "$work/run" "$(tenant_lines tenant)" "$(ad_lines)"
run=("$REANCHOR" -q -c "$work/run/reanchor.conf")
name=$(jq -r '(.value // [.])[0].displayName' "$work/org/graph/organization.json")
expect 0 "${run[@]}" fetch
"${run[@]}" plan --report "$work/report" > /dev/null 2>&1 || [ $? = 6 ] || fail plan
# Each person's value is the base64 of 16 digits: "A" and the place, or "B" and the place.
jq -c 'select(.type == "verdict" and .side == "ad" and .kind == "user" and .code == "MATCH_HARD") | .ad' \
  "$work/report/verdicts.ndjson" | awk -v n="$steps" 'NR <= n' > "$work/people"
[ "$(wc -l < "$work/people")" = "$steps" ] || fail "$(wc -l < "$work/people") people"
made() { jq -r "def value(c): c + ((\"000000000000000\" + (input_line_number | tostring))[-15:]) | @base64; . + {a: value(\"A\"), b: value(\"B\")} | $1" "$work/people"; }
made '"s\(input_line_number)|ad.set_consistency_guid|contoso|\(.object_guid)|\(.dn)|\(.a)|\(.b)|ANCHOR_DRIFT|\(.a)|"' > "$work/steps"
made '"dn: \(.dn)\nchangetype: modify\nreplace: mS-DS-ConsistencyGuid\nmS-DS-ConsistencyGuid:: \(.a)\n"' > "$work/begin.ldif"
made '"dn: \(.dn)\nchangetype: modify\ndelete: mS-DS-ConsistencyGuid\nmS-DS-ConsistencyGuid:: \(.b)\n-\nadd: mS-DS-ConsistencyGuid\nmS-DS-ConsistencyGuid:: \(.a)\n"' > "$work/back.ldif"
GATE_SAFE=1 "$MAKEPLAN" "$work/report/plan.json" "$work/plan.json" < "$work/steps" || fail makeplan
modify() { ldapmodify -x -H "ldaps://$RIG_ADDR" -D "$RIG_USER" -y "$RIG_DIR/password" -f "$1" > /dev/null; }
modify "$work/begin.ldif"
timed() { local start; start=$(date +%s%N); "$@" > "$work/out" 2> "$work/err" || { cat "$work/err" >&2; fail "$*"; }
  echo $(( ($(date +%s%N) - start) / 1000000 )); }
for _ in $(seq "$pairs"); do
  ours=$(timed "${run[@]}" apply "$work/plan.json" --confirm "$name")
  theirs=$(timed modify "$work/back.ldif")
  echo "$ours $theirs"
done | awk -v n="$steps" '{printf "apply %.2f s, ldapmodify %.2f s, ratio %.2f (%d steps)\n", $1 / 1000, $2 / 1000, $1 / $2, n}'
stat -c 'the journal of a batch: %s bytes' "$work"/run/store/journal/*.journal
"$BENCH_JOURNAL" "$work/run/store" "$steps"
