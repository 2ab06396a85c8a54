# shellcheck shell=bash
# Brings a machine to where the CLI runs: packages, native Kafka client, build. Sourced by trackhub and .ci/run. Every step
# looks first whether it is needed, and heals what an interrupted one left.

root="$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/../.." && pwd)"
state="$root/.trackhub"
cli="$root/deploy/TrackHub.Cli/bin/Release/net10.0/TrackHub.Cli.dll"
export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1 MSBUILDDISABLENODEREUSE=1

# shellcheck source=deploy/launcher/steps.sh
source "$root/deploy/launcher/steps.sh"
# shellcheck source=deploy/launcher/packages.sh
source "$root/deploy/launcher/packages.sh"
# shellcheck source=deploy/launcher/native.sh
source "$root/deploy/launcher/native.sh"
# shellcheck source=deploy/launcher/peers.sh
source "$root/deploy/launcher/peers.sh"
# shellcheck source=deploy/launcher/build.sh
source "$root/deploy/launcher/build.sh"

# bootstrap cli|everything: "everything" adds what tests and benchmarks need.
bootstrap() {
  is_ready "$1" && return
  take_lock
  prepare "$1"
  ensure_built "$1"
  release_lock
}

# prepare cli|everything: all but the build.
prepare() {
  local packages
  mapfile -t packages < <(packages_for "$1")
  ensure_packages "${packages[@]}"
  ensure_native_client
  if [[ "$1" == everything ]]; then ensure_peers; fi
}

is_ready() {
  local packages
  mapfile -t packages < <(packages_for "$1")
  [[ -z "$(missing_packages "${packages[@]}")" ]] && has_native_client && is_built "$1" || return 1
  [[ "$1" != everything ]] || has_all_peers
}

# Puts a dotnet of the usual places on PATH when PATH has none.
find_dotnet() {
  local place
  command -v dotnet >/dev/null && return
  for place in "${DOTNET_ROOT:-}" "${HOME:-}/.dotnet" /usr/share/dotnet /usr/lib/dotnet /usr/local/share/dotnet; do
    if [[ -n "$place" && -x "$place/dotnet" ]]; then
      export DOTNET_ROOT="$place" PATH="$PATH:$place"
      return
    fi
  done
  fail "dotnet is not on PATH" "install the .NET 10 SDK (package dotnet-sdk-10.0 or the official dotnet-install script), then call again"
}

# Fails unless there is an SDK that global.json accepts. Takes a tenth of a second: called only before a build.
require_sdk() {
  local found
  found="$(dotnet --list-sdks | cut -d' ' -f1 | paste -sd' ' -)"
  [[ " $found" == *" 10."* ]] ||
    fail "dotnet has no SDK 10.x (found: ${found:-none})" "install the .NET 10 SDK, 10.0.100 or later, then call again"
}
