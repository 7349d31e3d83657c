# shellcheck shell=bash
# Debian packages of another architecture, unpacked into a folder; sourced by scripts/package and
# by flows. dpkg and apt of this machine are not touched.

# cross_words ARCH: EMULATOR runs its programs
cross_words() {
    case $1 in
    arm64) EMULATOR=qemu-aarch64-static ;;
    armhf) EMULATOR=qemu-arm-static ;;
    *)
        echo "package: there are amd64, arm64 and armhf (ARMv7) here, not $1" >&2
        exit 64
        ;;
    esac
}

# The libraries that the package is built with, as debian/control has them.
sysroot_wanted() {
    sed -n '/^Build-Depends:/,/^[A-Z]/p' packaging/debian/control | grep -oE '[a-z0-9.+-]+-dev' | sort -u
}

# The mirrors that apt uses here for what is Debian's own.
sysroot_sources() {
    apt-get indextargets --format '$(ORIGIN)|$(LABEL)|$(REPO_URI)|$(RELEASE)|$(COMPONENT)' 'Created-By: Packages' |
        awk -F'|' '$1 == "Debian" && $5 == "main" && !seen[$3 $4]++ {
            print "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] " $3 " " $4 " main" }'
}

# sysroot_make ARCH FOLDER: makes it, unless it is there with the same packages
sysroot_make() {
    local arch=$1 folder=$2 wanted options=() debs
    wanted="$(sysroot_sources) $(sysroot_wanted | tr '\n' ' ') libc6-dev"
    [ "$(cat "$folder/made" 2>/dev/null)" != "$wanted" ] || return 0
    rm -rf "$folder"
    mkdir -p "$folder"/apt/{state/lists/partial,cache/archives/partial,etc/preferences.d,etc/apt.conf.d} "$folder/root"
    folder=$(cd "$folder" && pwd)
    : >"$folder/apt/status"
    sysroot_sources >"$folder/apt/etc/sources.list"
    options=(-q -o "Dir::Etc=$folder/apt/etc" -o "Dir::Etc::sourcelist=$folder/apt/etc/sources.list"
        -o Dir::Etc::sourceparts=/dev/null -o "Dir::State=$folder/apt/state" -o "Dir::State::status=$folder/apt/status"
        -o "Dir::Cache=$folder/apt/cache" -o "APT::Architecture=$arch" -o "APT::Architectures::=$arch"
        -o APT::Sandbox::User=root -o Debug::NoLocking=1 -o Acquire::Retries=2 -o Acquire::Languages=none)
    mapfile -t debs < <(sysroot_wanted)
    {
        sysroot_update "$folder" "${options[@]}" &&
            apt-get "${options[@]}" -y --no-install-recommends -d install libc6-dev "${debs[@]}"
    } >"$folder/log" 2>&1 || {
        tail -20 "$folder/log" >&2
        echo "package: the libraries of $arch could not be fetched; the whole log is $folder/log" >&2
        exit 77
    }
    debs=("$folder"/apt/cache/archives/*.deb)
    sysroot_unpack "$arch" "$folder/root" "${debs[@]}"
    rm -rf "$folder/apt/cache" "$folder/apt/state"
    printf '%s' "$wanted" >"$folder/made"
}

# A mirror that is being renewed just now must not stop everything: what it has besides its main
# archive (security, updates) may be missing for once.
sysroot_update() {
    local folder=$1 list
    shift
    list=$folder/apt/etc/sources.list
    apt-get "$@" -o APT::Update::Error-Mode=any update && return 0
    grep -vE -- '-(security|updates) main' "$list" >"$list.new"
    mv "$list.new" "$list"
    apt-get "$@" -o APT::Update::Error-Mode=any update
}

# sysroot_unpack ARCH ROOT DEB...: the files, and as much of a dpkg database as dpkg-shlibdeps reads
sysroot_unpack() {
    local arch=$1 root=$2 deb name info link
    shift 2
    info=$root/var/lib/dpkg/info
    mkdir -p "$info"
    echo 1 >"$info/format"
    printf '%s\n%s\n' "$(dpkg --print-architecture)" "$arch" >"$root/var/lib/dpkg/arch"
    for deb in "$@"; do
        dpkg-deb -x "$deb" "$root"
        name=$(dpkg-deb -f "$deb" Package)
        [ "$(dpkg-deb -f "$deb" Multi-Arch)" != same ] || name=$name:$arch
        dpkg-deb -e "$deb" "$root/control"
        for file in symbols shlibs; do
            [ ! -e "$root/control/$file" ] || mv "$root/control/$file" "$info/$name.$file"
        done
        rm -r "$root/control"
        # the paths as they are here, since that is where the libraries are found
        dpkg-deb --fsys-tarfile "$deb" | tar -t | sed "s|^\.|$root|; s|/\$||" >"$info/$name.list"
        dpkg-deb -f "$deb" Package Version Architecture Multi-Arch Maintainer Depends Description |
            awk '{ print } NR == 1 { print "Status: install ok installed" } END { print "" }' \
                >>"$root/var/lib/dpkg/status"
    done
    # absolute links point into this machine
    find "$root" -type l -lname '/*' | while read -r link; do
        ln -sfn "$root$(readlink "$link")" "$link"
    done
}
