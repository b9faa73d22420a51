#!/bin/bash
# The fire drill: a backup, saved responses and the store are rehearsed; what was predicted is what a rebuild says, what
# is shown is what a tenant of its own does with the same export, and the tenant that is configured hears nothing of it.
. "$(dirname "$0")/lib.sh"
: "${ADEXPORT:?}"
org=$work/org conf=$work/reanchor.conf
organisation "$org" --anchor consistency --users 500
more="[backup]
dir = $work/backups
[policy]
takeover = allow
soft_match = server"
from_files "$work" "$org" "$more"

say "before: a rebuild, a backup, saved responses"
expect 6 "$REANCHOR" -c "$conf" rebuild --report "$work/rebuilt"
expect 0 "$REANCHOR" -c "$conf" backup create
expect 0 "$REANCHOR" -c "$conf" fetch --save "$work/saved"

# From here on the configured tenant is a trap: whoever connects to it, or to a proxy, is written down.
/usr/bin/python3 -c '
import socket, sys
s = socket.socket(); s.bind(("127.0.0.65", 0)); s.listen(64)
open(sys.argv[1], "w").write(str(s.getsockname()[1]))
while True:
    c, peer = s.accept()
    open(sys.argv[2], "a").write("%s\n" % (peer,))
    c.close()' "$work/port.new" "$work/caught" & pids+=($!)
for _ in $(seq 100); do [ ! -s "$work/port.new" ] || break; sleep 0.05; done
trap_url=https://127.0.0.65:$(cat "$work/port.new")
export https_proxy=$trap_url HTTPS_PROXY=$trap_url ALL_PROXY=$trap_url
app_key
printf 'not-a-secret\n' > "$work/secret"; chmod 600 "$work/secret"
configure "$work" "auth = secret
client_id = $client_id
client_secret_file = $work/secret
graph_url = $trap_url
login_url = $trap_url" "uri = ldif:$org/ad.ldif" "$more"

# What a tenant of its own does with the export that adexport, which shares nothing with the drill, makes of the dump.
say "the same export, sent to a tenant over HTTPS"
"$TENANT" --data "$org/graph" --dir "$work/tenant" --client-secret-file "$work/secret" --no-throttle > "$work/url" & pids+=($!)
for _ in $(seq 300); do [ ! -s "$work/url" ] || break; sleep 0.05; done
"$ADEXPORT" "$org/ad.ldif" "$org/expected.ndjson" consistency > "$work/sent"
curl --noproxy '*' -fsS --cacert "$work/tenant/ca.pem" --data-binary "@$work/sent" "$(cat "$work/url")/rehearsal/export" \
  > "$work/done" || fail "the export was refused"
jq -cS 'select(.type == "object") | [.objectGUID, .outcome, .error, .attribute, .quarantined]' "$work/done" | sort > "$work/did"
jq -r 'select(.type == "deletion").cloudId' "$work/done" | sort > "$work/deleted"
jq -cS 'select(.type == "verdict") | [.side, .ad.object_guid, .cloud.id, .code, .warnings, .blocks]' \
  "$work/rebuilt/verdicts.ndjson" | sort > "$work/predicted"

drill() {       # STATUS NAME ARGUMENT...
  local status=$1 name=$2 r=$work/$2/rehearsal.ndjson; shift 2
  say "$name"
  expect "$status" "$REANCHOR" -c "$conf" rehearse "$@" --report "$work/$name"
  shown "AS PREDICTED" "Predicted" "MATCH_HARD"
  jq -cS 'select(.type == "object") | [.side, .ad.object_guid, .cloud.id, .predicted, .warnings, .blocks]' "$r" | sort > "$work/said"
  diff "$work/predicted" "$work/said" > "$work/diff" || { head "$work/diff" >&2; fail "$name: not the verdicts of a rebuild"; }
  jq -cS 'select(.type == "object" and .side == "ad") | [.ad.object_guid, .shown.outcome, .shown.error, .shown.attribute,
    .shown.quarantined]' "$r" | sort > "$work/shown"
  comm -13 "$work/did" "$work/shown" > "$work/diff"
  [ ! -s "$work/diff" ] || { head "$work/diff" >&2; fail "$name: not what the tenant did"; }
  jq -r 'select(.side == "cloud" and .shown.outcome == "deleted").cloud.id' "$r" | sort | diff "$work/deleted" - >&2 ||
    fail "$name: others were deleted"
  jq -e 'select(.type == "summary") | .unexplained == 0 and .gate == "STOP" and (.counts | length) > 20
    and ([.counts[].objects] | add) + .deleted == .same + .explained' "$r" > /dev/null || fail "$name: $(tail -1 "$r")"
  # Every difference has a reason, and those are few.
  jq -es 'map(select(.type == "object")) | all(.agreement == "same" or (.agreement == "explained" and .reason != null))
    and (map(select(.agreement == "explained")) | length) < 0.1 * length' "$r" > /dev/null || fail "$name: unexplained"
  grep -q 'AS PREDICTED\|As predicted' "$work/$name/rehearsal.html" || fail "$name: no page"
  [ ! -s "$work/caught" ] || fail "$name: somebody spoke to the configured tenant: $(cat "$work/caught")"
  [ -z "$(ls -A "$work/store/rehearsal")" ] || fail "$name: left $(ls -A "$work/store/rehearsal")"
}
drill 6 backup newest
drill 6 backup-offline newest --offline
drill 6 folder "$work/backups" --directory contoso
drill 6 manifest "$(echo "$work"/backups/reanchor-*.json)" --offline
drill 6 saved "$work/saved"
drill 6 store cached
drill 6 store-offline cached --offline
for d in backup-offline folder saved store-offline; do
  for f in backup "$d"; do jq -c 'select(.type == "object")' "$work/$f/rehearsal.ndjson" > "$work/$f.objects"; done
  cmp "$work/backup.objects" "$work/$d.objects" >&2 || fail "$d is another drill than backup"
done

say "--json, --redact, -q"
expect 6 "$REANCHOR" -c "$conf" rehearse newest --offline --json
jq -c 'select(.type == "object")' "$work/out" | cmp - "$work/backup.objects" >&2 || fail "--json has other objects"
expect 6 "$REANCHOR" -c "$conf" rehearse newest --offline --redact --all --report "$work/redacted"
if grep -l 'contoso\.test' "$work/out" "$work/redacted"/*; then fail "a name in a redacted report"; fi
expect 6 "$REANCHOR" -c "$conf" rehearse newest --offline -q
[ ! -s "$work/out" ] || fail "-q printed"

say "encrypted; without a configured directory; another tenant's"
age-keygen -o "$work/identity" 2> /dev/null
from_files "$work/sealed" "$org" "[backup]
dir = $work/sealed/backups
encrypt_to = $(age-keygen -y "$work/identity")"
expect 0 "$REANCHOR" -c "$work/sealed/reanchor.conf" backup create
expect 1 "$REANCHOR" -c "$work/sealed/reanchor.conf" rehearse newest
said "no identity was given"
expect 6 "$REANCHOR" -c "$conf" rehearse "$work/sealed/backups" --identity "$work/identity" --offline
sed '/^\[ad:/,/^exclude/d' "$conf" > "$work/bare.conf"
expect 6 "$REANCHOR" -c "$work/bare.conf" rehearse newest --json
jq -e 'select(.type == "summary") | .unexplained == 0 and .ad == {read: "held by the source", directories: ["contoso"]}' \
  "$work/out" > /dev/null || fail "$(tail -1 "$work/out")"
expect 6 "$REANCHOR" -c "$work/bare.conf" rehearse cached --json
expect 1 "$REANCHOR" -c "$work/bare.conf" rehearse "$work/saved"
said "saved responses hold no AD side" "add [ad:NAME]"
sed "s/$tenant_id/${tenant_id/7/8}/" "$conf" > "$work/other.conf"
for what in newest "$work/saved"; do
  expect 6 "$REANCHOR" -c "$work/other.conf" rehearse "$what"
  said "is of the tenant $tenant_id"
done

say "what is refused"
expect 1 "$REANCHOR" -c "$conf" rehearse
said "missing argument"
{ cat "$conf"; printf '[ad:fabrikam]\nuri = ldif:%s\n' "$org/ad.ldif"; } > "$work/two.conf"
expect 1 "$REANCHOR" -c "$work/two.conf" rehearse newest --offline --directory fabrikam --directory fabrikam
said "holds nothing of ad:fabrikam" "name another section with --directory"
expect 1 "$REANCHOR" -c "$conf" rehearse newest --directory contos
said "has no [ad:contos], the nearest is contoso"
expect 1 "$REANCHOR" -c "$conf" rehearse "$work/rebuilt"
said "neither a folder of backups nor one of saved responses"
exec 9< "$work/store/rehearsal"; flock 9
expect 8 "$REANCHOR" -c "$conf" rehearse newest
said "another rehearsal is running"
exec 9<&-
cp -r "$work/backups" "$work/damaged"
data=$(echo "$work"/damaged/*.zst)
printf x | dd of="$data" bs=1 seek=5000 conv=notrunc 2> /dev/null
expect 7 "$REANCHOR" -c "$conf" rehearse "$work/damaged"

say "a group that is anchored elsewhere, which nobody can see: predicted and shown part, and nothing explains it"
cp -r "$org/graph" "$work/unseen"
guid=$(jq -r 'select(.code == "MATCH_SID").peer' "$org/expected.ndjson" | sort | sed -n 1p)
jq -c --arg id "$guid" '(.value[] | select(.id == $id)).sourceAnchor = "AAAAAAAAAAAAAAAAAAAAAA=="' "$org/graph/groups.json" \
  > "$work/unseen/groups.json"
expect 7 "$REANCHOR" -c "$conf" rehearse "$work/unseen" --report "$work/unseen-report"
shown "DIFFERENT" "unexplained"
jq -es --arg id "$guid" 'map(select(.agreement == "unexplained" and .cloud.id == $id) | [.side, .predicted, .shown.outcome])
  == [["ad", "MATCH_SID", "refused"], ["cloud", null, "deleted"]]' \
  "$work/unseen-report/rehearsal.ndjson" > /dev/null || fail "the group is not named"

say "the tenant's own threshold stops it, as predicted, and what it would have done is shown"
cp -r "$org/graph" "$work/threshold"
jq -c '(.value[0] // .[0] // .).configuration.accidentalDeletionPrevention =
  {synchronizationPreventionType: "enabledForCount", alertThreshold: 3}' "$org/graph/onPremisesSynchronization.json" \
  > "$work/threshold/onPremisesSynchronization.json"
expect 6 "$REANCHOR" -c "$conf" rehearse "$work/threshold" --report "$work/stopped"
shown "prevention of accidental deletions stops the export"
jq -e 'select(.type == "summary") | .stopped and .stop_foreseen and .unexplained == 0 and .deleted > 3' \
  "$work/stopped/rehearsal.ndjson" > /dev/null || fail "$(tail -1 "$work/stopped/rehearsal.ndjson")"

say "killed in between, and a clean organisation afterwards"
for _ in $(seq 50); do
  "$REANCHOR" -c "$conf" rehearse newest -q > /dev/null 2>&1 & drilling=$!
  for _ in $(seq 200); do [ ! -e "$work/store/rehearsal/tenant/url" ] || break; sleep 0.01; done
  kill -KILL $drilling 2> /dev/null || true
  wait $drilling 2> /dev/null || true
  [ -z "$(ls -A "$work/store/rehearsal")" ] || break
done
[ -n "$(ls -A "$work/store/rehearsal")" ] || fail "no kill came in time"
organisation "$work/clean" --anchor guid --no-disaster --users 500 --seed 11
configure "$work" "auth = secret
client_id = $client_id
client_secret_file = $work/secret
graph_url = $trap_url
login_url = $trap_url" "uri = ldif:$work/clean/ad.ldif"
expect 0 "$REANCHOR" -c "$conf" rehearse "$work/clean/graph"
shown "AS PREDICTED" "SAFE" " 0 different for a known reason, 0 without one"
[ -z "$(ls -A "$work/store/rehearsal")" ] || fail "left $(ls -A "$work/store/rehearsal")"
[ ! -s "$work/caught" ] || fail "somebody spoke to the configured tenant"
say "as wanted"
