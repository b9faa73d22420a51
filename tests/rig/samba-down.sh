#!/bin/bash
# samba-down.sh DIR [KILL]: stops the DC that samba-up.sh started in DIR, by its pid file; with KILL, all
# of its processes at once and without grace, as a crash does. Its data stay.
set -euo pipefail
dir=$(cd "$1" && pwd); sig=${2:-TERM}
pidfile=$dir/run/samba.pid
[ -s "$pidfile" ] || exit 0
pid=$(cat "$pidfile")
[ "$(cat "/proc/$pid/comm" 2>/dev/null)" = samba ] || { rm -f "$pidfile"; exit 0; }
descendants() {
  local p children=()
  read -r -a children < <(cat /proc/"$1"/task/*/children 2>/dev/null) || true
  for p in "${children[@]}"; do echo "$p"; descendants "$p"; done
}
mapfile -t pids < <(descendants "$pid")
kill "-$sig" "$pid" 2>/dev/null || true
[ "$sig" != KILL ] || kill -KILL "${pids[@]}" 2>/dev/null || true
for _ in $(seq 100); do kill -0 "$pid" 2>/dev/null || break; sleep 0.05; done
for p in "$pid" "${pids[@]}"; do
  [ "$(cat "/proc/$p/comm" 2>/dev/null)" != samba ] || kill -KILL "$p" 2>/dev/null || true
done
rm -f "$pidfile"
