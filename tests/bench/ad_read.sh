#!/bin/bash
# ad_read.sh [ENTRIES [PAIRS [PORT]]]: `reanchor fetch --full ad` against ldapsearch of the same entries and attributes to
# /dev/null, from the same slapd over the same LDAPS, in pairs; the times, their medians, and the ratio of the medians.
# REANCHOR names the program. CONNECTIONS: of reanchor, default 2.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
rig=$here/../rig
entries=${1:-100000} pairs=${2:-5} port=${3:-42600}
: "${REANCHOR:?}"
work=$(mktemp -d "${TMPDIR:-/tmp}/reanchor-bench.XXXXXX")
addr=127.0.0.57
trap '"$rig/slapd-down.sh" "$work/sl" > /dev/null 2>&1 || true; rm -rf "$work"' EXIT
base=DC=contoso,DC=test
"$rig/tls.sh" "$work/sl/tls" dc9.contoso.test "$addr"
"$rig/slapd-gen.py" --users $((entries * 9 / 10)) --groups $((entries / 20)) --contacts $((entries / 20)) |
  "$rig/slapd-up.sh" "$work/sl" "$addr:$port" --load - 2> "$work/up" || { cat "$work/up" >&2; exit 1; }
url=ldaps://$addr:$((port + 1))
(umask 077; printf secret > "$work/pw")
cat > "$work/conf" <<-C
	[tenant]
	id = 7f3c2a10-5b1e-4c7d-9f20-0a1b2c3d4e5f
	source = files:$work
	[ad:contoso]
	uri = $url
	auth = simple
	bind_dn = cn=reader,$base
	password_file = $work/pw
	ca_file = $work/sl/tls/ca.pem
	connections = ${CONNECTIONS:-2}
	[store]
	dir = $work/store
C
filter='(|(objectClass=user)(objectClass=inetOrgPerson)(objectClass=group)(objectClass=contact)(objectClass=computer))'
# The very attributes that are asked for, out of the source.
mapfile -t attributes < <(sed -n '/attributes\[\] = {/,/};/s/^ *"\(.*\)",$/\1/p' "$here/../../recovery/collect/ad.c")
theirs() {
  LDAPTLS_CACERT=$work/sl/tls/ca.pem ldapsearch -LLL -x -o ldif-wrap=no -H "$url" -D "cn=reader,$base" -y "$work/pw" \
    -b "$base" -E pr=1000/noprompt "$filter" "${attributes[@]}" > "${1:-/dev/null}"
}
ours() { "$REANCHOR" -q -c "$work/conf" fetch --full ad > "$work/out" 2> "$work/err" || { cat "$work/err" >&2; exit 1; }; }
theirs "$work/ldif"
got=$(grep -c '^dn:' "$work/ldif"); rm "$work/ldif"
ours
"$REANCHOR" -c "$work/conf" fetch --full ad 2> /dev/null | grep ad:
time_of() { local t0; t0=$(date +%s%N); "$@"; echo $((($(date +%s%N) - t0) / 1000000)); }
: > "$work/a"; : > "$work/b"
for i in $(seq "$pairs"); do
  if [ $((i % 2)) = 0 ]; then a=$(time_of theirs) b=$(time_of ours); else b=$(time_of ours) a=$(time_of theirs); fi
  echo "pair $i: ldapsearch $a ms, reanchor $b ms"
  echo "$a" >> "$work/a"; echo "$b" >> "$work/b"
done
median() { sort -n "$1" | awk '{v[NR] = $1} END {print NR % 2 ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2}'; }
awk -v n="$got" -v a="$(median "$work/a")" -v b="$(median "$work/b")" 'BEGIN {
  printf "%d entries: ldapsearch %.2f s, reanchor %.2f s, ratio of medians %.2f\n", n, a / 1000, b / 1000, b / a}'
