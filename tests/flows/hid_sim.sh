# Inverters behind USB HID that are not there, from end to end: told apart, read, set, disturbed.
. "$HELIO_SOURCE/tests/flows/lib.sh"
. "$HELIO_SOURCE/tests/flows/_servers.sh"
. "$HELIO_SOURCE/tests/flows/_hid.sh"

# plug NAME OPTIONS...: a unit in the next socket of the mock; time stands still for it
: >units
sockets=0
plug() {
    local name=$1
    shift
    sockets=$((sockets + 1))
    twin_unit "$name" "1-$sockets" "$sockets" --time-scale 0 --at 12:00 "$@"
}

# What cannot be simulated is said before anything is made.
expect 64 "$HELIO" sim tracer --reports "$TESTS_TMP/none"
has err "USB HID"
expect 64 "$HELIO" sim axpert --reports "$TESTS_TMP/none" --tcp 0
expect 78 "$HELIO" sim axpert --reports "$TESTS_TMP/none" --serial 12
has err "14 digits"
[ ! -e none ] || fail "a socket was left behind"

# Two units of a kind, as their makers built them: the serial number says which one is meant.
first=92932105105335 second=92932105105336
plug mks --model mks --serial $first
[ "$LINE" = hid:0665:5161 ] || fail "it printed \"$LINE\""
[ "$(stat -c %a mks)" = 600 ] || fail "others may talk to it"
plug max --model max --serial $second
expect 78 mocked "$HELIO" once --print axpert@hid:0665:5161
has err "more than once"
expect 0 mocked "$HELIO" once --print "axpert@hid:0665:5161,unit=$first"
has out "battery_voltage "
has_not out "pv2_power"
expect 0 mocked "$HELIO" once --print "axpert@hid:0665:5161,unit=$second"
has out "pv2_power"

# A setting of one is changed, stays changed for those who come later, and is none of the other's.
cat >t.conf <<END
[bus house]
line = hid:0665:5161
unit = $second
[device max]
driver = axpert
bus = house
allow_tell = yes
END
float_of() {
    expect 0 mocked "$HELIO" read "axpert@hid:0665:5161,unit=$1" float_voltage
    cat out
}
[ "$(float_of $second)" = 54 ] || fail "the float voltage was not 54: $(cat out)"
expect 0 mocked "$HELIO" tell -c t.conf max float_voltage=53.2
has out "read back"
[ "$(float_of $second)" = 53.2 ] || fail "it forgot what it was told: $(cat out)"
[ "$(float_of $first)" = 54 ] || fail "the other one was told: $(cat out)"

# The cable is pulled when a twin ends, and its socket goes with it.
expect 69 mocked bash -c "$(declare -f until_true)"'
    kill "$1"; until_true 10 grep -q "^1-2 pulled" log; exec "$HELIO" read "axpert@hid:0665:5161,unit=$2" float_voltage' \
    - "${twins[1]}" $second
has log "1-2 pulled"
has err "$second"
[ ! -e max ] || fail "the socket is still there"

# The socket, byte by byte: one owner, the next one waits; reports are full; numbered ones are none.
python3 - mks <<'END' || fail "the reports are not as they should be"
import socket, sys
def client():
    to = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    to.settimeout(3)
    to.connect(sys.argv[1])
    return to
mode = b"QMODI\xc1\r"
first, second = client(), client()
second.send(b"\0" + mode + b"\0")
first.send(b"\1" + mode + b"\0")
first.send(b"\0" + mode[:3])  # a short write, and the rest with its filling
first.send(b"\0" + mode[3:] + bytes(4))
assert first.recv(64) == b"(B\xe7\xc9\r\0\0\0"
second.settimeout(0.3)
try:
    sys.exit(f"two owners: {second.recv(64)}")
except TimeoutError:
    first.close()
second.settimeout(3)
assert second.recv(64) == b"(B\xe7\xc9\r\0\0\0"
second.send(b"\0QPIGS\xb7\xa9\r")  # more than one report at once
status = b"".join(second.recv(64) for _ in range(14))
assert status[:1] == b"(" and status.count(b"\r") == 1 and len(status) == 112, status
END
end_twins
[ ! -e mks ] || fail "the socket is still there"

# Disturbed, a number comes late or not at all, but it is never another one.
: >units
sockets=0
moods="none garbled=0.1 cut=0.1 silent=0.05 late=0.05"
devices=()
for mood in $moods; do
    serial=$((92932105105400 + sockets))
    plug "unit$sockets" --serial $serial --speed 19200 --turnaround 10 --seed 5 \
        $([ "$mood" = none ] || echo "--moods $mood")
    devices+=("axpert@hid:0665:5161,unit=$serial,speed=19200")
done
expect 0 mocked "$HELIO" watch --json --every 0.2 --rounds 50 "${devices[@]}"
mv out watched
python3 - $moods <<'END' || fail "disturbed units gave wrong numbers, or too few"
import json, sys
moods = sys.argv[1:]
rounds = [json.loads(line) for line in open("watched")]
given = [[r["metrics"] for r in rounds if f"unit={92932105105400 + i}," in r["device"] and "metrics" in r]
         for i in range(len(moods))]
truth = {name: value for metrics in given[0] for name, value in metrics.items()}
is_bad = any(metrics.get(name) not in (None, value) for metrics in given[0] for name, value in truth.items())
for mood, readings in zip(moods, given):
    wrong = [f"{name}={value}" for metrics in readings for name, value in metrics.items()
             if name not in truth or truth[name] != value]
    share = sum(map(len, readings)) / max(sum(map(len, given[0])), 1)
    print(f"{mood}: numbers in {len(readings)} of 50 rounds, {share:.0%} of the undisturbed, {len(wrong)} wrong",
          *wrong[:5])
    is_bad |= bool(wrong) or len(readings) < 20 or len(truth) < 60
sys.exit(is_bad)
END
