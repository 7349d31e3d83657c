"""A thousand idle connections at once, for five seconds: _web_crowd.py URL

From ten addresses, since the server takes only so many from one. It takes only so many in all, too: the
others wait in the kernel. Who is connected is answered all the while, and who comes when they are gone.
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
        break  # the kernel has no more room
came = time.monotonic() - begun
answered = []
end = time.monotonic() + 5
while time.monotonic() < end:
    begun = time.monotonic()
    if len(json.loads(ask(kept, "/api/v1/board"))) != 4:
        sys.exit("the board is not whole")
    answered.append(time.monotonic() - begun)
    time.sleep(0.1)
there = sum(is_held(s) for s in held)
for s in held:
    s.close()
begun = time.monotonic()
ask(http.client.HTTPConnection(URL.hostname, URL.port, timeout=15), "/healthz")
newcomer = time.monotonic() - begun

# some kernels let fewer wait
room = int(open("/proc/sys/net/core/somaxconn").read())
if there < min(ALL * 9 // 10, 200 + room):
    sys.exit(f"only {there} of {len(held)} were held")
if len(answered) < 10:
    sys.exit(f"only {len(answered)} answers")
answered.sort()
print(
    f"{there} held at once, come in {came * 1000:.0f} ms; {len(answered)} proper questions meanwhile, "
    f"p99 {answered[int(len(answered) * 0.99)] * 1000:.0f} ms; a newcomer after them {newcomer * 1000:.0f} ms"
)
