"""Every route's answer, held against what helio itself says: _web_api.py URL"""

import csv
import datetime
import gzip
import http.client
import io
import json
import os
import socket
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


def raw(head):
    """A head as it is: the status of its answer."""
    with socket.create_connection((URL.hostname, URL.port), 10) as s:
        s.sendall(head)
        return int(s.recv(100).split()[1])


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


def stored_of_ax():
    stored = {}
    for row in csv.DictReader(io.StringIO(helio("export", "-c", "web.ini", "ax", "--from", "-3m"))):
        for name, value in row.items():
            if value and name in catalogue:
                stored.setdefault(name, set()).add(float(value))
    return stored


limit = time.monotonic() + 30
while True:  # what was on the board is stored soon
    stored = stored_of_ax()
    if all(one["value"] in stored[name] for name, one in board["ax"].items() if name in stored and one["value"] is not None):
        break
    if time.monotonic() > limit:
        break
    time.sleep(0.3)
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

# ---- what is given again, and what is known already -----------------------------------------------

ROWS, LINES = {"Accept": "text/csv"}, {"Accept": "application/jsonl"}
for _ in range(20):  # asked by turns and faster than the board changes, nobody gets another's answer
    claim({d["device"] for d in get_json("board")} == set(devices), "all of them")
    claim([d["device"] for d in get_json("board?device=ax")] == ["ax"], "one of them")
    claim({row["device"] for row in rows_of(get("board", **ROWS)[1].decode())} == set(devices), "all as CSV")
    claim({json.loads(line)["device"] for line in get("board?device=ax", **LINES)[1].splitlines()} == {"ax"}, "JSON Lines")
    seen, text = get("board", Accept_Encoding="gzip")
    claim(seen["Content-Encoding"] == "gzip" and seen["Vary"] == "Accept-Encoding", "packed for who can unpack it")
    claim({d["device"] for d in json.loads(gzip.decompress(text))} == set(devices), "all of them, packed")
    claim(get("board?device=unit1")[0]["Content-Encoding"] is None, "not packed for who cannot")
ages, until = [], time.monotonic() + 2.5
while time.monotonic() < until:  # one round a second
    asked = time.monotonic()
    ages.append((asked, get_json("board?device=unit1")[0]["age_s"]))
    time.sleep(0.02)
claim(min(age for _, age in ages) < 0.6, f"a new reading is there at once: {ages}")
for (before, young), (after, old) in zip(ages, ages[1:]):
    claim(old < young or old - young <= after - before + 0.3, f"ages grow with the clock: {young}, then {old}")
claim(len({age for _, age in ages}) > 5, f"an age does not stand still: {ages}")

OVER = "device=unit1&metric=pv_power&from=2026-10-25T06:00:00Z&to=2026-10-25T12:00:00Z"
for path in (
    "catalogue",
    "openapi.json",
    f"history?{OVER}",
    f"history?{OVER}&format=csv",
    "energy?device=unit1&metric=pv_energy&from=2026-10-24&to=2026-10-28",
):
    seen, text = get(path)
    mark = seen["ETag"]
    claim(mark and seen["Cache-Control"] == "no-cache" and "Accept-Encoding" in seen["Vary"], f"{path}: {seen.items()}")
    for known in mark, mark.removeprefix("W/"), f'"other", {mark}', "*":
        status, seen, text = ask("/api/v1/" + path, If_None_Match=known)
        claim(status == 304 and not text and seen["ETag"] == mark, f"{path} is known: {status} {known}")
        claim(seen["X-Content-Type-Options"] == "nosniff", "304 has the headers, too")
    claim(ask("/api/v1/" + path, If_None_Match='W/"0123456789abcdef"')[0] == 200, f"{path} is another one")
    seen, packed = get(path, Accept_Encoding="gzip")
    if seen["Content-Encoding"]:
        packed = gzip.decompress(packed)
    claim(seen["ETag"] == mark and packed == get(path)[1], f"{path} packed is the same")
claim(len({get(f"history?{OVER}&points={points}")[0]["ETag"] for points in (6, 24, 72)}) == 3, "others have other marks")
for path in "board", "devices", "health", "sinks", "events", "history?device=unit1&metric=pv_power":
    seen = get(path)[0]
    claim(seen["ETag"] is None and seen["Cache-Control"] == "no-store", f"{path} is live")

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

same = [
    get_json(f"history?device=unit1&metric=pv_power&from={begin}&to={end}&points=60")["metrics"]
    for begin, end in (
        ("2026-10-24", "2026-10-25T03:00:00"),
        ("20261024", "2026102503"),
        ("2026102400", "202610250300"),
        ("202610240000", "20261025030000"),
    )
]
claim(len(same[0][0]["points"]) > 4 and same[1:] == same[:-1], "8, 10, 12 and 14 digits")

# ---- a table: what helio export --every has, in three forms --------------------------------------

for every, columns in (60, "pv_power"), (900, "pv_power,battery_voltage,pv_energy"), (7200, "battery_voltage,pv_energy"):
    told = get(f"table?device=unit1&metric={columns}&from=2026102422&to=20261025120000&every={every}&format=csv")[1].decode()
    words = ("--columns", columns, "--every", str(every), "--from", "2026102422", "--to", "20261025120000")
    exported = list(csv.DictReader(io.StringIO(helio("export", "-c", "web.ini", "unit1", *words))))
    table = rows_of(told)
    claim(len(table) > 5 and [row["time"] for row in table] == [row["time"] for row in exported], f"rows every {every} s")
    for row, theirs in zip(table, exported):
        for name in columns.split(","):
            claim(abs(float(row[name]) - float(theirs[name])) < 2e-6, f"{row} {theirs}")
    claim(told.splitlines()[0] == "time,device," + columns, "columns in the order asked for")
    form = get_json(f"table?device=unit1&metric={columns}&from=2026102422&to=20261025120000&every={every}")
    claim([row[1:] for row in form["rows"]] == [[float(row[n]) for n in columns.split(",")] for row in table], "JSON")
    lines = get(f"table?device=unit1&metric={columns}&from=2026102422&to=20261025120000&every={every}&format=jsonl")[1]
    claim([json.loads(line)["time"] for line in lines.splitlines()] == [row["time"] for row in table], "JSON Lines")
problem(400, "/api/v1/table?device=unit1&metric=pv_power&every=0", says="seconds from 1")
problem(400, "/api/v1/table?device=unit1&metric=pv_power&from=2020-01-01&every=1", says="200000 rows")
problem(400, "/api/v1/table?device=unit1&every=60", says="must be said")
health = get_json("health")
claim(health["zone"] == "Europe/Sofia" and health["offset_s"] in (7200, 10800), f"the site's zone: {health}")

# ---- energy, in site time, over both changes of the clock ----------------------------------------


def growth(begin, end):
    """Each day from where the counter stood at the end of the one before; the first of them is left out."""
    spans = {}
    for at, (kwh,) in export("pv_energy", begin, end):
        spans[at.astimezone(SOFIA).strftime("%Y-%m-%d")] = kwh
    ends = sorted(spans.items())
    return {date: round(kwh - before, 6) for (_, before), (date, kwh) in zip(ends, ends[1:])}


for begin, end, changed, hours in (
    ("2026-10-25", "2026-10-28", "2026-10-25", 25),
    ("2026-03-28", "2026-03-31", "2026-03-29", 23),
):
    table = get_json(f"energy?device=unit1&metric=pv_energy&from={begin}&to={end}")["rows"]
    seen = {row["date"]: row["grown"] for row in table}
    wanted = growth(str(datetime.date.fromisoformat(begin) - datetime.timedelta(days=1)), end)
    claim(list(seen) == list(wanted) and len(seen) == 3, f"days {list(seen)}, not {list(wanted)}")
    for date in wanted:
        claim(abs(seen[date] - wanted[date]) < 1e-6, f"{date}: {seen[date]}, exported {wanted[date]}")
    usual = seen[max(seen)]
    claim(abs(seen[changed] - usual - (hours - 24)) < 0.011, f"{changed} has {hours} hours: {seen}")
ENERGY = "energy?device=unit1&metric=pv_energy"
stood = [kwh for _, (kwh,) in export("pv_energy", "2026-01-01", "2026-11-01")]
made = sum(after - before for before, after in zip(stood, stood[1:]) if after > before)  # it began anew in summer
days = get_json(f"{ENERGY}&from=2026-03-01&to=2026-11-01")["rows"]
for by, count in ("day", 245), ("month", 8), ("year", 1):
    rows = get_json(f"{ENERGY}&from=2026-03-01&to=2026-11-01&by={by}")["rows"]
    claim(len(rows) == count, f"{len(rows)} rows by {by}")
    whole = sum(row["grown"] or 0 for row in rows)
    claim(made > 200 and (abs(whole - made) < 1e-5 or by == "year"), f"by {by}: {whole} of {made}")
    for row in rows if by != "year" else []:  # a year is a whole one, with what goes on now
        its_days = sum(day["grown"] or 0 for day in days if day["date"].startswith(row["date"]))
        claim(abs((row["grown"] or 0) - its_days) < 1e-5, f"{row}: its days give {its_days}")
    claim(by == "year" or not any("since" in row for row in rows), "what a new unit has counted before is told as unseen")
    if by == "year":
        continue
    table = get(f"{ENERGY}&from=2026-03-01&to=2026-11-01&by={by}&format=csv")[1].decode()
    words = ("unit1", "--by", by, "--columns", "pv_energy", "--from", "2026-03-01", "--to", "2026-11-01")
    theirs = helio("export", "-c", "web.ini", *words).splitlines()
    ours = table.splitlines()
    known = [line for line in ours if line.split(",")[3]]
    claim(theirs[0] == ours[0] and theirs[1:] == ours[-len(theirs) + 1 :], f"export --by {by}: {theirs[:3]}")
    claim(set(known) <= set(theirs), f"export --by {by} has less than the table")
unknown = get_json("energy?device=unit1&metric=pv_energy&from=2026-11-01&to=2026-11-03")["rows"]
claim([row["grown"] for row in unknown] == [None, None], "what nobody heard is not 0")
table = rows_of(get("energy?device=unit1&metric=pv_energy&from=2026-11-01&to=2026-11-03&format=csv")[1].decode())
claim(table[0] == {"date": "2026-11-01", "device": "unit1", "metric": "pv_energy", "grown": "", "unit": "kWh", "unseen": "", "since": ""}, f"{table}")
claim([one["text"] for one in get_json("events")] == ["started"], "nothing but its start happened yet")

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
for head in (  # no client sends these; what stands before us might read another Host than we do
    b"",
    b"Host: localhost\r\n .evil.example\r\n",
    b"Host: evil.example\r\n localhost\r\n",
    b"Host:\r\n\tlocalhost\r\n",
    b" Host: evil.example\r\nHost: localhost\r\n",
    b"Host : localhost\r\n",
):
    claim(raw(b"GET /healthz HTTP/1.1\r\n" + head + b"Connection: close\r\n\r\n") == 400, f"a head with {head}")
claim(raw(b"GET /healthz HTTP/1.0\r\n\r\n") == 200, "HTTP/1.0 has no Host")
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
operations = [one for path in described.values() for one in path.values()]
names = [one["operationId"] for one in operations]
claim(len(set(names)) == len(names) and all(name.isidentifier() for name in names), f"names of operations: {names}")
claim(all("security" in one for one in operations), "each says whether it wants the token")
claim(
    all(
        p["schema"].get("minLength") == 1 or "enum" in p["schema"]
        for one in operations
        for p in one["parameters"]
        if p["schema"]["type"] == "string"
    ),
    "no parameter may be empty",
)
for path in described:
    if not any(word in path for word in ("history", "table", "energy", "live")):
        claim(ask(path.replace("{device}", "unit1"))[0] == 200, f"{path} answers without being asked for more")
claim(get_json("board") and list(export("pv_power", "-60s", "now")), "all is there still")
print(f"{checks} claims hold")
