# shellcheck shell=bash
# Debian's kernel for the rig: fetched once, never installed. Sourced by rig.sh.
#
# The standard kernel, not the smaller one for clouds: that has no USB at all.

kernel_meta=linux-image-amd64
# in the order they are loaded
kernel_modules=(usb-common usbcore usbip-core vhci-hcd hid usbhid hid-generic)

# kernel_name: the package that stands behind the name that never changes
kernel_name() {
    apt-cache depends "$kernel_meta" 2>/dev/null |
        sed -n 's/^ *|\{0,1\}Depends: *\(linux-image-[0-9].*\)$/\1/p' | head -1
}

# kernel_unpack DEB FOLDER: the kernel and its modules, all in one folder
kernel_unpack() {
    local module found
    mkdir -p "$2" && dpkg-deb -x "$1" "$2/all" || return 1
    cp "$2"/all/boot/vmlinuz-* "$2/vmlinuz" || return 1
    for module in "${kernel_modules[@]}"; do
        found=$(find "$2/all" -name "$module.ko" -o -name "$module.ko.xz" | head -1)
        case $found in
        *.xz) xz -dc "$found" >"$2/$module.ko" || return 1 ;;
        *.ko) cp "$found" "$2/$module.ko" || return 1 ;;
        *) echo "the kernel has no module $module; perhaps it is built in" >&2 ;;
        esac
    done
    rm -rf "$2/all"
}

# kernel_download NAME CACHE: into CACHE/NAME, whole or not at all
kernel_download() (
    work=$(mktemp -d "$2/new.XXXXXX") || exit 1
    trap 'rm -rf "$work"' EXIT
    cd "$work" || exit 1
    chmod 755 . # apt fetches as another user where it can
    apt-get download "$1" >apt.log 2>&1 || {
        tail -3 apt.log >&2
        exit 1
    }
    kernel_unpack "$work/$1"_*.deb "$work/whole" && mv "$work/whole" "$2/$1"
)

# kernel_get CACHE: prints the folder with vmlinuz and *.ko. Without a package source, a kernel
# fetched earlier will do.
kernel_get() {
    local name cache=$1/kernel
    mkdir -p "$cache" || return 1
    name=$(kernel_name)
    (
        flock -w 200 9 || exit 1
        if [ -n "$name" ] && [ ! -f "$cache/$name/vmlinuz" ]; then
            kernel_download "$name" "$cache"
        fi
    ) 9>"$cache/lock"
    if [ -z "$name" ] || [ ! -f "$cache/$name/vmlinuz" ]; then
        name=$(find "$cache" -mindepth 2 -maxdepth 2 -name vmlinuz -printf '%T@ %h\n' |
            sort -n | tail -1 | sed 's|.*/||')
    fi
    [ -n "$name" ] || return 1
    echo "$cache/$name"
}
