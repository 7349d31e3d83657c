# The scanner finds who is there, and prints settings that work as they are.
source "$(dirname "$0")/lib.sh"
twin two --ids 1,3 --link "$TESTS_TMP/bus"
expect 0 "$HELIO" scan -q "$LINE" --driver tracer --addresses 1-3
cp out found.conf
[ "$(grep -c '^\[device ' found.conf)" = 2 ] || fail "$(cat found.conf)"
has found.conf "Tracer2215BN"
expect 0 "$HELIO" check -c found.conf
expect 0 "$HELIO" once --print -c found.conf
expect 69 "$HELIO" scan -q "$LINE" --driver tracer --addresses 5

# A hub speaks for all that is behind it: they are not found a second time.
FAMILY=mate twin hub --speed 0 --link "$TESTS_TMP/hub"
expect 0 "$HELIO" scan -q "$LINE"
cp out found.conf
[ "$(grep -c '^\[device ' found.conf)" = 1 ] || fail "$(cat found.conf)"
has found.conf "driver = mate"
expect 0 "$HELIO" once --print -c found.conf
has out "mate0-mx1 "

# What only talks is found by its lines.
FAMILY=mate twin talker --speed 0 --stream "$TESTS_TMP/stream"
expect 0 "$HELIO" scan -q "$LINE" --driver mate_mx --addresses 1
has out "driver = mate_mx"

# What cannot be looked for is told as that, with what to do; only where somebody was asked did
# nobody answer.
nowhere() { # CODE WORDS ARGUMENTS...
    expect "$1" "$HELIO" scan "${@:3}"
    [ ! -s out ] || fail "it printed settings: $(cat out)"
    has err "$2"
    [ "${2#nobody}" != "$2" ] || has_not err "nobody answered"
}
nowhere 64 '"foo" is not a kind of line' foo
nowhere 64 '"smi" is not a kind of line; did you mean "sim"?' smi
nowhere 64 'rtu needs to say where' rtu
nowhere 64 'on a sim line only the kind that you name is looked for: --driver, one of tracer' sim
nowhere 64 'on a tcp line only the kind that you name is looked for: --driver, one of tracer, goodwe' tcp:127.0.0.1:1
nowhere 64 'no axpert speaks over a tcp line; these do: tracer' tcp:127.0.0.1:1 --driver axpert
nowhere 64 'did you mean "tracer"' tcp:127.0.0.1:1 --driver tracr
nowhere 64 'addresses are given as --addresses 3' rtu:/dev/ttyNOPE:3
nowhere 69 'cannot connect (Connection refused): is the gateway on, and the port right?' tcp:127.0.0.1:1 --driver tracer
nowhere 69 '/dev/ttyNOPE is not there: is the adapter plugged in?' rtu:/dev/ttyNOPE
nowhere 69 'nobody answered: is the device powered' sim:silent=1 --driver tracer --addresses 1
expect 0 "$HELIO" scan -q sim --driver tracer --addresses 1-2
if [ ! -e /sys/class/tty/ttyUSB0 ] && [ ! -e /sys/class/tty/ttyACM0 ] && [ ! -e /sys/class/hidraw ]; then
    expect 69 "$HELIO" scan
    grep -qE 'no adapter is plugged in: lsusb|serial ports here is an adapter that helio knows' err || fail "$(cat err)"
fi
