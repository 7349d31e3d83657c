# helio check on made-up machines: each trouble is named with its remedy, and a machine where all is
# well gets no remedies at all.
. "$HELIO_SOURCE/tests/flows/lib.sh"
. "$HELIO_SOURCE/tests/flows/_machine.sh"
FTDI=/dev/serial/by-id/usb-FTDI_FT232R_USB_UART_A1-if00-port0

# ---- all is well
machine
settings "rtu:$FTDI"
finds_nothing

# ---- ports: not there
settings rtu:/dev/ttyUSB7
finds 69 "trouble: port /dev/ttyUSB7 of bus west" "$FTDI (ttyUSB0)" "sed -i 's|/dev/ttyUSB7|$FTDI|' 'a.ini'"
eval "$(sed -n 's/.*if it is that one: //p' out)" # the remedy mends it
has a.ini "line = rtu:$FTDI"
finds_nothing
usb 1-2 10c4 ea60 cp210x tty ttyUSB1
by_id usb-Silicon_Labs_CP2102-if00 ttyUSB1
settings rtu:/dev/ttyUSB7
finds 69 "$FTDI (ttyUSB0), /dev/serial/by-id/usb-Silicon_Labs_CP2102-if00 (ttyUSB1)" "helio scan"
settings rtu:/dev/ttyUSB1
finds 0 "warning: port /dev/ttyUSB1" "2 adapters are plugged in" "by-id/usb-Silicon_Labs_CP2102-if00|"
machine
rm -r "$TREE"/sys/bus/usb/devices/* "$TREE/dev/ttyUSB0" "$TREE"/dev/serial/by-id/*
settings rtu:/dev/ttyUSB0
finds 69 "no serial adapters at all" "dmesg --follow"

# ---- ports: somebody else has it
machine
settings "rtu:$FTDI"
process 311 pymodbus /dev/ttyUSB0
finds 75 "pymodbus (process 311) has it open" "systemctl status 311" "sudo kill 311"
machine
process 312 helio /dev/ttyUSB0 # ours take turns
finds_nothing
process 313 agetty /dev/ttyUSB0
settings rtu:/dev/ttyUSB0
finds 75 "agetty (process 313)" "sudo systemctl disable --now serial-getty@ttyUSB0.service"

# ---- ports of the board: console, small UART
machine
node ttyAMA0
ln -s ttyAMA0 "$TREE/dev/serial0"
settings rtu:/dev/ttyAMA0
finds_nothing
echo 'console=serial0,115200 console=tty1 root=/dev/mmcblk0p2' >"$TREE/proc/cmdline"
mkdir -p "$TREE/boot/firmware"
echo 'console=serial0,115200 console=tty1 root=/dev/mmcblk0p2' >"$TREE/boot/firmware/cmdline.txt"
finds 75 "command line says console=serial0,115200" "/boot/firmware/cmdline.txt" "serial-getty@ttyAMA0.service"
bash -c "$(sed -n "s|^  mend:  sudo \(sed -i .*\) /boot/firmware/cmdline.txt .*|\1 $TREE/boot/firmware/cmdline.txt|p" out)"
[ "$(cat "$TREE/boot/firmware/cmdline.txt")" = "console=tty1 root=/dev/mmcblk0p2" ] ||
    fail "the remedy leaves $(cat "$TREE/boot/firmware/cmdline.txt")"
rm -r "$TREE/boot/firmware"
finds 75 "/etc/default/grub"
machine
node ttyS0
mkdir -p "$TREE/sys/class/tty/ttyS0/device/of_node" "$TREE/boot/firmware"
printf 'brcm,bcm2835-aux-uart\0' >"$TREE/sys/class/tty/ttyS0/device/of_node/compatible"
: >"$TREE/boot/firmware/config.txt"
settings rtu:/dev/ttyS0
finds 0 "warning: port /dev/ttyS0" "follows the processor's clock" "dtoverlay=disable-bt"
sed -i 's|^line.*|&\nparity = even|' a.ini
finds 78 "trouble: port /dev/ttyS0" "wants parity even" "has no parity bit" \
    "echo dtoverlay=disable-bt | sudo tee -a /boot/firmware/config.txt" "line = rtu:/dev/ttyAMA0"
DRIVER=mate_mx settings serial9:/dev/ttyS0
finds 78 "odd and even by turns" "disable-bt"

# ---- drivers
machine
settings rtu:/dev/ttyACM0
usb 1-3 04e2 1411 cdc_acm tty ttyACM0
finds 69 "adapter 04e2:1411 at 1-3" "is driven by cdc_acm as /dev/ttyACM0" "takes the chip for a modem" \
    "echo 1-3:1.0 | sudo tee /sys/bus/usb/drivers/cdc_acm/unbind" "blacklist cdc_acm"
machine
settings rtu:/dev/ttyUSB1
usb 1-3 04e2 1411 xr_serial tty ttyUSB1
rm -r "$TREE/sys/devices/pci0/usb1/1-1" "$TREE/sys/bus/usb/devices/1-1"
finds_nothing
echo 6.1.0-13-amd64 >"$TREE/proc/sys/kernel/osrelease"
finds 0 "warning: adapter 04e2:1411" "before 6.5" "bookworm-backports"
machine
settings rtu:/dev/ttyXRUSB0
usb 1-1 04e2 1411 cdc_xr_usb_serial tty ttyXRUSB0
finds_nothing
machine
settings rtu:/dev/ttyACM0
usb 1-1 1a86 55d3 cdc_acm tty ttyACM0
finds_nothing
for case in "1a86 55d3 option cdc_acm" "067b 2303 option pl2303" "10c4 ea60 option cp210x" "1a86 7523 option ch341"; do
    read -r vendor product driver wanted <<<"$case"
    machine
    settings rtu:/dev/ttyUSB0
    usb 1-1 "$vendor" "$product" "$driver" tty ttyUSB0
    finds 69 "$vendor:$product at 1-1" "is driven by $driver" "it works with" "sudo modprobe $wanted" \
        "echo 1-1:1.0 | sudo tee /sys/bus/usb/drivers/$wanted/bind"
    machine
    settings "rtu:$FTDI"
    usb 1-4 "$vendor" "$product" none nothing
    finds 69 "$vendor:$product at 1-4" "no driver has it" "sudo modprobe $wanted" "/etc/modprobe.d"
done

# ---- USB HID
machine
DRIVER=axpert settings hid:0665:5161
finds 69 "unit 0665:5161 of bus west" "no USB device with these ids" "lsusb"
usb 1-5 0665 5161 usbhid hidraw hidraw0
finds_nothing
process 700 nutdrv_qx
printf '[apc]\ndriver = usbhid-ups\n[cellar]\n  driver = "nutdrv_qx"\n' >"$TREE/etc/nut.conf"
finds 75 "nutdrv_qx runs, and knows 0665:5161 as a UPS" "sudo systemctl disable --now nut-driver@"
rm -r "$TREE/proc/700"
mkdir -p "$TREE/etc/nut"
printf '# driver = blazer_usb\n[cellar]\n  driver = "nutdrv_qx"\n' >"$TREE/etc/nut/ups.conf"
finds 0 "warning: UPS programs" "[cellar] in /etc/nut/ups.conf has driver = nutdrv_qx" "nut-driver@cellar.service"
machine
usb 1-5 0665 5161 usbfs nothing
finds 69 "is driven by usbfs" "taken the unit from the kernel" "nut-server.service"

# ---- rivals
machine
settings "rtu:$FTDI"
process 500 ModemManager
finds 0 "warning: ModemManager and /dev/ttyUSB0" "ID_MM_DEVICE_IGNORE" "udevadm control --reload"
# the remedy, with this machine's folder in it, mends it
bash -c "$(sed -n "s|^  mend:  \(echo .*\) . sudo tee -a \(/etc/udev/rules.d/60-helio.rules\) .*|\1 >>$TREE\2|p" out)"
grep -q 'ATTRS{idVendor}=="0403"' "$TREE/etc/udev/rules.d/60-helio.rules" || fail "the remedy writes no rule"
finds_nothing
# rules that jump about, as the package's own do
rm "$TREE/etc/udev/rules.d/60-helio.rules"
printf 'ATTRS{idVendor}=="0403", ATTRS{idProduct}=="6001|6010", ENV{X}="1"\nENV{X}=="1", ENV{ID_MM_DEVICE_IGNORE}="1"\n' \
    >"$TREE/usr/lib/udev/rules.d/60-helio.rules"
finds_nothing
sed -i 's/6001|6010/6010|6011/' "$TREE/usr/lib/udev/rules.d/60-helio.rules"
finds 0 "warning: ModemManager and /dev/ttyUSB0"
own=$HELIO_SOURCE/packaging/60-helio.rules
[ ! -e "$own" ] || {
    cp "$own" "$TREE/usr/lib/udev/rules.d/60-helio.rules"
    finds_nothing
}

rules=85-brltty.rules
machine
settings "rtu:$FTDI"
usb 1-6 1a86 7523 none nothing
printf '# ENV{PRODUCT}=="403/6001/*"\nENV{PRODUCT}=="1a86/7523/*", ENV{BRLTTY_BRAILLE_DRIVER}="bm"\n' \
    >"$TREE/usr/lib/udev/rules.d/$rules"
finds 69 "trouble: brltty and 1a86:7523 at 1-6" "$rules, claim 1a86:7523, and it has no port" "apt remove brltty"
usb 1-6 1a86 7523 ch341 tty ttyUSB1
finds 0 "warning: brltty and 1a86:7523"
ln -s /dev/null "$TREE/etc/udev/rules.d/$rules" # as the remedy does
finds_nothing
echo 'ENV{PRODUCT}=="10c4/ea60/*"' >"$TREE/usr/lib/udev/rules.d/90-brltty-device.rules"
usb 1-7 10c4 ea60 cp210x tty ttyUSB2
finds 0 "brltty and 10c4:ea60"

# ---- root asks for the daemon: it must be allowed to, by its group or by its unit's
if [ "$(id -u)" = 0 ]; then
    machine
    echo '_helio:x:990:990::/var/lib/helio:/usr/sbin/nologin' >>"$TREE/etc/passwd"
    echo '_helio:x:990:' >>"$TREE/etc/group"
    mkdir -p "$TREE/var/lib/helio" "$TREE/lib/systemd/system"
    chown 990 "$TREE/var/lib/helio"
    settings "rtu:$FTDI"
    sed -i 's|^path.*|path = /var/lib/helio/helio.db|' a.ini
    chgrp 20 "$TREE/dev/ttyUSB0"
    chmod 660 "$TREE/dev/ttyUSB0"
    finds 77 "root:dialout, mode 0660; _helio may not" "only the group dialout may" \
        "sudo usermod -aG dialout _helio, then systemctl restart helio"
    printf '[Service]\nSupplementaryGroups=dialout\n' >"$TREE/lib/systemd/system/helio.service"
    finds_nothing
    rm "$TREE/lib/systemd/system/helio.service"
    sed -i 's/^dialout:.*/&_helio/' "$TREE/etc/group"
    finds_nothing
    chgrp 0 "$TREE/dev/ttyUSB0"
    finds 77 "root:root, mode 0660" "no udev rule has given it to a group" \
        'ATTRS{idVendor}=="0403", ATTRS{idProduct}=="6001", GROUP="dialout"' "udevadm trigger"
    chgrp 20 "$TREE/dev/ttyUSB0"
    chown 0 "$TREE/var/lib/helio"
    finds 77 "store /var/lib/helio" "_helio may not write it" "sudo chown -R _helio '/var/lib/helio'"
    echo word >"$TREE/secret" && chmod 600 "$TREE/secret"
    chown 990 "$TREE/var/lib/helio"
    printf '[sink db]\nkind = influx\nuser = u\npassword_file = /secret\n' >>a.ini
    finds 77 "_helio may not read it" "sudo chown _helio '/secret' && sudo chmod 600 '/secret'"
    usb 1-5 0665 5161 usbhid hidraw hidraw0
    chmod 600 "$TREE/dev/hidraw0"
    finds 77 "warning: unit 0665:5161 at 1-5" 'SUBSYSTEM=="hidraw"' "--subsystem-match=hidraw"
fi

# ---- no settings at all: the machine is looked at, and the first advice works
machine
fresh() { expect "$1" env HOME="$TESTS_TMP/fresh" XDG_CONFIG_HOME="$2" HELIO_TEST_ROOT="$TREE" "$HELIO" check "${@:3}"; }
mkdir fresh
fresh 66 ''
has out "trouble: settings"
has out "port /dev/ttyUSB0      0403:6001: FTDI FT232R"
fresh 66 '' --json
python3 -c 'import json; a = json.load(open("out")); assert a["exit"] == 66 and a["troubles"] == 1, a' || fail "$(cat out)"
process 311 pymodbus /dev/ttyUSB0
usb 1-3 04e2 1411 cdc_acm tty ttyACM0
fresh 66 ''
has out "trouble: port /dev/ttyUSB0
"
has out "pymodbus (process 311) has it open"
has out "takes the chip for a modem"
rm -r "$TREE"/sys/bus/usb/devices/*
fresh 66 ''
has out "adapters none"
PATH=$(dirname "$HELIO"):$PATH
for at in "$TESTS_TMP/fresh/xdg" ''; do
    fresh 66 "$at"
    remedy=$(sed -n 's/^  mend:  .*filled in: //p' out)
    remedy=${remedy//\/etc/$TESTS_TMP/fresh\/etc} # root's
    HOME=$TESTS_TMP/fresh bash -c "$remedy" || fail "the remedy does not work: $remedy"
    expect 0 "$HELIO" check --offline -c "$(find fresh -name helio.conf)"
    rm -r "$(dirname "$(find fresh -name helio.conf)")"
done
if [ "$(id -u)" = 0 ] && command -v setpriv >/dev/null &&
    setpriv --reuid=65534 --regid=65534 --clear-groups env "$HELIO" list lines >/dev/null 2>&1; then
    chmod 755 . machine
    chmod -R a+rX machine
    expect 66 setpriv --reuid=65534 --regid=65534 --clear-groups env HOME=/ XDG_CONFIG_HOME= "$HELIO" check
    has out "warning: group dialout"
    has out "sudo usermod -aG dialout nobody"
    has out "sudo install -d -o nobody" # the nearest folder that is there is not given away
    has_not out "chown -R"
fi

# ---- clock and zone
machine
settings "rtu:$FTDI"
rm -r "$TREE/proc/200" "$TREE"/sys/class/rtc/rtc0
finds 0 "warning: the clock" "no program keeps it right" "no clock of its own" "timedatectl set-ntp true"
: >"$TREE/.dockerenv" # the host keeps it
finds_nothing
rm "$TREE/etc/localtime"
TZ='' finds 0 "warning: the time zone" "timedatectl set-timezone"
printf '[site]\ntimezone = UTC\n' >>a.ini
TZ='' finds_nothing
all_is_json
echo "$SECONDS s: every trouble has its remedy"
