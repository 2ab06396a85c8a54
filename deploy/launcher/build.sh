# shellcheck shell=bash
# Builds when an input differs from what the last successful build saw. Scopes: "cli" is the shipped executable and what it
# references, "everything" the whole solution.

# is_built SCOPE
is_built() {
  local stamp="$state/built-$1"
  [[ -f "$cli" && -f "$stamp" && "$(<"$stamp")" == "$(inputs_fingerprint "$1")" ]]
}

# ensure_built SCOPE
ensure_built() {
  is_built "$1" && return
  local target=TrackHub.sln scopes=(cli everything) scope log="$state/build.log"
  if [[ "$1" == cli ]]; then
    target=deploy/TrackHub.Cli/TrackHub.Cli.csproj
    scopes=(cli)
  fi

  # Taken before the build: what is edited meanwhile is built the next time.
  rm -f "${scopes[@]/#/$state/built-}"
  for scope in "${scopes[@]}"; do inputs_fingerprint "$scope" >"$state/building-$scope"; done
  require_sdk
  say "building $target (log: $log)"
  # No build server stays behind: a command of ours leaves no process.
  run_step "$log" dotnet build "$root/$target" -c Release --disable-build-servers -clp:NoSummary ||
    fail_with_log "the build failed" "$log" "correct the errors above; 'git status' shows what differs from a clean clone"
  for scope in "${scopes[@]}"; do mv "$state/building-$scope" "$state/built-$scope"; done
}

# One line that changes when a file of the build is added, removed, renamed or written: path, size and time of each.
# Contents are not read: hundredths of a second.
inputs_fingerprint() (
  cd "$root" || exit
  shopt -s nullglob
  projects=(*/*/*.csproj)
  mapfile -t folders < <(printf '%s\n' "${projects[@]%%/*}" | sort -u)
  if [[ "$1" == cli ]]; then mapfile -t folders < <(printf '%s\n' "${folders[@]}" | grep -vxE 'tests|benchmarks'); fi
  # A file may vanish while find looks at it: then the line differs from the next one, and that is all it has to do.
  { find "${folders[@]}" ./*.props ./*.targets ./*.sln ./*.config ./*.json BannedSymbols.txt .editorconfig \
    \( -name bin -o -name obj -o -name node_modules -o -name TestResults \) -prune -o \
    -type f ! -name '*.md' ! -name '*.sh' -printf '%p %s %T@\n' 2>/dev/null || true; } | LC_ALL=C sort | sha256sum
)
