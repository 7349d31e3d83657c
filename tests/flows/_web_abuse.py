"""Harm, for ten seconds, and questions asked properly meanwhile: _web_abuse.py URL"""

import http.client
import json
import socket
import sys
import threading
import time
import urllib.parse

URL = urllib.parse.urlsplit(sys.argv[1])
END = time.monotonic() + 10
counts, faults = {}, []


def count(what, n=1):
    counts[what] = counts.get(what, 0) + n


def plug():
    return socket.create_connection((URL.hostname, URL.port), timeout=10)


def ask(method, path, body=None, whence="127.0.0.1", **headers):
    """From another address of this machine, as another one would come."""
    c = http.client.HTTPConnection(URL.hostname, URL.port, timeout=10, source_address=(whence, 0))
    c.request(method, path, body, {k.replace("_", "-"): v for k, v in headers.items()})
    answer = c.getresponse()
    text = answer.read()
    c.close()
    return answer.status, text


def idle():
    """A thousand that say nothing, and open another when they are sent away."""
    held = []
    while time.monotonic() < END:
        while len(held) < 1000 and time.monotonic() < END:
            try:
                held.append(plug())
                count("idle")
            except OSError:
                break
        time.sleep(0.2)
    for s in held:
        s.close()


def drip():
    """Headers one byte at a time."""
    held = [plug() for _ in range(20)]
    words = b"GET /api/v1/board HTTP/1.1\r\nHost: localhost\r\nX-Slow: " + b"x" * 1000
    for byte in words:
        if time.monotonic() > END:
            break
        for i, s in enumerate(held):
            try:
                s.sendall(bytes([byte]))
                count("dripped")
            except OSError:
                held[i] = plug()
        time.sleep(0.1)


def until_end(what):
    def run():
        while time.monotonic() < END:
            try:
                what()
            except (OSError, http.client.HTTPException):
                count("sent away")
    return run


def huge():
    status, _ = ask("POST", "/mate/mx-status", b"x" * 2_000_000, "127.0.0.2", Authorization="Bearer made-up-token")
    if status != 413:
        faults.append(f"a huge body: {status}")
    count("huge")


def year():
    status, text = ask("GET", "/api/v1/history?device=unit1&metric=pv_power&from=2026-01-01&to=2026-12-31&points=5000", None, "127.0.0.3")
    if status == 200:
        json.loads(text)
    count("years")


def stranger():
    for status, words in (
        (421, ("GET", "/api/v1/board", None, {"Host": "evil.example.org"})),
        (405, ("POST", "/api/v1/board", "x=1", {"Origin": "https://evil.example.org", "Content-Type": "text/plain"})),
        (401, ("POST", "/mate/mx-status", "{}", {"Origin": "https://evil.example.org"})),
    ):
        method, path, body, headers = words
        seen, _ = ask(method, path, body, "127.0.0.4", **{k.replace("-", "_"): v for k, v in headers.items()})
        if seen != status:
            faults.append(f"{words}: {seen}, not {status}")
        count("strangers")


def newcomer():
    status, _ = ask("GET", "/healthz", None, "127.0.0.5")
    if status != 200:
        faults.append(f"a newcomer: {status}")
    count("newcomers")
    time.sleep(0.1)


answered = []


def proper():
    """One connection that stays, as a page or a proxy has it."""
    c = http.client.HTTPConnection(URL.hostname, URL.port, timeout=10)
    while time.monotonic() < END:
        begun = time.monotonic()
        c.request("GET", "/api/v1/board")
        answer = c.getresponse()
        if answer.status != 200 or len(json.loads(answer.read())) != 4:
            faults.append(f"the board: {answer.status}")
        answered.append(time.monotonic() - begun)
        time.sleep(0.1)


line = threading.Thread(target=proper)
line.start()
time.sleep(0.3)
threads = [line] + [threading.Thread(target=t) for t in (idle, drip, until_end(huge), until_end(year), until_end(stranger), until_end(newcomer))]
for t in threads[1:]:
    t.start()
for t in threads:
    t.join()
for what, least in ("idle", 1000), ("huge", 5), ("years", 5), ("strangers", 20), ("newcomers", 20):
    if counts.get(what, 0) < least:
        faults.append(f"only {counts.get(what, 0)} {what}")
if faults or len(answered) < 20:
    sys.exit(f"{len(answered)} answers, {faults[:3]}")
answered.sort()
print(f"{counts}; {len(answered)} proper questions, p99 {answered[int(len(answered) * 0.99)] * 1000:.0f} ms")
