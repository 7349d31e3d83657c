"""Line protocol, read strictly: what one server may let pass is a bad line here.

Names and values stay as they were written, escapes and all, so a dump shows what was sent.
Reasons are worded as InfluxDB 1 words them.
"""

import re
from typing import NamedTuple

NANOSECONDS = {
    "n": 1, "ns": 1, "nanosecond": 1, "u": 10**3, "us": 10**3, "microsecond": 10**3,
    "ms": 10**6, "millisecond": 10**6, "s": 10**9, "second": 10**9,
    "m": 60 * 10**9, "h": 3600 * 10**9,
}
INTEGER_MOST = 2**63 - 1
FLOAT = re.compile(r"-?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?")
TRUE, FALSE = {"t", "T", "true", "True", "TRUE"}, {"f", "F", "false", "False", "FALSE"}


class BadLine(Exception):
    """Why a line is none."""


class Point(NamedTuple):
    measurement: str
    series: str  # measurement and sorted tags
    fields: dict  # name -> (type, text)
    time: int  # nanoseconds


def scan(text, at, stops):
    """The place of the first unescaped stop from `at` on; the end when there is none."""
    while at < len(text) and text[at] not in stops:
        at += 2 if text[at] == "\\" and at + 1 < len(text) and text[at + 1] in ", =" else 1
    return min(at, len(text))


def read_series(text):
    end = scan(text, 0, ",")
    measurement = text[:end]
    if not measurement:
        raise BadLine("missing measurement")
    tags = {}
    while end < len(text):
        equals = scan(text, end + 1, ",=")
        name = text[end + 1:equals]
        if not name:
            raise BadLine("missing tag key")
        end = scan(text, equals, ",") if equals < len(text) and text[equals] == "=" else equals
        value = text[equals + 1:end]
        if not value:
            raise BadLine("missing tag value")
        if scan(value, 0, "=") < len(value):
            raise BadLine("invalid tag format")
        if name in tags:
            raise BadLine("duplicate tags")
        tags[name] = value
    if "time" in tags:
        raise BadLine("invalid tag key: time")
    return measurement, ",".join([measurement] + [f"{n}={tags[n]}" for n in sorted(tags)])


def read_value(text):
    """(type, text) of an unquoted value."""
    if not text:
        raise BadLine("missing field value")
    if text in TRUE or text in FALSE:
        return "boolean", "true" if text in TRUE else "false"
    if re.fullmatch(r"-?\d+i", text):
        if not -INTEGER_MOST - 1 <= int(text[:-1]) <= INTEGER_MOST:
            raise BadLine(f"unable to parse integer {text[:-1]}: value out of range")
        return "integer", f"{int(text[:-1])}i"
    if FLOAT.fullmatch(text):
        value = float(text)
        if value in (float("inf"), float("-inf")):
            raise BadLine(f"unable to parse float {text}: value out of range")
        return "float", repr(value)
    raise BadLine("invalid number" if text[0] in "-.0123456789nN" else "invalid boolean")


def quoted_end(text, at):
    """The place after the closing quote of the string that begins at `at`."""
    at += 1
    while at < len(text) and text[at] != '"':
        at += 2 if text[at] == "\\" else 1
    if at >= len(text):
        raise BadLine("unbalanced quotes")
    return at + 1


def read_fields(text, at):
    fields = {}
    while True:
        equals = scan(text, at, "=, ")
        name = text[at:equals]
        if equals >= len(text) or text[equals] != "=":
            raise BadLine("invalid field format")
        if not name:
            raise BadLine("missing field key")
        if name == "time":
            raise BadLine("invalid field name: time")
        at = equals + 1
        if text[at:at + 1] == '"':
            end = quoted_end(text, at)
            fields[name] = "string", text[at:end]
            if end < len(text) and text[end] not in ", ":
                raise BadLine("invalid field format")
        else:
            end = scan(text, at, ", ")
            fields[name] = read_value(text[at:end])
        if end >= len(text) or text[end] == " ":
            return fields, end
        at = end + 1


def read_time(text, unit, now):
    words = text.split(" ")
    words = [word for word in words if word]
    if not words:
        return now
    if not re.fullmatch(r"-?\d+", words[0]):
        raise BadLine("bad timestamp")
    if len(words) > 1:
        raise BadLine("point is invalid")
    time = int(words[0]) * unit
    if not -INTEGER_MOST < time < INTEGER_MOST:
        raise BadLine("time outside range")
    return time


def read_line(text, unit, now):
    """The point of one line (times in `unit` nanoseconds); raises BadLine."""
    end = scan(text, 0, " ")
    measurement, series = read_series(text[:end])
    start = end
    while text[start:start + 1] == " ":
        start += 1
    if start >= len(text):
        raise BadLine("missing fields")
    fields, end = read_fields(text, start)
    return Point(measurement, series, fields, read_time(text[end:], unit, now))


def lines_of(body):
    """(number from 1, text) of every line that is neither empty nor a comment."""
    for number, line in enumerate(body.decode("utf-8", "surrogateescape").split("\n"), 1):
        line = line.lstrip(" \t")
        if line and not line.startswith("#"):
            yield number, line
