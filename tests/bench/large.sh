#!/bin/bash
# large.sh FOLDER [USERS]: a store of many users in FOLDER, from dumps that it makes there: how long fetch takes for each side,
# plan without and with all outputs, what is resident of them beside the map, and a bare scan of the same store. For ten
# million users 65 GB of disk. REANCHOR, SAMPLE and BENCH_MATCH name the programs; RUN stands before each that is timed,
# such as "chrt -r 1". FOLDER/org and FOLDER/store are used again where they are there, and left.
set -euo pipefail
: "${REANCHOR:?}" "${SAMPLE:?}" "${BENCH_MATCH:?}"
dir=$1 users=${2:-10000000}
mkdir -p "$dir"
dir=$(cd "$dir" && pwd)
export LC_ALL=C.UTF-8 NO_COLOR=1
printf '%s\n' '[tenant]' 'id = 7f3c2a10-5b1e-4c7d-9f20-0a1b2c3d4e5f' "source = files:$dir/org/graph" '[ad:contoso]' \
  "uri = ldif:$dir/org/ad.ldif" '[store]' "dir = $dir/store" > "$dir/reanchor.conf"

most() {        # PID: the highest RssAnon and RssFile, in MiB, as often as they can be had in a tenth of a second
  local s anon=0 file=0 v
  while s=$(cat "/proc/$1/status" 2> /dev/null) && [[ $s == *RssAnon:* ]]; do
    v=${s#*RssAnon:}; v=${v%%kB*}; anon=$((v > anon ? v : anon))
    v=${s#*RssFile:}; v=${v%%kB*}; file=$((v > file ? v : file))
    sleep 0.1
  done
  echo "$((anon / 1024)) MiB | $((file / 1024)) MiB"
}
stage() {       # NAME COMMAND...
  local name=$1 pid status=0; shift
  rm -f "$dir/pid"
  /usr/bin/time -f '%e s | %U s + %S s' -o "$dir/time" ${RUN:-} sh -c 'echo $$ > "$0"; exec "$@"' "$dir/pid" "$@" > "$dir/out" 2>&1 &
  pid=$!
  until [ -s "$dir/pid" ]; do sleep 0.01; done
  rss=$(most "$(cat "$dir/pid")")
  wait $pid || status=$?
  # plan gives 6 where its gate says STOP
  [ $status = 0 ] || [ $status = 6 ] || { cat "$dir/out" >&2; echo "$name: status $status" >&2; exit 1; }
  printf '| %s | %s | %s |\n' "$name" "$(tail -1 "$dir/time")" "$rss"
}

echo '| | wall | user + system | resident beside maps | of maps |'
echo '|---|---|---|---|---|'
if [ ! -d "$dir/store/snapshots" ]; then
  [ -d "$dir/org" ] || stage "sample of $users" "$SAMPLE" --users "$users" --no-disaster "$dir/org"
  stage 'fetch ad' "$REANCHOR" -q -c "$dir/reanchor.conf" fetch ad
  stage 'fetch cloud' "$REANCHOR" -q -c "$dir/reanchor.conf" fetch cloud
fi
stage plan "$REANCHOR" -q -c "$dir/reanchor.conf" plan
stage 'plan, all outputs' "$REANCHOR" -q -c "$dir/reanchor.conf" plan --report "$dir/report"
stage 'scan and decision' "$BENCH_MATCH" "$dir/store" contoso -n 1
cat "$dir/out"
ls -l "$dir/store/snapshots"/*.mdb "$dir/report"
