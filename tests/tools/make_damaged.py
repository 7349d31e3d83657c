#!/usr/bin/env python3
"""A database as the old logtracer left it: true points, and its artefacts of every kind.

make_damaged.py FOLDER [--end SECONDS]
Writes FOLDER/damaged.lp (what to write into the database), FOLDER/truth.lp (what must be there
after mending: sorted), FOLDER/artefacts (one line each: measurement time field value why).
"""
import argparse
import math
import os
import random

UNITS, STEP, HOURS = 6, 300, 48
FIELDS = ["PVvolt", "PVamps", "PVwatt", "PVkwh", "PVkwh2d", "BAvolt", "BAamps", "BAperc", "DCvolt",
          "DCamps", "DCwatt", "DCkwh", "DCkwh2d", "PVwattfix"]


def true_point(unit, at):
    hour = at % 86400 / 3600
    sun = max(0.0, math.sin((hour - 6) / 12 * math.pi)) if 6 < hour < 18 else 0.0
    watt = round(sun * 600, 2)
    volt = round(60 + 8 * sun, 2) if sun else 1.6
    amps = round(watt / volt, 2)
    today = round(2.0 * (1 - math.cos((min(max(hour, 6), 18) - 6) / 12 * math.pi)) / 2, 2)
    days = at // 86400 - 20000
    p = dict(PVvolt=volt, PVamps=amps, PVwatt=watt, PVkwh=round(100 + 20 * unit + 2.0 * days + today, 2),
             PVkwh2d=today, BAvolt=round(24.5 + 2 * sun, 2), BAamps=round(watt / 25, 2),
             BAperc=round(0.5 + 0.4 * sun, 2), DCvolt=24.5, DCamps=2.5, DCwatt=61.25,
             DCkwh=round(90 + 15 * unit + 1.47 * (at / 86400 - 20000), 2),
             DCkwh2d=round(1.47 * (at % 86400) / 86400, 2))
    if unit == 5 and days >= (END // 86400 - 20000):  # this unit was replaced the last midnight
        p["PVkwh"] = today
    p["PVwattfix"] = round(p["PVvolt"] * p["PVamps"], 4)
    return p


def line(measurement, fields, at):
    return "%s %s %d" % (measurement, ",".join("%s=%s" % (k, repr(float(fields[k]))) for k in FIELDS
                                              if k in fields), at * 10**9)


def main():
    global END
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("folder")
    words.add_argument("--end", type=int, default=1780000000)
    given = words.parse_args()
    END = given.end - given.end % 86400 + 43200
    chance = random.Random(4)
    damaged, truth, artefacts = [], [], []

    def put(measurement, at, good, bad):
        """bad: field -> (value, why)"""
        shown = dict(good)
        for field, (value, why) in bad.items():
            shown[field] = value
            artefacts.append("%s %d %s %s %s" % (measurement, at, field, repr(float(value)), why))
        damaged.append(line(measurement, shown, at))
        left = {k: v for k, v in good.items() if k not in bad}
        if left:
            truth.append(line(measurement, left, at))

    for at in range(END - HOURS * 3600, END, STEP):
        points = [true_point(unit, at) for unit in range(UNITS)]
        for unit, good in enumerate(points):
            bad, kind = {}, chance.random()
            if kind < 0.02:      # one read failed
                field = chance.choice(["BAvolt", "BAamps", "DCvolt", "DCamps", "PVkwh", "DCkwh2d"])
                bad[field] = (-2, "code")
            elif kind < 0.03:    # the state of charge
                bad["BAperc"] = (-2, "code")
            elif kind < 0.04:    # both halves of the power
                bad["PVwatt"] = (-131074, "code")
            elif kind < 0.05:    # the high half only
                bad["DCwatt"] = (round(-131072 + good["DCwatt"], 2), "half")
            elif kind < 0.055:   # the panels' voltage and current: their product looks well
                bad = {"PVvolt": (-2, "code"), "PVamps": (-2, "code"), "PVwattfix": (4, "product")}
            elif kind < 0.06:    # one of them
                bad = {"PVvolt": (-2, "code")}
                if good["PVamps"]:  # else the product is nothing, as it should be
                    bad["PVwattfix"] = (round(-2 * good["PVamps"], 4), "product")
            elif kind < 0.065:   # the unit was dead
                bad = {f: (-2, "code") for f in FIELDS if f != "PVwattfix"}
                bad["PVwattfix"] = (4, "product")
            elif kind < 0.07:    # more than any panel gives
                bad["PVvolt"] = (655.35, "range")
            elif kind < 0.072:   # the low half only, of a number with a high half: positive
                bad["PVwatt"] = (65534, "half")
            put("solar_%d" % (unit + 1), at, good, bad)
        total = {f: points[0][f] for f in FIELDS}
        total["PVwatt"], total["DCwatt"] = points[5]["PVwatt"], points[5]["DCwatt"]
        for f in ("PVkwh", "PVkwh2d", "DCkwh", "DCkwh2d"):
            total[f] = round(sum(p[f] for p in points[:5]), 2)  # five: unit six came later
        bad, kind = {}, chance.random()
        lost = chance.randrange(5)
        dead = {2} if END - 30 * 3600 <= at < END - 27 * 3600 else set()  # a unit, for hours

        def without(field, units):  # a failed read is -2 in place of that unit's counter
            return round(total[field] - sum(points[u][field] + 2 for u in units), 2)

        day = at % 86400 // 3600
        if dead:                 # and now and then another one with it
            dead |= {lost} if kind < 0.2 else set()
            for f in ("PVkwh", "DCkwh", "PVkwh2d", "DCkwh2d"):
                bad[f] = (without(f, dead), "dip")
        elif kind < 0.04:        # a sum that lost one unit's counter: still positive
            bad["PVkwh"] = (without("PVkwh", {lost}), "dip")
        elif kind < 0.08:
            bad["DCkwh"] = (without("DCkwh", {lost}), "dip")
        elif kind < 0.10:
            bad["BAperc"] = (-2, "code")
        elif kind < 0.14 and 1 <= day < 23:
            field = chance.choice(["PVkwh2d", "DCkwh2d"])
            bad[field] = (without(field, {lost}), "dip")
        put("solar", at, total, bad)
    os.makedirs(given.folder, exist_ok=True)
    for name, lines in (("damaged.lp", damaged), ("truth.lp", sorted(truth)), ("artefacts", artefacts)):
        with open(os.path.join(given.folder, name), "w") as file:
            file.write("\n".join(lines) + "\n")


main()
