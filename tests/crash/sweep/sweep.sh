#!/bin/bash
# sweep.sh [MOST [SCENE...]]: the main commands, each run once for every call that it makes, with this call failing:
# memory, files, the disk, libcurl, libldap, LMDB and the others of calls.h. Each time it ends cleanly, leaves nothing
# half-done, and the next run succeeds. MOST: so many points of each call and scene at most, 0 for all of them.
# ADDRESS: a loopback address for a directory server. SWEEP names the program, MAKEPLAN the tool that makes plans.
export TMPDIR=${TMPDIR:-/dev/shm} # thousands of runs, each of which syncs what it writes
here=$(cd "$(dirname "$0")" && pwd)
tests=$here/../..
. "$tests/flow/lib.sh"
: "${SWEEP:?}" "${MAKEPLAN:?}"
most=${1:-0}; [ $# = 0 ] || shift
address=${ADDRESS:-127.0.0.66} port=${PORT:-43110}
scenes=("$@")
[ $# -gt 0 ] || scenes=(first again plan rebuild show verify create check prune list diff restore config doctor cloud delta ad apply rollback)
total=0 bad=0
conf=$work/reanchor.conf

# sweep NAME OPTION... -- COMMAND...: $work/run is what is restored before each point.
sweep() {
  local name=$1 status=0; shift
  "$SWEEP" --name "$name" --conf "$conf" --dir "$work/run" --most "$most" ${SWEEP_OPTIONS:-} "$@" > "$work/swept" || status=$?
  cat "$work/swept"
  [ $status -le 1 ] || fail "$name: the sweep itself failed ($status)"
  [ $status = 0 ] || bad=1
  total=$((total + $(sed -n 's/.* failed \([0-9]*\) of them.*/\1/p' "$work/swept")))
}
any() { "$REANCHOR" -q -c "$conf" "$@" > "$work/out" 2> "$work/err" || [ $? = 6 ] || { cat "$work/err" >&2; fail "$*"; }; }
anew() { rm -rf "$work/run"; mkdir "$work/run"; }

# ---- two states of one organisation, small enough for thousands of runs
organisation "$work/a" --clean --users 200 --seed 5
organisation "$work/b" --users 200 --seed 5
backup_section="[backup]
dir = $work/run/backups
keep_daily = 1
keep_weekly = 0
keep_monthly = 0
keep_yearly = 0
sign_key_file = $work/sign"
"$REANCHOR" backup keygen "$work/sign" > /dev/null
offline() {     # ORGANISATION: the configuration reads it from files
  configure "$work" "source = files:$work/now/graph" "uri = ldif:$work/now/ad.ldif" "$backup_section"
  sed -i "s#^dir = .*/store#dir = $work/run/store#" "$conf"
  rm -f "$work/now"; ln -s "$work/$1" "$work/now"
}
somebody=$(jq -r '.value[3].userPrincipalName' "$work/a/graph/users.json")
look='-q --json plan'
backed_up() { anew; offline a; any fetch; any backup create; }

first() {       # the first fetch of all
  anew; offline a
  sweep first --fixed-clock --look "$look" --also '-q fetch cloud' --also '-q fetch ad' -- -q fetch
}
again() {       # everything anew, where there is a store already
  anew; offline a; any fetch; offline b
  sweep again --fixed-clock --look "$look" --also '-q fetch --full cloud' --also '-q fetch --full ad' -- -q fetch --full
}
plan() {
  anew; offline a; any fetch; any plan --report "$work/run/report"; offline b; any fetch --full
  sweep plan --fixed-clock --same-output --report report --look "-q --json show $somebody" -- plan --report "$work/run/report"
}
rebuild() {
  anew; offline a; any fetch; any plan --report "$work/run/report"; offline b
  sweep rebuild --fixed-clock --report report --look "$look" --also '-q fetch cloud' --also '-q fetch ad' \
    -- -q rebuild --report "$work/run/report"
}
show() { anew; offline b; any fetch; sweep show --fixed-clock --same-output --look "$look" -- show "$somebody"; }
verify() {
  backed_up
  sweep verify --fixed-clock --same-output --look "$look" -- verify --cached --against newest
}
create() { backed_up; offline b; sweep backup_create --status-only --look '-q backup check' -- -q backup create; }
check() { backed_up; any backup create; sweep backup_check --fixed-clock --same-output --look '-q backup list' -- backup check; }
prune() {
  local k
  backed_up; for k in 1 2 3; do any backup create; done
  sweep backup_prune --status-only --look '-q backup check' -- -q backup prune
}
list() { backed_up; sweep backup_list --fixed-clock --same-output --look '-q backup check' -- backup list; }
diff() {
  local names
  backed_up; any backup create
  mapfile -t names < <(find "$work/run/backups" -name 'reanchor-*.json' -printf '%f\n' | sort | sed 's/\.json$//')
  [ ${#names[@]} = 2 ] || fail "${#names[@]} backups"
  sweep backup_diff --fixed-clock --same-output --look '-q backup check' -- backup diff "${names[0]}" "${names[1]}"
}
restore() {
  backed_up
  cp -r "$work/a" "$work/lost"
  awk '/^mS-DS-ConsistencyGuid::/ && ++n % 9 == 0 {next} {print}' "$work/a/ad.ldif" > "$work/lost/ad.ldif"
  offline lost; any fetch --full
  sweep restore --fixed-clock --same-output --report report --look "$look" -- restore newest --cached --report "$work/run/report"
}
config() { anew; offline a; any fetch; sweep config --same-output --look "$look" -- config show; }
doctor() { anew; offline a; any fetch; sweep doctor --tells --look "$look" -- doctor; }

# ---- servers
servers() {
  [ -z "${served:-}" ] || return 0
  served=1
  "$rig/tls.sh" "$work/slapd/tls" dc9.contoso.test "$address" > /dev/null 2>&1 || fail certificates
  "$rig/slapd-gen.py" --users 60 --groups 5 --contacts 5 > "$work/gen.ldif"
  printf secret > "$work/password"; chmod 600 "$work/password"
  tenant_up tenant "$work/a/graph" --no-throttle --page-cap 100 --client-secret-file "$work/password"
  url=$(cat "$work/tenant/url")
}
slapd_up() {
  "$rig/slapd-up.sh" "$work/slapd" "$address:$port" --load "$work/gen.ldif" 2> "$work/up" || { cat "$work/up" >&2; fail slapd; }
  slapd=$(cat "$work/slapd/slapd.pid")
}

online() {
  servers
  configure "$work" "$(tenant_lines tenant)" "uri = ldaps://$address:$((port + 1))
auth = simple
bind_dn = cn=reader,$base
password_file = $work/password
ca_file = $work/slapd/tls/ca.pem" "$backup_section"
  sed -i "s#^dir = .*/store#dir = $work/run/store#; /^include/d; /^exclude/d" "$conf"
}
slapd_stop() { ! [ -d "$work/slapd" ] || "$rig/slapd-down.sh" "$work/slapd" || true; }
trap 'slapd_stop; finish' EXIT

cloud() {       # signing in and every list, over HTTPS
  anew; online; offline_ad; sweep cloud --in-steps --look "$look" -- -q fetch
}
offline_ad() { configure "$work" "$(tenant_lines tenant)" "uri = ldif:$work/a/ad.ldif" "$backup_section"
  sed -i "s#^dir = .*/store#dir = $work/run/store#" "$conf"; }
delta() {       # what changed since
  local id
  anew; online; offline_ad; any fetch
  id=$(jq -r '.value[7].id' "$work/a/graph/users.json")
  curl -sS --fail --cacert "$work/tenant/ca.pem" -H 'Content-Type: application/json' "$url/rehearsal/change" \
    -d "[{\"op\":\"delete\",\"id\":\"$id\"}]" > "$work/changed"
  sweep delta --in-steps --look "$look" -- -q fetch cloud
}
ad() { anew; online; slapd_up; any fetch cloud; sweep ad --look "$look" -- -q fetch ad; slapd_stop; }

# ---- changes: two objects of the directory and two users of the tenant, put back before each point
modify() { ldapmodify -x -H "ldap://$address:$port" -D "cn=reader,$base" -y "$work/password" > /dev/null; }
web() { curl -sS --fail --cacert "$work/tenant/ca.pem" "$@"; }
applying() {
  local people old new k
  anew; online; slapd_up
  old=$(printf 'old old old old!' | base64) new=$(printf 'new new new new!' | base64)
  mapfile -t people < <(ldapsearch -LLL -x -o ldif-wrap=no -H "ldap://$address:$port" -D "cn=reader,$base" -y "$work/password" \
    -b "$base" '(&(objectClass=user)(userPrincipalName=*))' dn 2> /dev/null | sed -n 's/^dn: //p' | sort | awk 'NR <= 2')
  [ ${#people[@]} = 2 ] || fail "${#people[@]} people"
  printf 'dn: %s\nchangetype: modify\nreplace: mS-DS-ConsistencyGuid\nmS-DS-ConsistencyGuid:: %s\n\n' "${people[0]}" "$old" \
    "${people[1]}" "$old" > "$work/reset.ldif"
  modify < "$work/reset.ldif"
  cloud=(c10ad000-0000-4000-8000-000000000001 c10ad000-0000-4000-8000-000000000002)
  for k in "${cloud[@]}"; do
    web -H 'Content-Type: application/json' "$url/rehearsal/change" -d "[{\"op\":\"create\",\"perhaps\":true,\"kind\":\"user\",
      \"object\":{\"id\":\"$k\",\"userType\":\"Member\",\"userPrincipalName\":\"${k: -4}@contoso.test\",\"displayName\":\"Cloud\"}}]" > "$work/changed" || true
  done
  any fetch --full; any plan --report "$work/run/report"
  { for k in 0 1; do
      guid=$(jq -r --arg d "${people[$k]}" 'select(.type == "verdict" and .ad.dn == $d).ad.object_guid' "$work/run/report/verdicts.ndjson")
      echo "s$k|ad.set_consistency_guid|contoso|$guid|${people[$k]}|$old|$new|ANCHOR_DRIFT|$old|"
    done
    echo "i1|cloud.set_immutable_id||${cloud[0]}|||AAAAAAAAAAAAAAAAAAAAAA==|SOFT_SMTP||"
    echo "i2|cloud.set_immutable_id||${cloud[1]}|||BBBBBBBBBBBBBBBBBBBBBA==|SOFT_SMTP||"
  } | GATE_SAFE=1 "$MAKEPLAN" "$work/run/report/plan.json" "$work/plan.json" || fail makeplan
  name=$(jq -r '(.value // [.])[0].displayName' "$work/a/graph/organization.json")
  jq -n '$ARGS.positional | map({op: "update", id: ., set: {onPremisesImmutableId: null}})' --args "${cloud[@]}" > "$work/reset.json"
  cat > "$work/reset" <<-R
	set -e
	ldapmodify -x -H ldap://$address:$port -D cn=reader,$base -y $work/password -f $work/reset.ldif > $work/reset.out
	curl -sS --fail --cacert $work/tenant/ca.pem -H 'Content-Type: application/json' -d @$work/reset.json $url/rehearsal/change > $work/reset.out
	R
  cat > "$work/world" <<-R
	ldapsearch -LLL -x -o ldif-wrap=no -H ldap://$address:$port -D cn=reader,$base -y $work/password -b $base '(mS-DS-ConsistencyGuid=*)' mS-DS-ConsistencyGuid 2> $work/world.err
	# a token lasts an hour
	[ -n "\$(find $work/token -mmin -30 2> $work/world.err)" ] || curl -sS --fail --cacert $work/tenant/ca.pem \
	  -d "grant_type=client_credentials&client_id=$client_id&client_secret=secret&scope=$url/.default" \
	  $url/$tenant_id/oauth2/v2.0/token | jq -r .access_token > $work/token
	for id in ${cloud[*]}; do
	  curl -sS --fail --cacert $work/tenant/ca.pem -H "Authorization: Bearer \$(cat $work/token)" "$url/v1.0/users/\$id?\\\$select=id,onPremisesImmutableId"
	done
	R
}
apply() {
  applying
  sweep apply --reset "sh $work/reset" --world "sh $work/world" -- -q apply "$work/plan.json" --confirm "$name"
  slapd_stop
}
rollback() {
  local batch
  applying
  any apply "$work/plan.json" --confirm "$name"
  batch=$(basename "$work"/run/store/journal/*.journal .journal)
  sed -i "s#$(printf 'old old old old!' | base64)#$(printf 'new new new new!' | base64)#" "$work/reset.ldif"
  jq '[.[] | .set.onPremisesImmutableId = (if .id[-1:] == "1" then "AAAAAAAAAAAAAAAAAAAAAA==" else "BBBBBBBBBBBBBBBBBBBBBA==" end)]' \
    "$work/reset.json" > "$work/reset.new"; mv "$work/reset.new" "$work/reset.json"
  sweep rollback --reset "sh $work/reset" --world "sh $work/world" -- -q apply --rollback "$batch" --confirm "$name"
  slapd_stop
}

for s in "${scenes[@]}"; do "$s"; done
say "$total calls that failed"
[ $bad = 0 ] || fail "there are findings"
