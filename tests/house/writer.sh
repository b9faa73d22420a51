#!/bin/sh
# Usage: writer.sh ROOT. struct ra_writer is complete in one file, so that nobody else can make one; and nothing but
# src/graph/write.c and src/directory/write.c sends what changes something.
set -eu
cd "$1"
said=$(
  grep -rlE 'struct ra_writer[[:space:]]*\{' src recovery | grep -vx recovery/apply/gate.c || true
  grep -rlE 'RA_HTTP_WRITE|"(PATCH|PUT|DELETE)"' src/graph | grep -vxE 'src/graph/(write\.c|http\.h|outcome\.c|transfer\.c)' || true
  grep -rlE 'ldap_(modify|add|delete|rename|modrdn|extended)[a-z_]*[[:space:]]*\(' src | grep -vx src/directory/write.c || true
)
[ -z "$said" ] || { printf 'these make a writer, or send a change, and may not:\n%s\n' "$said"; exit 1; }
grep -q 'struct ra_writer {' recovery/apply/gate.c
