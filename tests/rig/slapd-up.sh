#!/bin/bash
# slapd-up.sh: an OpenLDAP server that looks like a (very large) Active Directory to a reader. Needs no root.
#
# Usage: slapd-up.sh DIR [ADDR:PORT] [OPTION...]
#   ADDR:PORT      default 127.0.0.1:3890; LDAPS, if there is DIR/tls (tls.sh), on PORT+1
#   --load FILE    first fill it from this LDIF (slapd-gen.py), replacing what it held; - for standard input
#   --pagemax N    the most entries to a page, default 1000, as AD's MaxPageSize; without paging a search
#                  ends there with sizeLimitExceeded, as AD's does
#   --conf LINE    one more slapd.conf line in the database section (repeat at will)
# Bind: cn=reader,BASE or cn=admin,BASE, password secret, or SASL EXTERNAL with tls.sh's client.pem as
# cn=reader,BASE. Anonymous may read the rootDSE only.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
base=DC=contoso,DC=test addr=127.0.0.1:3890 load='' pagemax=1000 conf=()
mkdir -p "$1"; dir=$(cd "$1" && pwd); shift
case ${1:-} in ''|--*) ;; *) addr=$1; shift ;; esac
while [ $# -gt 0 ]; do
  case $1 in
    --load) load=$2; shift 2 ;;
    --pagemax) pagemax=$2; shift 2 ;;
    --conf) conf+=("$2"); shift 2 ;;
    *) echo "slapd-up.sh: $1?" >&2; exit 2 ;;
  esac
done
slapd=$(PATH=$PATH:/usr/sbin:/usr/lib/openldap command -v slapd) || { "$here/deps.sh" slapd >&2; slapd=/usr/sbin/slapd; }
pidfile=$dir/slapd.pid
if [ -s "$pidfile" ] && kill -0 "$(cat "$pidfile")" 2>/dev/null; then echo "slapd-up.sh: already up" >&2; exit 0; fi
mkdir -p "$dir/db"
cat > "$dir/rootdse.ldif" <<-E
	dn:
	objectClass: top
	objectClass: extensibleObject
	defaultNamingContext: $base
	rootDomainNamingContext: $base
	configurationNamingContext: CN=Configuration,$base
	schemaNamingContext: CN=Schema,CN=Configuration,$base
	dsServiceName: CN=NTDS Settings,CN=DC9,CN=Servers,CN=Default-First-Site-Name,CN=Sites,CN=Configuration,$base
	dnsHostName: dc9.contoso.test
	highestCommittedUSN: 99999999
	isSynchronized: TRUE
	supportedCapabilities: 1.2.840.113556.1.4.800
	supportedCapabilities: 1.2.840.113556.1.4.1670
E
tls=''
if [ -s "$dir/tls/dc.pem" ]; then
  tls="TLSCertificateFile $dir/tls/dc.pem
TLSCertificateKeyFile $dir/tls/dc.key
TLSCACertificateFile $dir/tls/ca.pem
TLSVerifyClient try
authz-regexp ^cn=reader\$ cn=reader,$base"
fi
cat > "$dir/slapd.conf" <<E
include $here/slapd-schema.conf
pidfile $pidfile
argsfile $dir/slapd.args
modulepath /usr/lib/ldap
moduleload back_mdb
moduleload sssvlv
rootDSE $dir/rootdse.ldif
sizelimit size.soft=$pagemax size.hard=$pagemax size.pr=$pagemax size.prtotal=unlimited
timelimit unlimited
threads 4
tool-threads 2
$tls
database mdb
suffix "$base"
rootdn "cn=admin,$base"
rootpw secret
directory $dir/db
maxsize 34359738368
checkpoint 0 0
dbnosync
index objectClass,objectGUID,objectSid,mS-DS-ConsistencyGuid,userPrincipalName,sAMAccountName,mail,objectCategory eq
index proxyAddresses eq
index uSNChanged eq
limits dn.exact="cn=reader,$base" size.soft=$pagemax size.hard=$pagemax size.pr=$pagemax size.prtotal=unlimited
access to dn.base="" by * read
access to attrs=userPassword by anonymous auth
access to * by dn.exact="cn=reader,$base" write by * none
$(printf '%s\n' ${conf[@]+"${conf[@]}"})
E
if [ -n "$load" ]; then
  rm -f "$dir"/db/*.mdb
  { if [ "$load" = - ]; then cat; else cat "$load"; fi
    printf 'dn: cn=reader,%s\nobjectClass: organizationalRole\nobjectClass: simpleSecurityObject\ncn: reader\nuserPassword: secret\n\n' "$base"
  } | "$slapd" -Ta -q -f "$dir/slapd.conf" -b "$base"      # -Ta: be slapadd
fi
port=${addr##*:}
urls="ldap://$addr"
[ -z "$tls" ] || urls="$urls ldaps://${addr%:*}:$((port + 1))"
"$slapd" -f "$dir/slapd.conf" -h "$urls" -d none -n rig-slapd > "$dir/log" 2>&1 < /dev/null &
disown
for _ in $(seq 200); do
  if ldapsearch -LLL -x -o nettimeout=2 -H "ldap://$addr" -s base -b '' defaultNamingContext >/dev/null 2>&1; then
    echo "slapd-up.sh: $urls up, pid $(cat "$pidfile")" >&2
    exit 0
  fi
  sleep 0.05
done
echo "slapd-up.sh: not up after 10 s" >&2
tail -5 "$dir/log" >&2
exit 1
