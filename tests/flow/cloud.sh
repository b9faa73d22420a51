#!/bin/bash
# The cloud side kept up to date: objects come, change and go while a read runs, and the snapshot is the tenant's state
# at its end; the next run takes up the changes alone; a link that is refused leads to a read of everything.
#   cloud.sh [all]   all: a link refused in every way that is known, not in the documented ones alone
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/cloud_lib.sh"
organisation "$work/org" --users 4600 --seed 5
(umask 077; printf secret > "$work/secret")
tenant_up tenant "$work/org/graph" --page-cap 100 --delta-page 20 --no-throttle --client-secret-file "$work/secret"
configure "$work/run" "$(tenant_lines tenant)" "uri = ldif:$work/org/ad.ldif"
conf=$work/run/reanchor.conf
run=("$REANCHOR" -c "$conf")
fetch() { expect 0 "${run[@]}" fetch cloud "$@"; }

# while_reading CHANGES COMMAND...: the changes happen while it reads; its last round of changes is held back until
# they have all been made.
while_reading() {
  local changes=$1 before status=0; shift
  control faults '{"kind":"status","status":503,"retry_after":0.1,"path":"/delta?$deltatoken=","times":100000}'
  before=$(requests)
  "$@" > "$work/out" 2> "$work/err" & local pid=$!
  for _ in $(seq 600); do [ "$(requests)" -ge $((before + 12)) ] && break; sleep 0.02; done
  change "$changes"
  kill -0 $pid 2> /dev/null || fail "it had ended before the changes did"
  no_faults
  wait $pid || status=$?
  [ $status = 0 ] || { cat "$work/err" >&2; fail "$* gave $status"; }
}

say "everything is read while the tenant changes"
churn "$work/org" 0 > "$work/changes.0"
change "$work/changes.0"
churn "$work/org" 1 > "$work/changes.1"
grep -q '"op":"restore"' "$work/changes.1" || fail "nobody is restored"
while_reading "$work/changes.1" "${run[@]}" fetch cloud
shown 'users in ' 'as many as the tenant counts' 'changes of the meantime taken up'
truth truth.1
state "$conf" have.1
same truth.1 have.1
jq -r 'select(.op == "restore").id' "$work/changes.1" | grep -Ff - "$work/have.1" > "$work/back" || true
grep -q '"of":"users"' "$work/back" || fail "none of those who were restored is a user"
say "$(wc -l < "$work/have.1") objects as they are, after $(wc -l < "$work/changes.1") changes"

say "nothing has changed: a handful of requests, and the same snapshot"
fetch           # what the decision wants to know besides is asked for
before=$(requests)
number=$(ls "$work/run/store/snapshots" | grep 'cloud.*mdb$')
fetch
[ $(($(requests) - before)) -le 25 ] || fail "$(($(requests) - before)) requests"
[ "$(ls "$work/run/store/snapshots" | grep 'cloud.*mdb$')" = "$number" ] || fail "another snapshot was written"
shown 'changes until'
say "$(($(requests) - before)) requests"
truth truth.same; state "$conf" have.same; same truth.same have.same

say "changes between two runs, and while the second one reads"
churn "$work/org" 2 > "$work/changes.2"
change "$work/changes.2"
churn "$work/org" 3 > "$work/changes.3"
before=$(wc -l < "$work/tenant/requests.ndjson")
while_reading "$work/changes.3" "${run[@]}" fetch cloud
tail -n +$before "$work/tenant/requests.ndjson" | jq -e 'select(.path | startswith("/v1.0/users?"))' > /dev/null && fail "everything was read"
truth truth.3; state "$conf" have.3; same truth.3 have.3

say "duplicates and short pages among the changes"
churn "$work/org" 4 > "$work/changes.4"
change "$work/changes.4"
control faults '[{"kind":"duplicate","n":3,"path":"/delta","every":2,"times":1000},{"kind":"short_page","n":3,"path":"/users/delta","every":3,"times":1000}]'
fetch
no_faults
truth truth.4; state "$conf" have.4; same truth.4 have.4

say "changes that contradict each other in one round, of every kind"
churn "$work/org" 5 > "$work/changes.5"
change "$work/changes.5"
control faults '[{"kind":"conflict","path":"/delta?$deltatoken=","times":4},{"kind":"conflict","path":"/delta?$skiptoken=","every":2,"times":1000}]'
expect 0 "${run[@]}" -v fetch cloud
said 'were told of twice, and not the same'
no_faults
truth truth.5; state "$conf" have.5; same truth.5 have.5

say "what has gone, and is told of once more as it was alive"
jq -cs '[("users", "groups", "contacts", "devices") as $of | (map(select(.of == $of))[0]) | {op: "delete", id}]' "$work/have.5" > "$work/gone"
control change "$(cat "$work/gone")"
control faults '[{"kind":"conflict","path":"/delta?$deltatoken=","times":4}]'
expect 0 "${run[@]}" -v fetch cloud
said 'cloud: 4 objects were told of twice, and not the same'
shown 'changes until'      # they were settled: the counts gave no cause to read everything
no_faults
truth truth.5; state "$conf" have.5; same truth.5 have.5

say "a count that is ahead of the lists, and one that its own index does not bear out; of changes, and of everything"
ahead() { jq -cn '$ARGS.positional | map({kind: "miscount", n: 2, path: ., times: 1000})' --args "$@"; }
for how in '' --full; do
  for paths in '/users/$count /groups/$count microsoft.graph.user/$count' '/users/$count /v1.0/users?$select=id&'; do
    # shellcheck disable=SC2086
    control faults "$(ahead $paths)"
    # shellcheck disable=SC2086
    fetch $how
    no_faults
    [ "${paths%id&}" = "$paths" ] || said "users: the tenant's index counts"
    shown 'the tenant counts' 'each id behind the count was looked for'
    truth truth.c; state "$conf" have.c; same truth.c have.c
  done
done
control faults "$(ahead microsoft.graph.user)"
expect 3 "${run[@]}" fetch --full cloud
said 'deletedUsers: the tenant'"'"'s index counts' 'HINT: run again; the snapshot before stays in use'
no_faults
state "$conf" have.c; same truth.c have.c

# KIND=CODE: what the link is answered, and how the summary names it
refusals=('"delta_gone"=410 resyncRequired' '"delta_old"=400 Request_UnsupportedQuery' '"status","status":404=404 Request_ResourceNotFound')
[ "${1:-}" != all ] || refusals+=('"lost_page"=400 DirectoryPageTokenNotFoundException' '"expired_page"=400 Directory_ExpiredPageToken'
  '"status","status":501,"code":"NotImplemented"=501 NotImplemented' '"status","status":400,"code":"syncStateNotFound"=400 syncStateNotFound'
  '"status","status":404,"code":"SyncStateInvalid"=404 SyncStateInvalid' '"status","status":410,"code":"ResyncRequired"=410 ResyncRequired')
n=10
for refusal in "${refusals[@]}"; do
  say "a link is refused: ${refusal#*=}"
  n=$((n + 1))
  churn "$work/org" $n > "$work/changes.5"
  change "$work/changes.5"
  control faults "{\"kind\":${refusal%%=*},\"path\":\"/users/delta?\$deltatoken=\",\"times\":1}"
  fetch
  no_faults
  shown 'each list read to its explicit end' "; all of it, because the link to the changes of users was refused: ${refusal#*=}"
  truth truth.5; state "$conf" have.5; same truth.5 have.5
done

say "everything is read anew when asked"
before=$(requests); fetch --full
[ $(($(requests) - before)) -gt 60 ] || fail "only $(($(requests) - before)) requests"
shown 'all of it, because it was asked for'

say "pages that leave out objects without a sign, and then a deletion of which no change tells"
control faults '[{"kind":"hide","n":2,"path":"/v1.0/groups?$select=id,displayName","page":1,"times":1},
  {"kind":"hide","n":1,"path":"/v1.0/users?$select=id,userPrincipalName","page":2,"times":1}]'
fetch --full
# Parts that do not add up are read once more in one chain, which finds the user; there are too few for parts after "all".
left_out=2; grep -q 'reading them once more in one chain' "$work/err" || left_out=3
shown "each id behind the count was looked for, which gave $left_out that the lists had left out"
truth truth.6; state "$conf" have.6; same truth.6 have.6
control change "$(jq -cs 'map(select(.of == "devices")) | [{op: "delete", id: .[0].id}]' "$work/have.6")"
control faults '{"kind":"hide","n":9,"path":"/devices/delta?$deltatoken=","times":1}'
fetch
shown 'all of it, because no change told of 0 devices that are new and 1 that are gone'
no_faults
truth truth.7; state "$conf" have.7; same truth.7 have.7

say "so many deletions of which no change tells that the counts alone say so"
devices=$(jq -s 'map(select(.of == "devices")) | length' "$work/have.7")
gone=$((devices / 2))
control change "$(jq -cs "map(select(.of == \"devices\"))[:$gone] | map({op: \"delete\", id: .id})" "$work/have.7")"
control faults '{"kind":"hide","n":999,"path":"/devices/delta?$deltatoken=","times":1}'
fetch
shown 'all of it, because devices were ' "by the changes, the tenant counts $((devices - gone))"
no_faults
truth truth.8; state "$conf" have.8; same truth.8 have.8

say "a week after everything was read it is read again, whatever was taken up in between"
# A clock that is ahead makes no assertion that the service takes: with a secret.
sed "s#^certificate_file.*#auth = secret\nclient_secret_file = $work/secret#; /^private_key_file/d" "$conf" > "$work/run/secret.conf"
later() { expect 0 faketime -f "$1" "$REANCHOR" -c "$work/run/secret.conf" fetch cloud; }
n=40
for day in +3d +6d; do        # what changed, then nothing at all: neither counts as a full read
  churn "$work/org" $((n += 1)) > "$work/changes.w"; change "$work/changes.w"
  later $day
  shown 'changes until'; ! grep -q 'the last full read was' "$work/out" || fail "read in full $day"
  later $day
done
churn "$work/org" $((n += 1)) > "$work/changes.w"; change "$work/changes.w"
later +7d
shown 'each list read to its explicit end' 'all of it, because the last full read was 7 days ago or longer'
truth truth.w; state "$conf" have.w; same truth.w have.w
later +13d
shown 'changes until'
later +14d
shown 'each list read to its explicit end' 'all of it, because the last full read was 7 days ago or longer'
# and a clock that was set back since leads to the same
fetch
shown 'each list read to its explicit end' 'all of it, because it is not known when everything was last read'
say "as the tenant is, each time"
