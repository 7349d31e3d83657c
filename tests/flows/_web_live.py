"""Listens to /api/v1/live: _web_live.py URL PID"""

import json
import socket
import sys
import time
import urllib.parse

URL, PID = urllib.parse.urlsplit(sys.argv[1]), sys.argv[2]


def claim(is_so, what):
    if not is_so:
        sys.exit(f"not so: {what}")


def listen(query="", method="GET", whence="127.0.0.1"):
    s = socket.create_connection((URL.hostname, URL.port), 25, (whence, 0))
    s.sendall(f"{method} /api/v1/live{query} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
    lines = s.makefile("rb")
    status = int(lines.readline().split()[1])
    headers = {}
    while (line := lines.readline().strip()):
        key, value = line.decode().split(": ", 1)
        headers[key.lower()] = value
    return s, lines, status, headers


def events(lines, seconds):
    """What came within that time: (when, event or comment)."""
    end = time.monotonic() + seconds
    text = b""
    while time.monotonic() < end:
        size = int(lines.readline() or b"0", 16)
        if not size:
            return
        text += lines.read(size)
        lines.readline()
        while b"\n\n" in text:
            one, text = text.split(b"\n\n", 1)
            if one.startswith(b":"):
                yield time.monotonic(), None
            else:
                kind, data = one.decode().split("\n", 1)
                claim(kind == "event: board" and data.startswith("data: "), f"an event: {one[:100]}")
                yield time.monotonic(), json.loads(data[6:])


def cpu_s():
    with open(f"/proc/{PID}/stat") as f:
        words = f.read().rsplit(")", 1)[1].split()
    return (int(words[11]) + int(words[12])) / 100


quiet = listen("?device=ax")
quiet_since = time.monotonic()
s, lines, status, headers = listen()
claim(status == 200 and headers["content-type"] == "text/event-stream", f"{status} {headers}")
claim(headers["cache-control"] == "no-store" and "access-control-allow-origin" not in headers, "headers")
seen = {}
for when, event in events(lines, 6):
    if event:
        seen.setdefault(event["device"], []).append((when, event))
claim(set(seen) == {"unit1", "unit2", "ax", "house"}, f"everybody comes once at least: {list(seen)}")
claim(len(seen["ax"]) <= 2, "who says nothing new is not told again")
for device in "unit1", "unit2", "house":
    claim(3 <= len(seen[device]) <= 8, f"{device}: {len(seen[device])} events in 6 s")
    gaps = sorted(b[0] - a[0] for a, b in zip(seen[device], seen[device][1:]))
    claim(gaps[len(gaps) // 2] > 0.8, f"{device}: two within {gaps[len(gaps) // 2]:.2f} s")  # one may come late
    claim(seen[device][0][1]["state"] == "online" and seen[device][0][1]["values"]["pv_power"]["value"] > 0, "values")
lines.close()
s.close()

# so many may listen, and the next when one has left
crowd = [listen("?device=unit1", whence=f"127.0.0.{i // 5 + 1}") for i in range(15)]
claim([c[2] for c in crowd].count(200) >= 14, f"{[c[2] for c in crowd]}")
late = [listen("?device=unit1", whence="127.0.0.9") for _ in range(2)]
claim(late[-1][2] == 503 and "retry-after" in late[-1][3], f"{late[-1][2:]}")
for one in crowd + late:
    one[1].close()
    one[0].close()
for _ in range(60):  # whoever left is noticed when there is something to tell
    s, lines, status, headers = listen("?device=unit1")
    lines.close()
    s.close()
    if status == 200:
        break
    time.sleep(0.1)
claim(status == 200, "there is room again when listeners have left")
# a heartbeat where nothing happens, and no work either
begun, before, beat = time.monotonic(), cpu_s(), None
for when, event in events(quiet[1], 40):
    if event is None:
        beat = when - quiet_since
        break
claim(beat and 14 < beat < 40, f"a heartbeat after {beat}")
used = (cpu_s() - before) / (time.monotonic() - begun)
claim(used < 0.5, f"{used:.2f} of a core while nothing happens")
s, lines, status, headers = listen("", "HEAD")
claim(status == 200 and headers["content-type"] == "text/event-stream", f"HEAD: {status} {headers}")
print(f"a heartbeat after {beat:.1f} s, {used * 100:.0f} % of a core meanwhile, rounds of 1 s included")
