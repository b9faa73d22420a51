#!/bin/bash
# From nothing to a working configuration, as `reanchor doctor` tells it: each message leads to the next step.
. "$(dirname "$0")/lib.sh"
export HOME=$work/home; unset XDG_CONFIG_HOME; mkdir -p "$HOME"
[ ! -e /etc/reanchor/reanchor.conf ] || { say "this machine has a configuration of its own"; export XDG_CONFIG_HOME=$work/home/none; }
organisation "$work/org" --users 200 --no-disaster
tenant_up tenant "$work/org/graph"
conf=$HOME/.config/reanchor/reanchor.conf

say "nothing is there"
if [ ! -e /etc/reanchor/reanchor.conf ]; then
  expect 1 "$REANCHOR" doctor
  said "$conf" --first-steps
else
  expect 0 "$REANCHOR" doctor --first-steps
fi
shown 'reanchor config example' 'openssl req' User.Read.All df021288-bdef-4463-88db-98f22de89214 '[ad:NAME]'

say "the example, filled in as the messages ask for it"
mkdir -p "${conf%/*}"; unset XDG_CONFIG_HOME
"$REANCHOR" config example > "$conf"
fill() { sed -i "s#^;$1 =.*#$1 = $2#" "$conf"; }
expect 1 "$REANCHOR" doctor; said id GUID --first-steps
fill id $tenant_id
expect 1 "$REANCHOR" doctor; said client_id
fill client_id $client_id
expect 1 "$REANCHOR" doctor; said certificate_file
sed -i "0,/^;certificate_file =.*/s##certificate_file = $work/app.crt#" "$conf"
expect 1 "$REANCHOR" doctor; said private_key_file
sed -i "0,/^;private_key_file =.*/s##private_key_file = $work/app.key#" "$conf"
sed -i "0,/^;ca_file =.*/s##ca_file = $work/tenant/ca.pem#" "$conf"
fill graph_url "$(cat "$work/tenant/url")"; fill login_url "$(cat "$work/tenant/url")"; fill dir "$work/store"
expect 0 "$REANCHOR" doctor; shown 'add a section [ad:NAME]'
sed -i 's/^;\[ad:contoso\]/[ad:contoso]/' "$conf"
expect 1 "$REANCHOR" doctor; said uri ldaps://
fill uri "ldif:$work/org/ad.ldif"
expect 0 "$REANCHOR" doctor; shown '0 faults'
expect 0 "$REANCHOR" config check
expect 0 "$REANCHOR" fetch

if [ "$(id -u)" = 0 ]; then
  say "what root makes in a store goes to whom the store belongs, and nothing else does"
  echo mine > "$work/link"; ln "$work/link" "$work/store/second-name"; ln -s "$work/link" "$work/store/pointer"
  mkdir "$work/outside"; ln -s "$work/outside" "$work/store/way-out"; echo mine > "$work/outside/file"
  chown 61184:61184 "$work/store"
  expect 0 "$REANCHOR" fetch --full
  [ "$(stat -c %u "$work/link" "$work/outside" "$work/outside/file" | sort -u)" = 0 ] || fail "somebody was given what is not in the store"
  rm "$work/store"/{second-name,pointer,way-out}
  [ -z "$(find "$work/store" ! -uid 61184)" ] || fail "still root's: $(find "$work/store" ! -uid 61184)"
fi

say "Kerberos, which comes with a package of its own, is not installed"
/usr/bin/python3 -c '
import socket, sys
s = socket.socket(); s.bind(("127.0.0.65", 0)); s.listen(8)
open(sys.argv[1], "w").write(str(s.getsockname()[1]))
held = []
while True: held.append(s.accept())' "$work/port" & pids+=($!)
for _ in $(seq 100); do [ ! -s "$work/port" ] || break; sleep 0.05; done
fill uri x; sed -i "s#^uri = .*#uri = ldap://127.0.0.65:$(cat "$work/port")#" "$conf"
export SASL_PATH=$work/nowhere
expect 4 "$REANCHOR" fetch ad; said "Kerberos bind failed" libsasl2-modules-gssapi-mit
say "as wanted"
