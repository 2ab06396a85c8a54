#!/usr/bin/env bash
# build.sh VERSION: makes .packages/librdkafka.redist.VERSION.nupkg from Debian's librdkafka source, for this machine's
# architecture. TRACKHUB_LIBRDKAFKA_SOURCE names the archive when there is no network. Pinned: nothing unknown is compiled.
set -euo pipefail
version="${1:?usage: build.sh VERSION}"
here="$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)"
feed="$(cd -- "$here/../.." && pwd)/.packages"

# sid's source first; trixie's as the one that stays when sid moves on.
sources=(librdkafka_2.14.2.orig.tar.gz librdkafka_2.8.0.orig.tar.gz)
declare -A sha256=(
  [librdkafka_2.14.2.orig.tar.gz]=4d53568c13717b167d12c7b2a0fe12aeb5d6bfe02de53df5b68f86d870a81b33
  [librdkafka_2.8.0.orig.tar.gz]=5bd1c46f63265f31c6bfcedcde78703f77d28238eadf23821c2b43fc30be3e25
)

die() {
  printf 'error: %s\n' "$1" >&2
  exit 1
}

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
archive="$work/source.tar.gz"

# The addresses apt uses here for Debian's main archive: from its lists, which know the label of each source, or, where the
# lists were removed to save space, those of every source that has a suite of this release.
mirrors() {
  local found release
  # shellcheck disable=SC2016 # apt-get expands these, not the shell.
  found="$(apt-get indextargets --format '$(LABEL)|$(REPO_URI)' | sed -nE 's,^Debian\|(https?://.*[^/])/?$,\1,p')"
  if [[ -z "$found" ]]; then
    release="$(sed -n 's/^VERSION_CODENAME=//p' /etc/os-release)"
    found="$(apt-get --print-uris update | sed -nE "s,^'(https?://[^']*)/dists/$release/InRelease'.*,\1,p")"
  fi
  sort -u <<<"$found"
}

download() {
  local name mirror
  for name in "${sources[@]}"; do
    while read -r mirror; do
      [[ -n "$mirror" ]] || continue
      # apt's own downloader: same proxy and certificates as apt, checks the sum, leaves no file when it differs.
      /usr/lib/apt/apt-helper download-file "$mirror/pool/main/libr/librdkafka/$name" "$archive" "SHA256:${sha256[$name]}" && return
    done < <(mirrors)
  done
  die "no configured Debian mirror served ${sources[*]} with its pinned checksum"
}

if [[ -n "${TRACKHUB_LIBRDKAFKA_SOURCE:-}" ]]; then
  cp -- "$TRACKHUB_LIBRDKAFKA_SOURCE" "$archive"
else
  download
fi
sum="$(sha256sum "$archive" | cut -d' ' -f1)"
grep -qF "$sum" <<<"${sha256[*]}" || die "checksum mismatch: the source archive has SHA-256 $sum, expected one of: ${sha256[*]}"

mkdir "$work/source"
tar -xzf "$archive" -C "$work/source" --strip-components=1
cd "$work/source"
./configure --disable-gssapi
for feature in SSL LZ4_EXT ZSTD ZLIB; do
  grep -qE "^#define WITH_$feature 1" config.h ||
    die "librdkafka was configured without $feature: install libssl-dev, liblz4-dev, libzstd-dev and zlib1g-dev"
done
make -C src -j "$(nproc)" librdkafka.so.1

native="$work/content/runtimes/$rid/native"
mkdir -p "$native"
cp src/librdkafka.so.1 "$native/librdkafka.so"
strip --strip-unneeded "$native/librdkafka.so"
dotnet pack "$here/package/Package.csproj" --disable-build-servers -o "$work" \
  "-p:PackageVersion=$version" "-p:ContentRoot=$work/content/" "-p:BaseIntermediateOutputPath=$work/obj/"
mv "$work/librdkafka.redist.$version.nupkg" "$feed/"
