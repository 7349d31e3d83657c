# shellcheck shell=bash
# Debian's kernel for the rig: fetched once, never installed. Sourced by rig.sh.
#
# The standard kernel, not the smaller one for clouds: that has no USB at all.

kernel_meta=linux-image-amd64
# in the order they are loaded
kernel_modules=(usb-common usbcore usbip-core vhci-hcd hid usbhid hid-generic)
kernel_apt=(-o Acquire::http::Timeout=20 -o Acquire::Retries=1)

# kernel_name: the package that stands behind the name that never changes
kernel_name() {
    apt-cache "${kernel_apt[@]}" depends "$kernel_meta" 2>/dev/null |
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

# kernel_download CACHE: into CACHE/NAME, whole or not at all
kernel_download() {
    local name
    name=$(kernel_name)
    [ -n "$name" ] && apt-get "${kernel_apt[@]}" download "$name" >apt.log 2>&1 &&
        kernel_unpack ./"$name"_*.deb whole && mv whole "$1/$name"
}

# kernel_fetch CACHE: the machine's lists of packages may be missing, or older than what there is
# to download; then with lists of our own
kernel_fetch() (
    work=$(mktemp -d "$1/new.XXXXXX") || exit 1
    trap 'rm -rf "$work"' EXIT
    chmod 755 "$work" # apt fetches as another user where it can
    cd "$work" || exit 1
    kernel_download "$1" && exit 0
    mkdir -p lists/partial cache/archives/partial
    kernel_apt+=(-o "Dir::State::Lists=$work/lists" -o "Dir::Cache=$work/cache")
    apt-get "${kernel_apt[@]}" update >apt.log 2>&1
    kernel_download "$1" && exit 0
    tail -3 apt.log >&2
    exit 1
)

kernel_cached() {
    find "$1" -mindepth 2 -maxdepth 2 -path '*/linux-image-*/vmlinuz' -printf '%T@ %h\n' |
        sort -n | tail -1 | cut -d ' ' -f 2-
}

# kernel_get CACHE: prints the folder with vmlinuz and *.ko. One is enough, however old.
kernel_get() {
    local cache=$1/kernel
    mkdir -p "$cache" && cache=$(cd "$cache" && pwd) || return 1
    (
        flock -w 200 9 || exit 1
        [ -n "$(kernel_cached "$cache")" ] || kernel_fetch "$cache"
    ) 9>"$cache/lock" || return 1
    kernel_cached "$cache"
}
