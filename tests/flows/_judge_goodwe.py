"""Holds what is stored of GoodWe units, and what was written to them, against what they said.

    _judge_goodwe.py LOG                                   what was written, byte for byte
    _judge_goodwe.py LOG STORE away.tsv south=SOCKET...    and every row of these devices

LOG is hid_mock's. A stored row must be one packet that this unit said, all numbers of it, and for
the slow ones its settings; away.tsv has device, from, until (milliseconds) of each absence. Prints
figures; ends with 1 if anything is wrong.
"""

import json
import re
import sqlite3
import sys
from collections import Counter

ONE = {
    "pv1_voltage": (0, 10), "pv2_voltage": (2, 10), "pv1_current": (4, 10),
    "pv2_current": (6, 10), "grid_voltage": (8, 10), "grid_current": (10, 10),
    "grid_frequency": (12, 100), "output_power": (14, 1), "inverter_temperature": (18, 10),
    "pv_energy_today": (44, 10),
}  # fmt: skip
THREE = {
    "pv1_voltage": (0, 10), "pv2_voltage": (2, 10), "pv1_current": (4, 10),
    "pv2_current": (6, 10), "grid_voltage": (8, 10), "grid_l2_voltage": (10, 10),
    "grid_l3_voltage": (12, 10), "grid_current": (14, 10), "grid_l2_current": (16, 10),
    "grid_l3_current": (18, 10), "grid_frequency": (20, 100), "grid_l2_frequency": (22, 100),
    "grid_l3_frequency": (24, 100), "output_power": (26, 1), "inverter_temperature": (30, 10),
    "pv_energy_today": (64, 10),
}  # fmt: skip
SETTING = {
    "pv_start_voltage": (0, 10), "start_delay": (2, 1), "ac_lower_limit": (4, 10),
    "ac_upper_limit": (6, 10), "grid_frequency_low_limit": (8, 100),
    "grid_frequency_high_limit": (10, 100),
}  # fmt: skip
SIGNED = {"output_power", "inverter_temperature"}
ASKED = {
    (0, 0): "search", (0, 1): "allocate", (0, 2): "remove",
    (1, 1): "running", (1, 2): "id", (1, 3): "setting",
}  # fmt: skip


def packets(stream: bytes):
    """All with a right sum, wherever they begin."""
    for at in range(len(stream) - 8):
        if stream[at : at + 2] != b"\xaa\x55":
            continue
        end = at + 9 + stream[at + 6]
        if end <= len(stream) and sum(stream[at : end - 2]) & 0xFFFF == int.from_bytes(
            stream[end - 2 : end], "big"
        ):
            yield stream[at:end]


def numbers(table: dict[str, tuple[int, int]], data: bytes) -> dict[str, float]:
    return {
        name: int.from_bytes(data[at : at + 2], "big", signed=name in SIGNED) / per
        for name, (at, per) in table.items()
    }


def running(data: bytes) -> dict[str, float]:
    is_three = len(data) == 66
    at = 36 if is_three else 24
    r = numbers(THREE if is_three else ONE, data)
    r["pv_energy"] = int.from_bytes(data[at : at + 4], "big") / 10
    r["operating_time"] = int.from_bytes(data[at + 4 : at + 8], "big")
    r["pv1_power"] = round(r["pv1_voltage"] * r["pv1_current"] + 1e-9)
    return r


def agrees(row: dict[str, float], said: dict[str, float]) -> bool:
    return all(
        abs(row[name] - value) < (1.01 if name == "pv1_power" else 1e-6)
        for name, value in said.items()
        if row.get(name) is not None
    )


def judge_written(log: list[str]) -> tuple[Counter, int]:
    kinds, wrong = Counter(), 0
    for line in log:
        if not (m := re.match(r"\S+ > (.*)$", line)):
            continue
        b = bytes.fromhex(m[1])
        packet = b[4:]
        kind = ASKED.get((packet[4], packet[5])) if len(packet) > 8 else None
        is_right = (
            b[:3] == b"\0\xcc\x99"
            and b[3] == len(packet)
            and next(packets(packet), None) == packet
            and kind
            and len(packet) == (26 if kind == "allocate" else 9)
        )
        kinds[kind] += 1
        if not is_right:
            wrong += 1
            print("wrongly written:", line.strip(), file=sys.stderr)
    return kinds, wrong


def main() -> int:
    log = open(sys.argv[1], encoding="ascii").readlines()
    kinds, wrong = judge_written(log)
    print(f"written: {sum(kinds.values())} reports, {wrong} wrong:", dict(sorted(kinds.items(), key=str)))
    if len(sys.argv) < 4:
        return 1 if wrong or not kinds else 0
    store = sqlite3.connect(f"file:{sys.argv[2]}?mode=ro", uri=True)
    away = [line.split("\t") for line in open(sys.argv[3], encoding="ascii")]
    rows = store.execute(
        "SELECT d.name, r.at, s.names, r.fields FROM reading r JOIN device d ON d.id = r.device"
        " JOIN shape s ON s.id = r.shape WHERE r.kind = 0 ORDER BY r.seq"
    ).fetchall()
    bad = invented = misattributed = count = 0
    said = {}
    for name, socket in (a.split("=") for a in sys.argv[4:]):
        stream = b"".join(
            bytes.fromhex(line[len(socket) + 3 :]) for line in log if line.startswith(socket + " < ")
        )
        all_said = [(p[5], p[7:-2]) for p in packets(stream) if p[4] == 1]
        said[name] = [running(d) for f, d in all_said if f == 0x81 and len(d) >= 46]
        settings = [numbers(SETTING, d) for f, d in all_said if f == 0x83]
        said[name] = list({json.dumps(r): r for r in said[name]}.values())
        said[name + "/settings"] = list({json.dumps(r): r for r in settings}.values())
    for name, at, names, fields in rows:
        if name not in said:
            continue
        row = {n: v for n, v in zip(json.loads(names), json.loads(fields)) if v is not None}
        count += 1
        has_settings = any(n in row for n in SETTING)
        right = any(agrees(row, r) for r in said[name]) and (
            not has_settings or any(agrees(row, r) for r in said[name + "/settings"])
        )
        if not right:
            bad += 1
            misattributed += any(agrees(row, r) for n in said if n != name for r in said[n] if "/" not in n)
            print("wrong:", name, at, row, file=sys.stderr)
        invented += any(n == name and int(a) < at < int(b) for n, a, b in away)
    different = {n: len(said[n]) for n in said if "/" not in n}
    print(f"{count} readings, wrong {bad}, misattributed {misattributed}, from an absence {invented};"
          f" different packets said: {different}")  # fmt: skip
    return 1 if wrong or bad or invented or not count else 0


sys.exit(main())
