# packages.sh: what Debian 12 needs to build and to test. Sourced by sh; installs only what is missing, so that a
# machine that has everything needs no network.
build_packages='gcc libc6-dev cmake ninja-build pkg-config libcurl4-openssl-dev libldap-dev libcjson-dev libdeflate-dev liblmdb-dev
  libssl-dev libsodium-dev libzstd-dev libinih-dev libsmartcols-dev libmicrohttpd-dev libexpat1-dev libcsv-dev
  zlib1g-dev openssl ca-certificates'

missing_packages() {
  for p; do
    case $(dpkg-query -W -f='${db:Status-Abbrev}' "$p" 2>/dev/null) in ii*) ;; *) echo "$p" ;; esac
  done
}

install_packages() {
  missing=$(missing_packages "$@" | tr '\n' ' ')
  [ -n "$missing" ] || return 0
  if [ "$(id -u)" != 0 ]; then
    echo "missing packages; as root: apt-get install --no-install-recommends $missing" >&2
    return 1
  fi
  # No daemon may start by itself, wherever the machine does not say otherwise already.
  policy=
  if [ ! -e /usr/sbin/policy-rc.d ]; then
    policy=/usr/sbin/policy-rc.d
    printf '#!/bin/sh\nexit 101\n' > $policy && chmod 755 $policy
  fi
  apt="env DEBIAN_FRONTEND=noninteractive apt-get -y -q -o DPkg::Lock::Timeout=300"
  status=0
  # shellcheck disable=SC2086
  $apt install --no-install-recommends $missing ||
    { $apt update && $apt install --no-install-recommends $missing; } || status=$?
  [ -z "$policy" ] || rm -f "$policy"
  return $status
}
