# shellcheck shell=bash
# Programs nobody here wrote that tests talk to or build with, from npm: every tests/*/peers and ingest/* with a package-lock.json, installed
# into the node_modules beside it. To add one: put its exact version into package.json, then 'npm install --package-lock-only'.
# Python peers are Debian packages: test_packages in packages.sh.

oldest_node=18   # Debian 12's

# One lock file a line.
peer_locks() (
  shopt -s nullglob
  locks=("$root"/tests/*/peers/package-lock.json "$root"/ingest/*/package-lock.json)
  if ((${#locks[@]})); then printf '%s\n' "${locks[@]}"; fi
)

# has_peers LOCK: its copy is written last, so an interrupted installation is not taken for a whole one.
has_peers() { cmp -s "$1" "${1%/*}/node_modules/.installed-lock.json"; }

has_all_peers() {
  local lock
  while read -r lock; do has_peers "$lock" || return 1; done < <(peer_locks)
}

ensure_peers() {
  local lock folder log="$state/peers.log"
  has_all_peers && return
  node -e "process.exit(parseInt(process.versions.node, 10) < $oldest_node ? 1 : 0)" 2>/dev/null ||
    fail "tests need Node.js $oldest_node or later on PATH" "update Node.js by the means it was installed with, then call again"

  while read -r lock; do
    has_peers "$lock" && continue
    folder="${lock%/*}"
    say "installing the npm packages of ${folder#"$root"/}"
    # No scripts: nothing that tests use needs building, and a package's own code does not run before a test asks for it.
    run_step "$log" env -C "$folder" npm ci --ignore-scripts --no-audit --no-fund --no-progress || fail_with_log \
      "could not install the npm packages of ${folder#"$root"/}" "$log" "check the network and 'npm config list', then call again"
    cp "$lock" "$folder/node_modules/.installed-lock.json"
  done < <(peer_locks)
}
