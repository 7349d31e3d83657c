"""Asks everything openapi.json knows of, rightly and wrongly: _web_fuzz.py URL SEED COUNT TOKEN"""

import collections
import http.client
import json
import random
import sys
import time
import urllib.parse

URL = urllib.parse.urlsplit(sys.argv[1])
SEED, COUNT, TOKEN = int(sys.argv[2]), int(sys.argv[3]), sys.argv[4]
chance = random.Random(SEED)
line = http.client.HTTPConnection(URL.hostname, URL.port, timeout=10)


def ask(path, method="GET", body=None, **headers):
    line.request(method, path, body, {k.replace("_", "-"): v for k, v in headers.items()})
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


def whole_path(path, about):
    for one in about["parameters"]:
        if one["in"] == "path":
            value = chance.choice(GOOD[one["name"]] if chance.random() < 0.85 else BAD[:-2])
            path = path.replace("{%s}" % one["name"], urllib.parse.quote(value[:300], safe=""))
    return path


SETTINGS = ["float_voltage", "load_manual", "battery_capacity", "clock", "output_priority", "buzzer_enabled", "", "a=b", "load_manual\n", "☀"]


def body_of(schema):
    """Something like what the description asks for, or not at all."""
    if chance.random() < 0.15:
        return chance.choice(["", "{", "[]", "null", "1", '"x"', "[" * 5000, "x" * 9000, '{"orders": {"a": 1, "a": 2}}', "\xff".encode("latin1")])
    values = [0, 1, -1, 27.5, 1e300, True, False, "on", "user", "now", None, [], {}, *BAD]
    said = {"orders": {chance.choice(SETTINGS): chance.choice(values) for _ in range(chance.choice([1, 1, 1, 2, 3, 30]))}}
    known = schemas[schema["$ref"].rsplit("/", 1)[1]]["properties"]
    for key in known:
        if key != "orders" and chance.random() < 0.5:
            said[key] = chance.choice([True, True, False, "yes", 1])
    if chance.random() < 0.05:
        said[chance.choice(["x", "Orders", ""])] = 1
    return json.dumps(said)


wrong_tokens = 0


def tell(path, about, headers):
    """As whoever has the token, nearly always; few are wrong, or nobody would come in any more."""
    global wrong_tokens
    roll = chance.random()
    if roll > 0.05:
        headers["Authorization"] = "Bearer " + TOKEN
    elif roll > 0.03 and wrong_tokens < 5:
        wrong_tokens += 1
        headers["Authorization"] = chance.choice(["Bearer", "Bearer ", "Bearer x", "Basic eDp5", TOKEN, "Bearer " + TOKEN + "x"])
    if chance.random() > 0.05:
        headers["Content-Type"] = chance.choice(["application/json", "application/json; charset=utf-8"])
    if chance.random() < 0.1:
        headers["Idempotency-Key"] = chance.choice(["one", "two", "", "x" * 64, "x" * 65, "a b"])
    if chance.random() < 0.03:
        headers["Origin"] = chance.choice(["null", "http://elsewhere.example", ":", "://", f"http://{URL.netloc}"])
    return ask(path, "POST", body_of(about["requestBody"]["content"]["application/json"]["schema"]), **headers)


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


paths = [(path, method, about) for path, words in described["paths"].items() if path != "/api/v1/live"
         for method, about in words.items()]
seen, slowest, took = collections.Counter(), (0, ""), []
for i in range(COUNT):
    path, method, about = chance.choice(paths)
    names = [p["name"] for p in about["parameters"] if p["in"] == "query"]
    query = query_of(names, [p["name"] for p in about["parameters"] if p["required"] and p["in"] == "query"])
    whole = whole_path(path, about) + ("?" + query if query or chance.random() < 0.05 else "")
    method = "POST" if method == "post" else "HEAD" if chance.random() < 0.05 else "GET"
    headers = {}
    if chance.random() < 0.3:
        headers["Accept"] = chance.choice(["text/csv", "application/jsonl", "*/*", "", "image/png", ";;;,q=x", "text/csv;q=0"])
    begun = time.monotonic()
    try:
        status, kind, body = tell(whole, about, headers) if method == "POST" else ask(whole, method, **headers)
    except (http.client.HTTPException, OSError) as problem:
        wrong(whole, f"no answer: {problem!r}")
    took.append(time.monotonic() - begun)
    slowest = max(slowest, (took[-1], whole))
    judge(whole, status, kind, body, about["responses"], method)
    seen[status] += 1
    seen[kind.split(";")[0]] += 1
if not seen[200] > COUNT / 4 or not seen[400] > COUNT / 10:
    sys.exit(f"too few of a kind: {seen}")
# three seconds, or on a busy machine two hundred times what a question takes there
if slowest[0] > max(3, 200 * sorted(took)[len(took) // 2]):
    wrong(slowest[1], f"took {slowest[0]:.1f} s")
print(f"{COUNT} questions, seed {SEED}: {dict(seen)}; the slowest took {slowest[0] * 1000:.0f} ms")
