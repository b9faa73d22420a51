#!/bin/bash
# Disasters in a real domain, and the way back from a backup: restore, ldapmodify of its fixes.ldif, rebuild. On a Samba
# domain controller without the Recycle Bin, where a deleted object has lost its mS-DS-ConsistencyGuid. Each drill begins
# with a backup and ends with the verdicts of that time.
# drills.sh ADDR [DRILL...]
. "$(dirname "$0")/lib.sh"
addr=$1; shift
drills=("$@"); [ $# -gt 0 ] || drills=(swapped cleared recreated reanimated)
people="OU=People,OU=Contoso,$base"

say "an organisation in step, and its domain controller"
run=$work/run
organisation "$run" --clean --users 200 --seed 62
dc_up dc "$addr" --no-recyclebin
dc_load dc "$run/ad.ldif"
tenant_up tenant "$run/graph" --no-throttle
configure "$run" "$(tenant_lines tenant)" "$(ad_lines)" "[backup]
dir = $work/backups"

as_admin() { expect 0 "$1" -x -H "ldaps://$RIG_ADDR" -D "$RIG_USER" -y "$RIG_DIR/password" "${@:2}"; }
# Users whose anchor the cloud has, sorted: DN as an LDIF line, Base64 of mS-DS-ConsistencyGuid, DN, objectGUID.
joined() {
  jq -r --arg p ",$people" 'select(.type == "verdict" and .kind == "user" and .ad and .cloud and .ad.anchor == .cloud.immutable_id
    and (.ad.dn | endswith($p))) | "dn:: \(.ad.dn | @base64)\t\(.ad.anchor)\t\(.ad.dn)\t\(.ad.object_guid)"' "$run/before/verdicts.ndjson" | sort
}

reanchor() { local status=$1; shift; expect "$status" "$REANCHOR" -q -c "$run/reanchor.conf" "$@"; }
# Verdict and peer of each object: a recreated one is known by its DN.
verdicts() { jq -rS 'select(.type == "verdict") | [.kind, (.ad.dn // .cloud.id), .code, .cloud.id] | @tsv' "$1/verdicts.ndjson" | sort; }
restored() { jq -s "[.[] | select(.type == \"restore\" and ($1))] | length" "$run/repair/restore.ndjson"; }
number() { [ "$(restored "$2")" = "$1" ] || { jq -c '[.outcome, .reason, .then.dn]' "$run/repair/restore.ndjson" | head; fail "$2: $(restored "$2"), want $1"; }; }

# back N: restore finds N to put back and nothing undecided; fixes.ldif goes through; the verdicts are those from before.
back() {
  reanchor 2 restore newest --report "$run/repair" --detailed-exitcode
  number "$1" '.outcome == "write"'
  number 0 '.outcome != "write"'
  as_admin ldapmodify -f "$run/repair/fixes.ldif"
}
as_before() {
  expect 0 "$REANCHOR" -q -c "$run/reanchor.conf" rebuild --report "$run/after"
  verdicts "$run/before" > "$work/was"
  verdicts "$run/after" > "$work/is"
  diff "$work/was" "$work/is" > "$work/diff" || { head "$work/diff" >&2; fail "the verdicts are not those from before"; }
  reanchor 0 restore newest --detailed-exitcode
}

# Deleted by mistake, and brought back by hand: same objectGUID and SID, and hardly anything else.
reanimated() {
  joined | LC_ALL=C grep -v '[^ -~	]' | sed -n '20,29p' > "$work/gone"
  cut -f3 "$work/gone" > "$work/dns"
  as_admin ldapdelete -f "$work/dns"
  reanchor 0 restore newest --report "$run/early"
  [ "$(jq -s '[.[] | select(.outcome == "deleted" and .reason == "tombstone")] | length' "$run/early/restore.ndjson")" = 10 ] ||
    fail "$(tail -1 "$run/early/restore.ndjson")"
  search -E '!1.2.840.113556.1.4.417' -b "CN=Deleted Objects,$base" '(&(isDeleted=TRUE)(objectClass=user))' sAMAccountName 2> /dev/null |
    awk -v people="$people" -v gone="$(cut -f4 "$work/gone")" -F ': ' '
      /^dn/ {dn = $0; match($0, /ADEL:[^,]*/); mine = RSTART && index(gone, substr($0, RSTART + 5, RLENGTH - 5))}
      mine && /^sAMAccountName/ {printf "%s\nchangetype: modify\ndelete: isDeleted\n-\nreplace: distinguishedName\ndistinguishedName: CN=back %s,%s\n-\n\n", dn, $2, people}' \
    > "$work/reanimate.ldif"
  as_admin ldapmodify -e '!1.2.840.113556.1.4.417' -f "$work/reanimate.ldif"
  back 10
  grep -q '^# evidence:  cloud object id, SID, objectGUID' "$run/repair/fixes.ldif" || fail "no evidence"
  # They came back under other names: then the verdicts are compared by what did not change.
  expect 0 "$REANCHOR" -q -c "$run/reanchor.conf" rebuild --report "$run/after"
  for r in "$run/before" "$run/after"; do
    jq -rS 'select(.type == "verdict") | [.kind, (.ad.object_guid // .cloud.id), .code, .cloud.id] | @tsv' "$r/verdicts.ndjson" | sort > "$work/by-guid.$(basename "$r")"
  done
  diff "$work/by-guid.before" "$work/by-guid.after" > "$work/diff" || { head "$work/diff" >&2; fail "the verdicts are not those from before"; }
}

# An OU that a script deleted and made anew: other objectGUIDs, other SIDs, the names of before.
recreated() {
  search -b "$people" -s one '(objectClass=user)' objectClass cn sn givenName displayName sAMAccountName userPrincipalName mail \
    mailNickname proxyAddresses adminDescription msExchRecipientTypeDetails > "$work/people.ldif" 2> /dev/null
  as_admin ldapdelete -r "$people"
  { printf 'dn: %s\nobjectClass: organizationalUnit\n\n' "$people"; cat "$work/people.ldif"; } > "$work/again.ldif"
  as_admin ldapadd -f "$work/again.ldif"
  local n; n=$(joined | wc -l)
  back "$n"
  number "$n" '.reason == "recreated" and (.evidence | contains(["id", "DN", "UPN"]))'
  # What stands in the way now is exactly what the plan clears (domain 2.2 H6), and it is named object by object.
  expect 0 "$REANCHOR" -q -c "$run/reanchor.conf" rebuild --report "$run/blocked"
  jq -r 'select(.code == "BLOCK_OOI").cloud.id' "$run/blocked/verdicts.ndjson" | sort > "$work/blocked"
  jq -r '.steps[] | select(.op == "cloud.clear_object_identifier").target.id' "$run/repair/plan.json" | sort > "$work/clears"
  [ -s "$work/blocked" ] && cmp "$work/blocked" "$work/clears"
  # ldapmodify did the AD half: restored once more, the plan has the other half alone, and apply carries it out.
  reanchor 0 restore newest --report "$run/half"
  jq -e '(.steps | map(.op) | unique) == ["cloud.clear_object_identifier"]' "$run/half/plan.json" > /dev/null || fail "other steps are left"
  reanchor 0 apply "$run/half/plan.json" --confirm Contoso
  as_before
}

# mS-DS-ConsistencyGuid cleared on half of the users.
cleared() {
  joined | awk -F '\t' 'NR % 2 {print $1 "\nchangetype: modify\ndelete: mS-DS-ConsistencyGuid\n-\n"}' > "$work/clear.ldif"
  local n; n=$(grep -c ^dn "$work/clear.ldif")
  as_admin ldapmodify -f "$work/clear.ldif"
  back "$n"
  number "$n" '.reason == "lost"'
  as_before
}

# The values of two users swapped: each anchor points at the other person.
swapped() {
  joined | sed -n '30,31p' | awk -F '\t' '
    function set(dn, v) {printf "%s\nchangetype: modify\nreplace: mS-DS-ConsistencyGuid\nmS-DS-ConsistencyGuid:: %s\n-\n\n", dn, v}
    NR == 1 {dn = $1; v = $2} NR == 2 {set(dn, $2); set($1, v)}' > "$work/swap.ldif"
  as_admin ldapmodify -f "$work/swap.ldif"
  # The identifiers that the tenant keeps block both: it is seen there, and as the crossing that it is.
  expect 0 "$REANCHOR" -q -c "$run/reanchor.conf" rebuild --report "$run/crossed"
  [ "$(jq -s 'map(select(.code == "BLOCK_OOI")) | length' "$run/crossed/verdicts.ndjson")" = 2 ] || fail "no BLOCK_OOI"
  expect 7 "$REANCHOR" -q -c "$run/reanchor.conf" verify --cached --against newest --json
  jq -rs '[.[] | select(.type == "finding") | .reason] | sort | unique | join(" ")' "$work/out" > "$work/reasons"
  [ "$(cat "$work/reasons")" = "anchor-changed identifier-differs sid-cross" ] || fail "$(cat "$work/reasons")"
  # One of the two alone would only make two of one anchor: it is listed, not guessed.
  local one; one=$(jq -rs 'map(select(.code == "BLOCK_OOI"))[0].ad.upn' "$run/crossed/verdicts.ndjson")
  expect 0 "$REANCHOR" -q --json -c "$run/reanchor.conf" restore newest --cached --only "$one"
  jq -es '.[0].outcome == "held" and .[0].reason == "holder" and .[0].other.dn and (.[-1].looked_at == 1)' "$work/out" > /dev/null || fail "$(cat "$work/out")"
  back 2
  number 2 '.reason == "overwritten"'
  as_before
}

for d in "${drills[@]}"; do
  say "$d"
  reanchor 0 backup create
  reanchor 0 plan --report "$run/before"
  rm -rf "$run/repair" "$run/after"
  "$d"
done
say "as wanted"
