# shellcheck shell=bash
# changes_lib.sh: what the tests of following a directory's changes share. Sourced after lib.sh.
: "${ADDUMP:?}"
made=0
guid_of() { search -b "$RIG_BASE" "$1" objectGUID 2> /dev/null | sed -n 's/^objectGUID:: //p'; }
ldif() { ldapmodify -x -H "ldaps://$RIG_ADDR" -D "$RIG_USER" -y "$RIG_DIR/password" > "$work/ldif.out" 2>&1 || { cat "$work/ldif.out" >&2; fail "ldapmodify"; }; }
remove() { ldapdelete -x -H "ldaps://$RIG_ADDR" -D "$RIG_USER" -y "$RIG_DIR/password" "$@" || fail "ldapdelete $*"; }
person() {      # CN PARENT [LINE...]
  printf 'dn: CN=%s,%s\nchangetype: add\nobjectClass: user\nsAMAccountName: %s\n' "$1" "$2" "$1"
  printf '%s\n' "${@:3}"; echo
}
unit() { printf 'dn: OU=%s,%s\nchangetype: add\nobjectClass: organizationalUnit\n\n' "$1" "$2"; }
cleared() { printf 'dn: %s\nchangetype: modify\ndelete: %s\n\n' "$1" "$2"; }
set_to() { printf 'dn: %s\nchangetype: modify\nreplace: %s\n%s: %s\n\n' "$1" "$2" "$2" "$3"; }
renamed() {     # DN NEW-RDN NEW-PARENT
  printf 'dn: %s\nchangetype: modrdn\nnewrdn: %s\ndeleteoldrdn: 1\nnewsuperior: %s\n\n' "$1" "$2" "$3"
}

# brought_back SAM DN: a deleted object without the Recycle Bin, as an administrator restores it
brought_back() {
  local from
  from=$(search -E '!1.2.840.113556.1.4.417' -b "$RIG_BASE" "(&(isDeleted=TRUE)(sAMAccountName=$1))" dn 2> /dev/null | sed -n 's/^dn: //p')
  [ -n "$from" ] || fail "$1 is not among the deleted objects"
  printf 'dn: %s\nchangetype: modify\ndelete: isDeleted\n-\nreplace: distinguishedName\ndistinguishedName: %s\n-\n\n' "$from" "$2" > "$work/back.ldif"
  ldapmodify -e '!1.2.840.113556.1.4.417' -x -H "ldaps://$RIG_ADDR" -D "$RIG_USER" -y "$RIG_DIR/password" \
    -f "$work/back.ldif" > "$work/ldif.out" 2>&1 || { cat "$work/ldif.out" >&2; fail "$1 is not brought back"; }
}

# follows NAME WHAT [WAY]: the incremental fetch of $work/NAME ends as a full read into a store of its own does, object by
# object and verdict by verdict.
dump() { "$ADDUMP" "$1" contoso | sort; }
meta() { "$ADDUMP" "$work/$1/store" contoso "$2"; }
fresh_of() {    # NAME: a full read with its settings into a store of its own
  sed "s#^dir = .*#dir = $work/fresh/store#" "$work/$1/reanchor.conf" > "$work/fresh.conf"
  rm -rf "$work/fresh"; mkdir "$work/fresh"
  expect 0 "$REANCHOR" -c "$work/fresh.conf" fetch --full ad
}
follows() {
  local name=$1 what=$2
  expect 0 "$REANCHOR" -v -c "$work/$name/reanchor.conf" fetch ad
  cp "$work/err" "$work/$name/told"
  fresh_of "$name"
  dump "$work/$name/store" > "$work/have"; dump "$work/fresh/store" > "$work/want"
  [ -s "$work/want" ] || fail "no objects"
  if ! cmp -s "$work/have" "$work/want"; then
    diff <(cut -f1 "$work/have") <(cut -f1 "$work/want") | head -20 >&2
    fail "$what ($name): $(comm -13 "$work/have" "$work/want" | wc -l) objects differ from a full read"
  fi
  made=$((made + 1))
}
# verdicts_of NAME OUT: what is decided from $work/NAME's store
verdicts_of() {
  timeout 60 "$REANCHOR" -q -c "$work/$1/reanchor.conf" plan --report "$work/report.$1" > /dev/null 2> "$work/err" || [ $? = 6 ] || { cat "$work/err" >&2; fail plan; }
  jq -cS 'del(.snapshots)' "$work/report.$1/verdicts.ndjson" > "$2"
}
verdicts_too() { # NAME: the same for the decision
  rm -rf "$work/fresh/store/"snapshots/cloud*
  for c in "$work/$1/reanchor.conf" "$work/fresh.conf"; do
    expect 0 "$REANCHOR" -c "$c" -q fetch cloud
    timeout 60 "$REANCHOR" -c "$c" plan --report "$work/report.$(basename "$c")" > /dev/null 2> "$work/err" || [ $? = 6 ] || { cat "$work/err" >&2; fail plan; }
  done
  for c in reanchor.conf fresh.conf; do
    jq -cS 'del(.snapshots)' "$work/report.$c/verdicts.ndjson" > "$work/verdicts.$c"
  done
  [ -s "$work/verdicts.fresh.conf" ] || fail "no verdicts"
  cmp "$work/verdicts.reanchor.conf" "$work/verdicts.fresh.conf" || fail "other verdicts than from a full read"
}
was_full() { grep -qE 'everything is read' "$work/$1/told" || fail "$1 was not read anew: $(tail -3 "$work/$1/told")"; }
was_followed() { if grep -qE 'everything is read' "$work/$1/told"; then cat "$work/$1/told" >&2; fail "$1 was read anew"; fi; }

# dc_for_changes ADDR USERS [SAMBA-OPTION...]: a domain controller, an administrator's configuration, a plain account's, one of a narrow
# base, one of a single connection; in $work/admin, plain, unit and one. The cloud side is an empty tenant.
dc_for_changes() {
  local users=$2
  dc_up dc "$1" "${@:3}"
  /usr/bin/python3 "$rig/samba-load.py" "$work/dc" --users "$users" --groups 20 --contacts 20 2> "$work/load" ||
    { cat "$work/load" >&2; fail "loading the DC"; }
  samba-tool user create plain 'Passw0rd!Rig' -H "$work/dc/private/sam.ldb" -s "$work/dc/etc/smb.conf" > "$work/load" 2>&1 ||
    { cat "$work/load" >&2; fail "the plain account"; }
  (umask 077; printf '%s' 'Passw0rd!Rig' > "$work/plainpw")
  mkdir -p "$work/graph"
  local f
  for f in users groups contacts devices deletedUsers; do echo '{"value":[]}' > "$work/graph/$f.json"; done
  echo '{"value":[{"id":"'$tenant_id'","onPremisesSyncEnabled":true,
    "verifiedDomains":[{"name":"contoso.test","isDefault":true,"isInitial":false}]}]}' > "$work/graph/organization.json"
  configure "$work/admin" "source = files:$work/graph" "$(ad_lines)"
  configure "$work/plain" "source = files:$work/graph" "$(plain_lines)"
  configure "$work/unit" "source = files:$work/graph" "base = OU=Rig,$RIG_BASE
$(plain_lines)"
  configure "$work/one" "source = files:$work/graph" "connections = 1
$(ad_lines)"
}
plain_lines() {
  ad_lines | sed "s#^bind_dn = .*#bind_dn = plain@contoso.test#; s#^password_file = .*#password_file = $work/plainpw#"
}
