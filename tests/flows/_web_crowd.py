"""A thousand idle connections at once, for five seconds: _web_crowd.py URL

From ten addresses, of which each may have sixteen; the others are sent away. Who is connected is
answered all the while, and so is who comes meanwhile.
"""

import http.client
import json
import socket
import sys
import time
import urllib.parse

URL = urllib.parse.urlsplit(sys.argv[1])
ALL = 1000


def ask(c, path):
    c.request("GET", path)
    answer = c.getresponse()
    text = answer.read()
    if answer.status != 200:
        sys.exit(f"{path}: {answer.status}")
    return text


def is_held(s):
    s.setblocking(False)
    try:
        return bool(s.recv(1))
    except BlockingIOError:
        return True
    except OSError:
        return False


kept = http.client.HTTPConnection(URL.hostname, URL.port, timeout=10)
ask(kept, "/healthz")
begun = time.monotonic()
held = []
for i in range(ALL):
    try:
        held.append(socket.create_connection((URL.hostname, URL.port), 1, (f"127.0.1.{i % 10 + 1}", 0)))
    except TimeoutError:
        break  # nobody sends them away
came = time.monotonic() - begun
answered = []
end = time.monotonic() + 5
while time.monotonic() < end:
    begun = time.monotonic()
    if len(json.loads(ask(kept, "/api/v1/board"))) != 4:
        sys.exit("the board is not whole")
    answered.append(time.monotonic() - begun)
    time.sleep(0.1)
begun = time.monotonic()
ask(http.client.HTTPConnection(URL.hostname, URL.port, timeout=15, source_address=("127.0.2.1", 0)), "/healthz")
newcomer = time.monotonic() - begun
there = sum(is_held(s) for s in held)
for s in held:
    s.close()

if len(held) < ALL or there != 160:
    sys.exit(f"{there} of {len(held)} were held")
if len(answered) < 10:
    sys.exit(f"only {len(answered)} answers")
answered.sort()
print(
    f"{there} held at once, come in {came * 1000:.0f} ms; {len(answered)} proper questions meanwhile, "
    f"p99 {answered[int(len(answered) * 0.99)] * 1000:.0f} ms; a newcomer among them {newcomer * 1000:.0f} ms"
)
