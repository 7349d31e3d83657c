"""Every route's answer, held against what helio itself says: _web_api.py URL"""

import csv
import datetime
import http.client
import io
import json
import os
import subprocess
import sys
import time
import urllib.parse
import zoneinfo

URL = urllib.parse.urlsplit(sys.argv[1])
HELIO = os.environ["HELIO"]
SOFIA = zoneinfo.ZoneInfo("Europe/Sofia")
UTC = datetime.timezone.utc
checks = 0


def ask(path, method="GET", body=None, **headers):
    c = http.client.HTTPConnection(URL.hostname, URL.port, timeout=10)
    c.request(method, path, body, {key.replace("_", "-"): value for key, value in headers.items()})
    answer = c.getresponse()
    text = answer.read()
    c.close()
    return answer.status, answer.headers, text


def claim(is_so, what):
    global checks
    checks += 1
    if not is_so:
        sys.exit(f"not so: {what}")


def get(path, **headers):
    status, seen, text = ask("/api/v1/" + path, **headers)
    claim(status == 200, f"{path}: {status} {text[:200]!r}")
    return seen, text


def get_json(path, **headers):
    seen, text = get(path, **headers)
    claim(seen["Content-Type"] == "application/json", f"{path} is {seen['Content-Type']}")
    return json.loads(text)


def helio(*words):
    return subprocess.run([HELIO, *words], check=True, capture_output=True, text=True).stdout


def problem(status, path, method="GET", body=None, says="", **headers):
    seen, got, text = ask(path, method, body, **headers)
    claim(seen == status, f"{method} {path}: {seen} {text[:200]!r}, not {status}")
    claim(got["Content-Type"] == "application/problem+json", f"{path}: {got['Content-Type']}")
    told = json.loads(text)
    claim(told["status"] == status and told["title"] and told["detail"], f"{path}: {told}")
    claim(says in told["detail"], f"{path}: {told['detail']!r} does not say {says!r}")
    return got


def rows_of(text):
    """RFC 4180, and nothing looser: lines end with CRLF."""
    claim(text.endswith("\r\n") and "\n" not in text.replace("\r\n", ""), "lines end with CRLF")
    return list(csv.DictReader(io.StringIO(text, newline=""), strict=True))


# ---- what there is -------------------------------------------------------------------------------

catalogue = {m["metric"]: m for m in get_json("catalogue")}
listed = json.loads(helio("list", "metrics", "--json")) if "--json" in helio("list", "--help") else None
claim(catalogue["pv_power"]["unit"] == "W" and catalogue["pv_energy"]["kind"] == "counter", "units and kinds")
claim(catalogue["charge_stage"]["words"]["3"] == "float", "words of codes")
if listed:
    claim({m["metric"] for m in listed} == set(catalogue), "the catalogue is that of `helio list metrics`")

status = json.loads(helio("status", "--json"))
devices = {d["device"]: d for d in get_json("devices")}
claim(list(devices) == [d["device"] for d in status["devices"]], "devices are those of `helio status`")
claim(devices["ax"]["driver"] == "axpert" and devices["house"]["is_group"], "drivers and groups")
claim(devices["unit1"]["group"] == "house", "who is in which group")
for d in status["devices"]:
    if d["device"] != "shy":
        claim(devices[d["device"]]["state"] == d["state"] == "online", f"{d['device']} is online")
        claim(devices[d["device"]]["heard"] >= d["heard"], "heard only grows")
health = get_json("health")
claim(health["ready"] and health["site"] == "cabin" and health["version"] == status["version"], "health")
claim(health["store"]["committed"] >= status["store"]["committed"] > 0, "what is committed only grows")
sink = get_json("sinks")[0]
claim(sink["sink"] == status["sinks"][0]["sink"] == "nowhere", "sinks are those of `helio status`")
claim(sink["backlog"] >= status["sinks"][0]["backlog"] and sink["delivered"] == 0, "what waits for it")
for path in "/healthz", "/readyz":
    claim(ask(path)[0] == 200, path)

# ---- the board, and the same from the store ------------------------------------------------------

board = {d["device"]: d["values"] for d in get_json("board")}
claim(set(board) == set(devices), "everybody is on the board")
time.sleep(2.5)  # what was on the board is stored by then
stored = {}
for row in csv.DictReader(io.StringIO(helio("export", "-c", "web.ini", "ax", "--from", "-60s"))):
    for name, value in row.items():
        if value and name in catalogue:
            stored.setdefault(name, set()).add(float(value))
claim(len(stored) > 15, f"export knows {len(stored)} metrics of ax")
for name, value in board["ax"].items():
    if name in stored and value["value"] is not None:
        claim(value["value"] in stored[name], f"{name} is {value['value']}, stored {stored[name]}")
claim(board["house"]["members_heard"]["value"] == 2, "members of the group")
both = board["unit1"]["battery_voltage"]["value"] + board["unit2"]["battery_voltage"]["value"]
claim(abs(both / 2 - board["house"]["battery_voltage"]["value"]) < 0.3, "the group's voltage is the mean")

seen, text = get("board?device=ax&format=csv")
claim(seen["Content-Type"] == "text/csv; charset=utf-8; header=present", seen["Content-Type"])
table = {row["metric"]: row for row in rows_of(text.decode())}
claim(set(table) >= set(board["ax"]), "CSV and JSON have the same metrics")
claim(table["grid_voltage"]["value"] == "230" and table["grid_voltage"]["unit"] == "V", "a row of CSV")
seen, text = get("board?device=ax", Accept="text/csv")
claim(seen["Content-Type"].startswith("text/csv"), "CSV by Accept")
seen, lines = get("board?device=ax", Accept="application/jsonl")
claim(seen["Content-Type"] == "application/jsonl", "JSON Lines by Accept")
claim({json.loads(line)["metric"] for line in lines.splitlines()} >= set(board["ax"]), "JSON Lines")
seen, text = get("board?device=ax&format=json", Accept="text/csv")
claim(json.loads(text)[0]["device"] == "ax", "?format= is stronger than Accept")
many = [row["said"] for row in rows_of(get("board?format=csv")[1].decode())]
claim(any("," in said for said in many) or all(said for said in many), "words with commas stay whole")

# ---- history -------------------------------------------------------------------------------------

SPAN = "from=2026-10-25T06:00:00Z&to=2026-10-25T12:00:00Z"


def export(columns, begin, end):
    words = ("export", "-c", "web.ini", "unit1", "--columns", columns, "--from", begin, "--to", end)
    for row in csv.DictReader(io.StringIO(helio(*words))):
        at = datetime.datetime.fromisoformat(row["time"].replace("Z", "+00:00"))
        yield at, [float(row[c]) for c in columns.split(",")]


readings = list(export("pv_power", "2026-10-25T06:00:00Z", "2026-10-25T12:00:00Z"))
claim(len(readings) == 72, f"{len(readings)} readings of six hours")
for points, step in (5000, 5), (500, 60), (72, 300), (24, 900), (6, 3600), (1, 43200):
    told = get_json(f"history?device=unit1&metric=pv_power&{SPAN}&points={points}")
    claim(told["step_s"] == step, f"{points} points: a step of {told['step_s']}, not {step}")
    found = told["metrics"][0]["points"]
    claim(len(found) <= points, f"{len(found)} points, {points} at most")
    slots = {}
    for at, (watts,) in readings:
        slots.setdefault(int(at.timestamp()) // step * step, []).append(watts)
    if step <= 3600:
        claim([p[0] // 1000 for p in found] == sorted(slots), f"steps of {step} s are those of the readings")
        for at, low, mean, high in found:
            here = slots[at // 1000]
            claim(low == min(here) and high == max(here), f"lowest and highest of {at}")
            claim(abs(mean - sum(here) / len(here)) < 1e-9, f"mean of {at}")
for odd in 3, 7, 11, 97, 333:  # a span that begins within a step
    told = get_json(f"history?device=unit1&metric=pv_power&from=2026-10-24T05:17:03Z&to=2026-10-25T12:29:58Z&points={odd}")
    claim(len(told["metrics"][0]["points"]) <= odd, f"no more than {odd} points")

gap = get_json("history?device=unit1&metric=pv_power&from=2026-10-28T11:00:00Z&to=2026-10-28T13:00:00Z&points=60")
last = gap["metrics"][0]["points"][-1][0] / 1000
claim(last <= datetime.datetime(2026, 10, 28, 12, 0, tzinfo=UTC).timestamp(), "nothing is made up in a gap")
two = get_json(f"history?device=unit1&metric=pv_power,battery_voltage&{SPAN}&points=6")
claim([m["metric"] for m in two["metrics"]] == ["pv_power", "battery_voltage"], "two metrics at once")
again = get_json(f"history?device=unit1&metric=pv_power&metric=battery_voltage&{SPAN}&points=6")
claim(two == again, "metrics with commas or repeated")
text = get(f"history?device=unit1&metric=pv_power&{SPAN}&points=6&format=csv")[1].decode()
table = rows_of(text)
for row, point in zip(table, two["metrics"][0]["points"], strict=True):
    at = datetime.datetime.fromisoformat(row["time"].replace("Z", "+00:00")).timestamp()
    claim([at * 1000, float(row["low"]), float(row["mean"]), float(row["high"])] == point, f"CSV {row}")
lines = get(f"history?device=unit1&metric=pv_power&{SPAN}&points=6&format=jsonl")[1].splitlines()
claim([json.loads(line)["mean"] for line in lines] == [p[2] for p in two["metrics"][0]["points"]], "JSON Lines")

# ---- energy, in site time, over both changes of the clock ----------------------------------------


def growth(begin, end, key):
    spans = {}
    for at, (kwh,) in export("pv_energy", begin, end):
        spans.setdefault(key(at.astimezone(SOFIA)), []).append(kwh)
    return {date: round(values[-1] - values[0], 6) for date, values in sorted(spans.items())}


for begin, end, changed, hours in (
    ("2026-10-24", "2026-10-28", "2026-10-25", 25),
    ("2026-03-27", "2026-03-31", "2026-03-29", 23),
):
    table = get_json(f"energy?device=unit1&metric=pv_energy&from={begin}&to={end}")["rows"]
    seen = {row["date"]: row["grown"] for row in table}
    wanted = growth(begin, end, lambda at: at.strftime("%Y-%m-%d"))
    claim(list(seen) == list(wanted) and len(seen) == 4, f"days {list(seen)}, not {list(wanted)}")
    for date in wanted:
        claim(abs(seen[date] - wanted[date]) < 1e-6, f"{date}: {seen[date]}, exported {wanted[date]}")
    usual = seen[max(seen)]
    claim(abs(seen[changed] - usual - (hours - 24)) < 0.011, f"{changed} has {hours} hours: {seen}")
for by, form in ("month", "%Y-%m"), ("year", "%Y"):
    begin, end = ("2026-10-01", "2026-11-01") if by == "month" else ("2026-01-01", "2027-01-01")
    table = get_json(f"energy?device=unit1&metric=pv_energy&from=2026-10-01&to=2026-11-01&by={by}")["rows"]
    claim(len(table) == 1, f"one {by}")
    if by == "month":
        wanted = growth(begin, end, lambda at: at.strftime(form))[table[0]["date"]]
        claim(abs(table[0]["grown"] - wanted) < 1e-6, f"{table} exported {wanted}")
    else:
        claim(table[0]["date"] == "2026" and table[0]["grown"] > 200, f"{table}")
unknown = get_json("energy?device=unit1&metric=pv_energy&from=2026-11-01&to=2026-11-03")["rows"]
claim([row["grown"] for row in unknown] == [None, None], "what nobody heard is not 0")
table = rows_of(get("energy?device=unit1&metric=pv_energy&from=2026-11-01&to=2026-11-03&format=csv")[1].decode())
claim(table[0] == {"date": "2026-11-01", "device": "unit1", "metric": "pv_energy", "grown": "", "unit": "kWh"}, f"{table}")
claim(get_json("events") == [], "nothing happened yet")

# ---- methods, errors, strangers ------------------------------------------------------------------

for path in "board", "catalogue", "openapi.json":
    status, got, text = ask("/api/v1/" + path, "HEAD")
    claim(status == 200 and not text and int(got["Content-Length"]) > 100, f"HEAD {path}")
    status, got, text = ask("/api/v1/" + path, "OPTIONS")
    claim(status == 204 and got["Allow"] == "GET, HEAD, OPTIONS" and not text, f"OPTIONS {path}")
for method in "POST", "PUT", "DELETE", "PATCH":
    got = problem(405, "/api/v1/board", method)
    claim(got["Allow"] == "GET, HEAD, OPTIONS", f"{method}: Allow is {got['Allow']}")
claim(ask("/mate/mx-status", "OPTIONS")[1]["Allow"] == "POST, GET, HEAD, OPTIONS", "methods of a path with two")

problem(400, "/api/v1/board?device=unti1", says='did you mean "unit1"')
problem(400, "/api/v1/history?device=unit1&metric=pv_powre", says='did you mean "pv_power"')
problem(400, "/api/v1/history", says="must be said")
problem(400, "/api/v1/history?device=unit1", says="must be said")
problem(400, "/api/v1/history?device=unit1&metric=pv_power&from=today&to=yesterday", says="before")
problem(400, "/api/v1/history?device=unit1&metric=pv_power&from=soon", says="is no time")
problem(400, "/api/v1/history?device=unit1&metric=pv_power&points=0", says="1 to 5000")
problem(400, "/api/v1/history?device=unit1&metric=pv_power&points=5001", says="1 to 5000")
problem(400, "/api/v1/energy?device=unit1&metric=pv_power", says="counters")
problem(400, "/api/v1/energy?device=unit1&metric=pv_energy&from=1999-01-01", says="ten years")
problem(400, "/api/v1/energy?device=unit1&metric=pv_energy&by=week", says="day, month, year")
problem(400, "/api/v1/board?format=xml", says="json, csv, jsonl")
problem(400, "/api/v1/board?deivce=unit1", says="openapi.json")
problem(400, "/api/v1/devices?x=1", says="openapi.json")
for evil in (
    "unit1' OR '1'='1",
    "unit1; DROP TABLE reading",
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "../../etc/passwd",
    "\x00unit1",
    "%",
    "\u202eevil",
):
    word = urllib.parse.quote(evil)
    problem(400, f"/api/v1/board?device={word}", says="")
    problem(400, f"/api/v1/history?device=unit1&metric={word}")
problem(400, "/api/v1/board?device=%ff%fe%c3")
problem(400, "/api/v1/board?device=" + "%c3%a9" * 2000)
problem(400, "/api/v1/board?device=" + "%01" * 300)
for path in (
    "/api/v1/../../etc/passwd",
    "/../etc/passwd",
    "/%2e%2e/%2e%2e/etc/passwd",
    "/api/v1/board/",
    "/api/v1/board%00",
    "/api/v2/board",
    "/api//v1/board",
    "//etc/passwd",
    "/web.ini",
):
    problem(404, path)
problem(421, "/api/v1/board", Host="evil.example.org", says="hosts")
problem(421, "/api/v1/board", Host="127.0.0.1.evil.example.org")
problem(421, "/api/v1/board", Host="localhost.evil.example.org:80")
for good in "localhost", "LOCALHOST:8080", "127.0.0.1", "[::1]:8080", "192.0.2.7":
    claim(ask("/healthz", Host=good)[0] == 200, f"Host: {good}")
token = {"Authorization": "Bearer made-up-token"}
problem(413, "/mate/mx-status", "POST", b"x" * 50000, **token)
problem(422, "/mate/mx-status", "POST", "{}", **token)
problem(400, "/mate/mx-status", "POST", "{", **token)
problem(401, "/mate/mx-status", "POST", "{}")
for path in "/api/v1/board", "/metrics", "/nothing", "/api/v1/board?x=1", "/healthz":
    for method in "GET", "OPTIONS":
        got = ask(path, method, Origin="https://evil.example.org")[1]
        claim(not [h for h in got if h.lower().startswith("access-control")], f"{path} is open to other pages")
        claim(got["X-Content-Type-Options"] == "nosniff" and got["Cache-Control"] == "no-store", f"{path}: headers")
        claim("default-src 'none'" in got["Content-Security-Policy"], f"{path}: policy")
        claim(got["Referrer-Policy"] == "no-referrer", f"{path}: referrer")
described = get_json("openapi.json")["paths"]
for path in described:
    if not any(word in path for word in ("history", "energy", "live")):
        claim(ask(path.replace("{device}", "unit1"))[0] == 200, f"{path} answers without being asked for more")
claim(get_json("board") and list(export("pv_power", "-60s", "now")), "all is there still")
print(f"{checks} claims hold")
