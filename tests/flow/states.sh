# states.sh: which of some complete states the cache is in, by its verdicts. Sourced after lib.sh; $run is the command.
# What is asked for only when a complete snapshot is there (isCloudManaged, onPremisesObjectIdentifier) may be missing
# still; then the verdict or a warning of it says UNKNOWN.
verdicts() {    # NAME: what plan says of the cache as it is, into $work/plan.NAME
  local got=0
  timeout -k 5 120 "${run[@]}" plan --report "$work/plan.$1" > "$work/out" 2> "$work/err" || got=$?
  [ $got = 0 ] || [ $got = 6 ] || { cat "$work/err" >&2; fail "plan gave $got"; }
  sed -E "s/request-id [0-9a-f-]+//g" "$work/plan.$1/verdicts.ndjson" | sha256sum
}
codes() {       # NAME
  jq -r 'select(.type == "verdict") | [.side, .kind, .ad.object_guid // .cloud.id,
      .code + (if .warnings | index("WARN_OOI_UNKNOWN") then " WARN_OOI_UNKNOWN" else "" end)] | @tsv' \
    "$work/plan.$1/verdicts.ndjson" | sort
}
keep_state() { codes "$1" > "$work/codes.$1"; states+=("$1"); }
states=()
# known_state NAME: its verdicts are those of one of the states that were kept.
known_state() {
  codes "$1" > "$work/codes"
  local state
  for state in "${states[@]}"; do
    cut -f1-3 "$work/codes.$state" | cmp -s - <(cut -f1-3 "$work/codes") || continue
    [ -n "$(comm -13 "$work/codes.$state" "$work/codes" | grep -v UNKNOWN)" ] || return 0
  done
  return 1
}
