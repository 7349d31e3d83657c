# A MATE's own stream is listened to: nothing is asked, every device waits for its own line.
source "$(dirname "$0")/lib.sh"

# stream NAME OPTIONS...: a MATE that talks, on the terminal NAME; LINE holds it
stream() { begin "$1" "$HELIO" sim mate --stream "$TESTS_TMP/$1" "${@:2}"; }

stream house --at 12:00 --day clear --time-scale 0
[ "$LINE" = "serial:$TESTS_TMP/house" ] || fail "it sits on $LINE"
began=$(date +%s%N)
expect 0 "$HELIO" once --json "mate_mx@$LINE:1" "mate_fx@$LINE:2" "mate_dc@$LINE:3"
took=$((($(date +%s%N) - began) / 1000000))
for metric in pv_voltage inverter_power shunt_b_current battery_soc charge_stage battery_temperature; do
    has out "\"$metric\""
done
[ "$took" -lt 4000 ] || fail "three devices of one second took $took ms"
echo "three devices heard in $took ms"
end_twins
fast_clock 5 # a MATE says a line a second
stream house --at 12:00 --day clear --time-scale 0

# All that a FLEXnet DC says comes line by line.
seen=$(for _ in 1 2 3 4; do "$HELIO" once --json "mate_dc@$LINE:3" || fail "a line was lost"; done |
    grep -oE '"(shunt_[abc]_(charge|energy)_net|battery_days_since_full|battery_soc_low_today|dc_(in|out)_(charge|energy)_today|battery_(charge|energy)_corrected)"' |
    sort -u | wc -l)
[ "$seen" -ge 3 ] || fail "only $seen of the numbers that take turns were heard"

# Without a port the first of its kind is the one; who is not there is silent.
expect 0 "$HELIO" read "mate_mx@$LINE" pv_voltage
between 20 "$(cat out)" 150
expect 69 "$HELIO" read "mate_mx@$LINE:7" pv_voltage
has err "no answer in time"

# Nothing may be asked there.
expect 69 "$HELIO" ask "mate_mx@$LINE:1" 0x0000
has err "does not have it"

# What is recorded decodes to the same.
expect 0 "$HELIO" once --record recorded.log "mate_mx@$LINE:1"
has recorded.log "< 0a 42 2c"
expect 0 "$HELIO" decode mate_mx recorded.log
has out pv_voltage

# A wire with noise costs lines, not numbers.
stream noisy --at 12:00 --day clear --time-scale 0 --moods garbled=0.3,cut=0.1
want=$("$HELIO" read -q "mate_mx@serial:$TESTS_TMP/house:1" pv_voltage)
right=0
for _ in 1 2 3 4 5 6; do
    got=$("$HELIO" read -q "mate_mx@$LINE:1" pv_voltage 2>/dev/null) || continue
    [ "$got" = "$want" ] || fail "$got instead of $want"
    right=$((right + 1))
done
[ "$right" -ge 3 ] || fail "only $right of 6 readings came through"
echo "a noisy wire: $right of 6 readings, all right"

stream broken --moods garbled=1
expect 69 "$HELIO" read "mate_fx@$LINE:2" battery_voltage
stream silent --moods silent=1
expect 69 "$HELIO" read "mate_fx@$LINE:2" battery_voltage
has err "no answer in time"
