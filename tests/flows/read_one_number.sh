# Without any settings file: one number a line, and nothing else.
source "$(dirname "$0")/lib.sh"
twin one --link "$TESTS_TMP/bus" --at 08:30 --day clear --time-scale 0
dev=tracer@$LINE:1

expect 0 "$HELIO" read "$dev" pvvolt
[ "$(wc -l <out)" = 1 ] || fail "more than one line"
is_number "$(cat out)"
[ ! -s err ] || fail "it said something: $(cat err)"

checks="pvvolt pvamps pvwatt bavolt baamps bawatt batemp baperc bastat eptemp1 eptemp2 epstat dcvolt
    dcamps dcwatt pvkwhtotal dckwhtotal pvkwhtoday dckwhtoday"
for check in $checks; do
    expect 0 "$HELIO" read "$dev" "$check"
    is_number "$(cat out)"
done
# shellcheck disable=SC2086
expect 0 "$HELIO" read "$dev" $checks
[ "$(wc -l <out)" = 19 ] || fail "19 names, $(wc -l <out) lines"

between 2 "$("$HELIO" read "$dev" baperc)" 100    # percent, not a fraction
between 656 "$("$HELIO" read "$dev" pvwatt)" 3000 # beyond one register
between 656 "$("$HELIO" read "$dev" pvkwhtotal)" 100000
between 656 "$("$HELIO" read "$dev" pv_power)" 3000
expect 0 "$HELIO" read "$dev" epstat --words
has out running
expect 0 "$HELIO" read "$dev" charge_stage --words
[ "$(wc -w <out)" -ge 1 ] && ! grep -q '[0-9]' out || fail "no word: $(cat out)"
expect 0 "$HELIO" read "$dev" battery_current battery_charge_current float_voltage
between 13 "$(sed -n 3p out)" 60

expect 64 "$HELIO" read "$dev" pvvlot
has err 'did you mean "pvvolt"'
expect 64 "$HELIO" read tracr@rtu:/dev/null:1 pvvolt
has err 'did you mean "tracer"'
