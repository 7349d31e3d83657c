#!/usr/bin/env python3
"""Provokes every row of answers.tsv at the stand-in, and the measured ones at the real server too: the
same requests, the same answers, the same points kept.

    provoke.py v1=URL v2=URL v3=URL victoria=URL influxd=URL guarded=URL real_victoria=URL closed=URL

The first four are stand-ins; `guarded` and `closed` want credentials. Silent but for one line at the end.
"""

import base64
import csv
import http.client
import json
import re
import sys
import time
from dataclasses import dataclass, field
from urllib.parse import urlencode, urlsplit

sys.dont_write_bytecode = True
from answers import read_table  # noqa: E402

NOW = f"{int(time.time())}000000000"
FORM = "application/x-www-form-urlencoded"
WRITE = {"v2": "/api/v2/write", "v3": "/api/v3/write_lp"}
URLS = dict(word.split("=", 1) for word in sys.argv[1:])


def basic(words):
    return {"Authorization": "Basic " + base64.b64encode(words.encode()).decode()}


WRONG, READER, ADMIN = basic("writer:wrong"), basic("reader:right"), basic("writer:right")


@dataclass
class Request:
    """What is sent: `good` is the number of points in it that are kept; -1: it takes points away."""

    where: str
    body: str
    good: int = 2
    method: str = "POST"
    headers: dict = field(default_factory=dict)
    dials: dict = field(default_factory=dict)  # of a stand-in
    before: str = ""  # written first
    before_where: str = ""


@dataclass
class Answer:
    status: str  # or how it ended: hang, drip, reset
    headers: list
    body: str


def ask(url, method, where, body, headers, patience=10):
    """One exchange on a connection of its own."""
    at = urlsplit(url)
    c = http.client.HTTPConnection(at.hostname, at.port, timeout=patience)
    try:
        c.request(method, where, body.encode(), {"Content-Type": FORM, **headers})
        c.sock.settimeout(patience)
        try:
            answer = c.getresponse()
            text = answer.read().decode("utf-8", "replace")
        except TimeoutError:
            return Answer("silent", [], "")
        except (ConnectionResetError, http.client.RemoteDisconnected):
            return Answer("reset", [], "")
        lines = [f"{name}: {value}" for name, value in answer.getheaders()]
        return Answer(str(answer.status), lines, text.removesuffix("\n"))
    finally:
        c.close()


def request_of(row, api):
    """The request that provokes a row. Each row has a measurement of its own."""
    name, when = row["name"], row["when"]
    key = "bucket" if api == "v2" else "db"
    path = WRITE.get(api, "/write")
    good = f"{name},d=a v=1 {NOW}"
    r = Request(f"{path}?{key}=solar", f"{good}\n{name},d=b v=2,w=3 {NOW}")
    guarded = {"user": "writer", "password": "right"}
    if when.startswith("some bad"):
        r.body, r.good = f"{good}\n{name} v=oops {NOW}", 1
    elif when == "all bad":
        r.body, r.good = f"{name},d=a x {NOW}", 0
    elif when == "type conflict":
        r.before, r.good = f"{name},d=z v=1.5 {NOW}", 1
        r.body = f"{name},d=b v=2i {NOW}\n{name},d=c w=3 {NOW}"
    elif when == "too old":
        r.body, r.good, r.dials = f"{good}\n{name},d=b v=2 5", 1, {"retention": "3600"}
    elif when == "no credentials":
        r.dials = guarded
    elif when == "wrong credentials":
        r.dials, r.headers = guarded, WRONG
    elif when == "no database":
        r.where = f"{path}?precision=ns"
    elif when == "unknown database":
        r.where, r.dials = f"{path}?{key}=nowhere", {"databases": "solar"}
    elif when == "unknown policy":
        r.where, r.dials = r.where + "&rp=never", {"policies": "autogen,short"}
    elif when == "too large":
        r.body, r.dials = f'{name} s="{"x" * 3000}"', {"limit": "2000"}
    elif when == "garbled gzip":
        r.body, r.headers = "no gzip, though long enough", {"Content-Encoding": "gzip"}
    elif when == "other method":
        r.method = "PUT"
    elif when == "other path":
        r.where = "/elsewhere"
    elif when in ("ping", "health"):
        r.where, r.method, r.body = f"/{when}", "GET", ""
    elif when == "delete":
        r.before, r.good, r.where = r.body, -1, "/api/v2/delete?bucket=solar"
        r.before_where = "/api/v2/write?bucket=solar"
        r.body = json.dumps({"start": "1970-01-01T00:00:00Z", "stop": "2200-01-01T00:00:00Z",
                             "predicate": f'_measurement="{name}"'})
    elif when == "bad delete":
        r.body, r.where = "nothing", "/api/v2/delete?bucket=solar"
    elif when not in ("good", "asked"):
        sys.exit(f'no request for "{when}"')
    if api == "victoria" and when == "some bad":  # it takes any word for the number 0: only a line without one is bad
        r.body = f"{good}\n{name} x {NOW}"
    elif name.endswith("_too_old") and api == "v1":
        r.where += "&rp=short"
    elif name.endswith("_forbidden"):
        r.headers, r.dials = READER, {"user": "reader"}
    elif name == "v3_all_or_nothing":
        r.where += "&accept_partial=false"
    return r


def send(url, r, patience=10):
    if r.before:
        ask(url, "POST", r.before_where or r.where, r.before, {})
    return ask(url, r.method, r.where, r.body, r.headers, patience)


def fits(template, text):
    """<words> of the template stand for anything but nothing."""
    pieces = re.split(r"<\w+>", template)
    return re.fullmatch(".+".join(map(re.escape, pieces)), text, re.DOTALL) is not None


def faults_of(row, answer):
    faults = []
    if answer.status != row["status"]:
        faults.append(f"status {answer.status}, not {row['status']}")
    for header in filter(None, row["headers"].split(" | ")):
        if not any(fits(header.lower(), line.lower()) for line in answer.headers):
            faults.append(f"no header {header}")
    if not fits(row["body"], answer.body):
        faults.append(f"body {answer.body!r} is not like {row['body']}")
    return faults


def compare(row, answer, whom):
    faults = faults_of(row, answer)
    if faults:
        sys.exit(f"{row['name']} at {whom}: {'; '.join(faults)}\n" + "\n".join(answer.headers))


def is_kept(row, r, count, whom):
    """As many points as the effect says."""
    wanted = 0 if row["effect"] == "store none" else r.good
    wanted += bool(r.before) and r.good >= 0
    if wanted != count:
        sys.exit(f"{row['name']} at {whom}: {count} points kept, not {wanted}")


def at_stand_in(row, api, r):
    url, name = URLS[api], row["name"]
    dials = {"mode": name, "clear": "1", "user": "", "password": "", "databases": "", "policies": "",
             "retention": "0", "limit": "25000000", **r.dials}
    said = ask(url, "POST", "/control", urlencode(dials), {})
    if said.body != "done":
        sys.exit(f"the stand-in said: {said.body}")
    ending = row["status"].split()[0]
    answer = send(url, r, 0.7 if ending in ("hang", "drip") else 10)
    if ending in ("hang", "drip", "reset"):
        wanted = "reset" if ending == "reset" else "silent"
        if answer.status != wanted or answer.headers:
            sys.exit(f"{name} did not {ending}: {answer}")
    else:
        compare(row, answer, "the stand-in")
    is_kept(row, r, sum(map(bool, ask(url, "GET", "/dump", "", {}).body.split("\n"))), "the stand-in")
    return answer


def at_influxd(row, r, like):
    """The same at the real one, word for word as the stand-in said it."""
    name, when = row["name"], row["when"]
    is_guarded = when.endswith("credentials") or name.endswith("_forbidden")
    url = URLS["guarded" if is_guarded else "influxd"]
    answer = send(url, r)
    compare(row, answer, "InfluxDB")
    if [s.rstrip() for s in answer.body.split("\n")] != [s.rstrip() for s in like.body.split("\n")]:
        sys.exit(f"{name}: InfluxDB words it otherwise: {answer.body!r}, not {like.body!r}")
    policy = "short" if when == "too old" else "autogen"
    query = urlencode({"db": "solar", "q": f"SELECT * FROM solar.{policy}.{name}"})
    said = ask(url, "POST", "/query", query, {"Accept": "application/csv", **(ADMIN if is_guarded else {})})
    is_kept(row, r, sum(line[:1] == [name] for line in csv.reader(said.body.split("\n"))), "InfluxDB")


def at_victoria(row, r, others):
    """Another version may answer as another row says: then that row is the one it is held against."""
    is_closed = row["when"].endswith("credentials")
    url = URLS["closed" if is_closed else "real_victoria"]
    answer = send(url, r)
    if any(not faults_of(other, answer) for other in others):
        row = dict(next(other for other in others if not faults_of(other, answer)), name=row["name"])
    compare(row, answer, "VictoriaMetrics")
    count = 0
    if not is_closed:
        if ask(url, "GET", "/internal/force_flush", "", {}).status != "200":
            sys.exit(f"no flush at {url}")
        query = urlencode({"match[]": f'{{__name__="{row["name"]}_v"}}'})
        said = ask(url, "GET", "/api/v1/export?" + query, "", {})
        if said.status != "200":
            sys.exit(f"no export at {url}: {said}")
        count = len(said.body.split())
    is_kept(row, r, count, "VictoriaMetrics")


def main():
    held = 0
    rows = read_table()
    for row in rows:
        api = "v1" if row["api"] == "any" else row["api"]
        r = request_of(row, api)
        answer = at_stand_in(row, api, r)
        if row["proof"] == "measured: InfluxDB 1.6.7":
            at_influxd(row, r, answer)
            held += 1
        elif row["proof"].startswith("measured: VictoriaMetrics "):
            at_victoria(row, r, [o for o in rows if o["api"] == "victoria" and o["when"] == row["when"]])
            held += 1
        elif row["proof"] != "documented":
            sys.exit(f"{row['name']}: no such proof: {row['proof']}")
    if not rows or not held:
        sys.exit("the table is empty")
    print(f"{len(rows)} rows, {held} held against real servers")


main()
