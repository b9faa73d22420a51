#!/bin/bash
# The program from outside: what docs/formats.md promises of its files, and what somebody meets who gives it odd options,
# no terminal, or no place to write to.
. "$(dirname "$0")/lib.sh"
org=$work/org
organisation "$org" --users 200 --seed 3
tenant_up tenant "$org/graph"
configure "$work/run" "$(tenant_lines tenant)" "uri = ldif:$org/ad.ldif" "[backup]
dir = $work/backups"
from_files "$work/files" "$org"
run=("$REANCHOR" -c "$work/run/reanchor.conf")
files=("$REANCHOR" -c "$work/files/reanchor.conf")
plan() { jq -e "$1" "$2/report/plan.json" > /dev/null || fail "plan.json is not: $1"; }

say "a plan names where the next read of each side goes on"
expect 6 "${run[@]}" rebuild --report "$work/run/report"
plan '.snapshots.cloud.marker | test("^[0-9a-f]{64}$")' "$work/run"
plan '.snapshots["ad:contoso"].marker == null' "$work/run"
expect 6 "${files[@]}" rebuild --report "$work/files/report"
plan '.snapshots | map(.marker) | all(. == null)' "$work/files"
say "standard streams that are closed: nothing of what is said goes into a file"
unspoiled() { ! grep -rlaE "objects, |sign-in: |reanchor: |GET https:" "$work/run/store" || fail "a message stands in the store"; }
# closed COMMAND...: with stdin, stdout and stderr closed, each alone and all.
closed() {
  local got=0
  "$@" <&- > "$work/out" 2> "$work/err" || got=$?
  [ $got = 0 ] || fail "$* without stdin gave $got"
  got=0; "$@" >&- 2> "$work/err" || got=$?
  [ $got = 9 ] || fail "$* without stdout gave $got"
  said "standard output"
  got=0; "$@" 2>&- > "$work/out" || got=$?
  [ $got = 0 ] || fail "$* without stderr gave $got"
  unspoiled
  got=0; "$@" <&- >&- 2>&- || got=$?
  [ $got = 9 ] || fail "$* without any stream gave $got"
  unspoiled
}
closed "${run[@]}" -vv fetch --full
closed "${run[@]}" -vv backup create --cached
expect 6 "${run[@]}" plan
expect 0 "${run[@]}" backup check

say "commands out of their order: what is missing is named, and nothing is made"
from_files "$work/new" "$org" "[backup]
dir = $work/new/backups"
new=("$REANCHOR" -c "$work/new/reanchor.conf")
refused() {     # STATUS TEXT COMMAND...
  local want=$1 text=$2; shift 2
  expect "$want" "${new[@]}" "$@"
  said "$text" "HINT: "
  [ "$(ls "$work/new")" = reanchor.conf ] || fail "$*: made $(ls "$work/new")"
}
for c in plan "plan --report $work/new/report" "show x" "verify --cached"; do
  # shellcheck disable=SC2086
  refused 3 "nothing was ever fetched" $c
done
for c in list show check prune "diff newest newest"; do
  # shellcheck disable=SC2086
  refused 1 "no backup was ever made there" backup $c
done
expect 0 "${run[@]}" backup list
expect 0 "$REANCHOR" backup -qc "$work/run/reanchor.conf" list

say "a configuration of another tenant, with the store and the backups of this one"
for c in run files; do
  sed "s/$tenant_id/00000000-0000-4000-8000-000000000001/" "$work/$c/reanchor.conf" > "$work/$c/foreign.conf"
done
foreign=("$REANCHOR" -c "$work/run/foreign.conf")
for c in plan "show x" "verify --cached" "backup create --cached" "restore newest --cached"; do
  # shellcheck disable=SC2086
  expect 6 "${foreign[@]}" $c
  said "is of the tenant $tenant_id" "HINT: name the configuration of that tenant"
done
printf '[backup]\ndir = %s\n' "$work/backups" >> "$work/files/foreign.conf"
sed -i "s#^dir = $work/files/store#dir = $work/foreign-store#" "$work/files/foreign.conf"
expect 6 "$REANCHOR" -c "$work/files/foreign.conf" backup create
said "holds backups of the tenant $tenant_id" "HINT: "
expect 6 "$REANCHOR" -c "$work/files/foreign.conf" plan
said "the organization's id is $tenant_id"

say "the cloud alone, saved: no directory was read yet, or none is configured"
sed '/^\[ad:contoso\]/,/^\[store\]/{/^\[store\]/!d}' "$work/run/reanchor.conf" > "$work/no-ad.conf"
for c in "$work/run/reanchor.conf" "$work/no-ad.conf"; do
  sed "s#^dir = $work/run/store#dir = $work/cloud-store#" "$c" > "$work/cloud.conf"
  rm -rf "$work/cloud-store" "$work/saved"
  expect 0 "$REANCHOR" -c "$work/cloud.conf" fetch cloud --save "$work/saved"
  said "saved without onPremisesSyncBehavior"
  [ "$(wc -l < "$work/saved/users.ndjson")" -gt 150 ] || fail "no users were saved"
done

say "what an earlier save left is not taken for what was read now"
echo '{"value":[]}' > "$work/saved/users.json"
echo '{"value":[]}' > "$work/saved/roleAssignments.ndjson"
echo '{"value":[]}' > "$work/saved/onPremisesSynchronizationBeta.json"
echo mine > "$work/saved/notes.txt"
expect 0 "$REANCHOR" -c "$work/cloud.conf" fetch cloud --save "$work/saved"
for f in users.json roleAssignments.ndjson onPremisesSynchronizationBeta.json; do
  [ ! -e "$work/saved/$f" ] || fail "$f stayed"
done
[ -s "$work/saved/notes.txt" ] && [ -s "$work/saved/users.ndjson" ] || fail "too much went"

say "a folder that cannot be written is told before anything is read"
from_files "$work/late" "$org"
late=("$REANCHOR" -c "$work/late/reanchor.conf")
: > "$work/a-file"
for c in "rebuild --report $work/a-file" "rebuild --report $work/a-file/below/it" "fetch --save $work/a-file" \
  "rehearse cached --report $work/a-file" "restore newest --report $work/a-file"; do
  # shellcheck disable=SC2086
  expect 9 "${late[@]}" $c
  said a-file "HINT: "
done
expect 1 "${late[@]}" rebuild --confirm "$work/nowhere"
said "$work/nowhere: No such file"
[ ! -e "$work/late/store" ] || fail "something was read first"
expect 6 "${late[@]}" rebuild --report "$work/late/new/folder"
(cd "$work/late" && expect 6 "${late[@]}" plan --report here && expect 6 "${late[@]}" plan --report ./there/)
[ -s "$work/late/here/plan.json" ] && [ -s "$work/late/there/plan.json" ] || fail "no plan in a relative folder"

say "a batch that cannot be undone says of which steps"
expect 6 "${run[@]}" plan --report "$work/run/report"
expect 0 "${run[@]}" apply "$work/run/report/plan.json" --only cloud.clear_object_identifier --override drill --confirm Contoso
shown "1 written" "reanchor -c $work/run/reanchor.conf apply --rollback "
batch=$(sed -n 's/.* --rollback //p' "$work/out")
expect 4 "${run[@]}" --json apply --rollback "$batch" --confirm Contoso
jq -es 'map(select(.type == "step")) | length == 1 and .[0].state == "kept" and .[0].message == "cannot be undone"' "$work/out" > /dev/null ||
  { cat "$work/out"; fail "the step is not told"; }
expect 4 "${run[@]}" apply --rollback "$batch" --confirm Contoso
shown "kept " "cloud.clear_object_identifier" "cannot be undone"

say "a DN as other tools write it, and a key with blanks around it"
dn=$(jq -r 'select(.side == "ad" and .kind == "group").ad.dn' "$work/run/report/verdicts.ndjson" | head -n 1 || true)
for key in "$dn" "${dn//,/, }" "  ${dn//OU=/ou=} "; do
  expect 0 "${run[@]}" --json show "$key"
  [ "$(jq -r .verdict.ad.dn "$work/out")" = "$dn" ] || fail "'$key' is not $dn"
done

say "verify of a plan and against a backup at once; what does not go together"
expect 7 "${run[@]}" --json verify --cached --plan "$work/run/report/plan.json" --against newest
jq -es '(map(.type) | index("comparison")) < (map(.type) | index("finding")) and last.type == "summary"' "$work/out" > /dev/null ||
  fail "not both"
for c in "1 --check" "3 --nagios" "1 --redact"; do
  expect "${c% *}" "${run[@]}" verify --cached --plan "$work/run/report/plan.json" "${c#* }"
  said "${c#* } does not go together with --plan" HINT
done

say "saved responses with an object twice"
cp -a "$org" "$work/twice"
jq '.value += [.value[0], (.value[5] | .displayName = "another")]' "$org/graph/users.json" > "$work/twice/graph/users.json"
from_files "$work/twice-run" "$work/twice"
for n in 1 2; do
  expect 0 "$REANCHOR" -c "$work/twice-run/reanchor.conf" fetch
  said "users: object $(jq -r '.value[5].id' "$org/graph/users.json") stands there twice, and not the same"
done
cp "$org/graph/users.json" "$work/twice/graph/users.json"
expect 0 "$REANCHOR" -c "$work/twice-run/reanchor.conf" fetch
! grep -q twice, "$work/err" || fail "said without a reason"
say "as wanted"
