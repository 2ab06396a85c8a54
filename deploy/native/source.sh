# shellcheck shell=bash
# Debian's librdkafka source, pinned: downloaded, checked, unpacked and configured. Sourced by build.sh and performance.sh.

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

# download ARCHIVE
download() {
  local archive="$1" name mirror
  for name in "${sources[@]}"; do
    while read -r mirror; do
      [[ -n "$mirror" ]] || continue
      # apt's own downloader: same proxy and certificates as apt, checks the sum, leaves no file when it differs.
      /usr/lib/apt/apt-helper download-file "$mirror/pool/main/libr/librdkafka/$name" "$archive" "SHA256:${sha256[$name]}" && return
    done < <(mirrors)
  done
  die "no configured Debian mirror served ${sources[*]} with its pinned checksum"
}

# configured_source WORK: leaves it in WORK/source. TRACKHUB_LIBRDKAFKA_SOURCE names the archive when there is no network.
configured_source() {
  local work="$1" archive="$1/source.tar.gz" sum feature
  if [[ -n "${TRACKHUB_LIBRDKAFKA_SOURCE:-}" ]]; then
    cp -- "$TRACKHUB_LIBRDKAFKA_SOURCE" "$archive"
  else
    download "$archive"
  fi
  sum="$(sha256sum "$archive" | cut -d' ' -f1)"
  grep -qF "$sum" <<<"${sha256[*]}" || die "checksum mismatch: the source archive has SHA-256 $sum, expected one of: ${sha256[*]}"

  mkdir "$work/source"
  tar -xzf "$archive" -C "$work/source" --strip-components=1
  (
    cd "$work/source" || exit
    ./configure --disable-gssapi
    for feature in SSL LZ4_EXT ZSTD ZLIB; do
      grep -qE "^#define WITH_$feature 1" config.h ||
        die "librdkafka was configured without $feature: install libssl-dev, liblz4-dev, libzstd-dev and zlib1g-dev"
    done
  )
}
