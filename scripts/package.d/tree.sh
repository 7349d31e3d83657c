# shellcheck shell=bash
# The copy that a package is built in; sourced by scripts/package.

# What git knows, as it lies here; without git, or unpacked somewhere in another tree of git's,
# everything but builds.
tree_files() {
    local file
    if [ "$(git rev-parse --show-toplevel 2>/dev/null)" = "$(pwd -P)" ]; then
        git ls-files -z --cached --others --exclude-standard |
            while IFS= read -r -d '' file; do [ ! -e "$file" ] || printf '%s\0' "$file"; done
    else
        find . \( -name .git -o -path ./build \) -prune -o \( -type f -o -type l \) -printf '%P\0'
    fi
}

# What a package depends on: the sources, the charts, and all that is installed here.
tree_sum() {
    {
        tree_files | sort -z | xargs -0 sha256sum
        sha256sum build/assets/uplot/* 2>/dev/null || true
        dpkg-query -W
    } | sha256sum
}

# tree_copy FOLDER VERSION: debian/ is put together from packaging/
tree_copy() {
    local to=$1 version=$2 file
    mkdir -p "$to"
    tree_files | tar --null -T - -cf - | tar -xf - -C "$to"
    if [ -d build/assets/uplot ]; then
        mkdir -p "$to/build/assets"
        cp -R build/assets/. "$to/build/assets"
    fi
    cp -R "$to/packaging/debian" "$to/debian"
    for file in service init default logrotate sysusers tmpfiles; do
        cp "$to/packaging/helio.$file" "$to/debian/helio.$file"
    done
    cp "$to/packaging/helio-once.service" "$to/debian/helio.helio-once.service"
    cp "$to/packaging/helio-once.timer" "$to/debian/helio.helio-once.timer"
    cp "$to/packaging/60-helio.rules" "$to/debian/helio.udev"
    [ -z "$version" ] || tree_bump "$to/debian/changelog" "$version"
}

# Another version on top of the same day's changelog.
tree_bump() {
    local now
    now=$(sed -n '/^ -- /{p;q}' "$1")
    {
        printf 'heliograph (%s) unstable; urgency=medium\n\n  * Built as this version.\n\n%s\n\n' "$2" "$now"
        cat "$1"
    } >"$1.new"
    mv "$1.new" "$1"
}
