#!/usr/bin/env bash
# install-packages.sh NAME…: installs Debian packages as root without leaving a service of theirs running or enabled.
set -euo pipefail
export DEBIAN_FRONTEND=noninteractive

mark='# made by trackhub while it installs packages'
policy=/usr/sbin/policy-rc.d
no_cluster=/etc/postgresql-common/createcluster.d/trackhub.conf

# Only what carries our mark is removed: it may be left from a run that was killed.
clean_up() {
  rm -f "$no_cluster"
  if grep -qsF "$mark" "$policy"; then rm -f "$policy"; fi
}
trap clean_up EXIT
clean_up

# No server starts during the installation, and PostgreSQL makes no cluster of its own. Existing clusters are not touched.
if [[ ! -e "$policy" ]]; then
  printf '#!/bin/sh\n%s\nexit 101\n' "$mark" >"$policy"
  chmod 755 "$policy"
fi
mkdir -p "$(dirname "$no_cluster")"
printf '%s\ncreate_main_cluster = false\n' "$mark" >"$no_cluster"

apt=(apt-get -o DPkg::Lock::Timeout=300 -o Acquire::Retries=3)
dpkg --configure -a
"${apt[@]}" update || echo "apt-get update failed for some source: going on with the lists at hand"
"${apt[@]}" install -y --no-install-recommends "$@"

# Nor at the next boot: nobody but TrackHub asked for this Redis, and TrackHub runs its own.
for name in "$@"; do
  if [[ "$name" == redis-server ]]; then update-rc.d redis-server disable; fi
done
