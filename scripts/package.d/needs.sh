# shellcheck shell=bash
# What building a package needs and this machine lacks; sourced by scripts/package.

# package_lacks NAME...: ends with the line that installs them
package_lacks() {
    echo "package: missing here: $*" >&2
    echo "  sudo apt install --no-install-recommends $*" >&2
    exit 69
}

# needs_native: what debian/control has, and what every package is built with
needs_native() {
    local said
    if ! command -v dpkg-checkbuilddeps >/dev/null || ! command -v dh >/dev/null; then
        # shellcheck disable=SC2046 # words
        package_lacks build-essential debhelper $(needs_listed)
    fi
    said=$(dpkg-checkbuilddeps packaging/debian/control 2>&1) && return 0
    # "... Unmet build dependencies: build-essential:native cmake (>= 3.25)"
    said=${said#*dependencies: }
    # shellcheck disable=SC2046 # words
    package_lacks $(sed 's/([^)]*)//g; s/:native//g' <<<"$said")
}

needs_listed() {
    sed -n '/^Build-Depends:/,/^[A-Z][a-z]*-Version/p' packaging/debian/control |
        sed 's/^Build-Depends://; /^Standards/d; s/([^)]*)//; s/,//; /debhelper-compat/d'
}

# needs_cross ARCH: a compiler, and what runs the program to write its man pages
needs_cross() {
    local lacks=() compiler=gcc-aarch64-linux-gnu
    [ "$1" = arm64 ] || compiler=gcc-arm-linux-gnueabihf
    command -v "${compiler#gcc-}-gcc" >/dev/null || lacks+=("$compiler" "libc6-dev-$1-cross")
    command -v "$EMULATOR" >/dev/null || lacks+=(qemu-user-static)
    command -v dh >/dev/null || lacks+=(debhelper)
    for program in cmake ninja pkg-config; do
        command -v $program >/dev/null || lacks+=("${program/%ninja/ninja-build}")
    done
    command -v dpkg-buildpackage >/dev/null || lacks+=(build-essential)
    [ ${#lacks[@]} = 0 ] || package_lacks "${lacks[@]}"
}
