#!/usr/bin/env bash
# build.sh VERSION: makes .packages/librdkafka.redist.VERSION.nupkg from Debian's librdkafka source, for this machine's
# architecture. TRACKHUB_LIBRDKAFKA_SOURCE names the archive when there is no network. Pinned: nothing unknown is compiled.
set -euo pipefail
version="${1:?usage: build.sh VERSION}"
here="$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)"
feed="$(cd -- "$here/../.." && pwd)/.packages"

# shellcheck source=deploy/native/source.sh
source "$here/source.sh"

case "$(uname -s)-$(uname -m)" in
  Linux-x86_64) rid=linux-x64 ;;
  Linux-aarch64) rid=linux-arm64 ;;
  *) die "no build is known for $(uname -s) on $(uname -m): use a NuGet feed that holds librdkafka.redist $version" ;;
esac

mkdir -p "$feed"
# In the feed's own folder, so that the last step is one rename; whatever a killed run left goes first.
rm -rf "$feed"/.build.*
work="$(mktemp -d "$feed/.build.XXXXXX")"
trap 'rm -rf "$work"' EXIT

configured_source "$work"
make -C "$work/source/src" -j "$(nproc)" librdkafka.so.1

native="$work/content/runtimes/$rid/native"
mkdir -p "$native"
cp "$work/source/src/librdkafka.so.1" "$native/librdkafka.so"
strip --strip-unneeded "$native/librdkafka.so"
dotnet pack "$here/package/Package.csproj" --disable-build-servers -o "$work" \
  "-p:PackageVersion=$version" "-p:ContentRoot=$work/content/" "-p:BaseIntermediateOutputPath=$work/obj/"
mv "$work/librdkafka.redist.$version.nupkg" "$feed/"
