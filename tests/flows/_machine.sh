# A made-up machine for `helio check`: a folder with the /sys, /proc, /etc and /dev of one where all
# is well, and words to spoil it. Sourced after lib.sh.

# machine: a new one, in TREE: one FTDI cable with a port of its own
machine() {
    TREE=$TESTS_TMP/machine
    rm -rf "$TREE"
    mkdir -p "$TREE"/{dev/serial/by-id,dev/bus/usb/001,sys/bus/usb/devices,sys/class/tty,sys/class/hidraw} \
        "$TREE"/{etc/udev/rules.d,usr/lib/udev/rules.d,proc/sys/kernel,proc/net,run,boot,sys/class/rtc/rtc0}
    printf 'root:x:0:0::/root:/bin/sh\nnobody:x:65534:65534::/:/bin/sh\n' >"$TREE/etc/passwd"
    printf 'root:x:0:\ndialout:x:20:\nnogroup:x:65534:\n' >"$TREE/etc/group"
    echo UTC0 >"$TREE/etc/localtime"
    echo 6.12.9-amd64 >"$TREE/proc/sys/kernel/osrelease"
    echo 'BOOT_IMAGE=/vmlinuz root=/dev/sda1 quiet' >"$TREE/proc/cmdline"
    process 1 systemd
    process 200 systemd-timesyn
    usb 1-1 0403 6001 ftdi_sio tty ttyUSB0
    by_id usb-FTDI_FT232R_USB_UART_A1-if00-port0 ttyUSB0
    export HELIO_TEST_ROOT=$TREE
}

# process NUMBER NAME [NODE]: it runs, and has the node open
process() {
    mkdir -p "$TREE/proc/$1/fd"
    echo "$2" >"$TREE/proc/$1/comm"
    [ -z "${3:-}" ] || ln -sf "$3" "$TREE/proc/$1/fd/3"
}

# usb SOCKET VENDOR PRODUCT DRIVER|none tty|hidraw|nothing [NAME]
usb() {
    local device=$TREE/sys/devices/pci0/usb1/$1 part=$1:1.0
    mkdir -p "$device/$part"
    echo "$2" >"$device/idVendor"
    echo "$3" >"$device/idProduct"
    echo 1 >"$device/busnum"
    echo "${1##*[-.]}" >"$device/devnum"
    ln -sfn "../../../devices/pci0/usb1/$1" "$TREE/sys/bus/usb/devices/$1"
    ln -sfn "../../../devices/pci0/usb1/$1/$part" "$TREE/sys/bus/usb/devices/$part"
    [ "$4" = none ] || {
        mkdir -p "$TREE/sys/bus/usb/drivers/$4"
        ln -sfn "../../../../../bus/usb/drivers/$4" "$device/$part/driver"
    }
    [ "$5" = nothing ] || {
        mkdir -p "$device/$part/$5/$6"
        ln -sfn "../../devices/pci0/usb1/$1/$part/$5/$6" "$TREE/sys/class/$5/$6"
        node "$6"
    }
}

# node NAME: a node that may be opened
node() {
    : >"$TREE/dev/$1"
    chmod 666 "$TREE/dev/$1"
}

by_id() { ln -sfn "../../$2" "$TREE/dev/serial/by-id/$1"; } # NAME NODE

# settings LINE [MORE]: one bus with one device
settings() {
    printf '[store]\npath = %s/helio.db\n[bus west]\nline = %s\n[device south]\ndriver = %s\nbus = west\n%b\n' \
        "$TESTS_TMP" "$1" "${DRIVER:-tracer}" "${2:-}" >a.ini
}

# looks CODE: what check sees, in out; and as JSON, in json
looks() {
    local code=0
    "$HELIO" check --look --json -c a.ini >json 2>err || code=$?
    tr '\n' ' ' <json >>all_json
    echo >>all_json
    expect "$1" "$HELIO" check --look -c a.ini
    [ "$code" = "$1" ] || fail "with --json it ended with $code"
}

# finds CODE WORDS...: it ends so, and all these words stand in what it says
finds() {
    local code=$1 word
    shift
    looks "$code"
    for word in "$@"; do has out "$word"; done
    grep -q '^  mend:  .' out || fail "no remedy: $(cat out)"
    grep -q '"mend": "..' json || fail "no remedy in JSON: $(cat json)"
}

finds_nothing() {
    looks 0
    ! grep -E '^(trouble|warning):' out || fail "found something where all is well"
    has json '"troubles": 0, "warnings": 0, "exit": 0'
}

# Each answer was one whole JSON object.
all_is_json() {
    python3 -c 'import json, sys
answers = [json.loads(line) for line in open("all_json")]
assert all(c["state"] == "fact" or (c["means"] and c["mend"]) for a in answers for c in a["checks"]), answers
print(len(answers), "answers as JSON")' || fail "this is no JSON"
}
