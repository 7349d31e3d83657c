"""Whoever comes to the receiver with something else than a row: _mate_abuse.py PORT TOKEN"""

import http.client
import json
import socket
import sys

PORT, TOKEN = int(sys.argv[1]), sys.argv[2]
ROW = {
    "type": "mx-status",
    "data": "iIKDAAI/AgABAfwC9Q==",
    "ts": "2026-10-21T14:42:44.938000",
    "tz": -18000,
    "extra": {"chg_w": 193.0},
}
PATH = "/mate/mx-status"


def ask(method, path, body=None, token=TOKEN, headers=None):
    c = http.client.HTTPConnection("127.0.0.1", PORT, timeout=10)
    headers = dict(headers or {})
    if token is not None:
        headers["Authorization"] = "Bearer " + token
    c.request(method, path, body, headers)
    answer = c.getresponse()
    text = answer.read()
    c.close()
    return answer.status, answer.headers["Content-Type"], text


def wants(status, what, *words, **more):
    seen, kind, text = ask(*words, **more)
    if seen != status or kind != "application/problem+json" or json.loads(text)["status"] != seen:
        sys.exit(f"{what}: {seen} {kind} {text[:200]!r}, not {status}")


def changed(**fields):
    return json.dumps({**ROW, **fields})


idle = []
for _ in range(100):
    s = socket.create_connection(("127.0.0.1", PORT), timeout=10)
    s.sendall(b"POST " + PATH.encode() + b" HTTP/1.1\r\nHost: x\r\n")
    idle.append(s)

good = json.dumps(ROW)
wants(401, "no token", "POST", PATH, good, token=None)
wants(401, "wrong token", "POST", PATH, good, token=TOKEN[:-1])
wants(401, "longer token", "POST", PATH, good, token=TOKEN + TOKEN)
wants(401, "empty token", "POST", PATH, good, token="")
wants(401, "another scheme", "POST", PATH, good, token=None, headers={"Authorization": TOKEN})
wants(401, "reading without a token", "GET", PATH, token=None)
wants(413, "huge body", "POST", PATH, b"x" * 100000)
wants(413, "huge body in chunks", "POST", PATH, iter([b"x" * 1000] * 10))
wants(400, "no JSON", "POST", PATH, "{\"type\": ")
wants(400, "no object", "POST", PATH, "[1]")
wants(400, "empty body", "POST", PATH, "")
wants(400, "deep JSON", "POST", PATH, "[" * 4000)
wants(400, "a key twice", "POST", PATH, '{"type": 1, "type": 2}')
wants(422, "nothing in it", "POST", PATH, "{}")
wants(422, "another type", "POST", PATH, changed(type="fx-status"))
wants(422, "no base64", "POST", PATH, changed(data="iIKDAAI/AgABAfwC9Q=?"))
wants(422, "too short", "POST", PATH, changed(data="iIKDAAI/AgABAfwC"))
wants(422, "too long", "POST", PATH, changed(data="iIKD" * 40))
wants(422, "time in words", "POST", PATH, changed(ts="yesterday"))
wants(422, "time of 1970", "POST", PATH, changed(ts="1970-01-01T00:00:00.000000"))
wants(422, "time to come", "POST", PATH, changed(ts="2099-01-01T00:00:00.000000"))
wants(422, "zone", "POST", PATH, changed(tz="x"))
wants(422, "extra", "POST", PATH, changed(extra={"chg_w": "much"}))
wants(422, "no date", "POST", "/mate/mx-logpage", changed(type="mx-logpage", data="AAAAAAAAAAAAAAAAAAA="))
wants(405, "another method", "DELETE", PATH)
wants(405, "the page takes nothing", "POST", "/", good)
for path in "/mate/../etc/passwd", "/mate/mx-status/../../x", "/mate/%2e%2e/x", "/mate/", "/page", "/mate/mx-statusx":
    wants(404, path, "POST", path, good)

if ask("GET", "/mate/mx-logpage")[2] != b"{}":
    sys.exit("there is a log page nobody sent")
for _ in range(2):  # the second is the repetition of whoever lost the answer
    status, kind, text = ask("POST", PATH, good)
    if status != 201 or kind != "application/json" or json.loads(text) != {"status": "success"}:
        sys.exit(f"a good row: {status} {text!r}")
day = changed(type="mx-logpage", data="8byEAVU8wB5YwD0Iwn8=", date="2026-10-20")
status, _, text = ask("POST", "/mate/mx-logpage", day)
if status != 201:
    sys.exit(f"a good day: {status} {text!r}")
for s in idle:
    s.close()
