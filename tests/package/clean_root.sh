# Installed, upgraded, removed and purged in a clean Debian made for it, without systemd: what was
# edited and what was collected stays until it is purged. The daemon runs there by its init script.
source "$(dirname "$0")/_packages.sh"
needs dpkg-buildpackage dh mmdebstrap unshare
[ "$(id -u)" = 0 ] && unshare -m true 2>/dev/null || { echo "skipped: only root may make another root"; exit 77; }
. "$HELIO_SOURCE/scripts/package.d/sysroot.sh"
arch=$(dpkg --print-architecture)

build "$arch"
deb=$(package_of "$arch")
build "$arch" --version 0.0.9 --to "$TESTS_TMP/older"
older=$(ls older/helio_0.0.9_*.deb)
# Another place, another version, and the same program: nothing of a build is left in it.
mkdir one other
dpkg-deb -x "$deb" one
dpkg-deb -x "$older" other
rm {one,other}/usr/share/doc/helio/changelog.gz
diff -r one other || fail "what was built twice is not the same"
rm -r one other
# Its settings file was another one, so that dpkg has to ask whose it shall be.
dpkg-deb -R "$older" tree
echo '# as it was once' >>tree/etc/helio/helio.conf
dpkg-deb --root-owner-group -b tree "$older" >/dev/null
rm -r tree

# ---- the root: kept for the next time, as long as the package wants the same ---------------------------
wanted=$(dpkg-deb -f "$deb" Depends | tr ',' '\n' | sed 's/|.*//; s/(.*//; s/ //g; s/^systemd$/systemd-standalone-sysusers/' | sort -u | tr '\n' ',')
key="$(sysroot_sources) $wanted"
base=$packages/clean-root.tar
if [ "$(cat "$base.made" 2>/dev/null)" != "$key" ]; then
    sysroot_sources >sources
    suite=$(awk '{ print $4; exit }' sources) # the Debian that is tested is the one it runs on
    if ! mmdebstrap --quiet --variant=minbase --include="${wanted}sysvinit-utils,procps" "$suite" "$packages/clean-root-new.tar" sources >made 2>&1; then
        tail -3 made
        echo "skipped: the mirror did not give what a clean root needs"
        exit 77
    fi
    mv "$packages/clean-root-new.tar" "$base"
    printf '%s' "$key" >"$base.made"
fi
mkdir root
tar -xf "$base" -C root --exclude='./dev/*'
cp "$older" root/older.deb
cp "$deb" root/newer.deb
cp "$HELIO_SOURCE/packaging/debian/tests/simulator" "$(dirname "$0")/_in_root.sh" root/
# in namespaces of its own: what it starts ends with it, and what it mounts is seen by nobody else
unshare -m -p -f --kill-child sh -c 'mount --rbind /dev root/dev && mount -t proc proc root/proc && mount -t tmpfs run root/run &&
    exec env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8 chroot root bash /_in_root.sh' >said 2>&1 || {
    tail -40 said >&2
    fail "in the clean root"
}
has said "all is well in the clean root"
