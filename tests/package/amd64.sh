# The package of this machine: lintian finds nothing, and all that belongs into it is there. With
# HELIO_LONG it is built once more elsewhere, and must be the same to the last byte.
source "$(dirname "$0")/_packages.sh"
needs dpkg-buildpackage dh lintian dpkg-deb
arch=$(dpkg --print-architecture)

build "$arch"
deb=$(package_of "$arch")
lintian --allow-root --fail-on error,warning --display-info "$packages/$arch"/*.changes >said 2>&1 || fail "lintian: $(cat said)"
! grep -qE '^[EWI]: ' said || fail "lintian: $(cat said)"
find "$HELIO_SOURCE/packaging" -name '*lintian-overrides*' | grep . && fail "lintian is overridden"

# Debian 12 puts them into /lib, Debian 13 into /usr/lib, which is the same place.
dpkg-deb -c "$deb" | awk '{ print $1, $2, $6 }' | sed -E 's, \./usr/lib/(systemd|udev)/, ./lib/\1/,' >held
for file in etc/helio/helio.conf etc/init.d/helio etc/default/helio etc/logrotate.d/helio \
    lib/systemd/system/helio.service lib/systemd/system/helio-once.service lib/systemd/system/helio-once.timer \
    lib/udev/rules.d/60-helio.rules usr/lib/modules-load.d/helio.conf usr/lib/sysusers.d/helio.conf \
    usr/lib/tmpfiles.d/helio.conf usr/share/man/man1/helio.1.gz usr/share/man/man5/helio.conf.5.gz \
    usr/share/bash-completion/completions/helio usr/share/doc/helio/copyright usr/share/doc/helio/install.md.gz \
    usr/share/helio/logtracer usr/share/helio/grafana/dashboards/SolarDashboard.json; do
    has held " ./$file"
done
! grep -vE '^[d-]rwxr-xr-x|^-rw-r--r--' held || fail "modes that are none of these"
! grep -v ' root/root ' held || fail "files of somebody else"
dpkg-deb -f "$deb" Depends | sed 's/t64 / /g' | tee depends # libraries with the longer time are called so
for library in libc6 libcurl4 libsqlite3-0 libmodbus5 libhidapi-hidraw0 libudev1; do has depends "$library "; done
dpkg-deb -e "$deb" control
sort control/conffiles | tr '\n' ' ' >said
[ "$(cat said)" = "/etc/default/helio /etc/helio/helio.conf /etc/init.d/helio /etc/logrotate.d/helio " ] || fail "conffiles: $(cat said)"

mkdir root
dpkg-deb -x "$deb" root
export HELIO_CONFIG=$TESTS_TMP/root/etc/helio/helio.conf
expect 0 root/usr/bin/helio check --offline
has out "0 devices"
expect 78 root/usr/bin/helio run
has err "the settings name no device"
"$HELIO" list verbs --as man | diff - <(zcat root/usr/share/man/man1/helio.1.gz) || fail "helio(1) is another one"
grep -aq 'Charts of the page: none' "$packages/$arch/build.log" && fail "the page has no charts"
# hardening: position independent, read-only relocations, at once
readelf -hd root/usr/bin/helio >said
has said "DYN (Position-Independent"
has said NOW

[ -n "${HELIO_LONG:-}" ] || exit 0
build "$arch" --to "$TESTS_TMP/again"
cmp "$deb" "$TESTS_TMP/again/${deb##*/}" || fail "built twice it is not the same"
