#!/bin/bash
# samba-up.sh: a Samba AD domain controller, whole in one directory, on one loopback address. Needs root,
# for the ports.
#
# Usage: samba-up.sh DIR [ADDR] [OPTION...]
#   DIR              where everything lies; provisioned on first use, started as it is later. A stopped DC's
#                    directory may be copied (cp -a) and the copy started with another ADDR
#   ADDR             the loopback address to serve on, default 127.0.0.11; each DC takes another one
#   --realm R --domain D --host H     default CONTOSO.TEST, CONTOSO, dc1
#   --pass P         Administrator's password, default Passw0rd!Rig
#   --store tdb|mdb  sam.ldb's back end, default tdb; mdb for over 100,000 objects
#   --conf 'k = v'   one more smb.conf line (repeat at will)
#   --no-exchange    leave out the Exchange schema sample
#   --no-recyclebin  leave the Recycle Bin off
#   --no-install     don't look for packages
#
# Serves LDAP 389, LDAPS 636, global catalog 3268/3269, Kerberos 88, kpasswd 464. Then source DIR/env.sh.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
addr=127.0.0.11 realm=CONTOSO.TEST domain=CONTOSO host=dc1 pass='Passw0rd!Rig' store=tdb
exchange=1 recyclebin=1 install=1 conf=() home=''
[ $# -ge 1 ] || { sed -n '2,/^set/s/^# \{0,1\}//p' "$0" | sed '$d' >&2; exit 2; }
mkdir -p "$1"; dir=$(cd "$1" && pwd); shift
# A DC keeps what it was provisioned with.
# shellcheck source=/dev/null
[ ! -s "$dir/rig.conf" ] || . "$dir/rig.conf"
case ${1:-} in ''|--*) ;; *) addr=$1; shift ;; esac
while [ $# -gt 0 ]; do
  case $1 in
    --realm) realm=${2^^}; shift 2 ;;
    --domain) domain=${2^^}; shift 2 ;;
    --host) host=${2,,}; shift 2 ;;
    --pass) pass=$2; shift 2 ;;
    --store) store=$2; shift 2 ;;
    --conf) conf+=("$2"); shift 2 ;;
    --no-exchange) exchange=; shift ;;
    --no-recyclebin) recyclebin=; shift ;;
    --no-install) install=; shift ;;
    *) echo "samba-up.sh: $1?" >&2; exit 2 ;;
  esac
done
[ "$(id -u)" = 0 ] || { echo "samba-up.sh: needs root" >&2; exit 1; }
[ -z "$install" ] || "$here/deps.sh" samba >&2
fqdn=$host.${realm,,}
base=DC=${realm//./,DC=}
base=${base,,}; base=${base//dc=/DC=}
pidfile=$dir/run/samba.pid
if [ -s "$pidfile" ] && kill -0 "$(cat "$pidfile")" 2>/dev/null; then
  echo "samba-up.sh: already up, pid $(cat "$pidfile")" >&2; exit 0
fi
rm -f "$pidfile"
[ "$(cat "$dir/tls/for" 2>/dev/null)" = "$fqdn $addr" ] || rm -rf "$dir/tls"
"$here/tls.sh" "$dir/tls" "$fqdn" "$addr"
echo "$fqdn $addr" > "$dir/tls/for"
log=$dir/provision.log
ldif() {                         # ldbmodify's -s is a scope: --configfile
  ldbmodify --configfile="$dir/etc/smb.conf" -H "$dir/private/sam.ldb" >> "$log" 2>&1 ||
    { tail -5 "$log" >&2; exit 1; }
}

if [ ! -e "$dir/provisioned" ]; then
  : > "$log"
  (cd "$dir" && rm -rf private state cache lock sysvol)     # what an attempt cut short may have left
  /usr/bin/python3 "$here/samba-provision.py" "$dir" "$realm" "$domain" "$host" "$addr" "$pass" "$store" >> "$log" 2>&1 ||
    { tail -20 "$log" >&2; exit 1; }
  ldif <<-E                       # Administrator's password doesn't expire
	dn: CN=Administrator,CN=Users,$base
	changetype: modify
	replace: userAccountControl
	userAccountControl: 66048
	E
  if [ -n "$exchange" ]; then     # attributes first, then a schema cache reload, then the classes that use them
    SCHEMA_DN="CN=Schema,CN=Configuration,$base"
    for part in 1 2; do sed "s/@SCHEMA@/$SCHEMA_DN/g" "$here/exchange-schema-$part.ldif" | ldif; done
  fi
  if [ -n "$recyclebin" ]; then   # what Enable-ADOptionalFeature does, here on the file
    /usr/bin/python3 "$here/samba-recyclebin.py" "$dir" >> "$log" 2>&1 || { tail -5 "$log" >&2; exit 1; }
  fi
  samba-tool domain exportkeytab "$dir/admin.keytab" --principal="Administrator@$realm" -s "$dir/etc/smb.conf" >> "$log" 2>&1 || true
  touch "$dir/provisioned"
fi
if [ "$home $addr" != "$dir $(cat "$dir/spn" 2>/dev/null)" ]; then
  # A new DC, a copy of one, or a new address: its paths and address, and the Kerberos names by which it is reached without DNS.
  [ -z "$home" ] || sed -i "s#$home/#$dir/#g" "$dir/etc/smb.conf"
  sed -i "s#^\( *interfaces = \).*#\1$addr/8#" "$dir/etc/smb.conf"
  ldif <<-E
	dn: CN=${host^^},OU=Domain Controllers,$base
	changetype: modify
	replace: servicePrincipalName
	servicePrincipalName: HOST/${host^^}
	servicePrincipalName: HOST/$fqdn
	servicePrincipalName: ldap/$fqdn
	servicePrincipalName: ldap/$addr
	servicePrincipalName: ldap/localhost
	E
  echo "$addr" > "$dir/spn"
fi
home=$dir
declare -p addr realm domain host pass store home | sed 's/^declare -- //' > "$dir/rig.conf"
printf '%s\n' ${conf[@]+"${conf[@]}"} > "$dir/etc/extra.conf"

cat > "$dir/krb5.conf" <<-E
	[libdefaults]
	    default_realm = $realm
	    dns_lookup_kdc = false
	    dns_lookup_realm = false
	    dns_canonicalize_hostname = false
	    rdns = false
	    udp_preference_limit = 1
	[realms]
	    $realm = {
	        kdc = $addr
	        kpasswd_server = $addr
	    }
	[domain_realm]
	    .${realm,,} = $realm
	    ${realm,,} = $realm
	    $addr = $realm
	    localhost = $realm
	E
printf '%s %s %s\n' "$addr" "$fqdn" "$host" > "$dir/hosts"
cat > "$dir/env.sh" <<-E
	export RIG_DIR='$dir' RIG_ADDR='$addr' RIG_HOST='$fqdn' RIG_REALM='$realm' RIG_BASE='$base'
	export RIG_USER='administrator@${realm,,}' RIG_PASS='$pass' RIG_CA='$dir/tls/ca.pem' RIG_KEYTAB='$dir/admin.keytab'
	export KRB5_CONFIG='$dir/krb5.conf' KRB5CCNAME='FILE:$dir/ccache' LDAPTLS_CACERT='$dir/tls/ca.pem' LDAPSASL_NOCANON=on
	E
KRB5_CONFIG=$dir/krb5.conf samba -D -s "$dir/etc/smb.conf" </dev/null >>"$dir/log/stdout" 2>&1
answers() {
  LDAPTLS_CACERT=$dir/tls/ca.pem ldapsearch -LLL -x -o nettimeout=2 -H "ldaps://$addr" -s base -b '' \
    defaultNamingContext >/dev/null 2>&1 && bash -c "exec 3<>/dev/tcp/$addr/88" 2>/dev/null
}
for _ in $(seq 400); do          # samba -D returns before it listens
  if answers; then
    echo "samba-up.sh: $fqdn at $addr up, pid $(cat "$pidfile")" >&2
    exit 0
  fi
  sleep 0.05
done
echo "samba-up.sh: not up after 20 s" >&2
tail -20 "$dir/log/samba.log" >&2
exit 1
