# Outback's MATEnet from outside: a hub and all behind it, single devices, captures, bad pages.
source "$(dirname "$0")/lib.sh"
fast_clock 5

# house MODEL UNITS...: these are found behind the hub, and no others
house() {
    local model=$1
    shift
    expect 0 "$HELIO" once --print "mate@sim:,at=12:00,time_scale=0,model=$model"
    for unit in "$@"; do
        has out "model=$model-$unit "
    done
    [ "$(grep -c "model=$model-" out)" = $# ] || fail "$model: $(grep "model=$model-" out)"
}
house large fx1 fx2 mx3 mx4 dc5 mx10
has out "output_voltage                 230 V"
has out "model=large-dc5  mate_dc,"
[ "$(grep -c charger_charge_today out)" = 2 ] || fail "an MX60 counts no ampere-hours"
house old mx3
has out pv_voltage
house house mx1 fx2 dc3
for name in battery_voltage battery_soc inverter_power charger_power shunt_a_current; do
    has out "  $name "
done

expect 78 "$HELIO" once --print mate@sim:,model=nonsense
has err "only: house large"
expect 64 "$HELIO" read mate@serial:/dev/null battery_voltage
has err "no mate speaks over a serial line; its lines are serial9, pjon,"
expect 64 "$HELIO" sim mate --stream a --pjon b
expect 64 "$HELIO" sim mate --tcp 0
has err "no mate speaks over a tcp line"

# A hub by itself, and each kind alone on a wire.
expect 0 "$HELIO" ask mate@sim: 0
has out "device_type            1"
expect 0 "$HELIO" ask mate_mx@sim: status
has out amp_hours
expect 0 "$HELIO" ask --raw mate_mx@sim: 0
grep -q '^02 ' out || fail "no raw bytes: $(cat out)"
expect 0 "$HELIO" ask mate_dc@sim: status:0x0b
has out charge_params_met
has_not out out_power # its lower half stands on the next page
expect 0 "$HELIO" ask mate_mx@sim: log:5
grep -q 'day  *5$' out || fail "another day: $(cat out)"
expect 0 "$HELIO" ask mate_mx@sim:,day=clear log:1
between 200 "$(sed -n 's/^  watts_peak *\([0-9]*\) W$/\1/p' out)" 5000
between 5 "$(sed -n 's/^  amps_peak *\([0-9.]*\) A$/\1/p' out)" 90
expect 64 "$HELIO" ask mate_mx@sim: log:128
expect 64 "$HELIO" ask mate_mx@sim: 3:0x4004 --record sent.log
[ ! -s sent.log ] || ! grep -q '^>' sent.log || fail "something was sent"

expect 0 "$HELIO" read mate_dc@sim:,at=12:00,time_scale=0 out_power bat_voltage
between 0 "$(sed -n 1p out)" 20000
between 20 "$(sed -n 2p out)" 32
expect 0 "$HELIO" read mate_fx@sim:,model=vfx230,seed=1 output_voltage
[ "$(cat out)" = 230 ] || fail "$(cat out)"
expect 69 "$HELIO" read mate_mx@sim:,silent=1,seed=1 bat_voltage

# What a page says, a register says as well.
noon=time_scale=0,at=12:00,day=clear,seed=4
same() { # DRIVER PAGE_NAME REGISTER NAME
    "$HELIO" read "$1@sim:,$noon" "$2" >page && "$HELIO" ask "$1@sim:,$noon" "$3" >out || fail "$1: no answer"
    awk -v page="$(cat page)" -v name="$4" '$1 == name { d = $2 - page; if (d < 0) d = -d; ok = page > 0 && d <= 0.5 }
        END { exit !ok }' out || fail "$1 $3: $(cat out), where the page says $(cat page)"
}
same mate_mx bat_voltage 0x0008 battery_voltage
same mate_mx pv_voltage 0x01c6 panel_voltage
same mate_mx bat_current 0x01c7 charger_amps
same mate_mx status 0x01c8 charge_mode
same mate_mx kwh_today 0x01ea kwh_today
same mate_fx bat_voltage 0x0019 battery_actual
same mate_fx output_voltage 0x002d value
same mate_fx inverter_current 0x006d value
same mate_dc state_of_charge 0x00d5 state_of_charge
# 128 more than the amperes; bit 7 is the output's state, the rest its mode
expect 0 "$HELIO" decode mate_mx --request '00 02 01 c7 00 00 00 ca' --response '02 00 85 00 87'
has out "charger_amps           5 A"
expect 0 "$HELIO" decode mate_mx --request '00 02 01 c9 00 00 00 cc' --response '02 00 83 00 85'
has out "aux_is_on              yes"
has out "aux_mode_now           3  low battery disconnect"

# Pages as they came from real devices.
printf '%s\t%s\n' \
    '01 04 00 01 00 ff 01 05' '03 89 84 89 00 55 3f 02 00 15 00 fe 02 a8 03 ec' \
    '01 04 00 01 00 ff 01 05' '00 00 03 89 84 89 00 55 3f 02 00 15 00 fe 02 a8 03 ec' \
    '01 04 00 01 00 ff 01 05' '02 00 00 00 03 73 00 04 00 02 01 00 09 00 00 88' \
    '01 04 00 01 00 ff 01 05' '03 89 84 89 00 55 3f 02 00 15 00 fe 02 a8 03 ed' \
    '01 02 00 00 00 00 00 03' '82 00 00 00 82' >lines
expect 0 "$HELIO" decode mate_mx --json - <lines
[ "$(sed -n 's/^{"result": "\([^"]*\)".*/\1/p' out | cut -d' ' -f1 | tr '\n' ',')" = \
    "ok,ok,foreign,crc,exception," ] || fail "$(cat out)"
[ "$(grep -c '"amp_hours": 85,' out)" = 2 ] || fail "$(cat out)"
for kind in mate mate_mx mate_fx mate_dc; do
    for capture in "${HELIO_SOURCE:-.}/tests/captures/$kind"/*.log; do
        expect 0 "$HELIO" decode "$kind" "$capture"
    done
done

# Round after round: everybody in each of them.
"$HELIO" watch --json --every 0.5 mate@sim:,seed=1 >watched 2>err &
watch=$!
twins+=("$watch")
has_rounds() { [ "$(grep -c -- '-dc3"' watched)" -ge 3 ]; }
until_true 20 has_rounds || fail "not three rounds: $(cat err)"
kill -TERM "$watch" && wait "$watch"
for unit in mx1 fx2 dc3; do
    [ "$(grep -c -- "-$unit\"" watched)" -ge 3 ] || fail "$unit is not in every round: $(cat watched)"
done
python3 - <<'PYTHON' || fail "not JSON, or nonsense"
import json
seen = {}
for line in open("watched"):
    reading = json.loads(line)
    assert reading["result"] == "ok", reading
    name = reading["device"].rpartition("-")[2]
    if name in ("mx1", "fx2", "dc3"):
        assert reading["driver"] == "mate_" + name[:2], reading
        seen[name] = reading["metrics"]
mx, dc = seen["mx1"], seen["dc3"]
assert abs(mx["battery_voltage"] - dc["battery_voltage"]) < 0.5
assert abs(dc["dc_in_current"] - dc["dc_out_current"] - dc["battery_current"]) < 0.25
PYTHON
