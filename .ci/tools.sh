#!/bin/sh
# Install what the tests of deploy/ and of the live page start: quiet, and quick when it is all there.
# For Debian and its children, as root.  The tests name each tool that they miss.
set -eu

packages="buildah chromium chromium-driver debootstrap docker-compose fonts-noto-core prometheus prometheus-alertmanager systemd"

missing=""
for package in $packages; do
    status=$(dpkg-query --show --showformat='${db:Status-Status}' "$package" 2>/dev/null || true)
    [ "$status" = installed ] || missing="$missing $package"
done
[ -n "$missing" ] || exit 0

export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
# shellcheck disable=SC2086 - one word a package
apt-get install -qq -y --no-install-recommends -o Dpkg::Use-Pty=0 $missing >/dev/null
