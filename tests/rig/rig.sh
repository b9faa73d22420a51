# shellcheck shell=bash
# rig.sh, to be sourced by a flow test: a scratch directory, servers that end with the test, and checks
# whose names are sentences. A rig that does not start fails the test.
set -uo pipefail
rig=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
scratch=$(mktemp -d "${TMPDIR:-/tmp}/reanchor-rig.XXXXXX")
# One of 127.0.0.0/8 for this process alone, so that tests may run side by side.
# shellcheck disable=SC2034
address=127.$((64 + $$ / 62500 % 128)).$((1 + $$ / 250 % 250)).$((1 + $$ % 250))
passed=0 failed=0 pids=() dcs=() slapds=()

rig_end() {
  local p
  for p in ${pids[@]+"${pids[@]}"}; do kill "$p" 2>/dev/null; done
  for p in ${dcs[@]+"${dcs[@]}"}; do "$rig/samba-down.sh" "$p" >/dev/null 2>&1; done
  for p in ${slapds[@]+"${slapds[@]}"}; do "$rig/slapd-down.sh" "$p" >/dev/null 2>&1; done
  rm -rf "$scratch"
}
trap rig_end EXIT
trap 'exit 130' INT TERM

die() { echo "FAILED: $*"; exit 1; }

# start DIR ARGUMENT...: a Samba DC, see samba-up.sh.
samba() { dcs+=("$1"); "$rig/samba-up.sh" "$@" 2>"$scratch/up" || { cat "$scratch/up"; die "no Samba DC"; }; }
slapd() { slapds+=("$1"); "$rig/slapd-up.sh" "$@" 2>"$scratch/up" || { cat "$scratch/up"; die "no slapd"; }; }

# background SCRIPT ARGUMENT...: starts it and waits for the ADDR:PORT that it prints; then in $at, its
# process in $bg, and what it tells on standard error in $scratch/told.
background() {
  : >"$scratch/at"
  "$@" >"$scratch/at" 2>"$scratch/told" &
  bg=$!
  pids+=("$bg")
  for _ in $(seq 200); do
    at=$(head -n 1 "$scratch/at")
    [ -z "$at" ] || return 0
    sleep 0.05
  done
  cat "$scratch/told"
  die "$1 does not start"
}
stop() { kill "$bg" 2>/dev/null; wait "$bg" 2>/dev/null; }

check() {       # SENTENCE COMMAND...
  local what=$1; shift
  if "$@" >"$scratch/out" 2>&1; then
    passed=$((passed + 1))
    echo "ok: $what ($SECONDS s)"
  else
    failed=$((failed + 1))
    echo "FAILED: $what"
    head -c 2000 "$scratch/out"
  fi
}

# fails STATUS TEXT COMMAND...: it must end with this status and say TEXT (a regular expression).
fails() {
  local status=$1 text=$2 got; shift 2
  "$@" >"$scratch/fails.out" 2>"$scratch/fails.err"; got=$?
  cat "$scratch/fails.err"
  [ "$got" = "$status" ] || { echo "exit status $got, wanted $status"; return 1; }
  grep -qE "$text" "$scratch/fails.err" || { echo "not said: $text"; return 1; }
}
prints() {      # TEXT COMMAND...
  local text=$1 got; shift
  got=$("$@") || { echo "exit status $?"; return 1; }
  [ "$got" = "$text" ] || { echo "printed: $got"; echo "wanted: $text"; return 1; }
}
same() { diff -q "$1" "$2" >/dev/null || { diff "$1" "$2" | head -20; return 1; }; }
not() { ! "$@"; }

summary() {
  echo "$passed passed, $failed failed"
  [ "$failed" = 0 ] && [ "$passed" -gt 0 ]
}
