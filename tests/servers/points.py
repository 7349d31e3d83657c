"""What a stand-in keeps: points that merge as InfluxDB merges them."""

import json
import re
from datetime import datetime, timezone


class Points:
    """(series, time) -> fields. The same field again overwrites; other fields stay."""

    def __init__(self):
        self.points = {}
        self.types = {}  # (measurement, field) -> the type it was first stored with
        self.duplicates = 0  # fields written again for the same time
        self.written = 0

    def add(self, point):
        kept = self.points.setdefault((point.series, point.time), {})
        for name, (kind, text) in point.fields.items():
            self.types.setdefault((point.measurement, name), kind)
            self.duplicates += name in kept
            kept[name] = text
        self.written += 1

    def dump(self):
        lines = []
        for (series, time), fields in self.points.items():
            values = ",".join(f"{name}={fields[name]}" for name in sorted(fields))
            lines.append(f"{series} {values} {time}\n")
        return "".join(sorted(lines))

    def delete(self, request):
        """A delete as API v2 words it; ValueError when it can't be read."""
        wish = json.loads(request)
        start, stop = nanoseconds(wish["start"]), nanoseconds(wish["stop"])
        wanted = conditions(wish.get("predicate") or "")
        for key in [k for k in self.points if start <= k[1] < stop and wanted <= parts(k[0])]:
            del self.points[key]


def nanoseconds(stamp):
    """RFC 3339 in UTC, with up to nine digits after the point."""
    match = re.fullmatch(r"(\d+-\d+-\d+T\d+:\d+:\d+)(?:\.(\d{1,9}))?Z", stamp)
    if not match:
        raise ValueError(f"no time: {stamp}")
    whole = datetime.fromisoformat(match[1]).replace(tzinfo=timezone.utc)
    return int(whole.timestamp()) * 10**9 + int((match[2] or "0").ljust(9, "0"))


def conditions(predicate):
    """`_measurement="a" AND tag="b"` as a set of (name, value)."""
    found = set()
    for part in re.split(r"\s+and\s+", predicate, flags=re.IGNORECASE) if predicate else []:
        match = re.fullmatch(r'\s*"?([\w.-]+)"?\s*=\s*"((?:[^"\\]|\\.)*)"\s*', part)
        if not match:
            raise ValueError(f"no condition: {part}")
        found.add((match[1], re.sub(r"\\(.)", r"\1", match[2])))
    return found


def parts(series):
    """Measurement and tags of a series as such a set, unescaped."""
    words = [re.sub(r"\\([,= ])", r"\1", w) for w in re.split(r"(?<!\\),", series)]
    tags = (re.split(r"(?<!\\)=", w, maxsplit=1) for w in re.split(r"(?<!\\),", series)[1:])
    plain = ((re.sub(r"\\([,= ])", r"\1", n), re.sub(r"\\([,= ])", r"\1", v)) for n, v in tags)
    return {("_measurement", words[0]), *plain}
