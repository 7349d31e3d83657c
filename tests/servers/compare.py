#!/usr/bin/env python3
"""compare.py ROW STATUS HEADERS-FILE BODY-FILE: an answer with its row. Silent when it fits."""

import re
import sys

sys.dont_write_bytecode = True
from answers import read_table  # noqa: E402


def fits(template, text):
    """<words> of the template stand for anything but nothing."""
    pieces = re.split(r"<\w+>", template)
    return re.fullmatch(".+".join(map(re.escape, pieces)), text, re.DOTALL) is not None


def main():
    name, status, headers, body = sys.argv[1:]
    row = next(row for row in read_table() if row["name"] == name)
    with open(headers, encoding="utf-8", errors="replace") as file:
        said = [line.rstrip("\r\n") for line in file]
    with open(body, encoding="utf-8", errors="replace", newline="") as file:
        text = file.read().removesuffix("\n")
    faults = []
    if status != row["status"]:
        faults.append(f"status {status}, not {row['status']}")
    for header in filter(None, row["headers"].split(" | ")):
        if not any(fits(header.lower(), line.lower()) for line in said):
            faults.append(f"no header {header}")
    if not fits(row["body"], text):
        faults.append(f"body {text!r} is not like {row['body']}")
    if faults:
        sys.exit(f"{name}: {'; '.join(faults)}\n" + "\n".join(said))


if __name__ == "__main__":
    main()
