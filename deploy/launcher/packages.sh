# shellcheck shell=bash
# What TrackHub takes from the distribution. Servers are only installed, never started: the CLI runs its own, on its own ports.

# The last three are the compressions Kafka's clients use, which the local broker looks into.
runtime_packages=(postgresql-15 redis-server util-linux liblz4-1 libzstd1 libsnappy1v5)
test_packages=(chromium kcat python3-avro python3-confluent-kafka python3-kafka python3-lz4 python3-prometheus-client python3-snappy python3-zstandard)
native_packages=(gcc g++ make pkg-config libc6-dev libssl-dev zlib1g-dev liblz4-dev libzstd-dev)

# packages_for cli|everything: their names, one a line.
packages_for() {
  printf '%s\n' "${runtime_packages[@]}"
  [[ "$1" == everything ]] || return 0
  printf '%s\n' "${test_packages[@]}"
  # Node.js and npm often come from elsewhere, and Debian's packages would displace those.
  command -v node >/dev/null || printf 'nodejs\n'
  command -v npm >/dev/null || printf 'npm\n'
}

# missing_packages NAME…: those of them that are not completely installed, one a line.
missing_packages() {
  local installed name
  installed="$(dpkg-query -W -f '${db:Status-Status} ${Package}\n' "$@" 2>/dev/null || true)"
  for name in "$@"; do
    grep -qxF "installed $name" <<<"$installed" || printf '%s\n' "$name"
  done
}

# ensure_packages NAME…
ensure_packages() {
  local missing log="$state/packages.log"
  mapfile -t missing < <(missing_packages "$@")
  ((${#missing[@]})) || return 0

  local by_hand="as root: bash $root/deploy/launcher/install-packages.sh ${missing[*]}; then call again"
  command -v apt-get >/dev/null || fail "needs ${missing[*]}, and this machine has no apt-get" \
    "install PostgreSQL 15, Redis 7 and util-linux by its own means, then call with TRACKHUB_NO_BOOTSTRAP=1 after a dotnet build -c Release"

  local as_root=()
  if ((EUID != 0)); then
    command -v sudo >/dev/null || fail "needs ${missing[*]}, and this user is neither root nor has sudo" "$by_hand"
    if ! sudo -n true 2>/dev/null; then
      [[ -t 0 ]] || fail "needs ${missing[*]}, and sudo asks for a password but there is no terminal" "$by_hand"
      say "sudo asks for your password to install ${missing[*]}"
      sudo -v || fail "needs ${missing[*]}, and sudo refused" "$by_hand"
    fi
    as_root=(sudo)
  fi

  say "installing ${missing[*]}"
  mkdir -p "$state"
  # Not through run_step: a package manager is never ended half-way.
  "${as_root[@]}" bash "$root/deploy/launcher/install-packages.sh" "${missing[@]}" >"$log" 2>&1 </dev/null 8>&- ||
    fail_with_log "could not install ${missing[*]}" "$log" "$by_hand"
}
