# shellcheck shell=bash
# The native half of Confluent.Kafka, package librdkafka.redist: taken from the configured NuGet feeds, built from Debian's
# source where they lack it. Present once in .packages/ or NuGet's own folder, it is not looked for again.

# Both packages are released together under one number.
native_client_version() {
  sed -n 's/.*Include="Confluent\.Kafka" Version="\([^"]*\)".*/\1/p' "$root/Directory.Packages.props"
}

# NuGet writes .nupkg.metadata last, build.sh renames the finished package: neither is there half-way.
has_native_client() {
  local version
  version="$(native_client_version)"
  [[ -e "$root/.packages/librdkafka.redist.$version.nupkg" ||
    -e "${NUGET_PACKAGES:-${HOME:-}/.nuget/packages}/librdkafka.redist/$version/.nupkg.metadata" ]]
}

ensure_native_client() {
  has_native_client && return
  local version log="$state/native.log"
  version="$(native_client_version)"
  require_sdk

  say "looking for librdkafka.redist $version in the NuGet feeds"
  run_step "$log" dotnet restore "$root/deploy/native/probe/Probe.csproj" --disable-build-servers "-p:ClientVersion=$version" && return
  grep -qE 'NU110[123]' "$log" || fail_with_log "the NuGet feeds do not answer" "$log" \
    "check the network and 'dotnet nuget list source', then call again"

  ensure_packages "${native_packages[@]}"
  say "the feeds lack it: building it from Debian's source, about a minute (log: $log)"
  run_step "$log" bash "$root/deploy/native/build.sh" "$version" || fail_with_log "could not build librdkafka.redist $version" "$log" \
    "see the lines above, then call again; without a mirror, name the source archive in TRACKHUB_LIBRDKAFKA_SOURCE"
}
