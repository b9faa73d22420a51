#!/bin/bash
# slapd.sh DIRDUMP: the reader against an ordinary LDAP server, and against one that does what only AD does.
dirdump=$1
# shellcheck source=tests/rig/rig.sh
. "$(dirname "$0")/../../rig/rig.sh"
"$rig/deps.sh" slapd fault >"$scratch/deps" 2>&1 || { tail "$scratch/deps"; die "packages for the rig"; }

sl=$scratch/slapd
"$rig/tls.sh" "$sl/tls" dc9.contoso.test "$address" ::1 || die "certificates"
"$rig/slapd-gen.py" --users 2500 --groups 5 --contacts 5 >"$scratch/gen.ldif" || die "slapd-gen.py"
slapd "$sl" "$address:3890" --load "$scratch/gen.ldif"
base=DC=contoso,DC=test
umask 077
printf secret >"$scratch/pw"
dump() { "$dirdump" -H "ldaps://$address:3891" -a simple -D "cn=reader,$base" -w "$scratch/pw" -C "$sl/tls/ca.pem" "$@"; }
search() { ldapsearch -LLL -o ldif-wrap=no -x -D "cn=reader,$base" -w secret -H "ldap://$address:3890" -b "$base" "$@"; }
plain() { "$@" | "$rig/plain.py"; }
attributes=(objectGUID objectSid mS-DS-ConsistencyGuid userPrincipalName proxyAddresses mail displayName member)

capped() { search '(objectClass=*)' dn >/dev/null 2>"$scratch/capped"; [ $? = 4 ]; }
check "the server itself ends an unpaged search at 1000" capped
plain search -E pr=1000/noprompt '(objectClass=*)' "${attributes[@]}" >"$scratch/theirs"
plain dump "${attributes[@]}" >"$scratch/ours"
check "past the cap every entry and value comes" same "$scratch/theirs" "$scratch/ours"
count=$(wc -l <"$scratch/ours")
check "there are more than two pages of them" test "$count" -gt 2500
# GnuTLS's side of libldap never frees a client's certificate: no fault of ours for a leak checker.
external() { ASAN_OPTIONS=detect_leaks=0 "$dirdump" -H "ldaps://$address:3891" -C "$sl/tls/ca.pem" -a external "$@"; }
check "a client certificate signs in" prints "$count" external -n -c "$sl/tls/client.pem" -k "$sl/tls/client.key"
check "without one, external is refused" fails 4 'ESIGNIN' external -n
if grep -qs ' lo$' /proc/net/if_inet6; then
  background "$rig/forward.py" "$address:3891" ::1
  check "a server on IPv6 alone is read" prints "$count" dump -H "ldaps://[::1]:${at##*:}" -n
  stop
fi
check "the subschema tells that objectGUID is binary" prints binary dump -s objectguid
check "the subschema tells a syntax taken from the type above" prints string dump -s cn
check "the subschema tells that uSNChanged is a number" prints integer dump -s uSNChanged
check "the subschema does not know what is not there" prints unknown dump -s nonsense
noted() { dump -n -d 2>&1 | grep 'does not offer the show-deleted control'; }
check "where deleted objects cannot be shown, a note says so" noted
check "a base that is not there is a fault of the configuration" fails 1 'ENOTFOUND: .*No such object \(32\)' dump -b "OU=none,$base"

old() {         # a server that ends at TLS 1.1
  openssl s_server -accept "$address:3892" -cert "$sl/tls/dc.pem" -key "$sl/tls/dc.key" -tls1_1 \
    -cipher ALL:@SECLEVEL=0 -quiet >"$scratch/old" 2>&1 </dev/null &
  bg=$!
  pids+=("$bg")
  sleep 1
}
old
check "TLS 1.1 is refused" fails 5 'it offers TLS1.1, wanted TLS 1.2 or later' dump -H "ldaps://$address:3892"
stop

fake() { background "$rig/fakead.py" "$address:0" --cert "$sl/tls/dc.pem" --key "$sl/tls/dc.key" "$@"; }
ad() { dump -H "ldaps://$at" -t 5 "$@"; }
values() { ad -f '(cn=big)' member | grep -c '^member::'; }
distinct() { ad member | grep '^member::' | sort -u | wc -l; }
fake --members 4000
check "ranged values are fetched to their end" prints 4000 values
check "... each once" prints 4000 distinct
stop
fake --members 3000
check "a number of values that fills its last range is no end too early" prints 3000 values
stop
fake --members 7 --step 1
check "ranges of one value are fetched too" prints 7 values
stop
fake --members 1500
check "values that fit are not asked for again" prints 1500 values
stop
fake --page 3 --users 10
check "a server may hand out smaller pages than asked for" prints 11 ad -n -p 500
stop

fault() {       # SENTENCE STATUS TEXT FAULT
  fake --fault "$4" --users 10
  check "$1" fails "$2" "$3" ad -p 4 member
  stop
}
fault "a range that does not come is no short list of values" 3 'member of CN=big.*the values from 1500 on did not come' range-stuck
fault "a gap between ranges is no list of values" 3 'member of CN=big.*the values from 1500 on did not come' range-gap
fault "an object that goes between two ranges is told" 3 'EINCOMPLETE: .*member of CN=big.*\(32\)' range-gone
fault "no paging control at the end is no end" 3 'EINCOMPLETE: .*without the paging control' no-control
fault "a paging control that is malformed is told" 5 'ESERVER: .*malformed' bad-control
fault "a cookie past all measure is refused" 5 'ESERVER: .*malformed' cookie-large
fault "empty pages without end are given up" 5 'ESERVER: .*pages without an entry' cookie-stuck
fault "an answer of a gigabyte is refused" 5 'ENETWORK: ' huge
fault "a value of 50 MiB is refused" 5 'ESERVER: .*CN=u0.* too many or too large' fat
changes() { ad -y -n "$@" name | sed -n 's/^cookie:: //p' | base64 -d; }
counted() { ad -y "$@" sAMAccountName | grep -c '^sAMAccountName:' || true; }
fake --page 3 --users 10
check "DirSync is asked until there is no more" prints 10 counted
check "... and hands out the cookie of the end" prints "done" changes
check "... from which nothing is told" prints 0 counted -K "done"
check "a cookie from the middle goes on from there" prints 4 counted -K "at 6"
stale() { ad -y -K garbage name | grep -qx stale; }
check "a garbage cookie is told as one, and as no error" stale
same_cookie() { ad -y -K garbage name | grep -qx "cookie:: $(printf garbage | base64)"; }
check "... and stays as it was" same_cookie
stop
not_for_us() { dump -y name | grep -qx 'not for us'; }
check "a server without DirSync is told as one" not_for_us
told_fault() {  # SENTENCE STATUS TEXT FAULT
  fake --fault "$4" --users 10 --page 3
  check "$1" fails "$2" "$3" ad -y name
  stop
}
told_fault "DirSync that never comes to an end is given up" 5 'ESERVER: .*DirSync of .*never comes' told-stuck
told_fault "DirSync without its control at the end is no end" 3 'EINCOMPLETE: .*without the DirSync control' told-open
fake --fault overfull --users 5000
check "pages larger than asked for are read all the same" prints 5001 ad -n -p 1000
stop
summary
