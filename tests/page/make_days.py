"""make_days.py NOW: forty days of a house that was never there, as CSV for helio import, until a little
before NOW (seconds). Nothing was heard from eight to six hours before NOW, and for three days a fortnight ago."""
import math
import random
import sys

now = int(sys.argv[1])
STEP, DAY = 600, 86400
GAPS = (now - 8 * 3600, now - 6 * 3600), (now - 17 * DAY, now - 14 * DAY)
COUNTED = ["pv_energy", "output_energy", "grid_import_energy"]
# where the counters end; those of the simulated units that follow are higher
ENDS = {"pv_energy": 2932.0, "output_energy": 1500.0, "grid_import_energy": 210.0}

random.seed(7)
rows, totals, soc = [], dict.fromkeys(COUNTED, 0.0), 71.0
at = (now - 40 * DAY) // STEP * STEP
clouds, weather = 0.8, 0.8
while at < now - 60:
    hour = at % DAY / 3600
    if hour < STEP / 3600:
        clouds = random.choice([1.0, 0.95, 0.8, 0.55, 0.3])
    weather += (clouds * random.uniform(0.75, 1.1) - weather) * 0.5
    sun = max(0.0, math.sin((hour - 6) / 12 * math.pi)) if 6 < hour < 18 else 0.0
    pv = 2600 * sun**1.3 * min(1.0, weather)
    load = 180 + 90 * random.random() + (900 if 18 <= hour < 21.5 else 0) * random.uniform(0.6, 1.1)
    load += 1100 if 11.5 <= hour < 12.5 else 0
    battery = pv * 0.95 - load
    grid = 0.0
    if soc <= 25 and battery < 0:
        grid, battery = -battery, 0.0
    if soc >= 99.5 and battery > 0:
        pv, battery = load / 0.95, 0.0
    soc = min(100.0, max(20.0, soc + battery * STEP / 3600 / 90))
    for name, watts in zip(COUNTED, (pv, load, grid)):
        totals[name] += watts * STEP / 3.6e6
    if not any(begin <= at < end for begin, end in GAPS):
        rows.append((at, pv, battery, soc, load, grid, dict(totals)))
    at += STEP

print("time,device,pv_power,battery_power,battery_soc,output_power,grid_import_power,grid_export_power," + ",".join(COUNTED))
for at, pv, battery, soc, load, grid, sums in rows:
    counters = ",".join(f"{ENDS[name] - totals[name] + sums[name]:.3f}" for name in COUNTED)
    print(f"{at * 1000},house,{pv:.1f},{battery:.1f},{soc:.0f},{load:.0f},{grid:.0f},0,{counters}")
