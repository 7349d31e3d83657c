# A GoodWe inverter on USB, from end to end: it is found, registered, read; what is written to it is
# right to the byte, and nothing of what it says is believed that is not a packet of its own.
. "$HELIO_SOURCE/tests/flows/lib.sh"
. "$HELIO_SOURCE/tests/flows/_servers.sh"
. "$HELIO_SOURCE/tests/flows/_goodwe_usb.sh"
unit=goodwe@hid:$USB_IDS

# ---- its first words, byte for byte; its address is taken back twice, what it makes is heard twice ------------------------------
: >units
twin_unit south 1-1 0 --serial $south --time-scale 0 --at 12:00
[ "$LINE" = "hid:$USB_IDS" ] || fail "it printed \"$LINE\""
expect 0 mocked "$HELIO" once --print "$unit"
tr -s ' ' <out >printed
cat >wanted <<END
1-1 plugged in
1-1 > 00 $(asked 80 0b 00 02 00)
1-1 > 00 $(asked 80 0b 00 02 00)
1-1 > 00 $(asked 80 7f 00 00 00)
1-1 > 00 $(asked 80 7f 00 01 11 "$(printf %s $south | od -An -tx1 | tr -d '\n')" 0b)
1-1 > 00 $(asked 80 0b 01 01 00)
1-1 > 00 $(asked 80 0b 01 01 00)
END
grep -v '^south <' log | diff wanted - || fail "other bytes were written"
[ "$(sed -n 2p wanted | wc -w)" = 15 ] || fail "an empty packet is not 00, CC 99 L and 9 bytes"
[ "$(sed -n 5p wanted | wc -w)" = 32 ] || fail "an offer is not 00, CC 99 L and 26 bytes"
for words in "pv1_voltage " "output_power " "device_mode normal" "grid_frequency 49.98 Hz"; do
    has printed "$words"
done
grep '^south <' log >said
[ "$(awk '{ print NF - 2 }' said | sort -u)" = 8 ] || fail "the twin's reports are not 8 bytes"

# One question, and who it is.
expect 0 mocked "$HELIO" ask "$unit" running
has out "vpv1"
has out "phases"
expect 0 mocked "$HELIO" ask "$unit" id
has out "$south"
expect 0 mocked "$HELIO" ask "$unit" setting
has out "vac_max"
judged_goodwe || fail "something else was written"

# ---- found, and its settings work as they are ------------------------------------------------
twin_unit east 1-2.4 1 --serial $east --model three --time-scale 0 --at 10:00
expect 0 mocked "$HELIO" scan
cp out found.conf
cat found.conf
[ "$(grep -c '^\[device ' found.conf)" = 2 ] || fail "not two units were found"
[ "$(grep -c "^line = hid:$USB_IDS\$" found.conf)" = 2 ] || fail "not two lines"
has found.conf "unit = $south"
has found.conf "unit = $east"
printf '[store]\npath = %s/helio.db\n' "$TESTS_TMP" >>found.conf
expect 0 mocked "$HELIO" once --print -c found.conf
tr -s ' ' <out >printed
has printed "grid_l3_voltage"
expect 0 mocked "$HELIO" check -c found.conf
[ "$(grep -c "answers" out)" = 2 ] || { cat out; fail "check does not know both"; }
has_not err "udev rule"
judged_goodwe || fail "something else was written"
expect 78 mocked "$HELIO" once --print "$unit"
has err "more than once"

# Nobody may open it: what to do is said. With root's rights there is nothing to forbid.
if [ "$(id -u)" = 0 ] && command -v setpriv >/dev/null; then
    was=$HELIO
    public_folder
    cp found.conf "$PUBLIC" && sed -i "s|$TESTS_TMP|$PUBLIC|" "$PUBLIC/found.conf" && chmod -R a+rwX "$PUBLIC"
    export TMPDIR=$PUBLIC HELIO_RUN_DIR=$PUBLIC HOME=$PUBLIC
    # shellcheck disable=SC2016 # for the inner shell
    forbidden='chmod 000 "$(readlink -f "$UMOCKDEV_DIR/dev/hidraw0")"
        chmod -R a+rwX "$UMOCKDEV_DIR"
        chmod 755 "$UMOCKDEV_DIR"
        exec setpriv --reuid=65534 --regid=65534 --clear-groups "$HELIO"'
    for verb in "once --print $unit,usb_path=1-1" "scan" "check -c $PUBLIC/found.conf"; do
        mocked bash -c "$forbidden $verb" >out 2>err && [ "$verb" != scan ] && fail "$verb: it was opened"
        has err 'ATTRS{idVendor}=="0084", ATTRS{idProduct}=="0041"'
        has err 'GROUP="dialout"'
    done
    export HELIO=$was TMPDIR=$TESTS_TMP HELIO_RUN_DIR=$TESTS_TMP HOME=$TESTS_TMP
fi

# ---- a unit that answers by the book, and with all that is known to come with it -------------
# Leading zeros, its confirmation with the tail of our own offer behind it, an answer with the tail
# of an older one, one of a sum that is wrong before it; it never says who it is but by its serial.
serial=$(printf %s 13600DSN201W0001 | od -An -tx1 | tr -d '\n')
data="0d e3 00 00 00 22 00 00 09 08 00 1f 13 86 01 f4 00 01 01 69 00 00 00 00 00 01 e2 40 00 00 22 3d"
data+=" 00 00 00 00 00 00 00 00 00 00 00 00 00 7b"
{
    printf 'device 1-1 0\nids %s\nreport 0\ninstant\n' "$USB_IDS"
    echo "answer $(asked 80 7f 00 00 00) = 00 00 00 $(packet 7f 80 00 80 10 "$serial")"
    echo "answer $(asked 80 7f 00 01 11 "$serial" 0b) = 00 00 00 00 $(packet 0b 80 00 81 00) 31 0b 05"
    echo "answer $(asked 80 0b 01 01 00) = aa 55 0b 80 01 81 00 ff ff 00 00 00 00 00 00 00" \
        "$(packet 0b 80 01 81 2e "$data") 57 30 30 30 31 0b"
} >units
for merged in "" merged; do
    sed "s/^instant.*/&\n$merged/" -i units
    expect 0 mocked "$HELIO" once --print "$unit"
    tr -s ' ' <out >printed
    for words in "pv1_voltage 355.5 V" "pv1_current 3.4 A" "output_power 500 W" "pv_energy 12345.6 kWh" \
        "inverter_temperature 36.1" "pv_energy_today 12.3 kWh"; do
        has printed "$words"
    done
    expect 0 mocked "$HELIO" scan
    has out "unit = 13600DSN201W0001"
done
# ---- one that sleeps, and gives garbage all the time, keeps nobody waiting --------------------
: >units
twin_unit asleep 1-1 0 --serial $south --day night
echo "noise 100" >>units
twin_unit awake 1-2 1 --serial $east --model three --time-scale 0 --at 10:00
began=$(now_ms)
expect 0 mocked "$HELIO" once --print "$unit,unit=$east"
took=$(($(now_ms) - began))
has out "grid_l3_voltage"
began=$(now_ms)
expect 69 mocked "$HELIO" once --print "$unit,usb_path=1-1"
echo "beside a noisy sleeper read after $took ms; itself given up after $(($(now_ms) - began)) ms"
between 1 "$took" 30000
between 1 $(($(now_ms) - began)) 30000
echo "registered, read, found by scan and known to check; every byte written is right"
