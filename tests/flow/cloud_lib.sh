# cloud_lib.sh: a tenant that changes, and what a snapshot of it must be. Sourced after lib.sh.

control() {     # PATH [JSON]: the tenant's control endpoints
  local path=$1; shift
  curl -sS --fail-with-body --cacert "$work/tenant/ca.pem" ${1+-H 'Content-Type: application/json' --data-binary "@-"} \
    "$(cat "$work/tenant/url")/rehearsal/$path" <<< "${1:-}" > "$work/control" || { cat "$work/control" >&2; fail "control $path"; }
}
no_faults() { curl -sS --cacert "$work/tenant/ca.pem" -X DELETE "$(cat "$work/tenant/url")/rehearsal/faults" > /dev/null; }
requests() { grep -c '"batch":false' "$work/tenant/requests.ndjson" || true; }

# churn ORGANISATION N: the changes of the N-th time, one a line: of every kind some are created, changed and deleted,
# users soft and for good, and each third user deleted the time before comes back. Each time meets other objects.
churn() {
  local g=$1/graph n=$2
  jq -cn --argjson n "$n" --slurpfile users <(objects "$g/users") --slurpfile groups <(objects "$g/groups") \
    --slurpfile contacts <(objects "$g/contacts") --slurpfile devices <(objects "$g/devices") '
    def pick($every; $at): to_entries | map(select(.key % $every == $at % $every) | .value.id);
    def id($kind; $i): "00000000-0000-4\($kind)00-8000-\(1000000000000 + $n * 1000 + $i | tostring | .[1:])";
    ($users | pick(97; $n)[] | {op: "update", id: ., set: {displayName: "Changed \($n)", mail: "changed\($n).\(.)@contoso.test",
       proxyAddresses: ["SMTP:changed\($n).\(.)@contoso.test"], mailNickname: null}}),
    ($users | pick(89; $n)[] | {op: "delete", id: .}),
    ($users | pick(89; $n - 1) | to_entries[] | select(.key % 3 == 0) | {op: "restore", id: .value}),
    ($users | pick(211; $n)[] | {op: "delete", id: ., hard: true}),
    ($users | pick(89; $n - 1) | to_entries[] | select(.key % 7 == 1) | {op: "delete", id: .value, hard: true}),
    (range(15) | {op: "create", kind: "user", object: {id: id(0; .), userPrincipalName: "x\($n).\(.)'"'"'new@contoso.test",
       displayName: "New \(.)", onPremisesImmutableId: "bmV3\($n)\(.)==", accountEnabled: true, userType: "Member"}}),
    (range(5) | {op: "delete", id: id(0; .), hard: (. == 4)}),
    ($groups | pick(31; $n)[] | {op: "update", id: ., set: {displayName: "Changed \($n)"}}),
    ($groups | pick(37; $n)[] | {op: "delete", id: .}),
    (range(3) | {op: "create", kind: "group", object: {id: id(1; .), displayName: "New \(.)", mailEnabled: false, securityEnabled: true}}),
    ($contacts | pick(29; $n)[] | {op: "update", id: ., set: {mail: "changed\($n)@fabrikam.test"}}),
    ($contacts | pick(23; $n)[] | {op: "delete", id: .}),
    ($devices | pick(31; $n)[] | {op: "update", id: ., set: {accountEnabled: ($n % 2 == 0)}}),
    ($devices | pick(17; $n)[] | {op: "delete", id: .})'
}
objects() { if [ -e "$1.ndjson" ]; then cat "$1.ndjson"; else jq -c '.value[]' "$1.json"; fi; }

# change CHANGES [LOT]: in small lots, as changes come.
change() {
  local lot
  split -l "${2:-8}" "$1" "$work/lot."
  for lot in "$work"/lot.*; do control change "$(jq -cs 'map(. + {perhaps: true})' "$lot")"; done
  rm -f "$work"/lot.*
}

# state CONFIG NAME: what the cache of that configuration holds of the cloud, sorted, into $work/NAME.
state() {
  local of
  expect 0 "$REANCHOR" -q -c "$1" fetch ad --save "$work/save.$2"
  for of in users groups contacts devices deletedUsers; do
    objects "$work/save.$2/$of" | jq -cS --arg of $of '{$of} + . | del(.onPremisesObjectIdentifier, .onPremisesSyncBehavior)'
  done | sort > "$work/$2"
  rm -rf "$work/save.$2"
}
# truth NAME: what a new store reads of the tenant as it is now.
truth() {
  rm -rf "$work/fresh"
  configure "$work/fresh" "$(tenant_lines tenant)" "uri = ldif:$work/org/ad.ldif"
  expect 0 "$REANCHOR" -q -c "$work/fresh/reanchor.conf" fetch cloud
  state "$work/fresh/reanchor.conf" "$1"
}
same() {        # TRUTH HAVE
  cmp -s "$work/$1" "$work/$2" && [ -s "$work/$1" ] && return
  diff "$work/$1" "$work/$2" | head -20 >&2
  fail "the snapshot is not the tenant's state: $(comm -23 "$work/$1" "$work/$2" | wc -l) objects missing, $(comm -13 "$work/$1" "$work/$2" | wc -l) too many"
}
# decided_as CONFIG NAME: what is decided from that cache, into $work/verdicts.NAME; same_verdicts TRUTH HAVE.
# What the decision wants to know besides is asked for once both sides are there.
decided_as() {
  local got=0
  expect 0 "$REANCHOR" -q -c "$1" fetch cloud
  timeout -k 5 120 "$REANCHOR" -q -c "$1" plan --report "$work/plan.$2" > "$work/out" 2> "$work/err" || got=$?
  [ $got = 0 ] || [ $got = 6 ] || { cat "$work/err" >&2; fail "plan gave $got"; }
  jq -cS 'del(.snapshots)' "$work/plan.$2/verdicts.ndjson" > "$work/verdicts.$2"
  rm -rf "$work/plan.$2"
}
same_verdicts() {
  cmp -s "$work/verdicts.$1" "$work/verdicts.$2" && [ -s "$work/verdicts.$1" ] && return
  diff "$work/verdicts.$1" "$work/verdicts.$2" > "$work/diff" || true
  sed -n 's/^\([<>]\)/\1/p' "$work/diff" | cut -c1-1500 > "$work/shown"
  sed -n 1,6p "$work/shown" >&2
  fail "other verdicts than from an undisturbed read"
}
