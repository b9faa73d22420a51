#!/bin/bash
# during.sh ADDR ADDR2: what is made, changed, deleted and restored while a directory is read is in the snapshot, by each way; two domain controllers are
# read side by side, the second with Kerberos; and what a server sends past all measure is refused, in bounded memory.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/changes_lib.sh"
addr=$1 second=$2

# Without the Recycle Bin, with which Samba restores nothing.
dc_for_changes "$addr" 600 --no-recyclebin
top=OU=Rig,$RIG_BASE
# Through a line that is slow enough for everything to change while the read is under way.
slow() { "$rig/faultproxy.py" "$addr:0" "$addr:636" --rate "$1" > "$work/at" 2> /dev/null & proxy=$!; pids+=($proxy)
  for _ in $(seq 100); do [ -s "$work/at" ] && break; sleep 0.05; done; at=$(head -n 1 "$work/at"); }
slow 60000
for a in admin plain unit; do
  mkdir -p "$work/slow$a"
  sed "s#^uri = .*#uri = ldaps://$at#; s#^dir = .*#dir = $work/slow$a/store#" "$work/$a/reanchor.conf" > "$work/slow$a/reanchor.conf"
done

{ unit Old "$top"; unit Inner "OU=Old,$top"
  for i in $(seq 30); do person "in$i" "OU=Inner,OU=Old,$top" "displayName: In $i"; person "gone$i" "OU=Old,$top"; done
  for i in $(seq 7); do person "back$i" "OU=Old,$top"; printf 'dn: CN=back%s,OU=Old,%s\nchangetype: delete\n\n' "$i" "$top"; done; } | ldif
churn() {       # ROUND: objects of several kinds are made, changed, moved, renamed, deleted; containers are too
  local r=$1 i
  { for i in $(seq 15); do
      person "r${r}n$i" "OU=Rig$((i % 10)),$top" "displayName: New"
      set_to "CN=r${r}n$i,OU=Rig$((i % 10)),$top" displayName "Newer $i"
    done
    for i in $(seq 5); do renamed "CN=r${r}n$i,OU=Rig$((i % 10)),$top" "CN=r${r}m$i" "OU=Rig$((9 - i)),$top"; done
    for i in 6 7 8; do printf 'dn: CN=r%sn%s,OU=Rig%s,%s\nchangetype: delete\n\n' "$r" "$i" "$i" "$top"; done
    printf 'dn: CN=gone%s,OU=Old,%s\nchangetype: delete\n\n' "$r" "$top"
    renamed "OU=Inner,OU=Old,$top" "OU=Inner" "OU=Rig$r,$top"
    renamed "OU=Inner,OU=Rig$r,$top" "OU=Inner" "OU=Old,$top"
    renamed "OU=Old,$top" "OU=Old" "$RIG_BASE"
    renamed "OU=Old,$RIG_BASE" "OU=Old" "$top"
    renamed "OU=Inner,OU=Old,$top" "OU=Moved$r" "OU=Rig$r,$top"
    renamed "OU=Moved$r,OU=Rig$r,$top" "OU=Inner" "OU=Old,$top"; } | ldif
  # One that was deleted before the read, one that was deleted in it and moves.
  brought_back "back$r" "CN=back$r,OU=Old,$top"
  brought_back "gone$r" "CN=gone$r,OU=Rig$r,$top"
}
round=0
for a in admin plain unit; do
  round=$((round + 1))
  rm -f "$work/done"
  (status=0; timeout 100 "$REANCHOR" -v -c "$work/slow$a/reanchor.conf" fetch --full ad > "$work/slow.out" 2> "$work/slow.err" || status=$?; echo $status > "$work/done") & reader=$!
  for _ in $(seq 200); do grep -q ' entries of ' "$work/slow.err" 2> /dev/null && break; sleep 0.02; done
  churn $round
  [ ! -e "$work/done" ] || fail "the read ended before everything had changed: a slower line is needed"
  wait $reader
  [ "$(cat "$work/done")" = 0 ] || { tail "$work/slow.err" >&2; fail "slow$a"; }
  dump "$work/slow$a/store" > "$work/have"
  fresh_of "$a"; dump "$work/fresh/store" > "$work/want"
  for cn in back gone; do grep -q "CN=$cn$round," "$work/have" || fail "$a: $cn$round was restored and is not there"; done
  cmp -s "$work/have" "$work/want" || { diff "$work/have" "$work/want" | cut -c1-120 | head >&2; fail "$a: what changed meanwhile is missing"; }
  say "$a: what changed during a full read is in the snapshot: $(grep -c 'read again' "$work/slow.err") rounds of following"
done
kill $proxy

say "deleted and brought back between two reads, which costs its memberships; then its old container is moved"
printf 'dn: CN=grp,%s\nchangetype: add\nobjectClass: group\nsAMAccountName: grp\nmember: CN=gone20,OU=Old,%s\nmember: CN=gone21,OU=Old,%s\n\n' "$top" "$top" "$top" | ldif
for a in admin plain unit; do expect 0 "$REANCHOR" -c "$work/$a/reanchor.conf" fetch ad; done
printf 'dn: CN=gone20,OU=Old,%s\nchangetype: delete\n\n' "$top" | ldif
brought_back gone20 "CN=gone20,OU=Rig9,$top"
for a in admin plain unit; do follows "$a" "brought back"; was_followed "$a"; done
renamed "OU=Old,$top" OU=Older "$top" | ldif
for a in admin plain unit; do follows "$a" "its container moved"; was_followed "$a"; done
renamed "OU=Older,$top" OU=Old "$top" | ldif

say "a server that never rests, followed over and over"
for a in admin plain unit; do expect 0 "$REANCHOR" -c "$work/$a/reanchor.conf" fetch ad; done
(for r in 4 5 6 7; do churn $r; done; touch "$work/rested") & churner=$!
fetches=0
until [ -e "$work/rested" ]; do
  for a in admin plain unit; do expect 0 "$REANCHOR" -v -c "$work/$a/reanchor.conf" fetch ad; fetches=$((fetches + 1)); done
done
wait $churner
for a in admin plain unit; do follows "$a" "after $fetches fetches"; was_followed "$a"; done

say "two domain controllers side by side, the second with a Kerberos keytab, sealed"
"$rig/samba-down.sh" "$work/dc" >> "$work/samba.log" 2>&1
cp -a "$work/dc" "$work/dc2"; dcs+=("$work/dc2")
"$rig/samba-up.sh" "$work/dc" "$addr" --no-install >> "$work/samba.log" 2>&1 || fail "the DC does not come back"
"$rig/samba-up.sh" "$work/dc2" "$second" --no-install >> "$work/samba.log" 2>&1 || { tail "$work/samba.log" >&2; fail "no second DC"; }
cat >> "$work/admin/reanchor.conf" <<-C
	[ad:second]
	uri = ldap://$second
	auth = gssapi
C
export KRB5_CONFIG=$work/dc2/krb5.conf KRB5_CLIENT_KTNAME=FILE:$work/dc2/admin.keytab KRB5CCNAME=FILE:$work/ccache LDAPSASL_NOCANON=on
expect 0 "$REANCHOR" -v -c "$work/admin/reanchor.conf" fetch --full ad
shown "ad:contoso: " "ad:second: "
"$ADDUMP" "$work/admin/store" second | sort > "$work/dump.second"; dump "$work/admin/store" > "$work/dump.first"
# The copy's DC object has been given other service names; of people, everything is the same.
cmp -s "$work/dump.first" "$work/dump.second" || { diff "$work/dump.first" "$work/dump.second" | cut -c1-120 | head >&2; fail "the second DC gives something else"; }
expect 0 "$REANCHOR" -v -c "$work/admin/reanchor.conf" fetch ad
for w in "$work"/dc2; do "$rig/samba-down.sh" "$w" KILL; done
person alone "$top" | ldif
expect 5 "$REANCHOR" -c "$work/admin/reanchor.conf" fetch ad
said second
"$ADDUMP" "$work/admin/store" second | sort | cmp -s - "$work/dump.second" || fail "the snapshot of the DC that is gone is not as it was"
"$ADDUMP" "$work/admin/store" contoso | grep -q CN=alone || fail "the other DC was not read"

say "past all measure"
fake() {        # OPTION...: a fake AD, to which $work/fake is configured
  : > "$work/at"
  "$rig/fakead.py" "$addr:0" --cert "$work/dc/tls/dc.pem" --key "$work/dc/tls/dc.key" --users 3 --members 3 "$@" > "$work/at" & pids+=($!)
  for _ in $(seq 100); do [ -s "$work/at" ] && break; sleep 0.05; done
  configure "$work/fake" "source = files:$work/graph" "$(ad_lines "ldaps://$(cat "$work/at")")"
}
fake
expect 0 "$REANCHOR" -c "$work/fake/reanchor.conf" fetch ad
[ "$(meta fake way)" = DirSync ] || fail "the fake's way is $(meta fake way)"
for fault in fat many huge; do
  fake --fault $fault
  got=0
  (ulimit -v 700000; timeout 60 "$REANCHOR" -c "$work/fake/reanchor.conf" fetch --full ad > "$work/out" 2> "$work/err") || got=$?
  case $fault:$got in fat:5 | many:3 | huge:5) ;; *) cat "$work/err" >&2; fail "$fault: exit status $got" ;; esac
  [ "$("$ADDUMP" "$work/fake/store" contoso | wc -l)" = 4 ] || fail "$fault: the old snapshot is gone"
done

say "a cookie that is refused: everything is read anew"
fake --usn 43 --fault told-stale
follows fake "a refused cookie"; was_full fake
grep -q 'could not tell what changed' "$work/fake/told" || fail "not said why"
fake --usn 44
follows fake "the next run"; was_followed fake
say "as wanted"
