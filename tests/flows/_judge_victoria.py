"""What a VictoriaMetrics holds against what the sites' stores hold: every number of every row.

    _judge_victoria.py FOLDER MEASUREMENT [LABEL] < lines of /api/v1/export

LABEL: one that must name the same site as the tag. Fails when a number is wrong; prints
"produced N stored N missing N wrong N".
"""

import glob
import json
import os
import sqlite3
import sys


def truth(folder):
    """(site, device, metric, at) -> number."""
    numbers = {}
    for path in glob.glob(os.path.join(folder, "site*.db")):
        site = os.path.basename(path)[:-3]
        db = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
        shapes = {i: json.loads(names) for i, names in db.execute("SELECT id, names FROM shape")}
        for at, device, shape, fields in db.execute(
            "SELECT at, name, shape, fields FROM reading r JOIN device d ON d.id = r.device"
        ):
            for name, value in zip(shapes[shape], json.loads(fields)):
                if value is not None:
                    numbers[site, device, name, at] = value
        db.close()
    return numbers


def main():
    folder, measurement = sys.argv[1:3]
    label = sys.argv[3] if len(sys.argv) > 3 else "site"
    wanted, stored, wrong = truth(folder), set(), 0
    for line in sys.stdin:
        series = json.loads(line)
        tags = series["metric"]
        name = tags["__name__"].removeprefix(measurement + "_")
        for at, value in zip(series["timestamps"], series["values"]):
            key = tags["site"], tags["device"], name, at
            is_right = tags.get(label) == tags["site"] and abs(wanted.get(key, 1e99) - value) < 1e-6
            wrong += not is_right or key in stored  # twice is wrong too: asked with deduplication
            stored.add(key)
    print(f"produced {len(wanted)} stored {len(stored)} missing {len(wanted.keys() - stored)} wrong {wrong}")
    sys.exit(1 if wrong or not wanted else 0)


main()
