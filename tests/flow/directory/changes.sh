#!/bin/bash
# changes.sh ADDR: what changed since the last read is followed, by each way, and the snapshot is each time the one that a
# full read gives: objects made, changed, cleared, renamed, moved, deleted and brought back, containers too; and a
# domain controller that was set back.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/changes_lib.sh"
addr=$1

say "a domain controller, an administrator and a plain account"
dc_for_changes "$addr" 300
all=(admin plain unit)
for a in "${all[@]}" one; do follows "$a" "the first read"; done
[ "$(meta admin way)" = DirSync ] || fail "the administrator's way is $(meta admin way)"
[ "$(meta plain way)" = "DirSync as the account sees it" ] || fail "the plain account's way is $(meta plain way)"
[ "$(meta unit way)" = uSNChanged ] || fail "a narrow base's way is $(meta unit way)"
each() {        # WHAT
  local a
  for a in "${all[@]}"; do follows "$a" "$1"; was_followed "$a"; done
  say "$1"
}
number() { find "$work/admin/store/snapshots" -name '*.mdb' | sort | tail -1; }
before=$(number)
each "nothing changed"
[ "$(number)" = "$before" ] || fail "a snapshot was made of nothing"

top=OU=Rig,$RIG_BASE
{ unit A "$top"; unit B "OU=A,$top"; unit Outside "$RIG_BASE"
  for i in 1 2 3; do person "new$i" "OU=B,OU=A,$top" "mail: new$i@contoso.test" "displayName: New $i" "employeeID: $i"; done
  person new4 "OU=A,$top" "proxyAddresses: SMTP:new4@contoso.test"
  printf 'dn: CN=newgroup,OU=A,%s\nchangetype: add\nobjectClass: group\nsAMAccountName: newgroup\nmember: CN=new1,OU=B,OU=A,%s\nmember: CN=new2,OU=B,OU=A,%s\n\n' "$top" "$top" "$top"
  printf 'dn: CN=newcontact,OU=A,%s\nchangetype: add\nobjectClass: contact\nmail: c@fabrikam.test\n\n' "$top"
  printf 'dn: CN=newpc,OU=A,%s\nchangetype: add\nobjectClass: computer\nsAMAccountName: newpc$\n\n' "$top"; } | ldif
each "objects of every kind are made"
{ set_to "CN=new1,OU=B,OU=A,$top" displayName Other; cleared "CN=new2,OU=B,OU=A,$top" mail
  cleared "CN=new4,OU=A,$top" proxyAddresses
  set_to "CN=newcontact,OU=A,$top" mail d@fabrikam.test; set_to "CN=newpc,OU=A,$top" displayName PC
  printf 'dn: CN=newgroup,OU=A,%s\nchangetype: modify\nadd: member\nmember: CN=new3,OU=B,OU=A,%s\n\n' "$top" "$top"; } | ldif
each "values are changed, added and cleared"
renamed "CN=new1,OU=B,OU=A,$top" CN=newer1 "OU=B,OU=A,$top" | ldif
each "an object is renamed"
renamed "CN=newer1,OU=B,OU=A,$top" CN=newer1 "OU=A,$top" | ldif
each "an object is moved"
renamed "OU=B,OU=A,$top" OU=Bee "OU=A,$top" | ldif
each "a container is renamed, and what lies in it with it"
renamed "OU=A,$top" OU=A "OU=Rig1,$top" | ldif
each "a container is moved with a container in it"
remove "CN=new2,OU=Bee,OU=A,OU=Rig1,$top"
each "a member of a group is deleted"
renamed "OU=A,OU=Rig1,$top" OU=A "OU=Outside,$RIG_BASE" | ldif
each "a container is moved out of the narrow base"
renamed "OU=A,OU=Outside,$RIG_BASE" OU=AA "$top" | ldif
each "and back, under another name"
gone=$(guid_of '(sAMAccountName=new3)'); [ -n "$gone" ] || fail "no new3"
remove -r "OU=Bee,OU=AA,$top"
each "a container is deleted with what lies in it"
{ set_to "CN=new4,OU=AA,$top" description twice; set_to "CN=new4,OU=AA,$top" displayName twice; } | ldif
remove "CN=new4,OU=AA,$top"
each "an object is changed and deleted between two reads"
verdicts_too unit

say "DC set back: another invocation id, or a lower USN"
followed=$made
full() {        # NAME WHAT TEXT
  follows "$1" "$2"; was_full "$1"
  grep -q "$3" "$work/$1/told" || { cat "$work/$1/told" >&2; fail "$2: not said why"; }
  say "$2"
}
expect 0 "$REANCHOR" -c "$work/admin/reanchor.conf" fetch ad --full
follows admin "after --full"; was_followed admin
sed -i "s#^login_attribute.*##; \$a [anchor]\nlogin_attribute = mail" "$work/one/reanchor.conf"
full one "another login attribute" "attributes are others"
"$rig/samba-down.sh" "$work/dc" >> "$work/samba.log" 2>&1
cp -a "$work/dc" "$work/old"
"$rig/samba-up.sh" "$work/dc" --no-install >> "$work/samba.log" 2>&1 || fail "the DC does not come back"
{ person late "$top" "displayName: Late"; } | ldif
each "one more object, after the copy was made"
"$rig/samba-down.sh" "$work/dc" >> "$work/samba.log" 2>&1
rm -rf "$work/dc"; mv "$work/old" "$work/dc"; sed -i "s#$work/old#$work/dc#g" "$work/dc/rig.conf"
"$rig/samba-up.sh" "$work/dc" "$addr" --no-install >> "$work/samba.log" 2>&1 || { tail "$work/samba.log" >&2; fail "the old DC does not come up"; }
ad_lines > /dev/null
for a in "${all[@]}"; do full "$a" "$a: a copy of an older DC is read anew" "lower than last time"; done
say "$made snapshots equal a full read's, $followed of them followed"
