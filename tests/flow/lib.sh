# lib.sh: what the flow tests share. Sourced by bash, with REANCHOR, SAMPLE and TENANT naming the programs.
# Everything lies in $work, which goes away with the test together with every server that it started.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
rig=$(cd "$here/../rig" && pwd)
: "${REANCHOR:?}" "${SAMPLE:?}" "${TENANT:?}"
work=$(mktemp -d "${TMPDIR:-/tmp}/reanchor-flow.XXXXXX")
pids=() dcs=()
export NO_COLOR=1 LC_ALL=C.UTF-8

finish() {
  status=$?
  trap - EXIT INT TERM
  for p in ${pids[@]+"${pids[@]}"}; do kill "$p" 2>/dev/null || true; wait "$p" 2>/dev/null || true; done
  for d in ${dcs[@]+"${dcs[@]}"}; do "$rig/samba-down.sh" "$d" KILL || true; done
  if [ $status -ne 0 ] && [ -n "${KEEP:-}" ]; then echo "kept: $work" >&2; else rm -rf "$work"; fi
  exit $status
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

fail() { echo "FAIL: $*" >&2; exit 1; }
say() { echo "--- $*"; }

# expect STATUS COMMAND...: its output goes to $work/out and $work/err.
expect() {
  local want=$1 got=0; shift
  timeout -k 5 120 "$@" > "$work/out" 2> "$work/err" || got=$?
  [ "$got" = "$want" ] && return
  echo "$* gave $got, want $want" >&2
  tail -n 40 "$work/out" "$work/err" >&2
  exit 1
}

# said TEXT...: each stands in what the last command wrote to stderr; shown TEXT... the same for stdout.
said() { local t; for t; do grep -qF -- "$t" "$work/err" || { cat "$work/err" >&2; fail "stderr lacks: $t"; }; done; }
shown() { local t; for t; do grep -qF -- "$t" "$work/out" || { cat "$work/out" >&2; fail "stdout lacks: $t"; }; done; }

# organisation DIR [OPTION...]
organisation() { local dir=$1; shift; "$SAMPLE" "$@" "$dir" || fail "reanchor-sample $*"; }

# configure DIR TENANT-LINES AD-LINES [MORE]: writes DIR/reanchor.conf with a store in DIR.
tenant_id=7f3c2a10-5b1e-4c7d-9f20-0a1b2c3d4e5f
base=DC=contoso,DC=test
configure() {
  mkdir -p "$1"
  cat > "$1/reanchor.conf" <<-E
	[tenant]
	id = $tenant_id
	$2
	[ad:contoso]
	$3
	include = OU=Contoso,$base
	exclude = OU=Service Accounts,OU=Contoso,$base
	[store]
	dir = $1/store
	${4:-}
	E
}
from_files() {  # DIR ORGANISATION [MORE]
  configure "$1" "source = files:$2/graph" "uri = ldif:$2/ad.ldif" "${3:-}"
}

# The planted verdicts and those of a run, in one form. Objects that the organisation did not plant (a real
# domain brings its own) must all be out of scope.
planted() { jq -cS 'select(.code) | {side, kind, id, code, cause, warnings, blocks, peer}' "$1" | sort; }
decided() {
  jq -cS 'select(.type == "verdict")
    | {side, kind, id: (if .side == "ad" then .ad.object_guid else .cloud.id end),
       code, cause, warnings, blocks, peer: .cloud.id}' "$1" | sort
}
compare() {     # EXPECTED VERDICTS
  planted "$1" > "$work/planted"
  decided "$2" > "$work/decided"
  [ -s "$work/planted" ] || fail "$1: nothing planted"
  comm -23 "$work/planted" "$work/decided" > "$work/missing"
  comm -13 "$work/planted" "$work/decided" |
    jq -c 'select((.side == "ad" and .code == "SKIP_SCOPE" and
                   (.cause == "critical-system-object" or .cause == "outside-include" or
                    .cause == "not-mail-enabled" or .cause == "no-user-certificate")) | not)' > "$work/extra"
  if [ -s "$work/missing" ] || [ -s "$work/extra" ]; then
    echo "planted and not decided:" >&2; head -20 "$work/missing" >&2
    echo "decided and not planted:" >&2; head -20 "$work/extra" >&2
    fail "$(wc -l < "$work/missing") verdicts missing, $(wc -l < "$work/extra") unexpected"
  fi
  [ "$(jq -r 'select(.summary).gate' "$1")" = "$(jq -r 'select(.type == "summary").gate' "$2")" ] ||
    fail "gate is $(jq -c 'select(.type == "summary")|[.gate,.reasons]' "$2")"
  [ "$(jq -r 'select(.summary).anchor' "$1")" = "$(jq -r 'select(.type == "summary").anchor.attribute' "$2")" ] ||
    fail "anchor is $(jq -c 'select(.type == "summary").anchor' "$2")"
  say "$(wc -l < "$work/planted") verdicts as planted"
}

# dc_up NAME ADDR [OPTION...]: a domain controller in $work/NAME, provisioned. Sets RIG_… as its env.sh has them.
dc_up() {
  local dir=$work/$1; shift
  dcs+=("$dir")
  "$rig/samba-up.sh" "$dir" "$@" --no-install > "$work/samba.log" 2>&1 || { tail -n 30 "$work/samba.log" >&2; fail "no DC at $1"; }
  # shellcheck source=/dev/null
  . "$dir/env.sh"
  printf '%s' "$RIG_PASS" > "$dir/password"; chmod 600 "$dir/password"
}
# dc_load NAME LDIF
dc_load() { "$rig/samba-ldif.py" "$work/$1" "$2" 2> "$work/load.log" || { cat "$work/load.log" >&2; fail "$2 not loaded"; }; }
search() {      # ARGUMENT...: ldapsearch as the administrator, over LDAPS
  ldapsearch -LLL -x -o ldif-wrap=no -E pr=1000/noprompt -H "ldaps://$RIG_ADDR" -D "$RIG_USER" -y "$RIG_DIR/password" "$@"
}
ad_lines() {    # [URI]: the [ad:…] lines for the newest DC
  cat <<-E
	uri = ${1:-ldaps://$RIG_ADDR}
	auth = simple
	bind_dn = $RIG_USER
	password_file = $RIG_DIR/password
	ca_file = $RIG_CA
	E
}

# tenant_up NAME GRAPH-FOLDER [OPTION...]: a simulated tenant; its state in $work/NAME, its process in $tenant.
client_id=52a1b0c9-1d2e-4f30-8a4b-5c6d7e8f9a0b
app_key() {
  [ -s "$work/app.key" ] || (umask 077; openssl req -x509 -newkey rsa:2048 -nodes -sha256 -days 90 -subj /CN=reanchor \
    -keyout "$work/app.key" -out "$work/app.crt" 2> /dev/null) || fail "openssl req"
}
tenant_up() {
  local dir=$work/$1 data=$2; shift 2
  app_key
  rm -rf "$dir"; mkdir -p "$dir"
  "$TENANT" --data "$data" --dir "$dir" --client-id $client_id --client-certificate "$work/app.crt" "$@" \
    > "$dir/out" 2>&1 &
  tenant=$!; pids+=("$tenant")
  for _ in $(seq "${TENANT_TRIES:-600}"); do
    [ ! -s "$dir/url" ] || return 0
    kill -0 "$tenant" 2>/dev/null || break
    sleep 0.05
  done
  cat "$dir/out" >&2; fail "the simulated tenant did not start"
}
tenant_down() { kill "$tenant" 2>/dev/null || true; wait "$tenant" 2>/dev/null || true; }
tenant_lines() {  # NAME
  cat <<-E
	client_id = $client_id
	certificate_file = $work/app.crt
	private_key_file = $work/app.key
	graph_url = $(cat "$work/$1/url")
	login_url = $(cat "$work/$1/url")
	ca_file = $work/$1/ca.pem
	E
}
# forward URL ADDR [PORT]: the simulated tenant of that URL at ADDR too. Sets at, ADDR:PORT, and forwarder, its process.
forward() {
  local port=${1%/}
  : > "$work/forward"
  /usr/bin/python3 "$rig/forward.py" "127.0.0.1:${port##*:}" "${@:2}" > "$work/forward" & forwarder=$!; pids+=("$forwarder")
  for _ in $(seq 200); do [ ! -s "$work/forward" ] || break; sleep 0.05; done
  at=$(cat "$work/forward")
  [ -n "$at" ] || fail "no forwarder on $2"
}
