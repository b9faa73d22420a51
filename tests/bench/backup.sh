#!/bin/bash
# backup.sh [USERS]: a first backup, then the nightly one with 0.1 % of the users changed, beside `zstd -3` and age over the
# same bytes. The cloud is the simulated tenant; AD is a dump, which is read in full each time.
# REANCHOR, SAMPLE and TENANT name the programs, as for the flow tests.
. "$(dirname "$0")/../flow/lib.sh"
TENANT_TRIES=6000
users=${1:-1000000} changed=$(( ${1:-1000000} / 1000 ))
org=${ORG:-$work/org}      # ORG: one that was made before
[ -n "${ORG:-}" ] || organisation "$org" --users "$users" --no-disaster
tenant_up tenant "$org/graph" --no-throttle
age-keygen -o "$work/identity" 2> /dev/null
"$REANCHOR" backup keygen "$work/sign" > /dev/null
section="[backup]
dir = $work/backups
sign_key_file = $work/sign"
configure "$work/plain" "$(tenant_lines tenant)" "uri = ldif:$org/ad.ldif" "$section"
configure "$work/crypt" "$(tenant_lines tenant)" "uri = ldif:$org/ad.ldif" "$section
encrypt_to = $(age-keygen -y "$work/identity")"
sed -i "s#$work/crypt/store#$work/plain/store#" "$work/crypt/reanchor.conf"

TIMEFORMAT='%R %U %S'
seconds() {     # COMMAND...: sets t, and cpu: what it and its children computed, which a busy machine changes less
  { time "$@" > "$work/out" 2> "$work/err" || { cat "$work/err" >&2; fail "$*"; } } 2> "$work/time"
  read -r t cpu < <(awk 'END {printf "%.2f %.2f\n", $1, $2 + $3}' "$work/time")
}
metric() { awk -v n="reanchor_run_graph_$1{" 'index($0, n) == 1 {print $NF}' "$work/metrics"; }
backup() {      # NAME CONFIG OPTION...
  local name=$1 config=$2; shift 2
  seconds "$REANCHOR" -q -c "$work/$config/reanchor.conf" --metrics "$work/metrics" backup create "$@"
  made=$(jq -r .name "$work/backups/head.json")
  size=$(stat -c %s "$work/backups/$made".ndjson.zst* | head -1)
  printf '| %s | %s s | %s s | %s | %s | %s | %s |\n' "$name" "$t" "$cpu" "$(metric requests)" "$(metric received_bytes)" "$size" \
    "$(stat -c %s "$work/backups/$made.anchors")"
}
change() {      # updates of the first so many users, a thousand to a request
  grep -m "$changed" '^{"id"' "$org/graph/users.json" | sed 's/,$//' |
    jq -c --arg s "$1" '{op: "update", id, set: {displayName: ((.displayName // "x") + $s)}}' |
    split -l 1000 --filter='jq -sc . | curl -sf -k -X POST -H "Content-Type: application/json" --data-binary @- '"$(cat "$work/tenant/url")"'/rehearsal/change > /dev/null' -
}
echo "| backup of $users users | seconds | processor | requests | bytes received | data on disk | anchors on disk |"
echo '|---|---|---|---|---|---|---|'
backup 'the first, everything read' plain
change ' A'
backup "the next night, $changed changed" plain
plain=$made plain_size=$size
backup 'sealed again from the cache (`--cached`)' plain --cached; sealed=$cpu
backup 'the same, encrypted to one recipient' crypt --cached; crypted=$cpu crypt_size=$size
zstdcat "$work/backups/$plain.ndjson.zst" > "$work/lines"
seconds zstd -q -3 -T1 --check -f "$work/lines" -o "$work/lines.zst"; zstd_t=$cpu
zstd_size=$(stat -c %s "$work/lines.zst")
seconds sh -c "age -r $(age-keygen -y "$work/identity") < '$work/lines.zst' > '$work/lines.age'"; age_t=$cpu
seconds "$REANCHOR" -q -c "$work/plain/reanchor.conf" backup check; check_t=$cpu
seconds "$REANCHOR" -q -c "$work/plain/reanchor.conf" backup check "$plain" --read-data; read_t=$cpu
seconds "$REANCHOR" -q -c "$work/plain/reanchor.conf" backup prune --dry-run; prune_t=$cpu
first=$("$REANCHOR" --json -c "$work/plain/reanchor.conf" backup list | jq -rn 'first(inputs).name')
seconds "$REANCHOR" -c "$work/plain/reanchor.conf" backup diff "$first" "$plain"; diff_t=$cpu
awk -v lines="$(stat -c %s "$work/lines")" -v zt="$zstd_t" -v zs="$zstd_size" -v st="$sealed" -v ss="$plain_size" -v ct="$crypted" \
  -v cs="$crypt_size" -v at="$age_t" -v k="$check_t" -v r="$read_t" -v p="$prune_t" -v d="$diff_t" 'BEGIN {
  printf "\nplain lines %d bytes; zstd -3 --check: %.2f s of processor, %d bytes; age over that: %.2f s\n", lines, zt, zs, at
  printf "size to that of zstd -3: %.4f, encrypted %.4f\n", ss / zs, cs / zs
  printf "sealing, the decision included, to the processor time of zstd -3: %.2f, encrypted %.2f; encryption adds %.2f of it\n", st / zt, ct / zt, (ct - st) / zt
  printf "processor time: check (4 backups) %.2f s; check --read-data of one %.2f s; prune --dry-run %.2f s; diff %.2f s\n", k, r, p, d}'
tail -1 "$work/out"
