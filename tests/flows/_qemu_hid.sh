# shellcheck shell=bash
# Units on a real USB: two that differ in nothing but what they answer, and a GoodWe. For qemu_usb.sh:
# the job hid, and what it must have said.
frames() { python3 "$rig_home/frames.py"; }
question() { printf '%s\t\n' "$1" | frames | cut -f 1; }

# has_line WORDS: the guest said just that
has_line() { grep -qxF -- "$1" hid.said || { cat hid.said >&2; fail "no line \"$1\""; }; }

# in_reports FILE QUESTION: its answer as the unit gives it, REPORTS HEX
in_reports() {
    local hex
    hex=$(grep "^$(question "$2")" "$1" | head -1 | cut -f 2)
    while [ $((${#hex} % 16)) -ne 0 ]; do hex+=00; done
    echo "$((${#hex} / 16)) $hex"
}

# ---- the units ----

# Nine bytes asked make two reports; 110 bytes answered make fourteen, the last with two zeros.
south="230.0 50.0 230.0 50.0 0345 0300 006 400 52.10 010 085 0041 0012 103.4 52.10 00000"
south+=" 00010110 00 00 00812 010"
east=${south/00812/00412}
unit() {
    printf 'QPI\tPI30\nQID\t%s\nQVFW\tVERFW:00074.50\nQMOD\tB\n' "$1"
    # some units answer the second string's question with the first one's status
    printf 'QPIGS\t%s\nQPIGS2\t%s\nQPIGS2\t%s\nQPIGS2\tNAK\n' "$2" "$2" "$2"
    printf 'QPIWS\t00000000000000000000000000000000\n'
    printf 'QPIRI\t230.0 21.7 230.0 50.0 21.7 5000 5000 48.0 46.0 42.0 56.4 54.0 2 30 060 0 2 1'
    printf ' 9 01 0 0 54.0 0 1\n'
    printf '*\tNAK\n'
}
{
    unit 92932105105335 "$south" | frames
    printf '514d4f440d\t28530d\n' # QMOD without a check sum: S
} >south.tsv
{
    unit 92932105105336 "$east" | frames
    printf '514d4f440d\t28450d\n' # E
    # in the middle of its third answer: 3 reports, 14, then 13 of 14
    printf 'unplug after 30 reports\nreplug after 300\n'
} >east.tsv
printf '0102030405060708090a\t0011223344\n' >other.tsv
printf 'pigs2=%s id=%s foreign=%s\n' \
    "$(question QPIGS2)" "$(question QID)" "$(question WHAT-IS-THIS)" >words

for file in south.tsv east.tsv other.tsv words; do rig_file "$file"; done

# ---- what happens in the guest ----

rig_job hid <<'EOS'
. ./guest.sh
. ./words
export HELIO_RUN_DIR=/tmp
talk() { hidraw_talk 0665:5161 "$@" | sed "s/^/$step /"; }
plug south 0 0665:5161
south=$unit
await_nodes 1
plug east 1 0665:5161
east=$unit
await_nodes 2

step=list talk list
step=id talk "$id"
step=whole talk "$pigs2"
step=cut talk "$pigs2" # after it, east goes and returns
is_known() { dmesg | grep -q "0665:5161.000$1: .*hidraw"; }
until_true "east's return" is_known 3
step=again talk "$id"
for serial in 92932105105336 92932105105335; do
    hid_talk 0665:5161 unit=$serial 1 0 QMOD | sed "s/^/line $serial /"
    unit=axpert@hid:0665:5161,unit=$serial
    helio once --print "$unit" 2>&1 | sed "s/^/once $serial /"
    helio ask "$unit" QPIGS 2>&1 | sed "s/^/ask $serial /"
done
kill "$east"
await_nodes 1
step=alone talk "$id"
step=foreign talk "$foreign"

plug other 2 1209:5161
await_nodes 2
hidraw_talk 1209:5161 0102030405060708090a 1
hidraw_talk 1209:5161 lose >lose.log & lose=$!
until_true "a reader" grep -q 'is open' lose.log
kill -USR1 "$unit"
await_end "$lose"
await_end "$unit"
await_nodes 1
cat ./*.log
helio once --print axpert@hid:0665:5161 2>&1 | sed "s/^/one /"
kill "$south"
await_nodes 0

# A GoodWe: questions of one report each, whatever their length. By night it is gone, and knows
# nothing of its address in the morning, at another port.
goodwe() { helio "$@" 2>&1 | sed "s/^/goodwe $step /"; }
roof=goodwe@hid:0084:0041
wake roof 3 13600DSU11AW0150 --at 12:00
await_nodes 1
step=evening goodwe once --print $roof
step=running goodwe ask $roof running
step=id goodwe ask $roof id
kill "$twin"
await_nodes 0
sed 's/^/roof /' roof.log
wake roof 4 13600DSU11AW0150 --at 12:00
await_nodes 1
step=morning goodwe once --print $roof
kill "$twin"
await_nodes 0
EOS

# ---- what it must have said ----

judge_hid() {
    has_line "list /dev/hidraw0 SIMCO USB to Serial 0002"
    has_line "list /dev/hidraw1 SIMCO USB to Serial 0002"
    has_line "id /dev/hidraw0 $(in_reports south.tsv QID)"
    has_line "id /dev/hidraw1 $(in_reports east.tsv QID)"
    whole=$(in_reports south.tsv QPIGS2)
    [ "${whole%% *}" = 14 ] || fail "the long answer has ${whole%% *} reports"
    has_line "whole /dev/hidraw0 $whole"
    has_line "whole /dev/hidraw1 $(in_reports east.tsv QPIGS2)"
    has_line "cut /dev/hidraw0 $whole"
    has_line "cut /dev/hidraw1 0 "
    has_line "again /dev/hidraw1 $(in_reports east.tsv QID)"
    has_line "alone /dev/hidraw0 $(in_reports south.tsv QID)"
    [ "$(grep -c '^alone' hid.said)" = 1 ] || fail "a unit that is gone answered"
    has_line "foreign /dev/hidraw0 1 284e414b73730d00" # NAK
    has_line "/dev/hidraw1 1 0011223344000000"
    has_line "/dev/hidraw1 gone"
    has_line "asked 0102030405060708090a000000000000"
    has_not hid.said "wrong report"
    has_line "line 92932105105335 QMOD: (S"
    has_line "line 92932105105336 QMOD: (E"

    # is_unit WORDS WATTS: what helio printed of this unit is its own, and right
    is_unit() {
        sed -n "s/^$1 //p" hid.said | tr -s ' ' >printed
        has printed "pv_power $2 W"
        has printed "battery_voltage 52.1 V"
        has printed "output_power 300 W"
        has printed "device_mode battery"
        has printed "charger_current 12 A"
    }
    is_unit "once 92932105105335" 812
    is_unit "once 92932105105336" 412
    is_unit one 812
    # is_asked SERIAL WATTS: the same by the unit's own names
    is_asked() {
        sed -n "s/^ask $1 //p" hid.said | tr -s ' ' >printed
        has printed "pv1_charging_power $2 W"
        has printed "ac_output_active_power 300 W"
    }
    is_asked 92932105105335 812
    is_asked 92932105105336 412
    packet() { has_line "roof asked cc99$1"; }
    packet 09aa55800b000200018c # give your address back
    packet 09aa55807f00000001fe # who has none?
    packet 09aa55800b010100018c # what do you make?
    grep -qE '^roof asked cc991aaa55807f000111[0-9a-f]{32}0b[0-9a-f]{4}$' hid.said ||
        { cat hid.said >&2; fail "it was given no address"; }
    [ "$(grep -c '^roof asked' hid.said)" = "$(grep -cE '^roof asked cc99(09|1a)aa5580..0[01]' hid.said)" ] ||
        fail "something else was written"
    for step in evening morning; do
        sed -n "s/^goodwe $step //p" hid.said | tr -s ' ' >printed
        for words in "pv1_voltage " "grid_voltage 231.2 V" "grid_frequency 49.98 Hz" "device_mode normal"; do
            has printed "$words"
        done
    done
    sed -n "s/^goodwe running //p" hid.said >printed
    has printed "vac1"
    sed -n "s/^goodwe id //p" hid.said >printed
    has printed 13600DSU11AW0150
    echo "two units told apart, one lost in mid-answer and found again; a GoodWe read in the evening and in the" \
        "morning; their values are right"
}
