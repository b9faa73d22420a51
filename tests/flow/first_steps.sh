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
say "as wanted"
