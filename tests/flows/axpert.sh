# An Axpert behind a terminal at 2400 baud, paced like the bridge, and on the simulated line: read,
# asked, told, disturbed.
. "$HELIO_SOURCE/tests/flows/lib.sh"
. "$HELIO_SOURCE/tests/flows/_axpert.sh"

# ---- at the speed of the wire ----------------------------------------------------------------
inverter slow --link "$TESTS_TMP/slow" --time-scale 0 --at 12:00 --day clear
slow=axpert@serial:$TESTS_TMP/slow,speed=2400
before=$(date +%s%N)
expect 0 "$HELIO" ask "$slow" QPIGS
took=$((($(date +%s%N) - before) / 1000000))
has out "ac_output_active_power"
[ $took -gt 450 ] || fail "110 bytes at 2400 baud took $took ms"
end_twins
# ---- the rest quicker ------------------------------------------------------------------------
inverter quick --link "$TESTS_TMP/slow" --time-scale 0 --at 12:00 --day clear --speed 115200
slow=axpert@serial:$TESTS_TMP/slow,speed=115200
expect 0 "$HELIO" read "$slow" battery_voltage
between 44 "$(cat out)" 60
expect 0 "$HELIO" ask "$slow" QPIRI --json
has out '"battery_rating_voltage": 48'
has out '"output_source_priority_text": "utility first"'
expect 0 "$HELIO" ask "$slow" QMOD --raw
grep -q '^28 42 e7 c9 0d' out || fail "not the mode as it travels: $(cat out)"
expect 0 "$HELIO" once --print "$slow"
for name in grid_voltage battery_voltage pv_power output_power device_mode battery_current; do
    has out "$name"
done
echo "at 2400 baud: a status in $took ms"

# ---- told ------------------------------------------------------------------------------------
settings "serial:$TESTS_TMP/slow,speed=115200" ""
expect 77 "$HELIO" tell -c t.conf south float_voltage=53
has err "allow_tell = yes"
expect 0 "$HELIO" tell -c t.conf south float_voltage=53 --dry-run
has out "PBFT53.0"
settings "serial:$TESTS_TMP/slow,speed=115200" "allow_tell = yes"
expect 0 "$HELIO" tell -c t.conf south float_voltage=53 --record w.log
has out "read back"
expect 64 "$HELIO" tell -c t.conf south output_priority=best --record no.log
has err "its words: utility first | solar first | solar, battery, utility"
expect 64 "$HELIO" tell -c t.conf south buzzer_enabled=loud --record no.log
has err "its words: on | off"
orders=$(asked w.log PBFT)
[ "$orders" = 1 ] || fail "the order was sent $orders times"
expect 0 "$HELIO" read -c t.conf south float_voltage
[ "$(cat out)" = 53 ] || fail "float is $(cat out)"
expect 64 "$HELIO" tell -c t.conf south float_voltage=59 --record no.log
has err "must not be above"
expect 64 "$HELIO" tell -c t.conf south flaot_voltage=53
has err 'did you mean "float_voltage"'
expect 77 "$HELIO" ask "$slow" POP02 --record no.log
has err "helio tell"
[ "$(asked no.log P)" = 0 ] || fail "something was sent that was refused here"
end_twins

# ---- moods -----------------------------------------------------------------------------------
inverter refusing --link "$TESTS_TMP/bus" --moods refuse=1
expect 69 "$HELIO" ask "axpert@$LINE" QPIGS
has err 'said no (nak): it does not know "QPIGS", or not now'
expect 64 "$HELIO" ask "axpert@$LINE" qpigs
has err "no question for the axpert; write a question of the PI30 protocol, in capitals"
expect 69 "$HELIO" once --print "axpert@$LINE"
end_twins
inverter silent --link "$TESTS_TMP/bus" --moods silent=1
expect 69 "$HELIO" read "axpert@$LINE" battery_voltage
has err "no answer"
end_twins
fast=axpert@sim:,speed=115200,turnaround=5,time_scale=0,at=12:00,day=clear
expect 0 "$HELIO" ask "axpert@sim:speed=115200,model=max" QED20261121
grep -qE '^  pv_energy +[0-9]+ Wh$' out || fail "the day's energy in another unit than it was said: $(cat out)"
for seed in 1 2; do # the same seed, the same load
    want=$("$HELIO" read -q "$fast,seed=$seed" output_power) || fail "no first reading"
    is_number "$want"
    for mood in garbled=0.3 cut=0.3 late=0.2 silent=0.2; do
        got=$("$HELIO" read -q "$fast,$mood,seed=$seed" output_power) || fail "$mood: a reading was lost"
        [ "$got" = "$want" ] || fail "$mood: $got instead of $want"
    done
done
echo "8 readings on a disturbed wire: 8 right"

# ---- every model on the simulated line -------------------------------------------------------
for model in mks old plus max pi41 parallel split vm4 smh; do
    expect 0 "$HELIO" once --print "axpert@sim:,speed=115200,turnaround=1,model=$model"
    has out battery_voltage
    expect 0 "$HELIO" watch --rounds 1 --json "axpert@sim:,speed=115200,turnaround=1,model=$model"
    has out '"battery_voltage"'
done

# ---- recorded, and said again ----------------------------------------------------------------
rm -f day.log
expect 0 "$HELIO" once --print "$fast,model=max" --record day.log
sed -n '2,$p' out >said
expect 0 "$HELIO" once --print "axpert@replay:$TESTS_TMP/day.log"
sed -n '2,$p' out >again
cmp -s said again || { diff said again >&2; fail "the capture says something else"; }
