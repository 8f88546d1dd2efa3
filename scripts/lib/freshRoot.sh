#!/bin/sh
# Started by scripts/fresh.mjs inside mount and process namespaces of its own: makes a root of Debian, FOLDER/root, moves
# FOLDER/clone into it and runs commands there: freshRoot.sh FOLDER RELEASE NODE COMMAND...
# NODE is apt or copied; the other settings are variables.
# Nothing of the machine's own /dev is mounted, and nothing is removed here: what is mounted goes with the namespace.
set -eu
folder=$1 root=$1/root release=$2 node=$3
shift 3

fail() {
  printf 'fresh: %s\n' "$*" >&2
  exit 1
}

[ $$ = 1 ] || fail 'scripts/fresh.mjs starts this script, in namespaces of its own'
# The first process of a process namespace ignores the signals that it has no handler for.
trap 'exit 130' INT TERM

in_root() {
  chroot "$root" /usr/bin/env -i HOME=/root PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
    LANG=C.UTF-8 npm_config_registry="$NPM_REGISTRY" \
    ${http_proxy:+"http_proxy=$http_proxy"} ${https_proxy:+"https_proxy=$https_proxy"} \
    ${HTTP_PROXY:+"HTTP_PROXY=$HTTP_PROXY"} ${HTTPS_PROXY:+"HTTPS_PROXY=$HTTPS_PROXY"} \
    ${no_proxy:+"no_proxy=$no_proxy"} ${NO_PROXY:+"NO_PROXY=$NO_PROXY"} \
    ${CERTIFICATES:+NODE_EXTRA_CA_CERTS=/etc/ssl/passed-on.pem} ${TEST_DATA:+EUPHONIC_TEST_DATA=/mnt} "$@"
}

# Shows what a step printed only if it fails.
quietly() {
  what=$1
  shift
  "$@" >"$folder/fresh.log" 2>&1 || {
    tail -n 30 "$folder/fresh.log" >&2
    fail "$what failed"
  }
}

make_root() {
  # a user of its own downloads apt's packages
  chmod 755 "$folder"
  quietly "debootstrap of $release from $MIRROR (EUPHONIC_DEBIAN_MIRROR names another mirror)" \
    debootstrap --variant=minbase --include=ca-certificates "$release" "$root" "$MIRROR"
  mount -t proc proc "$root/proc"
  mount -t sysfs -o ro sysfs "$root/sys"
  mount -t devpts -o newinstance,ptmxmode=0666 devpts "$root/dev/pts"
  mount -t tmpfs tmpfs "$root/dev/shm"
}

pass_settings_on() {
  cp /etc/resolv.conf /etc/hosts "$root/etc/"
  printf '%s\n' "$APT_CONF" >"$root/etc/apt/apt.conf.d/90passed-on"
  [ ! -f "$NPMRC" ] || cp "$NPMRC" "$root/root/.npmrc"
  [ -z "$CERTIFICATES" ] || cp "$CERTIFICATES" "$root/etc/ssl/passed-on.pem"
  if [ -n "$TEST_DATA" ]; then
    mount --bind "$TEST_DATA" "$root/mnt"
    mount -o remount,bind,ro "$root/mnt"
  fi
}

add_node() {
  if [ "$node" = apt ]; then
    quietly 'apt-get update' in_root apt-get update
    quietly 'installing nodejs and npm' in_root apt-get install -y --no-install-recommends nodejs npm
  else
    cp "$NODE" "$root/usr/local/bin/node"
    mkdir -p "$root/usr/local/lib/node_modules"
    cp -R "$NPM" "$root/usr/local/lib/node_modules/npm"
    ln -s ../lib/node_modules/npm/bin/npm-cli.js "$root/usr/local/bin/npm"
    ln -s ../lib/node_modules/npm/bin/npx-cli.js "$root/usr/local/bin/npx"
    quietly "$NODE in $release (start this with a Node.js from https://nodejs.org): npm --version" in_root npm --version
  fi
  echo "##### Node.js $(in_root node --version), npm $(in_root npm --version)"
}

make_root
pass_settings_on
add_node
# where every user may look in
mv "$folder/clone" "$root/srv/euphonic-bridge"
failed=0
for command in "$@"; do
  echo "##### $release: $command"
  start=$(date +%s)
  verdict=passed
  in_root sh -c "cd /srv/euphonic-bridge && $command" || { verdict=failed failed=1; }
  echo "##### $release: $command: $verdict after $(($(date +%s) - start)) s"
done
exit "$failed"
