"""Holds every stored reading against the number of the unit it is said to come from.

    _judge_rows.py STORE away.tsv south=111 east=222

away.tsv has a line for each absence: device, from, until (milliseconds). Prints how many rows
there are, how many are wrong, and how many stand in an absence; ends with 1 if any is.
"""

import json
import sqlite3
import sys

ALARMS = ("inverter", "grid", "unit", "battery", "pv", "charger")


def is_right(fields: dict[str, float | None], number: int) -> bool:
    volts = 50 + number % 100 / 10
    wanted = {
        "output_power": number,
        "output_apparent_power": number,
        "pv_power": number,
        "battery_voltage": volts,
        "output_voltage": 230,
        "grid_voltage": 0,
        "bus_voltage": 400,
        "heatsink_temperature": 41,
        "fault": 0,
    }
    wanted.update({f"{of}_alarms": 0 for of in ALARMS})
    for name, value in wanted.items():
        if name in fields and abs(fields[name] - value) > 1e-6:
            print(f"wrong: {name} = {fields[name]}, not {value}", file=sys.stderr)
            return False
    return True


def main() -> int:
    store = sqlite3.connect(f"file:{sys.argv[1]}?mode=ro", uri=True)
    numbers = {name: int(number) for name, number in (a.split("=") for a in sys.argv[3:])}
    away = [line.split("\t") for line in open(sys.argv[2], encoding="ascii")]
    rows = store.execute(
        "SELECT d.name, r.at, s.names, r.fields FROM reading r JOIN device d ON d.id = r.device"
        " JOIN shape s ON s.id = r.shape WHERE r.kind = 0 ORDER BY r.seq"
    ).fetchall()
    wrong = invented = 0
    for name, at, names, fields in rows:
        if name not in numbers:
            continue
        said = {n: v for n, v in zip(json.loads(names), json.loads(fields)) if v is not None}
        wrong += not is_right(said, numbers[name])
        invented += any(n == name and int(a) < at < int(b) for n, a, b in away)
    print(f"{len(rows)} readings, misattributed {wrong}, from an absence {invented}")
    return 1 if wrong or invented else 0


sys.exit(main())
