#!/bin/sh
# The check itself is checked: on the fixture it must complain of exactly what expected.txt says.
set -u
here=$(cd "$(dirname "$0")" && pwd)
said=$("$here/includes.sh" "$here/fixture")
status=$?
if [ $status -eq 0 ]; then
    echo "wrong arrows were not seen"
    exit 1
fi
printf '%s\n' "$said" | diff -u "$here/fixture/expected.txt" -
