#!/bin/bash
# Full disks, a disk that is read-only, and two runs at once: the store, the report's folder and the backups each on a small
# disk of their own, with less and less room. What was complete before stays so, the message says what is the matter, and
# once there is room again the same command succeeds. Needs the right to mount.
[ -n "${OWN_MOUNTS:-}" ] || OWN_MOUNTS=1 exec unshare -m bash "$0" "$@"
. "$(dirname "$0")/lib.sh"
organisation "$work/a" --clean --users 400 --seed 3
organisation "$work/b" --users 700 --seed 3
mkdir "$work/store" "$work/report" "$work/backups"
for disk in store report backups; do mount -t tmpfs -o size=24m,mode=0700 reanchor-test "$work/$disk" || fail "no tmpfs"; done
trap 'umount "$work/store" "$work/report" "$work/backups" 2> /dev/null || true; finish' EXIT
now() {         # ORGANISATION
  configure "$work" "source = files:$work/$1/graph" "uri = ldif:$work/$1/ad.ldif" "[backup]
dir = $work/backups"
  sed -i "0,/^dir = .*/s##dir = $work/store#" "$work/reanchor.conf"
}
run=("$REANCHOR" -q -c "$work/reanchor.conf")
leave() {       # DISK KIB: so much room is left
  rm -f "$work/$1/filler"
  local free
  free=$(( $(stat -f -c '%a * %S / 1024' "$work/$1") - $2 ))
  [ "$free" -le 0 ] || fallocate -l "${free}K" "$work/$1/filler"
}
status() { local got=0; "$@" > "$work/out" 2> "$work/err" || got=$?; echo $got; }
decided() { { "${run[@]}" --json plan 2> /dev/null || [ $? = 6 ]; } | jq -c .counts; }

say "the store's disk"
now a; expect 0 "${run[@]}" fetch
before=$(decided)
now b; full=0
for kib in 0 64 256 512 1024 2048 3072 4096; do
  leave store $kib
  got=$(status "${run[@]}" fetch --full cloud)
  [ "$got" != 0 ] || break
  full=$((full + 1))
  [ "$got" = 9 ] || { cat "$work/err" >&2; fail "a fetch with $kib KiB left gave $got"; }
  said "No space left on device"
  [ "$(decided)" = "$before" ] || fail "with $kib KiB left the snapshot of before is another"
done
[ $full -ge 2 ] || fail "the disk was full $full times"
rm -f "$work/store/filler"
expect 0 "${run[@]}" -v fetch --full
[ "$(decided)" != "$before" ] || fail "the new snapshot is not in use"
say "full $full times, each without harm"

say "the report's disk"
now a; expect 0 "${run[@]}" fetch --full
[ "$(status "${run[@]}" plan --report "$work/report")" = 0 ] || fail "plan: $(cat "$work/err")"
sum() { (cd "$work/report" && sha256sum plan.json verdicts.ndjson verdicts.csv report.html fixes.ldif); }
sum > "$work/sums"
now b; expect 0 "${run[@]}" fetch --full
full=0
for kib in 0 16 100 400 800; do
  leave report $kib
  got=$(status "${run[@]}" plan --report "$work/report")
  [ "$got" = 9 ] || break
  full=$((full + 1))
  said "No space left on device"
  sum | cmp - "$work/sums" || fail "with $kib KiB left the report of before is another"
  [ "$(ls "$work/report")" = "$(printf '%s\n' filler fixes.ldif plan.json report.html verdicts.csv verdicts.ndjson)" ] ||
    { [ $kib = 0 ] && [ ! -e "$work/report/filler" ]; } || fail "left behind: $(ls "$work/report")"
done
[ $full -ge 2 ] || fail "the disk was full $full times"
rm -f "$work/report/filler"
[ "$(status "${run[@]}" plan --report "$work/report")" = 6 ] || fail "plan: $(cat "$work/err")"

say "the backups' disk"
expect 0 "${run[@]}" backup create
full=0
for kib in 0 8 32 64; do
  leave backups $kib
  got=$(status "${run[@]}" backup create)
  [ "$got" = 9 ] || break
  full=$((full + 1))
  said "No space left on device"
  expect 0 "${run[@]}" backup check
done
[ $full -ge 1 ] || fail "the disk was full $full times"
rm -f "$work/backups/filler"
expect 0 "${run[@]}" backup create
expect 0 "${run[@]}" backup check

say "a store that is read-only"
decided > "$work/counts"
somebody=$(jq -r '.value[3].userPrincipalName' "$work/b/graph/users.json")
mount -o remount,ro "$work/store"
[ "$(decided)" = "$(cat "$work/counts")" ] || fail "plan from a read-only store decides otherwise"
expect 0 "${run[@]}" show "$somebody"
got=$(status "${run[@]}" fetch)
[ "$got" != 0 ] || fail "a fetch into a read-only store succeeded"
said "Read-only file system"
mount -o remount,rw "$work/store"

say "two runs at once, and the lock of one that was killed"
struck=
for _ in $(seq 50); do
  : > "$work/store/lock"
  "${run[@]}" fetch --full > /dev/null 2>&1 & first=$!
  until grep -q "^$first " "$work/store/lock" || ! kill -0 $first 2> /dev/null; do sleep 0.001; done
  ! kill -STOP $first 2> /dev/null || { struck=1; break; }
  wait $first 2> /dev/null || true
done
[ -n "$struck" ] || fail "none of 50 runs was caught at work"
[ "$(decided)" = "$(cat "$work/counts")" ] || fail "who reads during a fetch sees something else"
expect 8 "${run[@]}" fetch
said "held by pid $first"
kill -9 $first; wait $first 2> /dev/null || true
expect 0 "${run[@]}" fetch
say "as wanted"
