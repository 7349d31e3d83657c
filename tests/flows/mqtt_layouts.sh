#!/usr/bin/env bash
# The topics of older programs, key by key: the Axpert add-on's two, GoodWeUSBLogger's two; the
# settings their files become; and the old logtracer's word mqtt, which it only promised.
source "$HELIO_SOURCE/tests/flows/lib.sh"
source "$HELIO_SOURCE/tests/flows/_servers.sh"
source "$HELIO_SOURCE/tests/flows/_mosquitto.sh"
needs sqlite3 python3

broker_start b
listen all -t '#'

# ---- two families and three units in parallel ----------------------------------------------------
device() { printf '[bus b-%s]\nline = sim\nat = 12:00\nday = clear\nevery = 1\n%s\n[device %s]\ndriver = %s\nbus = b-%s\n' "$1" "$3" "$1" "$2" "$1"; }
sink() { printf '[sink %s]\nkind = mqtt\nport = %s\nage = 0\ncatch_up = everything\n%b' "$1" "$PORT" "$2"; }
{
    printf '[store]\npath = %s\n' "$TESTS_TMP/helio.db"
    device single axpert $'speed = 1000000\nturnaround = 1\nserial = 01234567890123'
    device three axpert $'speed = 1000000\nturnaround = 1\nmodel = parallel'
    device roof goodwe ''
    sink ours ''
    sink addon 'layout = axpert-addon\ntopic = power/axpert{sn}/now\n'
    sink logger 'layout = goodwe\ntopic = pv\n'
} >helio.conf
daemon helio.conf
knows() { heard all '"output_mode": "single"' && heard all '"output_mode": "parallel"' && heard all 'pv/13600DSN201W0001/online 1'; }
until_true 60 knows || fail "the settings of the inverters do not come"
daemon_end
until_true 10 heard all 'pv/13600DSN201W0001/online 0' || fail "the end is not told"
cat >compare.py <<'PY'
import json
ours, old = {}, {}
for line in open("all"):
    retained, topic, payload = line.rstrip("\n").split(" ", 2)
    if topic.startswith("helio/") and topic.endswith("/state"):
        ours.setdefault(topic.split("/")[1], []).append(json.loads(payload))
    elif not topic.startswith("helio/"):
        assert retained == "0", line
        old.setdefault(topic, []).append(payload)
compared = 0

def same(message, key, value):
    global compared
    assert message[key] == value, (key, message[key], value)
    compared += 1

def keys(message, wanted):
    assert set(message) == set(wanted.split()), (set(message) ^ set(wanted.split()))

unit = {"BusVoltage": "bus_voltage", "InverterHeatsinkTemperature": "heatsink_temperature",
        "BatteryVoltageFromScc": "battery_voltage_charger", "PvInputVoltage": "pv_voltage", "PvInputPower": "pv_power",
        "BatteryChargingCurrent": "battery_charge_current", "BatteryDischargeCurrent": "battery_discharge_current"}
parallel = {"BatteryChargingCurrent": "battery_charge_current", "BatteryDischargeCurrent": "battery_discharge_current",
            "GridVoltage": "grid_voltage", "GridFrequency": "grid_frequency", "OutputVoltage": "output_voltage",
            "OutputFrequency": "output_frequency", "OutputAparentPower": "output_apparent_power",
            "OutputActivePower": "output_power", "LoadPercentage": "load_percentage", "BatteryVoltage": "battery_voltage",
            "BatteryCapacity": "battery_soc", "PvInputVoltage": "pv_voltage", "MaxChargeCurrent": "charge_current_limit",
            "MaxAcChargerCurrent": "grid_charge_current_limit"}
total = {"TotalChargingCurrent": "battery_charge_current", "TotalAcOutputApparentPower": "output_apparent_power",
         "TotalAcOutputActivePower": "output_power", "TotalAcOutputPercentage": "load_percentage"}
others = "OutputMode ChargerSourcePriority MaxChargerRange PvInputCurrentForBattery Gridmode Solarmode SerialNumber"
by_serial = {}
for message in map(json.loads, old.pop("power/axpert")):
    keys(message, " ".join([*parallel, *total, others]))
    by_serial.setdefault(message["SerialNumber"], []).append(message)
assert len(by_serial) == 2 and 1234567890123 in by_serial, by_serial.keys() # a number: its zeros were lost there
for serial, messages in by_serial.items():
    name = "single" if serial == 1234567890123 else "three"
    sums = ours["three-system"] if name == "three" else ours[name]
    if name == "single": # whether it is alone shows with its second reading, or when it says so
        assert len(sums) - len(messages) <= 1, (len(messages), len(sums))
        sums = sums[-len(messages):]
    assert len(messages) == len(sums), (len(messages), len(sums))
    assert messages[-1]["MaxChargerRange"] == 120, messages[-1] # said by its parallel answer alone
    for message, sum_ in zip(messages, sums):
        own = [o for o in ours[name] if o["time"] == sum_["time"]][0]
        for key, metric in parallel.items():
            same(message, key, own.get(metric))
        for key, metric in total.items():
            same(message, key, sum_[metric])
        same(message, "Gridmode", int(own["device_mode"] == "line"))
        same(message, "Solarmode", int(own["device_mode"] == "battery"))
        same(message, "OutputMode", {None: None, "single": 0, "parallel": 1}[own.get("output_mode")])
    assert messages[-1]["OutputMode"] == (name == "three") and messages[-1]["ChargerSourcePriority"] is not None
    assert (name == "three") == (messages[-1]["TotalAcOutputActivePower"] > messages[-1]["OutputActivePower"])
units = {t: old.pop(t) for t in list(old) if t.startswith("power/")}
assert len(units) == 2 and "power/axpert01234567890123/now" in units, units.keys() # text: they stay
for topic, messages in units.items():
    name = "single" if "axpert0" in topic else "three"
    assert len(messages) == len(ours[name])
    for message, own in zip(map(json.loads, messages), ours[name]):
        keys(message, " ".join([*unit, "PvInputCurrent DeviceStatus"]))
        for key, metric in unit.items():
            same(message, key, own[metric])
        same(message, "PvInputCurrent", own.get("pv_current", own.get("charger_current")))
        same(message, "DeviceStatus", "0%d0%d0%d%d%d" % (own["configuration_changed"], own["output_on"],
             own["solar_charging"] or own["grid_charging"], own["solar_charging"], own["grid_charging"]))

serial = "13600DSN201W0001"
said = [json.loads(p) for p in old.pop(f"pv/{serial}/data")]
online = old.pop(f"pv/{serial}/online")
assert set(online) == {"0", "1"} and online[-1] == "0" and online.count("1") == len(said) and not old, (online, old.keys())
assert len(said) == len(ours["roof"])
for data, roof in zip(said, ours["roof"]):
    keys(data, "address addressConfirmed inverterType isOnline lastSeen runningInfo serial serialNumber")
    info = data["runningInfo"]
    keys(info, "eDay eTotal errorMessage fac1 fac2 fac3 function gcfiFault hTotal iac1 iac2 iac3 ipv1 ipv2 line1FFault line2FFault "
         "line3FFault line1VFault line2VFault line3VFault pac pv1Fault pv2Fault temp tempFault timestamp vac1 vac2 vac3 vpv1 vpv2 workMode")
    same(data, "address", 11)
    same(data, "addressConfirmed", True)
    same(data, "isOnline", True)
    same(data, "serial", serial)
    same(data, "serialNumber", [ord(c) for c in serial])
    same(data, "inverterType", 1)
    for key, metric in {"eDay": "pv_energy_today", "eTotal": "pv_energy", "fac1": "grid_frequency", "hTotal": "operating_time",
                        "iac1": "grid_current", "ipv1": "pv1_current", "ipv2": "pv2_current", "pac": "output_power",
                        "temp": "inverter_temperature", "vac1": "grid_voltage", "vpv1": "pv1_voltage", "vpv2": "pv2_voltage"}.items():
        same(info, key, roof[metric])
    same(info, "function", 129)
    same(info, "errorMessage", [])
    same(info, "workMode", {"waiting": 0, "normal": 1, "fault": 2, "checking": 4}[roof["device_mode"]])
    same(info, "timestamp", roof["time"][:19].replace("-", "").replace(":", "").replace("T", ""))
    for key in "fac2 fac3 iac2 iac3 vac2 vac3".split():
        same(info, key, 0)
print(f"old topics: {compared} values compared")
PY
python3 compare.py || fail "the old topics are not what they were"

# ---- while the inverter is silent -----------------------------------------------------------------
: >all
{
    printf '[store]\npath = %s\n' "$TESTS_TMP/helio.db"
    device roof goodwe "script = $TESTS_TMP/silence"
    sink logger 'layout = goodwe\ntopic = pv\n'
} >silent.conf
printf '4 silent=1\n' >silence
daemon silent.conf
until_true 30 heard all 'pv/13600DSN201W0001/online 1' || fail "the inverter does not come online"
until_true 60 heard all 'pv/13600DSN201W0001/online 0' || fail "the silent inverter is still online"
daemon_end

# ---- the old logtracer ----------------------------------------------------------------------------
: >all
FAMILY=tracer twin line --ids 1,2 --link "$TESTS_TMP/tty"
printf '[INFLUXDB]\nHost = 127.0.0.1\nPass = of influx\n[MQTT]\nhost = 127.0.0.1\nPort = %s\nTopic = sun/epever\n' "$PORT" >influx.db
expect 0 "$HELIO_SOURCE/scripts/logtracer" "$TESTS_TMP/tty:1,$TESTS_TMP/tty:2" mqtt
for unit in unit1 unit2 all; do
    until_true 10 heard all "sun/epever/$unit/state {" || fail "logtracer mqtt does not publish $unit"
done
grep 'unit1/state' all | cut -d' ' -f3- | python3 -c '
import json, sys
s = json.load(sys.stdin)
assert isinstance(s["pv_voltage"], (int, float)) and isinstance(s["charge_stage"], str), s' || fail "not a state: $(cat all)"
printf '[MQTT]\nPort = 1\n' >influx.db
expect 75 "$HELIO_SOURCE/scripts/logtracer" "$TESTS_TMP/tty:1" mqtt
has err 'nobody listens'
