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
