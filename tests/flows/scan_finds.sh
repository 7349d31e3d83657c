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
