# A package for another architecture: built with its libraries, and run as there, by an emulator.
# The twins are this machine's, behind TCP: the emulator does not know what serial ports are asked.
source "$(dirname "$0")/_packages.sh"

# cross ARCH MACHINE: MACHINE as readelf names it
cross() {
    local arch=$1 deb root
    . "$HELIO_SOURCE/scripts/package.d/sysroot.sh"
    cross_words "$arch"
    needs dpkg-buildpackage dh lintian "$EMULATOR" "$3-gcc"
    build "$arch"
    deb=$(package_of "$arch")
    lintian --allow-root --fail-on error,warning "$packages/$arch"/*.changes >said 2>&1 || fail "lintian: $(cat said)"
    [ "$(dpkg-deb -f "$deb" Architecture)" = "$arch" ] || fail "it is for $(dpkg-deb -f "$deb" Architecture)"
    dpkg-deb -f "$deb" Depends >depends
    for library in libc6 libcurl4 libsqlite3-0 libmodbus5 libhidapi-hidraw0 libudev1 libmicrohttpd12; do has depends "$library "; done
    mkdir root
    dpkg-deb -x "$deb" root
    readelf -h root/usr/bin/helio >said
    has said "$2"
    root=$packages/sysroot-$arch/root
    there() { "$EMULATOR" -L "$root" root/usr/bin/helio "$@"; }
    expect 0 there --version
    has out "helio $(dpkg-deb -f "$deb" Version)"
    "$HELIO" list verbs --as man | diff - <(zcat root/usr/share/man/man1/helio.1.gz) || fail "helio(1) is another one"

    twin twins --tcp 0 --ids 1,2
    expect 0 there once --json "tracer@$LINE:1" "tracer@$LINE:2"
    python3 - <<'PYTHON' || fail "$(cat out)"
import json
units = [json.loads(line) for line in open("out")]
assert len(units) == 2, units
for unit in units:
    numbers = unit["metrics"]
    assert 10 < numbers["battery_voltage"] < 70 and 0 <= numbers["pv_power"] < 5000, unit
PYTHON
    # the store, a sink and the daemon, over the wire
    stand_in_start sink --api v1
    printf '[store]\npath = %s/there.db\n[bus roof]\nline = %s\nevery = 1\n[device south]\ndriver = tracer\nbus = roof\n[sink influx]\nkind = influx\nurl = %s\nage = 0\n' \
        "$TESTS_TMP" "$LINE" "$URL" >a.ini
    expect 0 there once -c a.ini
    [ "$(stand_in_get sink points)" -ge 1 ] || fail "nothing arrived"
    expect 0 there run -c a.ini --for 4
    expect 0 there export -c a.ini south --as csv
    [ "$(wc -l <out)" -ge 3 ] || fail "nothing is kept: $(cat out)"
}
