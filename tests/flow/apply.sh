#!/bin/bash
# apply.sh ADDR: what is refused and why, what nobody but apply may send, a pilot and its way back, what the servers deny,
# and windows that are closed again whatever happens. Beside the crash test, which is about interrupted runs.
. "$(dirname "$0")/lib.sh"
addr=$1
TENANT_OPTIONS=--deny-role-holders
. "$here/../crash/apply/servers.sh"
run=("$REANCHOR" -c "$work/run/reanchor.conf")
flag=$(get_flag $soft)
other=$([ "$flag" = on ] && echo off || echo on)
stamp() { echo "s$1|ad.set_consistency_guid|contoso|${guids[$1]}|${dns[$1]}|$([ "$1" = 1 ] || echo "$old")|$new|ANCHOR_DRIFT|$([ "$1" = 1 ] || echo "$old")|"; }
window="w1|tenant.set_features||$tenant_id||$soft=$flag|$soft=$other|SOFT_SMTP|$soft=$flag|"
{ for k in 0 1 2 3; do stamp $k; done
  echo "i1|cloud.set_immutable_id||${cloud[0]}|||AAAAAAAAAAAAAAAAAAAAAA==|SOFT_SMTP||"; } > "$work/steps"
put_plan five < "$work/steps"
apply=("${run[@]}" apply --confirm "$name")
usn_start=$(usn) patches_start=0
nothing() {     # nothing was written to either side since the beginning
  [ "$(usn)" = "$usn_start" ] || fail "$1: AD was changed"
  [ "$(patches | wc -l)" = $patches_start ] || { patches; fail "$1: the tenant was changed"; }
}

say "no command but apply, and no dry run, sends a change"
expect 0 "${run[@]}" apply "$work/five.json" --dry-run
shown "to write" "${dns[0]}" "5 to write" "nothing was written"
expect 0 "${run[@]}" apply "$work/five.json" --dry-run --confirm "$name" --override because --hold 1
"${run[@]}" --help | sed -n '/^Commands:/,/^$/s/^  \([a-z]*\) .*/\1/p' | grep -vx apply > "$work/commands"
grep -qx rebuild "$work/commands" || fail "no commands in the help"
while read -r c; do
  case $c in
    show) set -- "${guids[0]}" ;; config) set -- check ;; backup) set -- list ;; *) set -- ;;
  esac
  timeout 100 "${run[@]}" --no-input "$c" "$@" > "$work/out" 2>&1 < /dev/null || true
done < "$work/commands"
expect 0 "${run[@]}" fetch --full --save "$work/saved"
nothing "other commands"
[ -z "$(jq -c 'select(.method != "GET" and (.path | test("batch|oauth|rehearsal") | not))' "$work/tenant/requests.ndjson")" ] ||
  fail "a modifying request"

say "a plan that is not what it was, or not of this state, is refused with the reason"
refused() {     # PLAN TEXT...
  local plan=$1; shift
  expect 6 "${run[@]}" apply "$plan" --confirm "$name" --dry-run; said "$@"
  expect 6 "${run[@]}" apply "$plan" --confirm "$name"; said "$@" HINT
  nothing "$plan"
}
refused "$work/five.json" "was made from snapshot" "the cache has"    # the fetch above came after it
"${run[@]}" plan --report "$work/report" > /dev/null 2>&1 || [ $? = 6 ] || fail plan
put_plan five < "$work/steps"
sed "s/$new/$(printf 'nEw new new new!' | base64)/" "$work/five.json" > "$work/edited.json"
refused "$work/edited.json" edited.json hash
sed 's/  "format"/   "format"/' "$work/five.json" > "$work/blank.json"
refused "$work/blank.json" "is not as it was written"
TENANT_ID=00000000-0000-4000-8000-000000000001 put_plan foreign < "$work/steps"
refused "$work/foreign.json" "is for tenant 00000000"
GATE_SAFE= "$MAKEPLAN" "$work/report/plan.json" "$work/asdecided.json" < "$work/steps"
sed -i 's/^\[store\]/[policy]\nsoft_match = server\n[store]/' "$work/run/reanchor.conf"
refused "$work/five.json" "another soft_match"
sed -i '/^\[policy\]/,/^soft_match/d' "$work/run/reanchor.conf"
stamp 0 | sed "s/|$old|$new|/|$(printf 'another value!!!' | base64)|$new|/" | put_plan stale
refused "$work/stale.json" "has changed since the plan was made" "holds neither the old value nor the wanted one"
echo "w1|tenant.set_features||$tenant_id||softMatchOnUpnEnabled=on|softMatchOnUpnEnabled=off|SOFT_UPN|softMatchOnUpnEnabled=on|" | put_plan oneway
refused "$work/oneway.json" "is none that a window opens"
set_flag $soft "$other"; patches_start=1
refused "$work/five.json" "$soft was $flag when the plan was made, is $other now"
set_flag $soft "$flag"; patches_start=2
under() {       # LINE SECTION WHAT: the plan under another configuration
  { cat "$work/run/reanchor.conf"; printf '[%s]\n%s\n' "$2" "$1"; } > "$work/run/other.conf"
  expect 6 "$REANCHOR" -q -c "$work/run/other.conf" apply "$work/five.json" --confirm "$name"; said "$3" HINT
}
under 'takeover = allow' policy "another takeover"
under 'max_deletes = 7' policy "another max_deletes"
under 'max_deletes_percent = 4' policy "another max_deletes_percent"
under 'max_hard_deletes = 2' policy "another max_hard_deletes"
under 'attribute = objectGUID' anchor "another anchor attribute"
under 'sync_idle_minutes = 525600' policy "another sync server may be alive"
wrong() {       # TEXT STEP
  echo "$2" | put_plan wrong
  refused "$work/wrong.json" "$1"
}
wrong "no such directory" "x1|ad.set_consistency_guid|nosuch|${guids[0]}|${dns[0]}|$old|$new|ANCHOR_DRIFT|$old|"
wrong "is not Base64" "x1|ad.set_consistency_guid|contoso|${guids[0]}|${dns[0]}|***|$new|ANCHOR_DRIFT|***|"
wrong x1 "x1|ad.set_consistency_guid|contoso|${guids[0]}|${dns[0]}|$old|c2hvcnQ=|ANCHOR_DRIFT|$old|"
wrong "is the one that it has" "x1|ad.set_consistency_guid|contoso|${guids[0]}|${dns[0]}|$old|$old|ANCHOR_DRIFT|$old|"
wrong x1 "x1|ad.hold|contoso|${guids[0]}|${dns[0]}||away|CONFLICT_UPN||"
wrong 'refuses, $ or _' "x1|cloud.set_immutable_id||${cloud[0]}|||a_b|SOFT_SMTP||"
wrong "can only be cleared" "x1|cloud.clear_object_identifier||${cloud[0]}||$identifier|$identifier|BLOCK_OOI|-|"
for option in "--limit 0" "--hold none" "--override ''" "--only ad.hold" "--target nobody"; do
  eval "expect 1 \"\${run[@]}\" apply \"$work/five.json\" --confirm '$name' $option"
done
expect 1 "${run[@]}" apply "$work/five.json" "$work/five.json"

say "what programs read, and a person who types the name"
lines() { jq -es "$1" "$work/out" > /dev/null || { cat "$work/out" >&2; fail "stdout is not: $1"; }; }
expect 0 "${run[@]}" --json apply "$work/five.json" --dry-run
lines '(map(select(.type == "step" and .state == "pending" and .op and .target)) | length) == 5
  and (last | .type == "summary" and .pending == 5 and .written == 0 and .exit_status == 0)'
typed() {       # TEXT: typed at a terminal
  got=0; printf '%s' "$1" | timeout 60 script -qec "${run[*]} apply $work/five.json" /dev/null > "$work/out" 2>&1 || got=$?
  [ $got = 6 ] || { cat "$work/out" >&2; fail "'$1' typed gave $got"; }
  shown "Type the tenant's name, $name" "nothing was written"
}
typed $'Fabrikam\n'
typed $'\004'
expect 6 "${run[@]}" apply "$work/five.json" --confirm Fabrikam; said "is not the name of this tenant, $name"
expect 1 "${run[@]}" apply "$work/five.json" --no-input; said "--confirm '$name'"
expect 1 "${run[@]}" apply
nothing "refusals"

say "a pilot, the rest, and a second time"
expect 0 "${apply[@]}" "$work/five.json" --target "${dns[1]}"
shown "1 written, 4 left out"
batch_of() { sed -n 's/^batch \([^;]*\);.*/\1/p' "$work/out"; }
first=$(batch_of)
[ "$(($(usn) - usn_start))" = 1 ] || fail "the pilot wrote more than one"
expect 0 "${apply[@]}" "$work/five.json" --only ANCHOR_DRIFT --limit 2; shown "2 written"
expect 0 "${apply[@]}" "$work/five.json"; shown "2 written"
last=$(batch_of)
expect 0 "${apply[@]}" "$work/five.json"; shown "0 written, 5 as wanted already"
[ "$(($(usn) - usn_start))" = 4 ] && [ "$(patches | wc -l)" = 3 ] || fail "something was written twice"

say "undone: one step, then the rest"
expect 0 "${run[@]}" apply --rollback "$first" --confirm "$name" --dry-run
expect 0 "${run[@]}" apply --rollback "$first" --confirm "$name"; shown "1 written"
expect 0 "${run[@]}" apply --rollback "$last" --confirm "$name" --only cloud.set_immutable_id; shown "1 written"
expect 0 "${run[@]}" apply --rollback "$last" --confirm "$name"; shown "as wanted already"
expect 1 "${run[@]}" apply --rollback 20200101T000000Z-0000 --confirm "$name"
mv "$work/run/store/snapshots" "$work/snapshots"
expect 0 "${run[@]}" apply --rollback "$last" --confirm "$name"; shown "as wanted already"    # it compares with nothing
rm -r "$work/run/store/snapshots"; mv "$work/snapshots" "$work/run/store/snapshots"
reset

say "at a terminal: the name is typed, and Enter closes a window; what the store could not be told is told"
mkfifo "$work/keys"
at_terminal() { # TEXT OPTION...: apply there, until it says the text; its keyboard is fd 8, its process $typist
  timeout 60 script -qec "${run[*]} apply ${*:2}" /dev/null < "$work/keys" > "$work/out" 2>&1 & typist=$!; pids+=($typist)
  exec 8> "$work/keys"
  for _ in $(seq 400); do ! grep -qF "$1" "$work/out" || return 0; sleep 0.05; done
  cat "$work/out" >&2; fail "never said: $1"
}
enter() { local got=0; printf '%s\n' "$1" >&8; wait "$typist" || got=$?; exec 8>&-; [ $got = 0 ] || { cat "$work/out" >&2; fail "gave $got"; }; }
echo "o1|cloud.clear_object_identifier||${cloud[2]}||$identifier||BLOCK_OOI|-|" | put_plan clear
at_terminal "Type the tenant's name" "$work/clear.json"
mv "$work/run/store/snapshots" "$work/snapshots"; mkdir "$work/run/store/snapshots"
enter "$name"; shown "1 written" "what was cleared is not in the store, run: reanchor fetch --full"
rm -r "$work/run/store/snapshots"; mv "$work/snapshots" "$work/run/store/snapshots"
echo "$window" | put_plan window
at_terminal "window is open" "$work/window.json" --confirm "'$name'" --hold 5
[ "$(get_flag $soft)" = "$other" ] || fail "the window is not open"
enter ""
[ "$(get_flag $soft)" = "$flag" ] || fail "Enter did not close the window"
reset

say "the gate says STOP: only for a reason, which is kept"
jq -e '.gate == "STOP"' "$work/report/plan.json" > /dev/null || fail "the sample's plan does not STOP"
expect 6 "${apply[@]}" "$work/asdecided.json" --only ANCHOR_DRIFT; said "the gate says STOP" --override
expect 0 "${apply[@]}" "$work/asdecided.json" --target "${guids[0]}" --override "pilot agreed with Ada"
grep -q '"overruled":"pilot agreed with Ada"' "$work"/run/store/journal/*.journal || fail "the reason is not in the journal"
reset

say "what the service denies is listed, the rest goes on, and the status says so"
admin=$(jq -r --slurpfile u "$work/org/graph/users.json" '.value[].principalId as $p | select([$u[0].value[].id] | index($p)) | $p' \
  "$work/org/graph/roleAssignments.json" | head -1)
[ -n "$admin" ] || fail "nobody holds a role"
web -X POST -d "{\"op\":\"update\",\"id\":\"$admin\",\"set\":{\"onPremisesObjectIdentifier\":\"$identifier\"}}" "$url/rehearsal/change" > /dev/null
{ cat "$work/steps"; echo "o1|cloud.clear_object_identifier||$admin||$identifier||BLOCK_OOI|-|"; } | put_plan denied
expect 4 "${apply[@]}" "$work/denied.json"
shown "denied" "o1" "$admin" "Global Administrator" "5 written, 1 denied"

say "a directory account with one right: dsacl as in docs/permissions.md"
reset
tool() { samba-tool "$@" -s "$RIG_DIR/etc/smb.conf" > "$work/tool" 2>&1 || { cat "$work/tool"; fail "samba-tool $*"; }; }
tool user create svc-writer 'Wr1ter!Passw0rd' -H "$RIG_DIR/private/sam.ldb"
sid=$(search -b "$base" '(sAMAccountName=svc-writer)' objectSid | sed -n 's/^objectSid:: //p' | base64 -d | od -An -tu4 -j8 -w64 | awk '{printf "S-1-5-%s-%s-%s-%s-%s", $1, $2, $3, $4, $5}')
tool dsacl set -H "$RIG_DIR/private/sam.ldb" --objectdn="OU=Contoso,$base" \
  --sddl="(OA;CIIO;WP;23773dc2-b63a-11d2-90e1-00c04fd91ab1;bf967aba-0de6-11d0-a285-00aa003049e2;$sid)"
printf 'Wr1ter!Passw0rd' > "$work/writer"; chmod 600 "$work/writer"
sed -e "s#^bind_dn = .*#bind_dn = svc-writer@contoso.test#" -e "s#^password_file = .*#password_file = $work/writer#" \
  "$work/run/reanchor.conf" > "$work/run/writer.conf"
{ stamp 0; echo "h1|ad.hold|contoso|${guids[2]}|${dns[2]}||User_held|CONFLICT_UPN||"; } | put_plan delegated
expect 4 "$REANCHOR" -c "$work/run/writer.conf" apply "$work/delegated.json" --confirm "$name"
shown "denied" h1 "1 written, 1 denied"

say "a window that is held is closed by a signal, and by the next command after a kill"
reset; echo "$window" | put_plan window
hold() {        # starts a run that holds the window open; its process in $holder
  "${run[@]}" apply "$work/window.json" --confirm "$name" --hold 5 > "$work/held" 2>&1 & holder=$!; pids+=($holder)
  for _ in $(seq 200); do grep -q "window is open" "$work/held" && break; sleep 0.05; done
  [ "$(get_flag $soft)" = "$other" ] || { cat "$work/held"; fail "the window is not open"; }
}
hold
expect 0 "${run[@]}" show "${guids[0]}"; said "a matching window is open since" "$soft is $other" "holds it open"
[ "$(get_flag $soft)" = "$other" ] || fail "show closed a window that is held"
expect 8 "${apply[@]}" "$work/five.json"
kill -TERM $holder; got=0; wait $holder || got=$?
[ $got = 143 ] || { cat "$work/held"; fail "the holder ended with $got"; }
[ "$(get_flag $soft)" = "$flag" ] || fail "a signal left the window open"
expect 0 "${run[@]}" show "${guids[0]}"; ! grep -q window "$work/err" || fail "a window is told that is none"
reset
hold
kill -KILL $holder; wait $holder 2> /dev/null || true
[ "$(get_flag $soft)" = "$other" ] || fail "closed by nobody?"
expect 0 "${run[@]}" apply "$work/window.json" --dry-run
[ "$(get_flag $soft)" = "$other" ] || fail "a dry run closed the window"
expect 0 "${run[@]}" show "${guids[0]}"; said "a matching window is open since" "was cut short" "is closed now" "is unfinished"
[ "$(get_flag $soft)" = "$flag" ] || fail "the next command left the window open"
expect 6 "${apply[@]}" "$work/five.json"; said "is unfinished" --rollback
expect 0 "${apply[@]}" "$work/window.json"
[ "$(get_flag $soft)" = "$flag" ] || fail "open after all"
before=$(patches | wc -l)
expect 0 "${apply[@]}" "$work/window.json"; shown "as wanted already"
[ "$(patches | wc -l)" = "$before" ] || fail "a second apply opened the window again"

say "a journal that was changed stops everything"
reset
expect 0 "${apply[@]}" "$work/five.json"
journal=$(ls "$work"/run/store/journal/*.journal); batch=$(basename "$journal" .journal)
cp "$journal" "$work/journal"
size=$(stat -c %s "$journal")
for at in 20 $((size / 2)) $((size - 2)); do
  cp "$work/journal" "$journal"
  byte=$(od -An -tu1 -j $at -N 1 "$journal")
  printf "\\$(printf %o $((byte ^ 1)))" | dd of="$journal" bs=1 seek=$at conv=notrunc 2> /dev/null
  expect 7 "${run[@]}" apply --rollback "$batch" --confirm "$name"
  said "is not what its checksum says"
done
head -c $((size - 30)) "$work/journal" > "$journal"      # torn in its last line: the batch is gone on with
expect 0 "${apply[@]}" "$work/five.json"; said "was interrupted"
expect 0 "${run[@]}" fetch                # brought up to date by what was written: another snapshot
expect 6 "${apply[@]}" "$work/five.json"; said "plan: " snapshot
say "as wanted"
