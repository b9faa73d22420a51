#!/bin/bash
# debian.sh SOURCE BUILD: makes the Debian package, has lintian look at it, and runs what it holds from where it was
# unpacked.
set -euo pipefail
src=$1 build=$2
work=$(mktemp -d "${TMPDIR:-/tmp}/reanchor-package.XXXXXX")
trap 'rm -rf "$work"' EXIT
fail() { echo "$*" >&2; exit 1; }

shellcheck "$src"/recovery/packaging/{postinst,prerm,postrm} "$src/recovery/manual/make.sh"
(cd "$work" && cpack --config "$build/CPackConfig.cmake" -G DEB -B "$work" > "$work/log" 2>&1) || { cat "$work/log"; exit 1; }
deb=$(echo "$work"/reanchor_*.deb)
# Root or not makes no difference to what it finds.
lintian --allow-root --fail-on error,warning "$deb" || fail "lintian has remarks"
dpkg-deb -x "$deb" "$work/root"
"$work/root/usr/bin/reanchor" --version | grep libcurl > /dev/null || fail "reanchor --version names no libcurl"
for f in etc/reanchor/reanchor.conf usr/share/man/man1/reanchor.1.gz usr/share/doc/reanchor/formats.md \
  usr/share/bash-completion/completions/reanchor; do
  [ -s "$work/root/$f" ] || fail "the package has no $f"
done
dpkg-deb -I "$deb" conffiles | grep -x /etc/reanchor/reanchor.conf > /dev/null || fail "the configuration is no conffile"
