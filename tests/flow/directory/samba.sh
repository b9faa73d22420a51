#!/bin/bash
# samba.sh DIRDUMP: the reader against a real domain controller, beside ldapsearch, and with a proxy that
# fails on purpose between them.
dirdump=$1
# shellcheck source=tests/rig/rig.sh
. "$(dirname "$0")/../../rig/rig.sh"
"$rig/deps.sh" samba fault >"$scratch/deps" 2>&1 || { tail "$scratch/deps"; die "packages for the rig"; }

dc=$scratch/dc
samba "$dc" "$address" --conf 'ldap server require strong auth = allow_sasl_over_tls'
/usr/bin/python3 "$rig/samba-load.py" "$dc" --users 240 --groups 20 --contacts 20 2>"$scratch/load" ||
  { cat "$scratch/load"; die "loading the DC"; }
tool() { samba-tool user "$@" -H "$dc/private/sam.ldb" -s "$dc/etc/smb.conf" >>"$scratch/load" 2>&1; }
accounts() {
  tool create frozen 'Passw0rd!Rig' && tool disable frozen &&
    tool create fresh 'Passw0rd!Rig' --must-change-at-next-login
}
accounts || { cat "$scratch/load"; die "accounts"; }
# shellcheck source=/dev/null
. "$dc/env.sh"
ldaps=ldaps://$RIG_ADDR
umask 077
printf '%s\n' "$RIG_PASS" >"$scratch/pw"
printf 'not it' >"$scratch/wrong"
attributes=(objectClass objectGUID objectSid mS-DS-ConsistencyGuid userPrincipalName proxyAddresses mail
  sAMAccountName displayName msExchRecipientTypeDetails member description userAccountControl)

dumper=("$dirdump" -H "$ldaps" -a simple -D "$RIG_USER" -w "$scratch/pw" -C "$RIG_CA")
dump() { "${dumper[@]}" "$@"; }
at() { dump -H "ldaps://$at" "$@"; }              # the same through a proxy
plain() { "$@" | "$rig/plain.py"; }
search() {
  ldapsearch -LLL -o ldif-wrap=no -x -D "$RIG_USER" -w "$RIG_PASS" -H "$ldaps" -b "$RIG_BASE" \
    -E pr=100/noprompt "$@"
}
agrees() { plain "$@" >"$scratch/ours" && same "$scratch/theirs" "$scratch/ours"; }

plain search '(objectClass=*)' "${attributes[@]}" | grep -v '^ref::' >"$scratch/theirs"
[ "$(wc -l <"$scratch/theirs")" -gt 280 ] || die "ldapsearch does not find the objects"
count=$(wc -l <"$scratch/theirs")

check "LDAPS gives every entry and value that ldapsearch gives" agrees dump "${attributes[@]}"
check "StartTLS gives the same" agrees dump -H "ldap://$RIG_ADDR" -Z "${attributes[@]}"
export KRB5_CLIENT_KTNAME=FILE:$RIG_KEYTAB
# Cyrus SASL keeps a credential when it binds a channel: no fault of ours for a leak checker.
kerberos() { ASAN_OPTIONS=detect_leaks=0 "$dirdump" -a gssapi -C "$RIG_CA" "$@"; }
check "Kerberos from a keytab, sealed, gives the same" agrees kerberos -H "ldap://$RIG_ADDR" "${attributes[@]}"
check "Kerberos over TLS gives the same" agrees kerberos -H "$ldaps" "${attributes[@]}"
search '(objectClass=*)' >"$scratch/all.ldif"
check "a dump by ldapsearch gives the same" agrees "$dirdump" -H "ldif:$scratch/all.ldif" "${attributes[@]}"
ldapsearch -x -D "$RIG_USER" -w "$RIG_PASS" -H "$ldaps" -b "$RIG_BASE" -E pr=100/noprompt >"$scratch/wrapped.ldif"
check "so does one with wrapped lines, comments and results" \
  agrees "$dirdump" -H "ldif:$scratch/wrapped.ldif" "${attributes[@]}"
for page in 1 7 100 999 5000; do
  check "a page size of $page does not change the number of entries" prints "$count" dump -n -p "$page" cn
done
check "a filter is applied by the server" prints 240 dump -n -f '(sAMAccountName=u0*)' cn
check "a base narrows the search" prints 24 dump -n -b "OU=Rig3,OU=Rig,$RIG_BASE" -f '(objectClass=user)' cn
check "the syntax of objectSid is binary" prints binary dump -s objectSid
check "the syntax of mS-DS-ConsistencyGuid is binary" prints binary dump -s MS-DS-CONSISTENCYGUID
check "the syntax of employeeID is string" prints string dump -s employeeID
check "the syntax of uSNChanged is integer" prints integer dump -s uSNChanged
check "the syntax of what is not there is unknown" prints unknown dump -s 'no)(such=*'

dump -r >"$scratch/root"
invocation=$(search '(objectClass=nTDSDSA)' -b "CN=Sites,CN=Configuration,$RIG_BASE" invocationId |
  sed -n 's/^invocationId:: //p' | base64 -d | od -An -tx1 | tr -d ' \n')
i=$invocation
check "the invocation id is the DC's" grep -qix \
  "invocation ${i:6:2}${i:4:2}${i:2:2}${i:0:2}-${i:10:2}${i:8:2}-${i:14:2}${i:12:2}-${i:16:4}-${i:20:12}" "$scratch/root"
check "the base is the domain's" grep -qx "base $RIG_BASE" "$scratch/root"
check "it is known as Active Directory" grep -qx "ad 1" "$scratch/root"
check "the highest USN is told" grep -qE '^usn [1-9][0-9]{3,}$' "$scratch/root"

check "a wrong password is told as one" fails 4 'ESIGNIN: .*wrong password, or no such account \(49\).*data 52e' \
  dump -w "$scratch/wrong"
check "a plain simple bind is refused" fails 1 'ECONFIG: .*in the clear' dump -H "ldap://$RIG_ADDR"
check "a disabled account is told as one" fails 4 'the account is disabled \(49\).*data 533' \
  dump -D "frozen@${RIG_REALM,,}"
check "a password to be changed is told as one" fails 4 'must be changed at the next logon' \
  dump -D "fresh@${RIG_REALM,,}"
stranger() {
  KRB5_CLIENT_KTNAME=FILE:/nonexistent KRB5CCNAME=FILE:$scratch/none "$dirdump" -H "ldap://$RIG_ADDR" -a gssapi
}
check "no ticket and no keytab is a sign-in error" fails 4 'ESIGNIN: .*Kerberos bind failed' stranger

check "an authority that is not ours is told" fails 5 'ENETWORK: .*CN=Rig test CA\) is not trusted: .*' \
  "$dirdump" -H "$ldaps" -a simple -D "$RIG_USER" -w "$scratch/pw"
careless() { LDAPTLS_REQCERT=never "$dirdump" -H "$ldaps" -a simple -D "$RIG_USER" -w "$scratch/pw"; }
check "the environment cannot turn verification off" fails 5 'is not trusted' careless
check "StartTLS verifies too" fails 5 'is not trusted' \
  "$dirdump" -H "ldap://$RIG_ADDR" -Z -a simple -D "$RIG_USER" -w "$scratch/pw"
check "a ca_file that is not there is told" fails 1 'ca_file /nonexistent: No such file' dump -C /nonexistent

# Through a proxy that speaks TLS on both sides, with one or another certificate.
proxy() { background "$rig/faultproxy.py" "$RIG_ADDR:0" "$RIG_ADDR:636" "$@"; }
with() { proxy --cert "$dc/tls/$1.pem" --key "$dc/tls/dc.key" "${@:2}"; }
with expired
check "a certificate out of date is told, with the date" fails 5 'its certificate \(CN=.*\) ran out on 20' at
stop
with other
check "a certificate for another name is told" fails 5 'is not for the name 127\.' at
stop
with dc
check "the proxy itself changes nothing" agrees at "${attributes[@]}"
stop

fault() {       # SENTENCE STATUS TEXT FAULT...
  with dc "${@:4}"
  check "$1" fails "$2" "$3" at -p 50 -n -t 3 cn
  check "... and the fault has struck" test -s "$scratch/told"
  stop
}
# The DC's answers: bind, then the done of the rootDSE (1), of the invocation id (2), of page 1 (3), ...
fault "busy in mid-read is no short list" 3 'EINCOMPLETE: .*reading DC=contoso,DC=test stopped at page 2 after 100 entries: .*\(51\): fault on purpose' --result done:4:51
fault "unavailable in mid-read is no short list" 3 'EINCOMPLETE: .*\(52\)' --result done:5:52
fault "a size limit is no short list" 3 'EINCOMPLETE: .*\(4\)' --result done:3:4
fault "an administrative limit is no short list" 3 'EINCOMPLETE: .*\(11\)' --result done:4:11
fault "success without the paging control is no end" 3 'EINCOMPLETE: .*without the paging control' --result done:4:0
fault "a lost last answer is a cut connection" 5 'ENETWORK: .*stopped at page 3 after 150 entries: the connection' --lose done:5:fin
fault "a lost answer that stalls ends by time-out" 5 'ENETWORK: .*no answer for 3 s' --lose done:4:stall
fault "a bind that is refused as busy is no wrong password" 5 'ESERVER: .*busy' --result bind:1:51
fault "a referral in place of the answer is told" 1 'ECONFIG: .*referrals are never followed|ECONFIG: .*\(10\)' \
  --result "done:3:10:ldap://$RIG_ADDR:9/DC=x"

again() {       # SENTENCE FAULT...: the fault passes, and everything comes, each entry once more or not
  with dc "${@:2}"
  check "$1" agrees_again
  check "... and the fault has struck" test -s "$scratch/told"
  stop
}
agrees_again() { plain at -p 50 -t 3 -T 3 "${attributes[@]}" | sort -u >"$scratch/ours" && same "$scratch/sorted" "$scratch/ours"; }
sort -u "$scratch/theirs" >"$scratch/sorted"
again "busy in mid-read is tried again" --result done:4:51
again "unavailable in mid-read is tried again" --result done:5:52
again "a line that is cut between pages is made anew" --lose done:5:fin
again "one that is cut in mid-page, too" --conns 1 --cut-after 60000:rst
again "an answer that never comes is asked for again" --conns 1 --lose done:4:stall
dump -y "${attributes[@]}" >"$scratch/changes.raw"
"$rig/plain.py" <"$scratch/changes.raw" | grep -v cookie | sort -u >"$scratch/changes"
check "DirSync tells of every object when it has no cookie" test "$(wc -l <"$scratch/changes")" -ge "$count"
told_all() { at -y -t 3 -T 3 "${attributes[@]}" | "$rig/plain.py" | grep -v cookie | sort -u >"$scratch/ours" && same "$scratch/changes" "$scratch/ours"; }
tell() {        # SENTENCE FAULT...
  with dc "${@:2}"
  check "$1" told_all
  check "... and the fault has struck" test -s "$scratch/told"
  stop
}
tell "DirSync cut in mid-answer is asked again" --conns 1 --cut-after 30000:rst
tell "DirSync refused as busy is asked again" --result done:4:51
tell "DirSync that stalls is asked again" --conns 1 --lose done:4:stall
with dc --result done:3:51  --result done:4:51 --result done:5:51
check "a server that stays busy is given up" fails 3 'EINCOMPLETE: .*\(51\)' at -n -t 3 -T 2 cn
stop

bytes() {       # SENTENCE TEXT FAULT...
  proxy "${@:3}"
  check "$1" fails 5 "$2" at -n -t 3 "${attributes[@]}"
  check "... and the fault has struck" test -s "$scratch/told"
  stop
}
bytes "a reset in mid-read is a network error" 'ENETWORK: .*stopped at page 1 after [1-9]' --cut-after 60000:rst
bytes "an orderly end in mid-read is a network error" 'ENETWORK: .*stopped at page 1 after' --cut-after 60000:fin
bytes "a stall in the middle of a message ends by time-out" 'ENETWORK: .*no answer for 3 s' --stall-after 60000
bytes "a changed byte is found out by TLS" 'ENETWORK: .*stopped at page 1' --garble-at 60000
bytes "a line cut in the handshake is a network error" 'ENETWORK: ' --cut-after 100:rst
bytes "a refused connection is a network error" 'ENETWORK: ' --refuse 9

proxy --silent
check "a server that never answers ends by time-out" fails 5 'ENETWORK: ' at -n -t 2
stop
check "a closed port is told as one" fails 5 'no connection to 127\..* port 9 .*Connection refused' dump -H "ldaps://$RIG_ADDR:9"
check "a name that does not resolve is told as one" fails 5 'does not resolve' dump -H ldaps://dc.invalid

interrupted() { # ARGUMENT...: a stopped reader ends, by the signal, within two seconds
  local pid status t0 t1
  "${dumper[@]}" "$@" >"$scratch/stopped" 2>&1 &
  pid=$!
  sleep 1.5
  t0=$(date +%s%N)
  kill -TERM "$pid"
  wait "$pid"; status=$?
  t1=$(date +%s%N)
  cat "$scratch/stopped"
  echo "status $status after $(((t1 - t0) / 1000000)) ms"
  [ "$status" = 143 ] && [ $((t1 - t0)) -lt 2000000000 ] && grep -q ESIGNAL "$scratch/stopped"
}
with dc --lose done:3:stall
check "a signal ends the wait for an answer" interrupted -H "ldaps://$at" -n -t 60
stop
proxy --silent
check "a signal ends the wait for a handshake" interrupted -H "ldaps://$at" -n -t 60
stop
check "a signal ends the handing out of entries" interrupted -n -u 50000

background "$rig/faultproxy.py" "$RIG_ADDR:0" "$RIG_ADDR:9" --silent
trap_at=$at trap_bg=$bg
cp "$scratch/told" "$scratch/trap"
with dc --reference "*:ldap://$trap_at/DC=x"
check "references are passed over" prints "$count" at -n -p 50 cn
check "... though they came" grep -q reference "$scratch/told"
stop
with dc --result "done:3:10:ldap://$trap_at/DC=x"
check "a referral is an error" fails 1 'referral|Referral' at -n cn
stop
check "and nothing has connected to where they lead" test ! -s "$scratch/trap"
kill "$trap_bg"

with dc --conns 1 --lose "entry:$((count + 3)):rst"
check "a connection that died while idle is made anew" prints "$((2 * count))" at -n -2 cn
check "... though it died" grep -q lost "$scratch/told"
stop

victim=$(search '(sAMAccountName=u0000001)' dn | sed -n 's/^dn: //p')
guid=$(search '(sAMAccountName=u0000001)' objectGUID | sed -n 's/^objectGUID:: //p')
ldapdelete -x -D "$RIG_USER" -w "$RIG_PASS" -H "$ldaps" "$victim" || die "deleting a user"
deleted() { dump "$@" -f '(isDeleted=TRUE)' objectGUID sAMAccountName isDeleted proxyAddresses; }
deleted -d >"$scratch/deleted"
check "a deleted user is read with the show-deleted control" grep -qx "objectGUID:: $guid" "$scratch/deleted"
check "the Recycle Bin has kept its account name" grep -qx "sAMAccountName:: $(printf u0000001 | base64)" "$scratch/deleted"
check "without the control deleted objects are not read" prints 0 deleted -n

victims=(-n -p 20 -u 5000)
killed() {
  dump "${victims[@]}" >"$scratch/killed" 2>&1 &
  local pid=$! status
  sleep 0.7
  "$rig/samba-down.sh" "$dc" KILL
  wait "$pid"; status=$?
  cat "$scratch/killed"
  [ "$status" = 5 ] && grep -q 'ENETWORK: .*stopped at page' "$scratch/killed"
}
check "a DC killed in mid-read is a network error" killed
samba "$dc"
check "a DC that is back is read whole" prints "$((count - 1))" dump -n cn
summary
