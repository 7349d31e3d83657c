# Units on a real USB: Debian's kernel in a virtual machine, its own USB and HID, and two units
# that differ in nothing but what they answer.
# shellcheck source=tests/qemu/rig.sh
source "$(dirname "$0")/../qemu/rig.sh"
rig_ready || exit 77
[ -x "$TOOLS/hidraw_talk" ] || {
    echo "skipped: the tool was built without hidapi (Debian: libhidapi-dev)"
    exit 77
}
# shellcheck source=tests/flows/lib.sh
source "$(dirname "$0")/lib.sh"
frames() { python3 "$rig_home/frames.py"; }

# Nine bytes asked make two reports; 110 bytes answered make fourteen, the last with two zeros.
south="230.0 50.0 230.0 50.0 0345 0300 006 400 52.10 010 085 0041 0012 103.4 52.10 00000"
south+=" 00010110 00 00 00812 010"
east=${south/00812/00412}
unit() {
    printf 'QID\t%s\nQPIGS\t%s\nQPIGS2\t%s\nQMOD\tB\n' "$1" "$2" "$2"
}
unit 92932105105335 "$south" | frames >south.tsv
{
    unit 92932105105336 "$east"
    printf 'unplug after 30 reports\nreplug after 300\n'
} | frames >east.tsv
# asked NAME WORDS: the question of the file, and the answer in whole reports
question() { printf '%s\t\n' "$1" | frames | cut -f 1; }
answer() {
    local hex
    hex=$(grep "^$(question "$2")" "$1" | cut -f 2)
    while [ $((${#hex} % 16)) -ne 0 ]; do hex+=00; done
    echo "$hex"
}
ask=$(question QPIGS2)
[ "${#ask}" = 18 ] || fail "the question is not as long as it should be: $ask"

rig_new guest
rig_program "$TOOLS/usb_hid"
rig_program "$TOOLS/hidraw_talk"
rig_file south.tsv
rig_file east.tsv
code=0
rig_run 120 >run.out 2>run.err <<EOS || code=$?
usb_hid 0 0665:5161 south.tsv >south.log 2>&1 & south=\$!
usb_hid 1 0665:5161 east.tsv >east.log 2>&1 & east=\$!
appear() { # appear NODE...
    for node in "\$@"; do
        n=0
        until [ -e "/dev/\$node" ]; do
            n=\$((n + 1))
            [ \$n -lt 200 ] || { echo "\$node does not come"; cat *.log; dmesg | tail; exit 9; }
            usleep 50000
        done
    done
}
appear hidraw0 hidraw1
hidraw_talk 0665:5161 list | sed 's/^/list /'
hidraw_talk 0665:5161 $ask | sed 's/^/pigs2 /'
hidraw_talk 0665:5161 $(question QID) | sed 's/^/id /'
cat *.log
EOS
cat guest/out
exit $code
