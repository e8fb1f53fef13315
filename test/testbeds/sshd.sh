#!/usr/bin/env bash
# Two private sshds on the loopback, for tests: a login node and a jump host. Everything they need is made in one
# folder: keys, known_hosts, a configuration of ssh and a home. Nothing in /etc or ~/.ssh is read or changed.
#
#   sshd.sh up DIR PORT JUMP_PORT [PID]   starts both; ends them when process PID is gone; exits with 3 and a reason where there is no sshd and none can be had
#   sshd.sh down DIR                 ends both and their sessions
#
# SFTP=no: without access to files.
#
# In DIR: id_plain, id_locked (passphrase "open sesame") and id_stranger (let in nowhere), known_hosts, ssh_config,
# host_key, jump_key, other_key (of no host), home/, login.pid, jump.pid, login.log, jump.log.
# Hosts of ssh_config: login; jump; behind (login through jump); far (through two hops); locked (id_locked alone).
set -euo pipefail

give_up() { echo "$1"; exit 3; }

obtain_sshd() {
  if [ -x /usr/sbin/sshd ] && command -v ssh ssh-keygen >/dev/null; then return; fi
  [ "${LLC_TEST_INSTALL:-yes}" = yes ] || give_up 'sshd is not installed, and LLC_TEST_INSTALL forbids to install it'
  [ "$(id -u)" = 0 ] || give_up 'sshd is not installed, and only root could install it'
  command -v apt-get >/dev/null || give_up 'sshd is not installed, and there is no apt-get'
  # Otherwise Debian starts the machine's own sshd.
  if [ ! -e /usr/sbin/policy-rc.d ]; then
    printf '#!/bin/sh\nexit 101\n' >/usr/sbin/policy-rc.d
    chmod 755 /usr/sbin/policy-rc.d
    trap 'rm -f /usr/sbin/policy-rc.d' EXIT
  fi
  DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=120 install -y --no-install-recommends \
    openssh-server openssh-client openssh-sftp-server >"$dir/apt.log" 2>&1 ||
    give_up "sshd cannot be installed: $(tail -n 1 "$dir/apt.log")"
}

make_key() { # name passphrase type
  [ -e "$dir/$1" ] || ssh-keygen -q -t "${3:-ed25519}" -N "$2" -C "$1" -f "$dir/$1"
}

start() { # name port key
  cat >"$dir/$1_config" <<CONF
Port $2
ListenAddress 127.0.0.1
HostKey $dir/$3
PidFile $dir/$1.pid
AuthorizedKeysFile $dir/authorized_keys
SetEnv HOME=$dir/home
PasswordAuthentication no
KbdInteractiveAuthentication no
PermitRootLogin prohibit-password
UsePAM no
StrictModes no
UseDNS no
PrintMotd no
PrintLastLog no
MaxSessions 10
MaxStartups 100
LogLevel VERBOSE
CONF
  [ "${SFTP:-yes}" = no ] || echo 'Subsystem sftp internal-sftp' >>"$dir/$1_config"
  /usr/sbin/sshd -f "$dir/$1_config" -E "$dir/$1.log"
}

host() { # alias port key, then more lines
  printf 'Host %s\n  HostName 127.0.0.1\n  Port %s\n  IdentityFile %s\n' "$1" "$2" "$dir/$3"
  shift 3
  for line in "$@"; do printf '  %s\n' "$line"; done
}

up() {
  local port=$1 jump_port=$2 owner=${3:-}
  mkdir -p "$dir/home"
  [ "$(id -u)" != 0 ] || mkdir -p /run/sshd
  obtain_sshd
  make_key id_plain ''
  make_key id_locked 'open sesame'
  make_key id_stranger ''
  make_key host_key ''
  make_key jump_key '' ecdsa
  make_key other_key ''
  cat "$dir/id_plain.pub" "$dir/id_locked.pub" >"$dir/authorized_keys"
  {
    echo "[127.0.0.1]:$port $(cut -d' ' -f1,2 "$dir/host_key.pub")"
    echo "[127.0.0.1]:$jump_port $(cut -d' ' -f1,2 "$dir/jump_key.pub")"
  } >"$dir/known_hosts"
  {
    host login "$port" id_plain
    host jump "$jump_port" id_plain
    host behind "$port" id_plain 'ProxyJump jump'
    host far "$port" id_plain 'ProxyJump jump,login'
    host locked "$port" id_locked
    printf 'Host *\n  User %s\n  IdentitiesOnly yes\n  IdentityAgent none\n' "$(id -un)"
    printf '  UserKnownHostsFile %s\n  GlobalKnownHostsFile /dev/null\n' "$dir/known_hosts"
  } >"$dir/ssh_config"
  start login "$port" host_key
  start jump "$jump_port" jump_key
  for name in login jump; do
    for _ in $(seq 100); do [ -s "$dir/$name.pid" ] && break; sleep 0.05; done
    [ -s "$dir/$name.pid" ] || give_up "sshd does not start: $(tail -n 1 "$dir/$name.log")"
  done
  # Tests that are filtered out, or killed, end nothing.
  if [ -n "$owner" ]; then
    setsid "$0" watch "$dir" "$owner" >/dev/null 2>&1 </dev/null &
  fi
}

watch() { # pid
  while kill -0 "$1" 2>/dev/null && [ -e "$dir/login.pid" ]; do sleep 1; done
  if [ -e "$dir/login.pid" ]; then down; rm -rf "$dir"; fi
}

down() {
  local name listener
  for name in login jump; do
    listener=$(cat "$dir/$name.pid" 2>/dev/null) || continue
    kill -KILL "$listener" $(ps -o pid= --ppid "$listener") 2>/dev/null || true
    rm -f "$dir/$name.pid"
  done
}

dir=${2:?}
case $1 in
  up) up "${3:?}" "${4:?}" "${5:-}" ;;
  down) down ;;
  watch) watch "${3:?}" ;;
  *) sed -n 2,14p "$0"; exit 2 ;;
esac
