"""Connections, heads, tokens, listeners and Hosts, from many addresses of this machine: _web_strangers.py URL"""

import http.client
import json
import select
import socket
import sys
import threading
import time
import urllib.parse

URL = urllib.parse.urlsplit(sys.argv[1])
MATE, SETTINGS = "made-up-token", "settings-token"
TAKEN = 422  # "{}" is no row, which is looked at behind the token
HALF = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nX-Slow: "


def claim(is_so, what):
    if not is_so:
        sys.exit(f"not so: {what}")


def plug(whence):
    return socket.create_connection((URL.hostname, URL.port), 5, (whence, 0))


def ask(whence, path="/healthz", method="GET", body=None, **headers):
    c = http.client.HTTPConnection(URL.hostname, URL.port, timeout=5, source_address=(whence, 0))
    c.request(method, path, body, {k.replace("_", "-"): v for k, v in headers.items()})
    answer = c.getresponse()
    text = answer.read()
    c.close()
    return answer.status, answer.headers, text


def is_open(s):
    """Nothing is ever said to who says half: an end is an end."""
    if not select.select([s], [], [], 0)[0]:
        return True
    try:
        return bool(s.recv(1))
    except OSError:
        return False


def held(all_of_them, limit_s=3):
    """Those still there once the others were sent away."""
    end, count = time.monotonic() + limit_s, -1
    while time.monotonic() < end:
        there = [s for s in all_of_them if is_open(s)]
        if len(there) == count:
            return there
        count = len(there)
        time.sleep(0.2)
    return there


# ---- heads that never end: 16 from each address, and some room for those who come anew ------------

begun = time.monotonic()
one = []
for _ in range(40):
    one.append(plug("127.0.0.2"))
    one[-1].sendall(HALF)
there = held(one)
claim(len(there) == 16, f"{len(there)} connections from one address")
claim(ask("127.0.0.3")[0] == 200, "another address is served")
crowd = list(there)
for address in range(10, 30):
    for _ in range(16):
        try:
            crowd.append(plug(f"127.0.0.{address}"))
            crowd[-1].sendall(HALF)
        except OSError:
            pass
there = held(crowd)
claim(224 <= len(there) < 256, f"{len(there)} connections from many addresses")
for address in range(200, 204):
    claim(ask(f"127.0.0.{address}")[0] == 200, "an address that has none is served, though all others are full")

# A head is whole within ten seconds of its first byte: of a new connection, and of one that has been
# answered and was quiet for a while.
kept = plug("127.0.0.4")
kept.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
claim(b"200 OK" in kept.recv(1000), "the first of two")
waits, ends = dict.fromkeys(there, begun), []
waiting = threading.Event()


def drip():
    quiet_until, first = time.monotonic() + 2, None
    while waits:
        for s in list(waits):
            try:
                s.sendall(b"x")
            except OSError:
                pass
            if not is_open(s):
                ends.append((time.monotonic() - waits.pop(s), s is kept))
        if first is None and time.monotonic() > quiet_until:
            kept.sendall(HALF)
            first = waits[kept] = time.monotonic()
        if time.monotonic() - begun > 30:
            break
        time.sleep(0.2)
    waiting.set()


dripping = threading.Thread(target=drip, daemon=True)
dripping.start()

# ---- who guesses is in nobody's way ----------------------------------------------------------------


def upload(whence, token, **headers):
    return ask(whence, "/mate/mx-status", "POST", "{}", Authorization=f"Bearer {token}", **headers)[0]


def tell(whence, token, **headers):
    body = json.dumps({"orders": {"float_voltage": 27.5}, "dry_run": True})
    return ask(whence, "/api/v1/devices/unit1/commands", "POST", body, Authorization=f"Bearer {token}",
               Content_Type="application/json", **headers)[0]


guesses = [upload("127.0.0.1", f"guess{i}") for i in range(14)]
claim(guesses == [401] * 10 + [429] * 4, f"ten guesses: {guesses}")
seen = upload("127.0.0.1", MATE)
claim(seen == TAKEN, f"the right one is taken from the same address: {seen}")
seen = tell("127.0.0.1", SETTINGS)
claim(seen not in (401, 403, 429), f"and so is the right one of another kind: {seen}")
claim(tell("127.0.0.1", "guess") == 401, "whose guesses are counted by themselves")
claim(upload("127.0.0.1", SETTINGS) == 429, "the token of something else is a wrong one")
claim(upload("127.0.0.5", "guess") == 401, "other addresses are not counted with it")

# ---- behind a proxy that is trusted, everybody is somebody ----------------------------------------

PROXY = "127.0.0.50"
for i in range(11):
    last = upload(PROXY, "guess", X_Forwarded_For="192.0.2.2, 192.0.2.1")
claim(last == 429, "who guesses through a proxy waits")
claim(upload(PROXY, "guess", X_Forwarded_For="192.0.2.2") == 401, "and others who come through it do not")
claim(upload("127.0.0.1", "guess", X_Forwarded_For="192.0.2.2") == 429, "no others say who they are")

# ---- who showed a token may have more, and so may a proxy -----------------------------------------------------------------

waiting.wait(40)
dripping.join()
claim(len(ends) == len(there) + 1 and not waits, f"{len(waits)} heads never ended")
took = [t for t, is_kept in ends if not is_kept]
claim(min(took) > 8 and max(took) < 14, f"heads ended after {min(took):.1f} to {max(took):.1f} s")
later = [t for t, is_kept in ends if is_kept]
claim(later and 8.5 < later[0] < 13, f"the second head of a connection ended after {later} s")

claim(upload("127.0.0.7", MATE) == TAKEN, "its token")
more = [plug("127.0.0.7") for _ in range(40)]
for s in more:
    s.sendall(HALF)
claim(len(held(more)) == 40, "who has a token may have forty connections")
for s in more + one + crowd:
    s.close()
more = [plug(PROXY) for _ in range(60)]
for s in more:
    s.sendall(HALF)
claim(len(held(more)) == 60, "a proxy may have sixty")
for s in more:
    s.close()

# ---- listeners -------------------------------------------------------------------------------------


def listen(whence):
    s = plug(whence)
    s.sendall(b"GET /api/v1/live HTTP/1.1\r\nHost: localhost\r\n\r\n")
    return s, int(s.recv(12).split()[1])


crowd = [listen("127.0.0.2") for _ in range(13)]
claim([c[1] for c in crowd] == [200] * 12 + [503], f"listeners of one address: {[c[1] for c in crowd]}")
others = [listen("127.0.0.3") for _ in range(5)]
claim([c[1] for c in others] == [200] * 4 + [503], f"and of another one: {[c[1] for c in others]}")

# ---- Host -------------------------------------------------------------------------------------------


def raw(head):
    s = plug("127.0.0.8")
    s.sendall(b"GET /healthz HTTP/1.1\r\n" + head + b"\r\n\r\n")
    status = int(s.recv(100).split()[1])
    s.close()
    return status


for head, status in (
    (b"Host: localhost", 200),
    (b"Host: [::1]:8080", 200),
    (b"Host: localhost\r\nHost: localhost", 400),
    (b"Host: localhost\r\nhost: evil.example", 400),
    (b"Host: [::1].evil.example", 400),
    (b"Host: localhost:80evil", 400),
    (b"Host: localhost evil.example", 400),
    (b"Host: evil.example", 421),
):
    seen = raw(head)
    claim(seen == status, f"{head}: {seen}, not {status}")
print(f"heads ended after {min(took):.1f} to {max(took):.1f} s, the second of a connection after {later[0]:.1f} s")
