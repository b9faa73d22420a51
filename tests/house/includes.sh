#!/bin/sh
# Usage: includes.sh ROOT. Reads the #include lines of every C file in ROOT/src and ROOT/recovery.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
cd "$1"
find src recovery -name '*.[ch]' 2>/dev/null | LC_ALL=C sort >"${TMPDIR:-/tmp}/ra-includes.$$"
trap 'rm -f "${TMPDIR:-/tmp}/ra-includes.$$"' EXIT
if ! [ -s "${TMPDIR:-/tmp}/ra-includes.$$" ]; then
    echo "$1: no C files in src or recovery" >&2
    exit 2
fi
xargs awk -f "$here/includes.awk" "$here/arrows.txt" <"${TMPDIR:-/tmp}/ra-includes.$$"
