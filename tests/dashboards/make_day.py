#!/usr/bin/env python3
"""Makes 24 hours of three Tracers and their house on 24 V, always the same to the last digit.

    make_day.py DAY.sqlite DAY.lines

A reading a minute, an hour of which nothing is known, counters that grow, charging stages. Of the
thirteen days before there are only the counters, once an hour. The same values go to both files: a
table for plain SQL, and line protocol for the databases.
"""
import math
import os
import sqlite3
import sys

BEGIN_MS = 1_718_893_800_000  # 2024-06-20, 14:30 UTC, so that it ends in the sun
BEGIN_MINUTE = 14 * 60 + 30
DAYS_BEFORE = 13
MINUTES = 24 * 60
PERCENT_WH = 45  # of the battery
GAP = range(18 * 60, 19 * 60)  # minutes since it began
SILENT_UNIT = ("shed", range(20 * 60, 20 * 60 + 25))  # heard by nobody, while the others are
SITE = "cabin"
OTHER = "hill"  # its devices have the same names and other numbers: no panel may show them

#         name, watts of its panels at noon, counter of its panels, minutes its sun is late
UNITS = [("roof", 610.0, 1843.21, 0), ("shed", 420.0, 977.5, 35), ("wall", 260.0, 412.08, 95)]
NOT_CHARGING, BULK, ABSORB, FLOAT = 0, 1, 2, 3
WHOLE = {"charge_stage", "load_on"}  # states are integers, everything else is not


def noise(seed, minute):
    """Between -1 and 1, smooth enough for clouds, the same on every machine."""
    x = math.sin(minute * 0.37 + seed * 1.7) + math.sin(minute * 0.113 + seed * 5.1)
    return x / 2


def sun(minute, late):
    angle = (minute - late / 2 - 5.2 * 60) / (15.6 * 60)
    return math.sin(math.pi * angle) ** 1.3 if 0 < angle < 1 else 0.0


def clouds(seed, minute):
    passing = max(0.0, math.sin(minute * 0.021 + seed) * math.sin(minute * 0.0731 + 2 * seed))
    return 1 - 0.75 * passing ** 0.7


class Unit:
    def __init__(self, number, row):
        self.name, self.peak, self.pv_energy, self.late = row
        self.number = number
        self.load_energy = 300.0 + 57 * number
        self.charged = 200.0 + 31 * number
        self.discharged = 180.0 + 27 * number

    def minute(self, weather, minute, soc):
        light = sun(minute, self.late) * weather
        full = max(0.0, min(1.0, (soc - 88) / 12))
        pv_power = self.peak * light * clouds(self.number, minute) * (1 - 0.72 * full)
        evening = 1.0 if 18 * 60 <= minute < 23 * 60 else 0.35
        load_power = (44 + 22 * self.number) * evening * (1 + 0.15 * noise(self.number, minute)) + 9
        battery_power = pv_power * 0.97 - load_power
        volts = 24.1 + 0.028 * soc + battery_power / 420
        if pv_power < 3:
            stage = NOT_CHARGING
        else:
            stage = FLOAT if full > 0.8 else ABSORB if full > 0.25 else BULK
        self.pv_energy += pv_power / 60e3
        self.load_energy += load_power / 60e3
        self.charged += max(0.0, battery_power) / 60e3
        self.discharged += max(0.0, -battery_power) / 60e3
        pv_voltage = 31 + 5.5 * light ** 0.2 + noise(self.number, minute) if light > 0 else 0.4
        battery_current = battery_power / volts
        return {"pv_voltage": pv_voltage, "pv_power": pv_power, "pv_current": pv_power / pv_voltage,
                "battery_voltage": volts, "battery_current": battery_current, "battery_power": battery_power,
                "battery_soc": soc, "load_voltage": volts, "load_current": load_power / volts,
                "load_power": load_power, "load_on": 1, "charge_stage": stage,
                "battery_temperature": 17 + 6 * sun(minute, 120),
                "case_temperature": 19 + pv_power / 38 + 4 * sun(minute, 60),
                "pv_energy": self.pv_energy, "load_energy": self.load_energy,
                "battery_charge_energy": self.charged, "battery_discharge_energy": self.discharged}


COUNTERS = ["pv_energy", "load_energy", "battery_charge_energy", "battery_discharge_energy"]
SUMS = ["pv_power", "pv_current", "battery_current", "battery_power", "load_current", "load_power", *COUNTERS]
MEANS = ["pv_voltage", "battery_voltage", "battery_soc", "load_voltage"]


def house(readings, heard):
    """What is added up is unknown while a member is."""
    made = {"members": len(UNITS), "members_heard": len(heard)}
    if len(heard) == len(UNITS):
        made.update({name: sum(r[name] for r in readings.values()) for name in SUMS})
    made.update({name: sum(readings[u][name] for u in heard) / len(heard) for name in MEANS})
    return made


def minutes():
    """What every unit would say, minute by minute: day (0 is the last), minute since it began, readings."""
    units = [Unit(number, row) for number, row in enumerate(UNITS, 1)]
    soc = 61.0
    for day in range(-DAYS_BEFORE, 1):
        weather = 1.0 if day == 0 else 0.6 + 0.4 * noise(9, day * 11)
        for minute in range(MINUTES):
            clock = (BEGIN_MINUTE + minute) % MINUTES
            readings = {u.name: u.minute(weather, clock, soc) for u in units}
            yield day, minute, readings
            power = sum(reading["battery_power"] for reading in readings.values())
            soc = max(20.0, min(100.0, soc + power / 60 / PERCENT_WH))


def said():
    """Every reading: its time, who and of which driver and group, and its values."""
    for day, minute, readings in minutes():
        heard = [n for n in readings if not (n == SILENT_UNIT[0] and minute in SILENT_UNIT[1])]
        together = house(readings, heard)
        if day < 0:
            heard = list(readings) if minute % 60 == 0 else []
            readings = {name: {c: reading[c] for c in COUNTERS} for name, reading in readings.items()}
            together = {c: sum(reading[c] for reading in readings.values()) for c in COUNTERS}
        if not heard or (day == 0 and minute in GAP):
            continue
        at = BEGIN_MS + (day * MINUTES + minute) * 60_000 + 137
        for name in heard:
            yield at, name, "tracer", "house", readings[name]
        yield at, "house", "group", None, together


def line(at, site, device, driver, group, values):
    tags = f"solar,device={device},driver={driver}" + (f",group={group}" if group else "") + f",site={site}"
    fields = ",".join(f"{k}={v}i" if k in WHOLE else f"{k}={float(v)!r}" for k, v in values.items())
    return f"{tags} {fields} {at}\n"


def main(words):
    if len(words) != 2:
        sys.exit("usage: make_day.py DAY.sqlite DAY.lines")
    if os.path.exists(words[0]):
        os.unlink(words[0])
    table = sqlite3.connect(words[0])
    table.execute("CREATE TABLE day(at_ms INTEGER, device TEXT, driver TEXT, grp TEXT, site TEXT,"
                  " metric TEXT, value REAL)")
    with open(words[1], "w", encoding="utf-8", newline="\n") as lines, table:
        for at, device, driver, group, values in said():
            values = {name: round(value, 4) for name, value in values.items()}
            table.executemany("INSERT INTO day VALUES (?, ?, ?, ?, ?, ?, ?)",
                              [(at, device, driver, group, SITE, k, v) for k, v in values.items()])
            lines.write(line(at, SITE, device, driver, group, values))
            if at % (10 * 60_000) < 60_000:
                other = {name: value if name in WHOLE else value + 7 for name, value in values.items()}
                lines.write(line(at, OTHER, device, driver, group, other))
        table.execute("CREATE INDEX asked ON day(metric, device, at_ms)")


if __name__ == "__main__":
    main(sys.argv[1:])
