#!/bin/bash
# Oddities of real life: locales, time zones, a clock that jumps, a tenant without users, a directory of one object, names in
# odd Unicode, and servers that are there on IPv6 alone.
. "$(dirname "$0")/lib.sh"
organisation "$work/org" --users 200
from_files "$work/run" "$work/org"
run=("$REANCHOR" -c "$work/run/reanchor.conf")
expect 0 "${run[@]}" fetch
expect 6 "${run[@]}" plan --report "$work/plain"

say "the same in every locale and time zone"
mkdir "$work/locales"
localedef -i tr_TR -f UTF-8 "$work/locales/tr_TR.UTF-8" 2> /dev/null && localedef -i tr_TR -f ISO-8859-9 "$work/locales/tr_TR" ||
  fail "localedef: package locales"
for how in LC_ALL=C LC_ALL=tr_TR.UTF-8 LC_ALL=tr_TR TZ=Asia/Kathmandu TZ=XYZ+14:30 TZ=Europe/Berlin; do
  rm -rf "$work/odd" "$work/odd-run"
  from_files "$work/odd-run" "$work/org"
  expect 0 env LOCPATH="$work/locales" "$how" "$REANCHOR" -c "$work/odd-run/reanchor.conf" fetch
  expect 6 env LOCPATH="$work/locales" "$how" "$REANCHOR" -c "$work/odd-run/reanchor.conf" plan --report "$work/odd"
  cmp <(jq -cS 'del(.snapshots)' "$work/plain/verdicts.ndjson") <(jq -cS 'del(.snapshots)' "$work/odd/verdicts.ndjson") ||
    fail "$how decides otherwise"
  cmp "$work/plain/fixes.ldif" "$work/odd/fixes.ldif" || fail "$how: other repairs"
done

say "a clock that jumps: the snapshot is of next year, then the clock goes back"
from_files "$work/jump" "$work/org"
for when in +400d +0 -400d; do
  expect 0 faketime -f "$when" "$REANCHOR" -c "$work/jump/reanchor.conf" fetch
  expect 6 "$REANCHOR" -c "$work/jump/reanchor.conf" plan --report "$work/jump/report"
  cmp <(jq -cS 'del(.snapshots)' "$work/plain/verdicts.ndjson") <(jq -cS 'del(.snapshots)' "$work/jump/report/verdicts.ndjson") ||
    fail "fetched $when: decided otherwise"
done

say "a tenant without users, a directory of one object"
mkdir -p "$work/none/graph"
for f in users groups contacts devices deletedUsers; do echo '{"value":[]}' > "$work/none/graph/$f.json"; done
cp "$work/org/graph/"{organization,domains,onPremisesSynchronization}.json "$work/none/graph/"
printf '%s\n' 'dn: CN=Only,OU=Contoso,DC=contoso,DC=test' 'objectClass: user' 'objectGUID:: AAECAwQFBgcICQoLDA0ODw==' \
  'objectSid:: AQUAAAAAAAUVAAAAAQAAAAIAAAADAAAAUQQAAA==' 'sAMAccountName: only' 'userPrincipalName: only@contoso.test' '' \
  > "$work/none/ad.ldif"
from_files "$work/alone" "$work/none"
alone() {       # the decision of what is there
  expect 0 "$REANCHOR" -c "$work/alone/reanchor.conf" fetch --full
  expect 6 "$REANCHOR" -c "$work/alone/reanchor.conf" plan --report "$work/alone/report"
}
says() { jq -es "$1" "$work/alone/report/verdicts.ndjson" > /dev/null || fail "verdicts are not: $1"; }
alone
says 'map(select(.code)) | length == 1 and .[0].code == "ADD"'
says 'last | .gate == "STOP" and (.reasons | index("ANCHOR_UNDETERMINED"))'

say "a dump of several reads: the same object twice, and another one with its DN"
{ cat "$work/none/ad.ldif"; cat "$work/none/ad.ldif"
  sed 's/^objectGUID:: .*/objectGUID:: EBECAwQFBgcICQoLDA0ODw==/; s/only/anew/' "$work/none/ad.ldif"; } > "$work/none/several.ldif"
mv "$work/none/several.ldif" "$work/none/ad.ldif"
alone
says 'map(select(.code)) | map(.ad.sam) == ["only", "anew"] and (map(.ad.dn) | unique | length == 1) and all(.code == "ADD")'

say "names in odd Unicode: an umlaut written in two ways, right to left, no width, beyond the first plane, dotless i"
i=0
for name in $'Ju\u0308rgen' $'J\u00fcrgen' $'\u202eevil' $'\u200bzero' $'\U0001f600' $'\u0130I\u0131i' $'\ufeffbom'; do
  i=$((i + 1))
  printf 'dn:: %s\nobjectClass: user\nobjectGUID:: %s\nsAMAccountName: odd%d\nuserPrincipalName:: %s\ndisplayName:: %s\n\n' \
    "$(printf 'CN=%s,OU=Contoso,DC=contoso,DC=test' "$name" | base64 -w0)" "$(printf 'odd-object-%05d' $i | base64 -w0)" $i \
    "$(printf '%s@contoso.test' "$name" | base64 -w0)" "$(printf '%s' "$name" | base64 -w0)"
done > "$work/none/ad.ldif"
alone
says "map(select(.code)) | length == $i and all(.code == \"ADD\")"

if grep -qs ' lo$' /proc/net/if_inet6; then
  say "a tenant that is there on IPv6 alone"
  tenant_up tenant "$work/org/graph"
  forward "$(cat "$work/tenant/url")" ::1
  configure "$work/six" "$(tenant_lines tenant | sed "s#_url = .*#_url = https://localhost:${at##*:}#")" \
    "uri = ldif:$work/org/ad.ldif"
  expect 0 "$REANCHOR" -c "$work/six/reanchor.conf" fetch
  expect 6 "$REANCHOR" -c "$work/six/reanchor.conf" plan --report "$work/six/report"
fi
say "as wanted"
