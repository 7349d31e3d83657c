"""The table of answers, and what in a request decides which of them it gets."""

import json
import os
import re
import time

from line_protocol import NANOSECONDS, BadLine, lines_of, read_line

TABLE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "answers.tsv")

# What /control may turn, each with its value at the start.
DIALS = {
    "mode": "ok",  # ok, or the name of a row
    "times": "",  # so many writes in this mode, then ok again; empty: for good
    "poison": "",  # lines matching this are bad
    "limit": "25000000",  # most bytes in a body, as sent
    "retention": "0",  # seconds a point may be old; 0: any age
    "retry_after": "1",
    "databases": "",  # those that exist, with commas; empty: all
    "policies": "",  # retention policies that exist; empty: all
    "user": "",  # with password: Basic, or u= and p=
    "password": "",
    "token": "",
    "location": "http://127.0.0.1:9/elsewhere",  # where `moved` points
}

# Where each API takes lines.
WRITES = {
    "v1": ["/write"],
    "v2": ["/api/v2/write"],
    "v3": ["/api/v3/write_lp"],
    "victoria": ["/write", "/api/v2/write", "/influx/write", "/influx/api/v2/write"],
}


def read_table():
    with open(TABLE, encoding="utf-8") as file:
        lines = [line.rstrip("\n").split("\t") for line in file if not line.startswith("#")]
    return [dict(zip(lines[0], line, strict=True)) for line in lines[1:]]


def filled(template, words):
    """The template with its <words>, escaped as JSON when it is JSON."""
    is_json = template.startswith("{")

    def fill(match):
        if match[1] not in words:
            return match[0]
        value = str(words[match[1]])
        is_raw = not is_json or match[1] in ("data", "first_data")
        return value if is_raw else json.dumps(value, ensure_ascii=False)[1:-1]

    return re.sub(r"<(\w+)>", fill, template)


class Batch:
    """The lines of one request, sorted into what would be stored and what not."""

    def __init__(self, dials, query, body, points, is_typed):
        self.good, self.bad, self.conflicts, self.old = [], [], [], []
        self.types = {}  # as this batch alone gives them: the first line of a field decides
        self.points, self.is_typed = points, is_typed
        unit, now = NANOSECONDS.get(query.get("precision", ""), 1), time.time_ns()
        for number, line in lines_of(body):
            try:
                if dials["poison"] and re.search(dials["poison"], line):
                    raise BadLine("invalid field format")
                point = read_line(line, unit, now)
            except BadLine as why:
                self.bad.append((number, line, f"{why}"))
                continue
            age_s = (now - point.time) / 10**9
            if int(dials["retention"]) and age_s > int(dials["retention"]):
                self.old.append(line)
            else:
                self.sort(number, line, point)
        self.total = len(self.good) + len(self.bad) + len(self.conflicts) + len(self.old)

    def sort(self, number, line, point):
        """A readable line is good unless a field has another type than before."""
        for name, (kind, _) in point.fields.items() if self.is_typed else ():
            key = point.measurement, name
            first = self.points.types.get(key) or self.types.setdefault(key, kind)
            if first != kind:
                self.conflicts.append((number, line, point.measurement, name, kind, first))
                return
        self.good.append(point)

    def case(self, is_whole):
        """What the lines amount to; `is_whole`: one bad line refuses all."""
        if self.bad and len(self.bad) == self.total:
            return "all bad"
        if self.bad and is_whole:
            return "some bad, whole"
        if self.conflicts:
            return "type conflict"
        if self.old:
            return "too old"
        return "some bad" if self.bad else "good"

    def words(self):
        told = [f"unable to parse '{line}': {why}" for _, line, why in self.bad]
        data = [{"original_line": line, "line_number": number, "error_message": why}
                for number, line, why in self.bad]
        words = {"bad": "\n".join(told), "first_bad": "".join(told[:1]),
                 "dropped": len(self.conflicts) or len(self.old)}
        for number, line, measurement, field, kind, stored in self.conflicts:
            why = f"invalid column type for column '{field}', expected {stored}, got {kind}"
            data.append({"original_line": line, "line_number": number, "error_message": why})
            words |= {"measurement": measurement, "field": field, "type": kind, "stored": stored}
        return words | {"data": json.dumps(data), "first_data": json.dumps(data[0] if data else {})}
