#!/bin/bash
# tls.sh DIR HOST ADDR...: makes DIR/ca.pem and DIR/ca.key, a certificate of it for the name HOST, localhost
# and the addresses in DIR/dc.pem and DIR/dc.key, the same in DIR/expired.pem but out of date, and one for
# another name in DIR/other.pem (all with DIR/dc.key), and a client's in DIR/client.pem and DIR/client.key.
set -euo pipefail
dir=$1 host=$2; shift 2
mkdir -p "$dir"; cd "$dir"
[ -s client.pem ] && [ -s ca.pem ] && exit 0
umask 077
san="DNS:$host,DNS:localhost"
for a in "$@"; do san+=",IP:$a"; done
ca() {
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -sha256 -days 3650 -subj "/CN=Rig test CA" \
    -addext "basicConstraints=critical,CA:TRUE" -addext "keyUsage=critical,keyCertSign,cRLSign" \
    -keyout ca.key -out ca.pem
}
request() { openssl req -newkey rsa:2048 -nodes -sha256 -subj "$2" -keyout "$1.key" -out "$1.csr"; }
sign() {      # REQUEST NAME USAGE SAN DAYS
  openssl x509 -req -in "$1.csr" -CA ca.pem -CAkey ca.key -CAcreateserial -sha256 -days "$5" -out "$2.pem" \
    -extfile <(printf '%s\n' basicConstraints=CA:FALSE keyUsage=digitalSignature,keyEncipherment \
      "extendedKeyUsage=$3" "subjectAltName=$4")
}
{
  ca
  request dc "/CN=$host"
  sign dc dc serverAuth "$san" 3650
  sign dc expired serverAuth "$san" -1
  sign dc other serverAuth "DNS:elsewhere.invalid" 3650
  request client "/CN=reader"
  sign client client clientAuth "DNS:reader" 3650
} 2>tls.log || { cat tls.log >&2; exit 1; }
rm -f ./*.csr ca.srl
chmod 644 ./*.pem
