#!/bin/bash
# clean.sh BUILD SAMPLE TENANT [ROOT]: a clean Debian 12 is made with debootstrap (in ROOT, which is kept, or in a folder
# that goes away), the package is installed there by apt with what it depends on and recommends, and a new user follows
# what the program says: the manual, `reanchor doctor` again and again until it finds no fault, a rebuild, the nightly
# services' lines, a fire drill, an upgrade, a purge. Wants root, debootstrap and a Debian mirror (MIRROR, by default the
# one that this machine uses). The tenant is a simulated one on the loopback, AD is a dump.
set -euo pipefail
build=$1 sample=$2 tenant=$3 kept=${4:-}
work=$(mktemp -d "${TMPDIR:-/tmp}/reanchor-clean.XXXXXX")
root=${kept:-$work/root} pid=
finish() {
  status=$?
  trap - EXIT
  [ -z "$pid" ] || { kill "$pid" 2> /dev/null || true; wait "$pid" 2> /dev/null || true; }
  rm -rf "$work"
  exit $status
}
trap finish EXIT
fail() { echo "FAIL: $*" >&2; exit 1; }
say() { echo "--- $*"; }

say "two versions of the package"
for v in 0.0.9 0.1.0; do
  (cd "$work" && cpack --config "$build/CPackConfig.cmake" -G DEB -B "$work/deb-$v" -R "$v" > "$work/log" 2>&1) || { cat "$work/log" >&2; fail cpack; }
done

say "a clean Debian 12"
uris=$(cat /etc/apt/sources.list.d/*.sources /etc/apt/sources.list 2> /dev/null | sed '/^ *#/d' | grep -oE 'https?://[^ ]+' || true)
mirror=${MIRROR:-$(grep -m 1 -v security <<< "$uris" || echo http://deb.debian.org/debian)}
security=$(grep -m 1 security <<< "$uris" || echo http://deb.debian.org/debian-security)
if [ ! -e "$root/etc/debian_version" ]; then
  debootstrap bookworm "$root" "$mirror" > "$work/log" 2>&1 || { tail -n 20 "$work/log" >&2; fail "debootstrap from $mirror"; }
fi
{ echo "deb $mirror bookworm main"; echo "deb $mirror bookworm-updates main"; } > "$root/etc/apt/sources.list"
echo "deb $security bookworm-security main" >> "$root/etc/apt/sources.list"
cp /etc/resolv.conf "$root/etc/resolv.conf"

# inside: the script on stdin, in the new system with processes and mounts of its own and this machine's loopback.
inside() {
  unshare -m -p -f --kill-child bash -c "mount -t proc proc '$root/proc'; mount --rbind /dev '$root/dev'
    mount -t tmpfs tmpfs '$root/run'; exec chroot '$root' env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root TERM=dumb \
    DEBIAN_FRONTEND=noninteractive bash -euo pipefail -s" 2>&1
}
run() { inside > "$work/out" || { tail -n 40 "$work/out" >&2; fail "$1"; }; }
shown() { local t; for t; do grep -qF -- "$t" "$work/out" || { cat "$work/out" >&2; fail "not said: $t"; }; done; }

say "install"
mkdir -p "$root/root/new"
cp "$work"/deb-0.0.9/reanchor_*.deb "$root/root/new/old.deb"
cp "$work"/deb-0.1.0/reanchor_*.deb "$root/root/new/new.deb"
run "apt install" << 'IN'
apt-get update -q
apt-get purge -y -q reanchor || true
rm -rf /etc/reanchor /var/lib/reanchor
apt-get install -y -q /root/new/old.deb
dpkg -V reanchor
IN

say "the manual, the version, the completion"
run "the manual" << 'IN'
man -P cat reanchor | sed -n 1,8p
for page in 5:reanchor.conf 7:reanchor-decisions 1:reanchor-doctor 1:reanchor-rehearse 1:reanchor-tenant; do
  man -P cat "${page%:*}" "${page#*:}" > /dev/null
done
reanchor --version
bash -c '. /usr/share/bash-completion/completions/reanchor && complete -p reanchor'
IN
shown "reanchor -- predict what a reinstalled" "libcurl/" "complete -"

say "who has no right to the configuration is told so"
run "another user" << 'IN'
id ada > /dev/null 2>&1 || useradd -m ada
su ada -c 'reanchor doctor' && exit 1 || [ $? = 1 ]
IN
shown "/etc/reanchor/reanchor.conf: Permission denied"

say "step by step to a working configuration"
"$sample" --users 300 "$work/org" > /dev/null
cp "$work/org/ad.ldif" "$root/root/new/ad.ldif"
doctor() {      # STATUS TEXT...: what `reanchor doctor` says now
  local status=$1; shift
  echo "reanchor doctor && status=0 || status=\$?; [ \$status = $status ]" | inside > "$work/out" ||
    { cat "$work/out" >&2; fail "reanchor doctor did not end with $status"; }
  shown "$@"
}
conf=$root/etc/reanchor/reanchor.conf
fill() { sed -i "0,/^;$1 =.*/s##$1 = $2#" "$conf"; }   # the first of this name that is not filled in
doctor 1 "[tenant] id: missing" "--first-steps"
run "first steps" <<< 'reanchor doctor --first-steps'
shown "The Debian package has put one" "openssl req" "User.Read.All"
# The commands of step 3, as they stand there.
sed -n '/^3\./,/^   certificate_file/p' "$work/out" | sed -n 's/^     //p; s/^       //p' > "$work/step3"
run "step 3" < <(cat "$work/step3"; echo 'ls /etc/reanchor')
shown app.crt app.key
"$tenant" --data "$work/org/graph" --dir "$work/tenant" --client-certificate "$root/etc/reanchor/app.crt" > "$work/url" & pid=$!
for _ in $(seq 300); do [ ! -s "$work/url" ] || break; sleep 0.1; done
cp "$work/tenant/ca.pem" "$root/etc/reanchor/tenant-ca.pem"; chmod 644 "$root/etc/reanchor/tenant-ca.pem"
fill id 7f3c2a10-5b1e-4c7d-9f20-0a1b2c3d4e5f
doctor 1 "[tenant] client_id: missing"
fill client_id 52a1b0c9-1d2e-4f30-8a4b-5c6d7e8f9a0b
doctor 1 "[tenant] certificate_file: missing"
fill certificate_file /etc/reanchor/app.crt
doctor 1 "[tenant] private_key_file: missing"
fill private_key_file /etc/reanchor/app.key
fill graph_url "$(cat "$work/url")"; fill login_url "$(cat "$work/url")"
doctor 5 "✗ sign-in" "name it in ca_file"
fill ca_file /etc/reanchor/tenant-ca.pem
doctor 0 "✓ sign-in" "add a section [ad:NAME]" "1 warning"
sed -i 's/^;\[ad:contoso\]/[ad:contoso]/' "$conf"
doctor 1 "[ad:contoso]: uri: missing, want ldaps://HOST"
fill uri ldif:/root/new/ad.ldif
doctor 0 "0 faults, 0 warnings: a rebuild can run"

say "a rebuild as root, then what the nightly services do, as their user"
run "a rebuild" << 'IN'
reanchor config check
reanchor rebuild --report /root/new/report && exit 1 || [ $? = 6 ]
[ -s /root/new/report/report.html ]
[ -z "$(find /var/lib/reanchor ! -user reanchor)" ] || { find /var/lib/reanchor -ls; exit 1; }
as() { setpriv --reuid reanchor --regid reanchor --init-groups "$@"; }
as reanchor backup create --cached
as reanchor verify --cached -q && exit 1 || [ $? = 7 ]
as reanchor rehearse cached --offline --report /var/lib/reanchor/last-rehearsal && exit 1 || [ $? = 6 ]
reanchor backup check
IN
shown "STOP" "AS PREDICTED" "no fault found"

say "an upgrade keeps the configuration and the store, a purge keeps the backups"
run "upgrade and purge" << 'IN'
cp /etc/reanchor/reanchor.conf /root/new/before
apt-get install -y -q /root/new/new.deb
cmp /root/new/before /etc/reanchor/reanchor.conf
[ "$(stat -c %U:%G:%a /etc/reanchor/reanchor.conf)" = root:reanchor:640 ]
reanchor backup list
reanchor plan -q && exit 1 || [ $? = 6 ]
apt-get purge -y -q reanchor
[ ! -e /etc/reanchor/reanchor.conf ] && [ ! -e /usr/bin/reanchor ]
ls /var/lib/reanchor/backups/*.json
IN
shown "is left in place"
say "as wanted"
