#!/bin/bash
# runbook.sh ADDR: every command block of docs/runbook.md, and the block "Run" of README.md, as they stand there, by somebody
# whose users have lost their anchors: a real domain controller and the simulated tenant. What a reader puts in place of KEY
# and BACKUP is put there, a csexport of the same people lies beside, and what is typed at a prompt is given as --confirm.
. "$(dirname "$0")/lib.sh"
root=$(cd "$here/../.." && pwd)
people="OU=People,OU=Contoso,$base"
organisation "$work/org" --clean --users 200 --seed 47
dc_up dc "$1"
dc_load dc "$work/org/ad.ldif"
tenant_up tenant "$work/org/graph"
export XDG_CONFIG_HOME=$work/config
configure "$XDG_CONFIG_HOME/reanchor" "$(tenant_lines tenant)" "$(ad_lines)" "[backup]
dir = $work/backups"
mkdir "$work/bin" "$work/here"; ln -s "$(realpath "$REANCHOR")" "$work/bin/reanchor"; PATH=$work/bin:$PATH
cd "$work/here"

# blocks FILE: the lines of its blocks of shell, comments taken off.
blocks() { awk '/^```/ { in_block = !in_block && /^```sh$/; next } in_block' "$1" | sed 's/ *#.*//'; }
readme() { awk '/^\*\*5\. Run\*\*/ { here = 1 } here && /^```/ { if (in_block) exit; in_block = 1; next } here && in_block' "$root/README.md" | sed 's/ *#.*//'; }
# run LINE STATUS...: with what a reader puts in; its status must be one of those.
run() {
  local line=$1 got=0; shift
  line=${line//KEY/$person}; line=${line//BACKUP/newest}; line=${line//DIR/report}
  case $line in 'reanchor apply '*--dry-run*) ;; 'reanchor apply '*) line+=" --confirm Contoso" ;; esac
  say "$line"
  timeout -k 5 120 bash -c "$line" > "$work/out" 2> "$work/err" < /dev/null || got=$?
  [[ " $* " == *" $got "* ]] || { tail -n 40 "$work/out" "$work/err" >&2; fail "$line gave $got, want $*"; }
  [ "$got" != 0 ] || grep . "$work/out" > /dev/null || [[ $line == *apply* ]] || fail "$line said nothing"
}

person=$(jq -rs 'map(select(.code == "MATCH_HARD" and .kind == "user" and .side == "ad"))[0].id' "$work/org/expected.ndjson")
say "before the disaster: a backup"
run "reanchor backup create" 0
without() { search -b "$people" '(&(objectClass=user)(!(mS-DS-ConsistencyGuid=*)))' dn 2> /dev/null | awk '/^dn/ { n++ } END { print n + 0 }'; }
before=$(without)
say "the disaster: a third of the users lose their mS-DS-ConsistencyGuid"
expect 0 reanchor -q plan --report "$work/before"
jq -r 'select(.type == "verdict" and .code == "MATCH_HARD" and .ad.consistency_guid) | .ad.dn | @base64' "$work/before/verdicts.ndjson" |
  awk 'NR % 3 == 0 {printf "dn:: %s\nchangetype: modify\ndelete: mS-DS-ConsistencyGuid\n-\n\n", $0}' > "$work/clear.ldif"
lost=$(grep -c changetype "$work/clear.ldif")
[ "$lost" -ge 20 ] || fail "only $lost users"
expect 0 ldapmodify -x -H "ldaps://$RIG_ADDR" -D "$RIG_USER" -y "$RIG_DIR/password" -f "$work/clear.ldif"

blocks "$root/docs/runbook.md" > "$work/lines"
[ "$(wc -l < "$work/lines")" -ge 11 ] || fail "the runbook has $(wc -l < "$work/lines") lines of commands"
while read -r line; do
  case $line in
    '') ;;
    'reanchor rebuild '*) run "$line" 0 6 ;;
    'reanchor verify --plan '*) run "$line" 0 7 ;;
    *) run "$line" 0 ;;
  esac
done < "$work/lines"
say "afterwards everybody has an anchor again"
[ "$(without)" = "$before" ] || fail "$(without) users without an anchor of their own, were $before"

python3 "$here/import_files.py" "$work/org" "$work/files"; cp "$work/files/cs.xml" .
readme > "$work/lines"
[ "$(wc -l < "$work/lines")" -ge 8 ] || fail "the README has $(wc -l < "$work/lines") lines of commands"
while read -r line; do
  case $line in
    'reanchor verify') run "$line" 0 7 ;;
    *) run "$line" 0 6 ;;
  esac
done < "$work/lines"
say "as written"
