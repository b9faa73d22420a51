#!/bin/bash
# The units: systemd-analyze takes them, they are closed tightly, and the services' exact command lines work in a
# sandbox like theirs: another user, no capabilities, no network, everything read-only but the state.
. "$(dirname "$0")/lib.sh"
systemd=$(cd "$here/../../recovery/systemd" && pwd)
for p in systemd-analyze bwrap age age-keygen promtool; do
  command -v "$p" > /dev/null || fail "$p is needed: packages systemd, bubblewrap, age, prometheus"
done

say "systemd-analyze verify"
mkdir "$work/units"
for u in "$systemd"/*.service "$systemd"/*.timer; do
  sed "s#^ExecStart=/usr/bin/reanchor#ExecStart=$REANCHOR#; s#^Documentation=.*##" "$u" > "$work/units/$(basename "$u")"
done
systemd-analyze verify --recursive-errors=no "$work"/units/* > "$work/verify" 2>&1 || { cat "$work/verify" >&2; fail "systemd-analyze verify"; }
if grep -F "$work/units" "$work/verify"; then fail "systemd-analyze verify has remarks"; fi
for u in reanchor-backup reanchor-verify reanchor-rehearse; do
  systemd-analyze security --offline=true --threshold=20 "$systemd/$u.service" > "$work/security" ||
    { grep -a '✗' "$work/security" >&2; fail "$u: $(tail -1 "$work/security")"; }
  tail -1 "$work/security"
done
for t in reanchor-backup reanchor-verify reanchor-rehearse; do
  grep -q '^Persistent=yes' "$systemd/$t.timer" && grep -q '^RandomizedDelaySec=' "$systemd/$t.timer" || fail "$t.timer"
done

say "the services' command lines in a sandbox"
root=$work/root
mkdir -p "$root"/{etc,state/backups,cache,credentials,org}
organisation "$root/org" --users 200 --seed 61
"$REANCHOR" backup keygen "$root/credentials/backup.key" > /dev/null
chmod 440 "$root/credentials/backup.key"    # as systemd shows a credential to a service's user
age-keygen -o "$root/identity" 2> /dev/null
cat > "$root/etc/reanchor.conf" <<-C
	[tenant]
	id = $tenant_id
	source = files:/etc/reanchor/org/graph
	[ad:contoso]
	uri = ldif:/etc/reanchor/org/ad.ldif
	include = OU=Contoso,$base
	exclude = OU=Service Accounts,OU=Contoso,$base
	[anchor]
	candidates = employeeID
	[backup]
	sign_key_file = \$CREDENTIALS_DIRECTORY/backup.key
	encrypt_to = $(age-keygen -y "$root/identity")
	C
cp -r "$root/org" "$root/etc/"
chmod -R go+rX "$root/etc"
chmod 755 "$work" "$root"
uid=61184
chown -R $uid:$uid "$root"/{state,cache,credentials} 2> /dev/null || uid=$(id -u)
usr=()
for d in /usr/*; do [ "$d" = /usr/bin ] || usr+=(--ro-bind "$d" "$d"); done
sandbox() {     # UNIT: its ExecStart lines, one after the other, as the unit has them
  local line status=0
  while IFS= read -r line; do
    # shellcheck disable=SC2086
    setpriv --reuid $uid --regid $uid --clear-groups --bounding-set -all --inh-caps -all --no-new-privs -- \
      bwrap --unshare-all --die-with-parent --new-session --cap-drop ALL "${usr[@]}" \
      --ro-bind "$REANCHOR" /usr/bin/reanchor --ro-bind "$(command -v age)" /usr/bin/age \
      --symlink usr/lib /lib --symlink usr/lib64 /lib64 --symlink usr/bin /bin \
      --ro-bind "$root/etc" /etc/reanchor --proc /proc --dev /dev --tmpfs /tmp \
      --ro-bind "$root/credentials" "/run/credentials/$1" --setenv CREDENTIALS_DIRECTORY "/run/credentials/$1" \
      --bind "$root/state" /var/lib/reanchor --bind "$root/cache" /var/cache/reanchor \
      --setenv PATH /usr/bin --unsetenv HOME --remount-ro / -- $line || status=$?
    [ $status = 0 ] || return $status
  done < <(sed -n 's/^ExecStart=//p' "$systemd/$1")
}
run() {         # STATUS UNIT
  local got=0
  sandbox "$2" > "$work/out" 2> "$work/err" || got=$?
  [ $got = "$1" ] || { tail -n 20 "$work/out" "$work/err" >&2; fail "$2 gave $got, want $1"; }
}
for _ in 1 2; do run 0 reanchor-backup.service; done
run 7 reanchor-verify.service   # findings, which the unit takes for a success
grep -q '^SuccessExitStatus=7' "$systemd/reanchor-verify.service" || fail "findings fail the unit"
run 6 reanchor-rehearse.service # the disaster stops the gate, which the unit takes for a success
grep -q '^SuccessExitStatus=6$' "$systemd/reanchor-rehearse.service" || fail "a stop fails the unit"
jq -es 'last | .type == "summary" and .unexplained == 0 and .same > 200' "$root/state/last-rehearsal/rehearsal.ndjson" \
  > /dev/null || fail "the drill: $(tail -1 "$root/state/last-rehearsal/rehearsal.ndjson")"
[ "$(ls -A "$root/state/rehearsal")" = "" ] || fail "the drill left something in its folder"
[ "$(find "$root/state/backups" -name '*.ndjson.zst.age' | wc -l)" = 1 ] ||
  fail "two nights, of which prune keeps the newest of the day: $(ls "$root/state/backups")"
for f in reanchor_backup reanchor_verify reanchor_rehearse; do promtool check metrics < "$root/cache/$f.prom" || fail "$f.prom"; done
[ "$(stat -c %a "$root/cache/reanchor_backup.prom")" = 644 ] || fail "the node exporter cannot read the metrics"
say "as wanted"
