#!/usr/bin/env bash
# performance.sh: prints the path of librdkafka's own measuring program, examples/rdkafka_performance, and compiles it at the first call
# from the source that build.sh compiles. It is linked with that library statically, whatever else is installed.
set -euo pipefail
here="$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)"
# shellcheck source=deploy/launcher/bootstrap.sh
source "$here/../launcher/bootstrap.sh"
# shellcheck source=deploy/native/source.sh
source "$here/source.sh"

feed="$root/.packages"
program="$feed/rdkafka_performance"
log="$state/performance.log"

if [[ "${1:-}" == compile ]]; then
  work="$(mktemp -d "$feed/.performance.XXXXXX")"
  trap 'rm -rf "$work"' EXIT
  configured_source "$work"
  make -C "$work/source/src" -j "$(nproc)" librdkafka.a
  make -C "$work/source/examples" rdkafka_performance
  mv "$work/source/examples/rdkafka_performance" "$program"
elif [[ ! -x "$program" ]]; then
  ensure_packages "${native_packages[@]}"
  say "building rdkafka_performance from Debian's librdkafka source, about a minute (log: $log)"
  run_step "$log" bash "$here/performance.sh" compile ||
    fail_with_log "could not build rdkafka_performance" "$log" "see the lines above, then call again"
fi
printf '%s\n' "$program"
