# What systemd and udev make of our units, rules and lists: their own programs say.
source "$(dirname "$0")/lib.sh"
source "$(dirname "$0")/_servers.sh"
needs systemd-analyze systemd-sysusers systemd-tmpfiles
from=$HELIO_SOURCE/packaging

# ---- units ---------------------------------------------------------------------------------------
mkdir units
for unit in helio.service helio-once.service helio-once.timer; do
    sed "s|/usr/bin/helio|$HELIO|" "$from/$unit" >"units/$unit"
done
for unit in units/*; do
    systemd-analyze verify --man=no "$unit" >said 2>&1 || fail "systemd-analyze verify: $(cat said)"
    # it tells unknown words and then ends with 0 all the same
    has_not said "${unit#units/}"
done
echo 'Fantasy=yes' >>units/helio-once.service
systemd-analyze verify --man=no units/helio-once.service >said 2>&1
has said Fantasy
for unit in helio helio-once; do
    systemd-analyze security --offline=true --threshold=25 "$from/$unit.service" >said 2>&1 ||
        fail "$(tail -1 said)"
    tail -1 said
done
# Both are shut in alike.
walls() { sed -n '/^User=/,/^$/p; /^NoNewPrivileges/,/^TasksMax/p' "$1" | grep -v '^#'; }
[ "$(walls "$from/helio.service" | wc -l)" -gt 40 ] || fail "where do the walls stand in helio.service?"
diff <(walls "$from/helio.service") <(walls "$from/helio-once.service") || fail "helio-once.service is not shut in alike"
# A file of credentials that is missing would keep the unit from starting: they are no default.
has_not "$from/helio.service" LoadCredential
has "$from/credentials.conf" LoadCredential

# Nothing that the daemon asks of the kernel is refused to it by the unit.
if command -v strace >/dev/null && strace -o /dev/null true 2>/dev/null; then
    free_port port
    printf '[bus roof]\nline = sim\nevery = 0.2\n[device south]\ndriver = tracer\nbus = roof\n[sink newest]\nkind = file\nfolder = %s\n[sink influx]\nkind = influx\nurl = http://127.0.0.1:1\n[web]\nlisten = 127.0.0.1\nport = %s\n' \
        "$TESTS_TMP" "$port" >a.ini
    : >traced
    ASAN_OPTIONS=detect_leaks=0 strace -f -qq -o traced "$HELIO" run -c a.ini --for 3 >out 2>err || fail "$(cat err)"
    sed -nE 's/^[0-9]+ +(<\.\.\. )?([a-z0-9_]+)[ (].*/\2/p' traced | sort -u >asked
    [ "$(wc -l <asked)" -gt 30 ] || fail "strace saw hardly anything"
    set_of() { # a set's calls, sets in it included
        systemd-analyze syscall-filter "$1" | sed -n '2,$s/^ *//p' | grep -v '^#' | while read -r word; do
            case $word in @*) set_of "$word" ;; *) echo "$word" ;; esac
        done
    }
    set_of @system-service | sort -u >good
    { set_of @privileged; set_of @resources; } | sort -u >bad
    set_of @chown | sort -u >again
    sort -u <(comm -23 good bad) again >allowed
    comm -23 asked allowed >refused
    # the sanitizers' own
    grep -vxE 'ptrace|personality|readahead' refused >refused.true
    [ ! -s refused.true ] || fail "the unit's filter refuses: $(tr '\n' ' ' <refused.true)"
fi

# ---- the log, moved away each week --------------------------------------------------------------------
if command -v logrotate >/dev/null; then
    sed "s/_helio adm/$(id -un) $(id -gn)/; s|/var/log/helio|$TESTS_TMP|" "$from/helio.logrotate" >rotate
    chmod 644 rotate
    echo a line >helio.log
    logrotate --debug --force --state "$TESTS_TMP/rotated" rotate >said 2>&1 || fail "logrotate: $(cat said)"
    has said "$TESTS_TMP/helio.log"
    has_not said error:
fi

# ---- who it is, and where --------------------------------------------------------------------------
mkdir -p root/etc root/run root/var
printf 'root:x:0:0:root:/root:/bin/sh\n' >root/etc/passwd
printf 'root:x:0:\nadm:x:4:\ndialout:x:20:\n' >root/etc/group
systemd-sysusers --root="$TESTS_TMP/root" --replace=/usr/lib/sysusers.d/helio.conf "$from/helio.sysusers" >said 2>&1 ||
    fail "systemd-sysusers: $(cat said)"
has root/etc/passwd ':/var/lib/helio:/usr/sbin/nologin'
has root/etc/group dialout:x:20:_helio
if [ "$(id -u)" = 0 ]; then
    systemd-tmpfiles --root="$TESTS_TMP/root" --create "$from/helio.tmpfiles" >said 2>&1 || fail "systemd-tmpfiles: $(cat said)"
    own=$(sed -n 's/^_helio:x:\([0-9]*\):.*/\1/p' root/etc/passwd)
    [ "$(stat -c %a:%u:%g root/run/helio)" = "3770:$own:20" ] || fail "/run/helio: $(stat -c %a:%u:%g root/run/helio)"
    [ "$(stat -c %a:%u root/var/lib/helio)" = "750:$own" ] || fail "/var/lib/helio is open"
    [ "$(stat -c %a:%u root/etc/helio/credentials)" = 750:0 ] || fail "credentials are open"
fi

# ---- udev ------------------------------------------------------------------------------------------
! grep -vE '^#' "$from/60-helio.rules" | grep -E '066[6-7]|MODE="?0?7' || fail "rules that let everybody in"
# Every adapter that a driver knows is in the rules.
ids=$(grep -rhoE 'usb_ids = "[0-9a-f: ]+"' "$HELIO_SOURCE/drivers" | grep -oE '[0-9a-f]{4}:[0-9a-f]{4}' | sort -u)
[ "$(wc -w <<<"$ids")" -ge 8 ] || fail "which adapters do the drivers know?"
for id in $ids 0403:6015 10c4:ea60 1a86:7523; do
    grep -E "idVendor}==\"${id%:*}\", ATTRS\{idProduct}==\"([0-9a-f|]*\|)?${id#*:}[|\"]" "$from/60-helio.rules" >/dev/null ||
        fail "no rule for $id"
done

command -v udevadm >/dev/null && command -v umockdev-run >/dev/null && [ "$(id -u)" = 0 ] && unshare -m true 2>/dev/null || {
    echo "skipped in part: udevadm, umockdev and root show what the rules do"
    exit 77
}
# plugged NAME ID: a USB device with a serial port, and one with a hidraw node
plugged() {
    local at=/devices/pci0000:00/0000:00:14.0/usb1/1-$3
    printf 'P: %s\nN: bus/usb/001/00%s\nE: DEVTYPE=usb_device\nE: SUBSYSTEM=usb\nE: DRIVER=usb\nA: idVendor=%s\\n\nA: idProduct=%s\\n\n\n' \
        "$at" "$3" "${2%:*}" "${2#*:}"
    printf 'P: %s/1-%s:1.0\nE: DEVTYPE=usb_interface\nE: SUBSYSTEM=usb\n\n' "$at" "$3"
    case $1 in
    tty*) printf 'P: %s/1-%s:1.0/%s/tty/%s\nN: %s\nE: SUBSYSTEM=tty\nE: DEVNAME=/dev/%s\nE: MAJOR=188\nE: MINOR=0\n\n' "$at" "$3" "$1" "$1" "$1" "$1" ;;
    *) printf 'P: %s/1-%s:1.0/0003:1.0001/hidraw/%s\nN: %s\nE: SUBSYSTEM=hidraw\nE: DEVNAME=/dev/%s\nE: MAJOR=241\nE: MINOR=0\n\n' "$at" "$3" "$1" "$1" "$1" ;;
    esac
}
{
    printf 'P: /devices/pci0000:00/0000:00:14.0\nE: SUBSYSTEM=pci\nE: PCI_SLOT_NAME=0000:00:14.0\n\n'
    printf 'P: /devices/pci0000:00/0000:00:14.0/usb1\nE: DEVTYPE=usb_device\nE: SUBSYSTEM=usb\n\n'
    plugged ttyXRUSB0 04e2:1411 1
    plugged hidraw0 0665:5161 2
    plugged ttyACM7 dead:beef 3
    plugged hidraw9 046d:c31c 4
} >plugged.umockdev
mkdir rules nothing
cp "$from/60-helio.rules" rules
export TMPDIR=$TESTS_TMP
# asked_udev PATH BELOW: what udev would do, with our rules alone, and nothing of this machine touched
asked_udev() {
    unshare -m sh -c 'mkdir -p /run/udev && mount -t tmpfs none /run/udev && mount --bind rules /usr/lib/udev/rules.d &&
        { [ ! -d /etc/udev/rules.d ] || mount --bind nothing /etc/udev/rules.d; } &&
        exec umockdev-run --device plugged.umockdev -- udevadm test -a add "$1"' sh \
        "/sys/devices/pci0000:00/0000:00:14.0/usb1/$1" >said 2>&1 || fail "udevadm: $(tail -3 said)"
    grep -qE 'rules:[0-9]+ (Invalid|Unknown|Failed to parse)' said && fail "$(grep rules: said)"
}
dialout=$(getent group dialout | cut -d: -f3)
asked_udev 1-1
has said ID_MM_DEVICE_IGNORE=1
asked_udev 1-1/1-1:1.0/ttyXRUSB0/tty/ttyXRUSB0
has said ID_MM_DEVICE_IGNORE=1
has said "GROUP $dialout"
has said "MODE 0660"
asked_udev 1-2/1-2:1.0/0003:1.0001/hidraw/hidraw0
has said "GROUP $dialout"
has said "MODE 0660"
has said helio/hidraw-pci-0000:00:14.0-usb-0:2:1.0
asked_udev 1-3
has_not said ID_MM_DEVICE_IGNORE
asked_udev 1-3/1-3:1.0/ttyACM7/tty/ttyACM7
has_not said "MODE"
asked_udev 1-4/1-4:1.0/0003:1.0001/hidraw/hidraw9
has_not said "MODE"
