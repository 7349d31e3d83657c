"""What a stream holds against what the sites' stores hold: every row, every number.

    _judge_fleet.py FOLDER < lines of nats_read

Says how many messages, distinct readings, duplicates, missing and wrong ones; fails on the last two.
"""

import glob
import json
import os
import sqlite3
import sys

WHOLE = {"charge_stage"}  # states are integers for ever


def truth(folder):
    """site/seq-at -> subject and line, as they should have been sent."""
    rows = {}
    for path in glob.glob(os.path.join(folder, "site*.db")):
        site = os.path.basename(path)[:-3]
        db = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
        shapes = {i: json.loads(names) for i, names in db.execute("SELECT id, names FROM shape")}
        for seq, at, device, driver, shape, fields in db.execute(
            "SELECT seq, at, name, driver, shape, fields FROM reading r JOIN device d ON d.id = r.device"
        ):
            numbers = fields[1:-1].split(",")
            said = [(n, v) for n, v in zip(shapes[shape], numbers) if v != "null"]
            words = ",".join(f"{n}={v}{'i' if n in WHOLE else ''}" for n, v in said)
            rows[f"{site}/{seq}-{at}"] = (
                f"solar.{site}.{device}",
                f"solar,device={device},driver={driver},site={site} {words} {at}",
            )
        db.close()
    return rows


def main():
    rows, seen, total, wrong, size = truth(sys.argv[1]), set(), 0, 0, 0
    for line in sys.stdin:
        subject, number, words = line.rstrip("\n").split("\t")
        total += 1
        size += len(words)
        if rows.get(number) != (subject, words):
            wrong += 1
            if wrong < 4:
                print("wrong:", subject, number, words, "should be", rows.get(number), file=sys.stderr)
        seen.add(number)
    missing = len(rows.keys() - seen)
    print(
        f"produced {len(rows)} = stored {len(seen & rows.keys())}; messages {total}, duplicates {total - len(seen)},"
        f" missing {missing}, wrong {wrong}, {size / max(total, 1):.0f} bytes a message"
    )
    sys.exit(1 if missing or wrong or not rows else 0)


main()
