"""Asks everything openapi.json knows of, rightly and wrongly: _web_fuzz.py URL SEED COUNT"""

import collections
import http.client
import json
import random
import sys
import time
import urllib.parse

URL = urllib.parse.urlsplit(sys.argv[1])
SEED, COUNT = int(sys.argv[2]), int(sys.argv[3])
chance = random.Random(SEED)
line = http.client.HTTPConnection(URL.hostname, URL.port, timeout=10)


def ask(path, method="GET", **headers):
    line.request(method, path, None, {k.replace("_", "-"): v for k, v in headers.items()})
    answer = line.getresponse()
    return answer.status, answer.headers.get("Content-Type", ""), answer.read()


def wrong(path, what):
    sys.exit(f"seed {SEED}: {path[:300]}: {what}")


described = json.loads(ask("/api/v1/openapi.json")[2])
schemas = described["components"]["schemas"]
TYPES = {"string": str, "number": (int, float), "integer": int, "boolean": bool, "array": list, "object": dict}


def misfit(value, schema, at="it"):
    """Why the value is not of this schema; None: it is."""
    if "$ref" in schema:
        schema = schemas[schema["$ref"].rsplit("/", 1)[1]]
    if value is None:
        return None if schema.get("nullable") else f"{at} is null"
    if not isinstance(value, TYPES[schema["type"]]) or isinstance(value, bool) != (schema["type"] == "boolean"):
        return f"{at} is {value!r:.60}, no {schema['type']}"
    if "enum" in schema and value not in schema["enum"]:
        return f"{at} is {value!r}, none of {schema['enum']}"
    if schema["type"] == "array":
        if not schema.get("minItems", 0) <= len(value) <= schema.get("maxItems", len(value)):
            return f"{at} has {len(value)} items"
        faults = (misfit(v, schema["items"], f"{at}[{i}]") for i, v in enumerate(value))
        return next((f for f in faults if f), None)
    if schema["type"] == "object":
        for key in schema.get("required", []):
            if key not in value:
                return f"{at} has no {key}"
        known = schema.get("properties", {})
        for key, v in value.items() if known or "additionalProperties" in schema else ():
            below = known.get(key, schema.get("additionalProperties"))
            if below is None:
                return f"{at}.{key} is not described"
            fault = misfit(v, below, f"{at}.{key}")
            if fault:
                return fault
    return None


GOOD = {
    "device": ["unit1", "unit2", "ax", "house"],
    "metric": ["pv_power", "pv_energy", "battery_voltage,pv_power", "load_energy", "charge_stage"],
    "from": ["2026-10-24", "2026-10-25T03:30:00", "-24h", "yesterday", "2026-03-29T01:00:00Z", "1793000000000"],
    "to": ["2026-10-27", "now", "today", "2026-10-26T00:00:00+03:00", "20261028"],
    "points": ["1", "24", "500", "5000"],
    "limit": ["1", "100", "5000"],
    "by": ["day", "month", "year"],
    "format": ["json", "csv", "jsonl"],
}
BAD = [
    "", " ", "0", "-1", "-9223372036854775808", "9223372036854775807", "99999999999999999999999999", "1e308", "NaN",
    "0x7fffffff", "-999999999999d", "-9999999999h", "9999-12-31", "0000-00-00", "1970-01-01", "2026-02-30", "20261399",
    "unit1' OR '1'='1", "<script>alert(1)</script>", "../../etc/passwd", "%s%n%x", "ünïcödé ☀", "\u202e", "a" * 3000,
    "\x01" * 200, "☀" * 700, ",", ",,,,", "pv_power," * 60, "pv_power pv_energy", "null", "[]", "{}", "\r\nX-Evil: 1",
    "2026-10-25T03:30:00+99:99", "now-", "--1d", "1" * 400,
]


def encoded(value):
    if chance.random() < 0.05:
        return chance.choice(["%", "%f", "%ff%fe", "%00", "%c3%28", "%ed%a0%80", "+", "%2B"])
    return urllib.parse.quote(value, safe="")


def query_of(names, needed):
    pairs = []
    for name in names:
        roll = chance.random()
        if roll < (0.1 if name in needed else 0.5):
            continue
        values = GOOD.get(name, BAD) if chance.random() < 0.75 else BAD
        for _ in range(chance.choice([1, 1, 1, 1, 2, 40]) if roll > 0.9 else 1):
            value = encoded(chance.choice(values))
            pairs.append(name if chance.random() < 0.02 else f"{name}={value}")
    if chance.random() < 0.05:
        pairs.append(encoded(chance.choice(BAD)) + "=" + encoded(chance.choice(BAD)))
    chance.shuffle(pairs)
    # around the 16 kB that a connection has the library may just close it: that is no answer of ours
    query = "&".join(pairs)
    return query if len(query) > 30000 else query[:12000]


def judge(path, status, kind, body, answers, method):
    kind = kind.split(";")[0]
    if status >= 500 and str(status) not in answers:
        wrong(path, f"{status} {body[:200]!r}")
    if status == 414 or status == 431:  # longer than any question; the library's own answer
        return
    if str(status) not in answers:
        wrong(path, f"{status} is not described")
    content = answers[str(status)]["content"]
    if kind not in content:
        wrong(path, f"{status} came as {kind!r}, described are {list(content)}")
    if method == "HEAD":
        if body:
            wrong(path, "HEAD has a body")
    elif kind.endswith("json"):
        fault = misfit(json.loads(body), content[kind]["schema"])
        if fault:
            wrong(path, f"{status}: {fault}")
    elif kind == "application/jsonl":
        for one in body.splitlines():
            json.loads(one)
    else:
        body.decode()


paths = {path: words["get"] for path, words in described["paths"].items() if path != "/api/v1/live"}
seen, slowest = collections.Counter(), (0, "")
for i in range(COUNT):
    path = chance.choice(list(paths))
    about = paths[path]
    names = [p["name"] for p in about["parameters"]]
    query = query_of(names, [p["name"] for p in about["parameters"] if p["required"]])
    whole = path + ("?" + query if query or chance.random() < 0.05 else "")
    method = "HEAD" if chance.random() < 0.05 else "GET"
    headers = {}
    if chance.random() < 0.3:
        headers["Accept"] = chance.choice(["text/csv", "application/jsonl", "*/*", "", "image/png", ";;;,q=x", "text/csv;q=0"])
    begun = time.monotonic()
    try:
        status, kind, body = ask(whole, method, **headers)
    except (http.client.HTTPException, OSError) as problem:
        wrong(whole, f"no answer: {problem!r}")
    slowest = max(slowest, (time.monotonic() - begun, whole))
    judge(whole, status, kind, body, about["responses"], method)
    seen[status] += 1
    seen[kind.split(";")[0]] += 1
if not seen[200] > COUNT / 4 or not seen[400] > COUNT / 10:
    sys.exit(f"too few of a kind: {seen}")
if slowest[0] > 3:
    wrong(slowest[1], f"took {slowest[0]:.1f} s")
print(f"{COUNT} questions, seed {SEED}: {dict(seen)}; the slowest took {slowest[0] * 1000:.0f} ms")
