#!/usr/bin/env bash
# Mesa's lavapipe, a Vulkan that computes on the CPU, for tests. Prints the file that announces it.
# Exit 77: not possible here, the reason on stderr.
set -uo pipefail
export PATH=$PATH:/usr/sbin:/sbin

PACKAGES=(mesa-vulkan-drivers libvulkan1)
# WebGPU's library finds nothing that it can use in older ones.
OLDEST_MESA=24

impossible() { echo "$*" >&2; exit 77; }

manifest() { ls /usr/share/vulkan/icd.d/lvp_icd*.json 2>/dev/null | head -n 1; }

is_there() {
  [ -n "$(manifest)" ] && ldconfig -p | grep -q 'libvulkan\.so\.1 ' || return 1
  local version
  version=$(dpkg-query -W -f '${Version}' mesa-vulkan-drivers 2>/dev/null) || return 0
  dpkg --compare-versions "$version" ge $OLDEST_MESA
}

# Lists and packages of its own: what the machine knows of its sources stays as it is.
apt() {
  DEBIAN_FRONTEND=noninteractive apt-get -o Dir::State::lists="$DIR/lists" -o Dir::Cache="$DIR/cache" \
    -o DPkg::Lock::Timeout=120 -o Acquire::Retries=2 "${SOURCES[@]}" "$@" >>"$DIR/log" 2>&1
}

install_packages() {
  [ "$(id -u)" = 0 ] || impossible "Mesa's lavapipe is not installed, and only root can install ${PACKAGES[*]}"
  command -v apt-get >/dev/null || impossible "Mesa's lavapipe is not installed and there is no apt-get: ${PACKAGES[*]}"
  # Only containers have it: tests leave the libraries of a person's machine alone.
  [ -e /usr/sbin/policy-rc.d ] || impossible "no /usr/sbin/policy-rc.d, so perhaps no container; install ${PACKAGES[*]} by hand"
  DIR=$(mktemp -d) && trap 'rm -rf "$DIR"' EXIT
  mkdir -p "$DIR"/{lists,cache/archives}/partial
  SOURCES=()
  local release=()
  # Mesa of Debian 12 itself is too old.
  if [ "$(. /etc/os-release && echo "${VERSION_CODENAME:-}")" = bookworm ]; then
    local mirror
    mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Release: bookworm' | head -n 1)
    [ -n "$mirror" ] || impossible 'apt-get knows no mirror of Debian 12'
    printf "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror %s main\n" \
      bookworm bookworm-backports >"$DIR/sources.list"
    SOURCES=(-o Dir::Etc::SourceList="$DIR/sources.list" -o Dir::Etc::SourceParts=/dev/null)
    release=(-t bookworm-backports)
  fi
  { apt update && apt install -y --no-install-recommends "${release[@]}" "${PACKAGES[@]}"; } ||
    impossible "apt-get could not install ${PACKAGES[*]}: $(tail -n 1 "$DIR/log")"
}

[ "$(uname -s)" = Linux ] || impossible 'lavapipe needs Linux'
is_there || install_packages
is_there || impossible "Mesa's lavapipe of version $OLDEST_MESA or newer is not there"
manifest
