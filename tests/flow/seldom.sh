#!/bin/bash
# What is seldom asked of the program, or asked of what is seldom there: without a server, of a small organisation.
. "$(dirname "$0")/lib.sh"
org=$work/org
organisation "$org" --users 200 --seed 12
age-keygen -o "$work/identity" 2> /dev/null
from_files "$work/run" "$org" "[backup]
dir = $work/backups
encrypt_to = $(age-keygen -y "$work/identity")
keep_daily = 1
[anchor]
attribute = mS-DS-ConsistencyGuid
candidates = employeeID
candidates = employeeid"
conf=$work/run/reanchor.conf
run=("$REANCHOR" -c "$conf")
status() {      # WANTED... -- COMMAND...: it ends with one of these
  local wanted=' ' got=0
  while [ "$1" != -- ]; do wanted+="$1 "; shift; done; shift
  timeout -k 5 60 "$@" > "$work/out" 2> "$work/err" || got=$?
  [[ $wanted = *" $got "* ]] || { cat "$work/out" "$work/err" >&2; fail "$* gave $got, want$wanted"; }
}
without() { sed "/^$1/d" "$conf" > "$work/other.conf"; other=("$REANCHOR" -c "$work/other.conf"); }

say "words that do not fit"
expect 1 "${run[@]}" plan -qZ; said "unknown option '-Z'"
expect 1 "${run[@]}" --full plan; said "unknown option '--full'"
expect 1 "${run[@]}" help nosuch; said "unknown command 'nosuch'"
expect 1 "${run[@]}" apply plan.json --override ""; said "want REASON"
keys=(); for _ in $(seq 17); do keys+=(--public-key "$work/key.pub"); done
expect 1 "${run[@]}" backup check "${keys[@]}"; said "more than 16 public keys"
status 1 3 -- "${run[@]}" plan --confirm "$work/nosuch"
expect 0 "${run[@]}" doctor --first-steps; shown "an account that"

say "metrics of a first run that fails, of no backup yet, and where nothing can be written"
status 3 -- "${run[@]}" plan --metrics "$work/metrics"
grep -q '^reanchor_run_success{command="plan"} 0' "$work/metrics" || fail "$(cat "$work/metrics")"
! grep -q 'run_last_success_timestamp_seconds{command="plan"}' "$work/metrics" || fail "a success that was none"
mkdir "$work/backups"; expect 0 "${run[@]}" backup list --metrics "$work/metrics"
grep -q '^reanchor_backups 0' "$work/metrics" || fail "$(cat "$work/metrics")"
expect 0 "${run[@]}" fetch
expect 1 "${run[@]}" plan --confirm "$work"; said "$work: "
status 9 -- "${run[@]}" backup list --metrics "$work/nosuch/metrics"; said nosuch/metrics

say "one object of each sort, and a side whose snapshot is gone"
status 0 6 -- "${run[@]}" plan --report "$work/first"
id=$(jq -r '.value[].id' "$org/graph/users.json" | grep -vFf <(jq -r '.cloud.id // empty' "$work/first/verdicts.ndjson") | sed -n 1p)
expect 0 "${run[@]}" show "$id"; shown CLOUD_ONLY
cp -r "$work/run/store" "$work/store"
rm "$work/run/store/snapshots/ad:contoso".*.mdb*
status 0 3 5 9 -- "${run[@]}" fetch cloud
status 0 1 3 5 7 9 -- "${run[@]}" doctor
rm -r "$work/run/store"; cp -r "$work/store" "$work/run/store"
for side in another third; do echo torn > "$work/run/store/snapshots/ad:$side.1.mdb"; done    # of sections that are no more
expect 7 "${run[@]}" fetch; shown "cloud: " "ad:contoso: "
said "ad:another.1.mdb: " "ad:third.1.mdb: " "there is no section [ad:another]: remove the file"
! grep -q -e another -e third "$work/out" || fail "$(cat "$work/out")"
expect 0 "${run[@]}" -q fetch
expect 7 "${run[@]}" doctor; shown "ad:another.1.mdb: "
rm -r "$work/run/store"; mv "$work/store" "$work/run/store"

say "backups: encrypted, pruned, and with a head that is a run behind"
expect 0 "${run[@]}" backup create --cached
first=$(jq -r .name "$work/backups/head.json"); cp "$work/backups/head.json" "$work/head"
expect 0 "${run[@]}" backup show "$first"; shown "encrypted to" "ad:contoso" "read to its end"
expect 0 "${run[@]}" backup create --cached
second=$(jq -r .name "$work/backups/head.json"); cp "$work/backups/head.json" "$work/head2"
cp "$work/head" "$work/backups/head.json"
status 0 7 -- "${run[@]}" backup check --metrics "$work/metrics"
grep -q '^reanchor_backup_chain_length 2' "$work/metrics" || fail "$(grep chain "$work/metrics")"
cp "$work/head2" "$work/backups/head.json"
expect 0 "${run[@]}" backup prune
record=$(jq -r .name "$work/backups/head.json")
expect 0 "${run[@]}" backup show "$record"; shown removed "$first"
expect 0 "${run[@]}" --json backup show "$record"
jq -e '.sequence == 3' "$work/out" > /dev/null || fail "$(cat "$work/out")"

say "restore and rehearse of what is not there, or not to be written"
expect 1 "${run[@]}" restore nosuch --cached
printf '"userPrincipalName","onPremisesImmutableId"\n"a@contoso.test","x' > "$work/bad.csv"
status 1 3 9 -- "${run[@]}" restore "$work/bad.csv" --cached
status 1 3 9 -- "${run[@]}" verify --cached --against "$work/bad.csv"
deep=$work/deep; mkdir "$deep"; while [ ${#deep} -lt 4088 ]; do deep+=/.; done
status 5 9 -- "${run[@]}" restore "$second" --identity "$work/identity" --cached --report "$deep"; said "path is too long"
mkdir -p "$work/taken/plan.json"
status 5 9 -- "${run[@]}" restore "$second" --identity "$work/identity" --cached --report "$work/taken"; said plan.json
status 0 2 6 -- "${run[@]}" rehearse "$second" --identity "$work/identity" --offline --detailed-exitcode
status 5 9 -- "${run[@]}" rehearse "$second" --identity "$work/identity" --offline --report "$deep"; said "path is too long"
cp -r "$org/graph" "$work/broken"; echo '{' > "$work/broken/organization.json"
status 1 3 9 -- "${run[@]}" rehearse "$work/broken"

say "a plan held against a tenant in which more is synced by now"
status 0 2 6 -- "${run[@]}" plan --report "$work/report"
cp "$org/graph/users.json" "$work/users.json"
jq -c '.value += [(.value[0] | .id = "c10ad000-0000-4000-8000-000000000009" | .onPremisesSyncEnabled = true
  | .userPrincipalName = "new@contoso.test" | .onPremisesImmutableId = "AAAAAAAAAAAAAAAAAAAAAA==" | .proxyAddresses = [])]' \
  "$work/users.json" > "$org/graph/users.json"
expect 0 "${run[@]}" fetch cloud
status 0 7 -- "${run[@]}" --json verify --cached --all --plan "$work/report/plan.json"
jq -se 'any(.[]; .type == "prediction" and .predicted == null)' "$work/out" > /dev/null || fail "nothing that was not predicted"
status 0 7 -- "${run[@]}" verify --cached --plan "$work/report/plan.json" --against "$second" --identity "$work/identity"
echo '{}' > "$work/none.json"
status 1 6 -- "${run[@]}" verify --cached --plan "$work/none.json"
cp "$work/users.json" "$org/graph/users.json"

say "what was read otherwise, cannot be asked for, or is none"
sed 's/^candidates = employeeID/&\nlogin_attribute = mail/' "$conf" > "$work/other.conf"
expect 3 "$REANCHOR" -c "$work/other.conf" plan; said "was read with login_attribute userPrincipalName, want mail" "reanchor fetch ad"
{ cat "$conf"; for k in $(seq 17); do echo "candidates = attribute$k"; done; } > "$work/other.conf"
status 1 3 -- "$REANCHOR" -c "$work/other.conf" fetch ad; said "candidate attributes, want at most"
sed '0,/^objectSid:: .*/s//objectSid:: AAAA/' "$org/ad.ldif" > "$work/sid.ldif"
sed "s#ldif:.*#ldif:$work/sid.ldif#" "$conf" > "$work/other.conf"
status 1 3 5 -- "$REANCHOR" -c "$work/other.conf" fetch ad; said "a security identifier"

say "a tenant whose export data name another sync server"
sync=$org/graph/onPremisesSynchronization.json
cp "$sync" "$work/sync.json"
jq -c '.value[0].configuration.synchronizationClientVersion = "x" | .value[0].configuration.currentExportData = {clientMachineName: "OTHER"}' \
  "$work/sync.json" > "$sync"
status 6 -- "${run[@]}" rebuild; said OTHER
cp "$work/sync.json" "$sync"

say "what a list has that another tool left"
{ echo '"onPremisesImmutableId"'; for k in $(seq -w 15); do echo "\"$(printf 'stranger %s.....' "$k" | head -c 16 | base64)\""; done; } > "$work/list.csv"
expect 0 "${run[@]}" import --all "$work/list.csv"; shown "(no name)" "line 2"
status 0 7 -- "${run[@]}" import --compare "$work/list.csv"
expect 0 "${run[@]}" restore "$work/list.csv" --cached; shown "NOTHING TO RESTORE"
people() { echo "\"userPrincipalName\",\"$1\""; for k in 1 2 3; do echo "\"u$k@contoso.test\",\"no\""; done; }
people onPremisesImmutableId > "$work/text.csv"     # anchors that are no GUID tell of nobody
expect 0 "${run[@]}" restore "$work/text.csv" --cached; shown "NOTHING TO RESTORE"
people ImmutableIdGUID > "$work/wrong.csv"
expect 3 "${run[@]}" import "$work/wrong.csv"; said "line 2: ImmutableIdGUID is 'no'" "line 3: " "line 4: "

say "a store of which one record is damaged"
printf '"userPrincipalName","onPremisesImmutableId","id"\n"x@contoso.test","AAAAAAAAAAAAAAAAAAAAAA==","%s"\n' "$id" > "$work/one.csv"
cp -r "$work/run/store" "$work/store"
/usr/bin/python3 - "$id" "$work"/run/store/snapshots/cloud.*.mdb << 'E'   # the length before the id
import sys
for name in sys.argv[2:]:
    whole = open(name, "rb").read()
    open(name, "r+b").write(whole.replace(b"$" + sys.argv[1].encode(), b"\xff" + sys.argv[1].encode()))
E
for command in "show $id" "restore $work/one.csv --cached" "verify --cached --against $work/one.csv"; do
  # shellcheck disable=SC2086
  expect 7 "${run[@]}" $command; said "cache of cloud: object" "cannot be read"
done
rm -r "$work/run/store"; mv "$work/store" "$work/run/store"

say "a store that holds no directory, and none is configured"
sed '/^\[ad:contoso\]/,/^\[store\]/{/^\[store\]/!d}; s#^dir = .*/store#dir = '"$work"'/bare#' "$conf" > "$work/other.conf"
expect 0 "$REANCHOR" -c "$work/other.conf" fetch cloud
expect 1 "$REANCHOR" -c "$work/other.conf" rehearse cached; said "holds no directory, and none is configured"

say "doctor of folders that are none, that are full, or hold something else"
for dir in /etc/passwd/store /proc/store; do
  sed "s#^dir = .*/store#dir = $dir#" "$conf" > "$work/other.conf"
  status 0 1 3 5 7 9 -- "$REANCHOR" -c "$work/other.conf" doctor
done
shown "MB are free on the disk of /proc"
mkdir -p "$work/odd/store"; echo x > "$work/odd/store/snapshots"
sed "s#^dir = .*/store#dir = $work/odd/store#" "$conf" > "$work/other.conf"
status 0 1 3 5 7 9 -- "$REANCHOR" -c "$work/other.conf" doctor
sed 's/^include = .*/include = nowhere/' "$conf" > "$work/other.conf"
status 1 3 -- "$REANCHOR" -c "$work/other.conf" doctor; shown nowhere
configure "$work/app" "client_id = $client_id
auth = secret
client_secret_file = $work/nosuch
graph_url = https://127.0.0.1:9
login_url = https://127.0.0.1:9" "uri = ldif:$org/ad.ldif"
status 1 3 4 5 7 -- "$REANCHOR" -c "$work/app/reanchor.conf" doctor; shown nosuch
echo secret > "$work/open"; chmod 644 "$work/open"
sed "s#$work/nosuch#$work/open#" "$work/app/reanchor.conf" > "$work/other.conf"
status 1 3 -- "$REANCHOR" -c "$work/other.conf" config check; shown "$work/open"
cp -r "$org" "$work/saved"
echo '{"value":[]}' > "$work/saved/graph/organization.json"
jq -c '.value |= map(. + {onPremisesObjectIdentifier: null, onPremisesSyncBehavior: {isCloudManaged: false}})' "$work/users.json" \
  > "$work/saved/graph/users.json"
from_files "$work/saved/run" "$work/saved"
status 0 1 3 5 7 9 -- "$REANCHOR" -c "$work/saved/run/reanchor.conf" doctor
shown "holds no object" "stands on the users" "was saved"
say passed
