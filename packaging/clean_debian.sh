#!/usr/bin/env bash
# Install the Debian package in a clean Debian 12 tree that has only what the package declares, try the program there, and
# remove it again without a trace. Needs root and debootstrap.
#
#     bash packaging/clean_debian.sh dist/digitpad_0.1.0_amd64.deb [TREE]
set -euo pipefail
package=$(realpath "$1")
here=$(cd "$(dirname "$0")" && pwd)
tree=${2:-}
if [ -z "$tree" ]; then
    tree=$(mktemp -d)
    trap 'rm -rf --one-file-system "$tree"' EXIT
    debootstrap --variant=minbase bookworm "$tree"
fi

inside() { LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive chroot "$tree" "$@"; }

cp "$package" "$tree/tmp/digitpad.deb"
inside apt-get update -qq
inside apt-get install -y -qq --no-install-recommends /tmp/digitpad.deb

# The smoke test needs a Python to run it; it comes last, so that nothing of it can help the program to start.
inside digitpad --version
inside env -i HOME=/root QT_QPA_PLATFORM=offscreen LC_ALL=C.UTF-8 /usr/bin/digitpad tour --out /tmp/tour
inside apt-get install -y -qq --no-install-recommends python3-minimal libpython3-stdlib
cp "$here/smoke_test.py" "$tree/tmp/smoke_test.py"
inside python3 /tmp/smoke_test.py /usr/bin/digitpad

inside apt-get remove -y -qq digitpad
left=$(inside sh -c 'find / -xdev \( -path /proc -o -path /sys -o -path /tmp -o -path /var \) -prune -o -print' | grep -i digitpad || true)
if [ -n "$left" ]; then
    echo "After its removal these are left: $left" >&2
    exit 1
fi
echo "The Debian package works in a clean tree, and goes without a trace."
