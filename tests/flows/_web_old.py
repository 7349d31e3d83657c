"""The old program's addresses, key by key: _web_old.py URL-OF-8889 URL-OF-8890 URL"""

import datetime
import json
import sys
import urllib.error
import urllib.request
import xml.etree.ElementTree
import zoneinfo

CMDS, GRAPH, NEW, RAW = sys.argv[1:]
RAW = RAW.split()
NUMBERS = (
    "grid_volt grid_freq ac_volt ac_freq ac_va ac_watt load_percent bus_volt batt_volt batt_charge_amps "
    "batt_capacity temp pv_amps pv_volts batt_volt_scc batt_discharge_amps pv_watts"
).split()
WORDS = "raw_status mask_b mask_c mask_d".split()
BOOLS = "batt_volt_to_steady load_status ssc_firmware_updated configuration_changed sbu_priority_version".split()
KEYS = {*NUMBERS, *WORDS, *BOOLS, "charge_source"}
FROM_BOARD = {
    "grid_volt": "grid_voltage",
    "ac_va": "output_apparent_power",
    "ac_watt": "output_power",
    "load_percent": "load_percentage",
    "bus_volt": "bus_voltage",
    "batt_volt": "battery_voltage",
    "batt_capacity": "battery_soc",
    "temp": "heatsink_temperature",
    "pv_amps": "charger_current",
    "pv_volts": "pv_voltage",
    "pv_watts": "pv_power",
}


def claim(is_so, what):
    if not is_so:
        sys.exit(f"not so: {what}")


def ask(url):
    try:
        with urllib.request.urlopen(url, timeout=10) as answer:
            return answer.status, answer.headers, answer.read()
    except urllib.error.HTTPError as problem:
        return problem.code, problem.headers, problem.read()


def get(query):
    status, headers, body = ask(f"{CMDS}/cmds?{query}")
    claim(status == 200 and headers["Content-Type"] == "application/json", f"{query}: {status} {body}")
    claim(int(headers["Age"]) <= 15, f"its age is {headers['Age']}")
    return json.loads(body)


status = get("cmd=status")
claim(set(status) == KEYS, f"keys that are there or not: {set(status) ^ KEYS}")
claim(all(isinstance(status[key], (int, float)) for key in NUMBERS), f"numbers: {status}")
claim(all(isinstance(status[key], bool) for key in BOOLS), f"bools: {status}")
claim(status["load_status"] is True and status["configuration_changed"] is False, f"bools: {status}")
# the raw signs, as the same unit says them: b7 to b0 of word 16, words 17 and 18, b10 to b8 of word 20
bits = [bit == "1" for bit in status["raw_status"]]
claim(len(bits) == 8 and set(status["raw_status"]) <= {"0", "1"}, f"raw_status: {status}")
named = "sbu_priority_version configuration_changed ssc_firmware_updated load_status batt_volt_to_steady".split()
claim([status[key] for key in named] == bits[:5], f"raw_status and what it means: {status}")
sources = [name in status["charge_source"] for name in ("solar_charging", "ac_charging")]
claim(bits[5:] == [any(sources), *sources], f"raw_status and charge_source: {status}")
claim(status["raw_status"][:5] == RAW[16][:5] and status["ssc_firmware_updated"] is True, f"{status['raw_status']}, the unit says {RAW}")
claim([status["mask_b"], status["mask_c"]] == RAW[17:19], f"mask_b and mask_c: {status}, the unit says {RAW}")
claim(len(status["mask_d"]) == 3 and status["mask_d"][1:] == RAW[20][1:], f"mask_d: {status}, the unit says {RAW}")
claim(set(status["charge_source"]) <= {"solar_charging", "ac_charging"} and status["charge_source"], "charge_source")
board = json.loads(ask(f"{NEW}/api/v1/board?device=ax")[2])[0]["values"]
for key, name in FROM_BOARD.items():
    claim(status[key] == board[name]["value"], f"{key} is {status[key]}, {name} {board[name]}")
mode = get("cmd=operation_mode")
claim(mode == {"mode": "BT" if board["device_mode"]["said"] == "battery" else "LN"}, f"{mode}")
merged = get("cmd=status&cmd=operation_mode&merge=1")
claim(set(merged) == KEYS | {"mode"}, "merged")
apart = get("cmd=status&cmd=operation_mode")
claim(set(apart) == {"status", "operation_mode"} and set(apart["status"]) == KEYS, "by command")
for query in "", "cmd=", "cmd=settings", "cmd=nothing", "cmd=status&cmd=status", "cmd=POP02", "cmd=%ff<script>":
    code, headers, body = ask(f"{CMDS}/cmds?{query}")
    claim(code == 400 and json.loads(body)["error"], f"{query}: {code} {body}")

# ---- charts --------------------------------------------------------------------------------------


def chart(query):
    code, headers, body = ask(f"{GRAPH}/graph?{query}")
    claim(code == 200 and headers["Content-Type"] == "image/svg+xml", f"{query}: {code} {body[:300]}")
    drawn = xml.etree.ElementTree.fromstring(body)
    paths = [p for p in drawn.iter("{http://www.w3.org/2000/svg}path") if p.get("fill-opacity")]
    return drawn, paths, sum(p.get("d").count("L") + p.get("d").count("M") for p in paths)


today = datetime.datetime.now(zoneinfo.ZoneInfo("Europe/Sofia"))
day, after = f"{today:%Y%m%d}", f"{today + datetime.timedelta(days=1):%Y%m%d}"
for begin, end in (day, after), (day + "00", after + "00"), (day + "0000", after + "0000"), (day + "000000", after + "000000"):
    _, paths, _ = chart(f"from={begin}&to={end}&col_1=batt_volt")
    claim(len(paths) == 1 and paths[0].get("fill") == "#3333FF", f"{begin}: one filled curve")
for column in NUMBERS:
    drawn, paths, _ = chart(f"from={day}&to={after}&col_1={column}")
    legend = [t.text for t in drawn.iter("{http://www.w3.org/2000/svg}text")]
    claim("Inverter Stats" in legend and column[:14] in legend, f"{column} is in the legend: {legend[:3]}")
drawn, paths, _ = chart(f"from={day}&to={after}&col_1=batt_volt&col_2=batt_discharge_amps")
claim([p.get("fill") for p in paths] == ["#3333FF", "none"], "two curves")
claim(paths[1].get("stroke") == "#FF3333", "the second is red")
for query in (
    "",
    "from=20261121&to=20261122",
    "from=2026&to=20261122&col_1=batt_volt",
    "from=20261122&to=20261121&col_1=batt_volt",
    "from=2026112a&to=20261122&col_1=batt_volt",
    "from=20261341&to=20261342&col_1=batt_volt",
    f"from={day}&to={after}&col_1=mode",
    f"from={day}&to={after}&col_1=raw_status",
    f"from={day}&to={after}&col_1=batt_volt&col_2=" + "batt_volt%3B%20DROP%20TABLE%20reading",
    f"from={day}&to={after}&col_1=%3Cscript%3E",
):
    code, headers, body = ask(f"{GRAPH}/graph?{query}")
    claim(code == 400 and json.loads(body)["error"], f"{query}: {code} {body}")
claim(ask(f"{GRAPH}/graph?from=19990101&to=19990102&col_1=batt_volt")[0] == 404, "an empty span")
print(f"{len(KEYS)} keys of status, {len(NUMBERS)} columns, four forms of a date")
