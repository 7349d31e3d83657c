"""Tells settings rightly and wrongly: _web_tell.py URL TOKEN PID. Prints how many were accepted, by device."""

import collections
import concurrent.futures
import http.client
import json
import os
import signal
import sys
import threading
import time
import urllib.parse

URL = urllib.parse.urlsplit(sys.argv[1])
TOKEN, PID = sys.argv[2], int(sys.argv[3])
accepted, faults = collections.Counter(), []
lock = threading.Lock()


def check(is_so, what):
    if not is_so:
        faults.append(what)
        print("not so:", what)


def ask(method, path, body=None, whence="127.0.0.1", headers=None):
    c = http.client.HTTPConnection(URL.hostname, URL.port, timeout=60, source_address=(whence, 0))
    try:
        c.request(method, path, body, headers or {})
        answer = c.getresponse()
        return answer.status, dict(answer.headers), answer.read()
    finally:
        c.close()


def tell(device, orders, token=TOKEN, whence="127.0.0.1", body=None, dry=None, cut=None, **more):
    """A request as a program makes it; what is accepted is counted."""
    headers = {"Content-Type": "application/json", **{k.replace("_", "-"): v for k, v in more.items()}}
    if token is not None:
        headers["Authorization"] = "Bearer " + token
    said = {"orders": orders, **({} if dry is None else {"dry_run": dry}), **({} if cut is None else {"cut_power": cut})}
    status, head, text = ask("POST", f"/api/v1/devices/{device}/commands", body or json.dumps(said), whence, headers)
    if not head.get("Content-Type", "").startswith("application/"):
        check(False, f"{status} came as {head}")
    said = json.loads(text)
    if status == 200 and not said["dry_run"] and "Idempotency-Key" not in headers:
        with lock:
            accepted[device] += 1
    if status != 200:
        check(head["Content-Type"] == "application/problem+json" and said["status"] == status, f"no problem: {text!r}")
    return status, said, head


LOAD = {"load_manual": True}

# ---- who may -----------------------------------------------------------------------------------------
status, said, head = tell("south", LOAD, token=None)
check(status == 401 and head["WWW-Authenticate"] == "Bearer", f"no token: {status} {head}")
for n in range(10):
    status, _, _ = tell("south", LOAD, token=f"guess-{n}", whence="127.0.0.9")
    check(status == 401, f"a wrong token: {status}")
status, _, head = tell("south", LOAD, token="guess-11", whence="127.0.0.9")
check(status == 429 and int(head["Retry-After"]) <= 61, f"guessing goes on: {status} {head}")
status, said, _ = tell("south", LOAD, whence="127.0.0.9", dry=True)
check(status == 200, f"who has the right one is locked out by a guesser: {status} {said}")
path = "/api/v1/devices/south/commands"
form = {"Content-Type": "application/x-www-form-urlencoded", "Origin": "http://elsewhere.example"}
check(ask("POST", path, "orders=load_manual", headers=form)[0] == 403, "a form of another site")
bearer = {"Authorization": "Bearer " + TOKEN}
check(ask("POST", path, "orders=load_manual", headers={**form, **bearer})[0] == 403, "a form of another site with a token")
for kind in ("application/x-www-form-urlencoded", "text/plain", "multipart/form-data; boundary=x", "application/jsonx", None):
    headers = {**bearer, **({"Content-Type": kind} if kind else {})}
    check(ask("POST", path, json.dumps({"orders": LOAD}), headers=headers)[0] == 415, f"{kind} is taken")
check(tell("south", LOAD, Origin="http://elsewhere.example")[0] == 403, "another origin")
check(tell("south", LOAD, Origin="null")[0] == 403, "a hidden origin")
check(tell("south", LOAD, Origin="http://6.6.6.6")[0] == 403, "an origin in figures")
check(tell("south", LOAD, Sec_Fetch_Site="cross-site")[0] == 403, "a browser says it is cross-site")
check(tell("south", LOAD, Host="elsewhere.example")[0] == 421, "a foreign name")
_, head, _ = ask("OPTIONS", path, headers={"Origin": "http://elsewhere.example", "Access-Control-Request-Method": "POST"})
check(not any("access-control" in name.lower() for name in head), f"another site is let in: {head}")
check(head["Allow"] == "GET, HEAD, POST, OPTIONS", f"Allow: {head}")
check(ask("HEAD", path)[0] == 200 and ask("DELETE", path)[0] == 405, "methods")
check(sum(accepted.values()) == 0, "something was accepted")

# ---- what may ------------------------------------------------------------------------------------------
status, said, _ = tell("south", {"float_voltage": 99, "battery_type": "user"})
check(status == 422 and said["min"] < said["max"] < 99 and "outside" in said["detail"], f"out of range: {status} {said}")
status, said, _ = tell("south", {"flot_voltage": 27})
check(status == 404 and "float_voltage" in said["detail"], f"unknown: {said}")
check(tell("nobody", LOAD)[0] == 404, "an unknown device")
status, said, _ = tell("north", LOAD)
check(status == 403 and "allow_tell" in said["detail"], f"not allowed: {said}")
for body in ('{"orders": {"load_manual": tr}}', "", "[]", "null", "{}", '{"orders": {}}', '{"orders": []}', '{"orders": {"load_manual": null}}',
             '{"orders": {"load_manual": [1]}}', '{"orders": {"a=b": 1}}', '{"orders": {"load_manual": "x\\ny"}}',
             '{"orders": {"load_manual": 1e999}}', '{"orders": {"load_manual": "%s"}}' % ("1" * 500), '{"orders": {"load_manual": "a\\u0000b"}}',
             '{"orders": {"load_manual": 1}, "dry": true}', '{"orders": {"load_manual": 1}, "dry_run": "yes"}',
             '{"orders": {"load_manual": 1, "load_manual": 0}}', json.dumps({"orders": {f"a{i}": 1 for i in range(17)}}), "[" * 4000):
    status, said, _ = tell("south", None, body=body or " ")
    check(status == 400, f"{body[:60]!r}: {status} {said}")
check(tell("south", None, body="x" * 5000)[0] == 413, "a huge body")
status, said, _ = tell("north", LOAD, dry=True)
check(status == 200 and said["dry_run"] and "would" in said["told"], f"dry: {status} {said}")
check(sum(accepted.values()) == 0, "something was accepted")
status, said, _ = tell("fx", {"inverter_control": "off"})
check(status == 422 and said.get("reason") == "cut_power", f"the house may go dark: {status} {said}")
status, said, _ = tell("fx", {"inverter_control": "off"}, cut=True)
check(status == 200 and "read back" in said["told"], f"it was said aloud: {status} {said}")
for unit, word in ("hub-fx2", "ac_control"), ("well", "aux"):
    for _ in range(200):  # units behind a device are known once they were heard
        status, _, text = ask("GET", f"/api/v1/devices/{unit}/commands")
        if status == 200 and word.encode() in text:
            break
        time.sleep(0.1)
    check(status == 200 and word.encode() in text, f"{unit} has no {word}: {status} {text[:200]}")
status, said, _ = tell("hub-fx2", {"ac_control": "drop"})
check(status == 200 and "read back" in said["told"], f"a unit behind a hub: {status} {said}")
status, said, _ = tell("well", {"aux": "on"})
check(status == 403 and "allow_tell" in said["detail"], f"a unit whose own section does not allow it: {status} {said}")
for n in range(3):
    status, said, _ = tell("east", {"load_manual": n % 2 == 0})
    check(status == 200 and said["told"] == "done, and read back", f"told: {status} {said}")
status, said, head = tell("east", LOAD)
check(status == 429 and "writes_per_day" in said["detail"] and int(head["Retry-After"]) > 0, f"the budget: {status} {said}")

# ---- sent again -----------------------------------------------------------------------------------------
with concurrent.futures.ThreadPoolExecutor(8) as pool:
    again = list(pool.map(lambda n: tell("south", LOAD, Idempotency_Key="once-only"), range(8)))
seen = collections.Counter(status for status, _, _ in again)
check(seen[200] >= 1 and set(seen) <= {200, 409}, f"the same again: {seen}")
status, said, _ = tell("south", LOAD, Idempotency_Key="once-only")
check(status == 200 and said["told"] == "done, and read back", f"the same once more: {status} {said}")
check(tell("south", {"load_manual": False}, Idempotency_Key="once-only")[0] == 422, "a key for two things")
check(tell("south", LOAD, Idempotency_Key="x" * 65)[0] == 400, "a long key")
accepted["south"] += 1

# ---- a device that says no, and one whose answers are lost ---------------------------------------------
for device in ("weak", "nay"):
    seen = collections.Counter()
    for n in range(60):
        status, said, _ = tell(device, {"battery_capacity": 200 + n})  # no two of them look alike
        seen[status] += 1
    wrong = 504 if device == "weak" else 502
    check(seen[200] and seen[wrong] and set(seen) <= {200, 502, 504}, f"{device}: {seen}")
    print(f"{device}-asked {sum(seen.values())}")
    print(f"{device}-done {seen[200]}")
    print(f"{device}: {dict(seen)}")
    del accepted[device]


# ---- a thousand in a minute -----------------------------------------------------------------------------
def one_of_many(n):
    kind = n % 5
    if kind == 0:
        return tell("south", {"load_manual": n % 2 == 0})[0]
    if kind == 1:
        return tell("south", LOAD, token="guess-many", whence=f"127.0.1.{n % 200 + 1}")[0]
    if kind == 2:
        return tell("south", {"absorb_voltage": 99})[0]
    if kind == 3:
        return tell("north", LOAD)[0]
    return tell("south", {"load_manual": 1}, dry=True)[0]


with concurrent.futures.ThreadPoolExecutor(40) as pool:
    seen = collections.Counter(pool.map(lambda n: tell("south", LOAD, dry=True)[0], range(80)))
check(set(seen) <= {200, 503} and seen[200] > 16, f"forty at once: {seen}")
print(f"forty at once: {dict(seen)}")
begun = time.monotonic()
with concurrent.futures.ThreadPoolExecutor(12) as pool:
    seen = collections.Counter(pool.map(one_of_many, range(1000)))
check(time.monotonic() - begun < 60, "a thousand took more than a minute")
check(set(seen) <= {200, 401, 403, 422, 503} and seen[200] > 200, f"a thousand: {seen}")
print(f"1000 posts in {time.monotonic() - begun:.1f} s: {dict(seen)}")
late = json.loads(ask("GET", "/api/v1/health")[2])["late_p99_ms"]
print(f"late: p99 {late} ms")

# ---- while the settings are read again: the servers end and begin, nobody waits for ever -----------------
is_over = False
lost = collections.Counter()


def keep_telling(n):
    while not is_over:
        try:
            lost[tell("north", LOAD, dry=True)[0]] += 1
        except (OSError, http.client.HTTPException):
            lost["cut"] += 1
            time.sleep(0.01)


threads = [threading.Thread(target=keep_telling, args=(n,)) for n in range(6)]
for thread in threads:
    thread.start()
for _ in range(4):
    time.sleep(0.7)
    os.kill(PID, signal.SIGHUP)
time.sleep(1)
is_over = True
for thread in threads:
    thread.join()
check(set(lost) <= {200, 503, 401, "cut"} and lost[200] > 20, f"while reading again: {lost}")
print(f"while the settings were read again four times: {dict(lost)}")
status, said, _ = tell("south", LOAD)
check(status == 200, f"after it: {status} {said}")
events = json.loads(ask("GET", "/api/v1/events?limit=2000&from=-1d")[2])
told = [e for e in events if e["who"] == "east" and e["text"].startswith("told to web, 127.0.0.1: load_manual=")]
check(len(told) == 3, f"the log has {len(told)} of 3 changes")
for device in ("south", "north", "east"):
    print(device, accepted[device])
sys.exit(1 if faults else 0)
