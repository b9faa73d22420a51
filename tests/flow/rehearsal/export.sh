#!/bin/bash
# What was predicted and what the service did: an organisation is read over HTTPS from the simulated tenant and
# decided; then everything that a new sync server would send is sent, and each outcome is held against its verdict.
. "$(dirname "$0")/../lib.sh"
: "${ADEXPORT:?}"
printf 'secret\n' > "$work/secret"; chmod 600 "$work/secret"

# tenant ORGANISATION: starts one, $url and $state are its.
tenant() {
  state=$1/tenant
  "$TENANT" --data "$1/graph" --dir "$state" --client-secret-file "$work/secret" --no-throttle \
    > "$1/url" & pids+=($!)
  for _ in $(seq 300); do [ -s "$1/url" ] && break; sleep 0.1; done
  url=$(cat "$1/url")
  [ -n "$url" ] || fail "no tenant"
}

decide() {      # ORGANISATION MORE
  configure "$1" "auth = secret
client_id = 52a10000-0000-4000-8000-000000000001
client_secret_file = $work/secret
graph_url = $url
login_url = $url
ca_file = $state/ca.pem" "uri = ldif:$1/ad.ldif" "$2"
  local got=0
  "$REANCHOR" -c "$1/reanchor.conf" rebuild --report "$1/report" > "$work/out" 2> "$work/err" || got=$?
  case $got in 0|6) ;; *) cat "$work/err" >&2; fail "rebuild gave $got";; esac
}

# The outcomes that each verdict stands for. Where a verdict is more careful than the service, or the service's
# rules are open, the outcome says that it is uncertain.
table='
  def refused: "refused";
  def aside: "created_quarantined";
  { MATCH_HARD: ["updated"], MATCH_SID: ["updated"], MATCH_SMTP: ["updated"], MATCH_DEVICE: ["updated", "merged"],
    MATCH_HARD_TAKEOVER: ["taken_over"], MATCH_HARD_RESTORE: ["restored"], MATCH_SID_TAKEOVER: ["taken_over"],
    SOFT_SMTP: ["soft_matched_smtp"], SOFT_UPN: ["soft_matched_upn"], ADD: ["created"],
    BLOCK_DUP_ANCHOR: ["updated", refused], BLOCK_OOI: [refused], BLOCK_HARD_FLAG: [refused],
    BLOCK_ROLE: [refused, "uncertain"], BLOCK_ROLE_DELETED: [refused, "uncertain"], BLOCK_ROLE_GROUP: [aside],
    BLOCK_ADMIN: [aside, "soft_matched_smtp", "soft_matched_upn"], BLOCK_SOFT_FLAG: [aside, refused],
    BLOCK_SOFT_POLICY: ["soft_matched_smtp", "soft_matched_upn"],
    BLOCK_TAKEOVER_POLICY: ["taken_over", "restored"],
    ANCHOR_DRIFT: [refused], ANCHOR_CONFLICT: [aside], CONFLICT_SID: [refused], CONFLICT_TYPE: [refused],
    CONFLICT_PROXY: [aside, refused], CONFLICT_UPN: [aside], CONFLICT_AD_DUP: [aside, "created"],
    CONFLICT_GUEST: ["uncertain"], CONFLICT_SPLIT: ["soft_matched_smtp"],
    SKIP_SCOPE: ["not_sent"], SKIP_LINKED: ["not_sent"], SKIP_NO_ANCHOR: ["not_sent"],
    SKIP_SOA_CLOUD: ["cloud_managed"] }'

check() {       # NAME ANCHOR MORE OPTION...
  local name=$1 anchor=$2 more=$3 dir=$work/$1; shift 3
  say "$name"
  organisation "$dir" --anchor "$anchor" "$@"
  tenant "$dir"
  decide "$dir" "$more"
  compare "$dir/expected.ndjson" "$dir/report/verdicts.ndjson"
  "$ADEXPORT" "$dir/ad.ldif" "$dir/expected.ndjson" "$anchor" > "$dir/sent.ndjson"
  curl -fsS --cacert "$state/ca.pem" --data-binary "@$dir/sent.ndjson" "$url/rehearsal/export" \
    > "$dir/done.ndjson" || fail "the export was refused"
  jq -es 'last | .status == "success"' "$dir/done.ndjson" > /dev/null || fail "$(tail -1 "$dir/done.ndjson")"
  jq -cn --slurpfile verdicts "$dir/report/verdicts.ndjson" --slurpfile done "$dir/done.ndjson" "$table as \$table
    | (\$done | map(select(.type == \"object\") | {key: .objectGUID, value: .}) | from_entries) as \$did
    | \$verdicts[] | select(.side == \"ad\" and .type == \"verdict\") | \$did[.ad.object_guid] as \$d
    | select((\$table[.code] // []) as \$may
        | ((\$may | index(\$d.outcome)) or (\$d.uncertain and (\$may | index(\"uncertain\")))
           or (.code == \"MATCH_HARD\" and \$d.outcome == \"refused\" and (.warnings | index(\"WARN_CROSS\")))) | not)
    | {code, warnings, did: \$d}" > "$dir/differ"
  [ ! -s "$dir/differ" ] || { head "$dir/differ" >&2; fail "$(wc -l < "$dir/differ") outcomes not as predicted"; }
  # A match is with the object that was named as the peer.
  jq -cn --slurpfile verdicts "$dir/report/verdicts.ndjson" --slurpfile done "$dir/done.ndjson" "
    (\$done | map(select(.type == \"object\") | {key: .objectGUID, value: .}) | from_entries) as \$did
    | \$verdicts[] | select(.side == \"ad\" and (.code | test(\"^(MATCH|SOFT)_\")))
    | select(\$did[.ad.object_guid].cloudId != .cloud.id and \$did[.ad.object_guid].outcome != \"refused\")
    | {code, ad: .ad.object_guid, cloud: .cloud.id}" > "$dir/differ"
  [ ! -s "$dir/differ" ] || { head "$dir/differ" >&2; fail "matched with another object"; }
  # What was deleted is what was called an orphan.
  jq -r 'select(.type == "deletion").cloudId' "$dir/done.ndjson" | sort > "$dir/deleted"
  jq -r 'select(.code == "ORPHAN").cloud.id' "$dir/report/verdicts.ndjson" | sort > "$dir/orphans"
  diff "$dir/orphans" "$dir/deleted" >&2 || fail "deleted and predicted differ"
  say "$(jq -s 'map(select(.type == "object")) | length' "$dir/done.ndjson") outcomes as predicted, $(wc -l < "$dir/deleted") deletions"
}

allow="[policy]
takeover = allow
soft_match = server"
check consistency consistency ""
check guid guid ""
check custom custom "[anchor]
candidates = employeeID"
check allow consistency "$allow" --allow --seed 7
check clean consistency "" --no-disaster --seed 11
