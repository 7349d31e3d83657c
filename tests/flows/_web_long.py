"""What one GET may cost, and fifty of them: _web_long.py URL PID; leaves the worst question in worst.txt"""

import csv
import gzip
import http.client
import io
import json
import os
import socket
import sys
import threading
import time
import urllib.parse

URL, PID = urllib.parse.urlsplit(sys.argv[1]), sys.argv[2]
ALL = "pv_voltage,pv_current,pv_power,battery_voltage,charger_current,charger_power,load_voltage,load_current,load_power,battery_soc,pv_energy,load_energy"
WORST = f"device=unit1&metric={ALL}&from=2026-06-05&to=2026-06-11&points=5000"
TABLE = f"device=unit1&metric={ALL}&from=2026-06-05&to=2026-06-11&every=20"
EVER = "from=-1000000d&to=9999-12-31"
open("worst.txt", "w").write(WORST)


def claim(is_so, what):
    if not is_so:
        sys.exit(f"not so: {what}")


def ask(path, whence="127.0.0.1", **headers):
    c = http.client.HTTPConnection(URL.hostname, URL.port, timeout=60, source_address=(whence, 0))
    c.request("GET", path, None, {k.replace("_", "-"): v for k, v in headers.items()})
    answer = c.getresponse()
    text = answer.read()
    c.close()
    return answer.status, answer.headers, text


def cpu_s():
    with open(f"/proc/{PID}/stat") as f:
        words = f.read().rsplit(")", 1)[1].split()
    return (int(words[11]) + int(words[12])) / os.sysconf("SC_CLK_TCK")


def rss_mb():
    with open(f"/proc/{PID}/status") as f:
        return next(int(line.split()[1]) for line in f if line.startswith("VmRSS")) / 1024


# ---- a span longer than history is one of what there is -------------------------------------------

begun, before = time.monotonic(), cpu_s()
for more in "", "&points=1", "&points=5000", "&format=csv":
    status, _, text = ask(f"/api/v1/history?device=unit1&metric=pv_power&{EVER}{more}")
    claim(status == 200, f"{more}: {status} {text[:200]}")
    if "csv" not in more:
        told = json.loads(text)
        points = told["metrics"][0]["points"]
        most = int(more[8:] or 500)
        claim(len(points) <= most, f"{len(points)} points, {most} at most")
        # five days of June, and since the start: the step is one for half a year, not for ten thousand
        claim(most == 1 or (len(points) > 9 and told["step_s"] <= 86400), f"{len(points)} points, a step of {told['step_s']} s")
        claim(most == 1 or points[0][0] > 1780000000000, f"the first is {points[0]}")
status, _, text = ask(f"/api/v1/table?device=unit1&metric=pv_power&{EVER}&every=3600")
claim(status == 200 and 110 < len(json.loads(text)["rows"]) < 130, f"a table: {status} {text[:200]}")
claim(ask(f"/api/v1/table?device=unit1&metric=pv_power&{EVER}&every=1")[0] == 400, "a row a second")
claim(ask(f"/api/v1/events?{EVER}")[0] == 200, "events")
claim(ask(f"/api/v1/energy?device=unit1&metric=pv_energy&{EVER}")[0] == 400, "ten thousand years day by day")
used = cpu_s() - before

# ---- an answer in pieces is the answer ----------------------------------------------------------------

status, head, whole = ask(f"/api/v1/table?{TABLE}&format=csv")
claim(status == 200 and head["Transfer-Encoding"] == "chunked" and not head["Content-Encoding"], f"{status} {head.items()}")
rows = list(csv.reader(io.StringIO(whole.decode(), newline=""), strict=True))
claim(len(rows) == 20001 and {len(row) for row in rows} == {14}, f"{len(rows)} rows")
status, head, packed = ask(f"/api/v1/table?{TABLE}&format=csv", Accept_Encoding="gzip")
claim(head["Content-Encoding"] == "gzip" and len(packed) < len(whole) / 3, f"{len(packed)} of {len(whole)} bytes")
claim(gzip.decompress(packed) == whole, "packed it is the same")
claim(len(json.loads(ask(f"/api/v1/table?{TABLE}")[2])["rows"]) == 20000, "as JSON it is the same")
status, head, text = ask(f"/api/v1/history?{WORST}")
claim(status == 200 and not head["ETag"] and head["Cache-Control"] == "no-store", "what is long has no mark")
lengths = {len(m["points"]) for m in json.loads(text)["metrics"]}
claim(len(lengths) == 1 and 1500 < lengths.pop() <= 5000, "all metrics have their points")

# ---- fifty who read slowly -----------------------------------------------------------------------------

before_mb = rss_mb()
readers = []
for i in range(50):
    s = socket.create_connection((URL.hostname, URL.port), 10, (f"127.0.1.{i // 10 + 1}", 0))
    s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8192)
    s.sendall(f"GET /api/v1/table?{TABLE} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
    readers.append(s)
statuses, peak_mb = [], before_mb
for s in readers:
    statuses.append(int(s.recv(12).split()[1]))
end = time.monotonic() + 2
while time.monotonic() < end:
    for s in readers:
        s.settimeout(0.01)
        try:
            s.recv(16384)
        except OSError:
            pass
    peak_mb = max(peak_mb, rss_mb())
claim(set(statuses) <= {200, 503} and statuses.count(200) > 15, f"slow readers: {statuses}")
claim(statuses.count(503) > 0, "there is an end to what may be on its way")
claim(peak_mb - before_mb < 24, f"{before_mb:.0f} MB before, {peak_mb:.0f} with fifty slow readers of {len(whole) * 50 / 1e6:.0f} MB")
status, head, _ = ask(f"/api/v1/table?{TABLE}", "127.0.2.1")
claim(status == 503 and int(head["Retry-After"]) > 0, f"and then: {status}")
claim(ask("/api/v1/board", "127.0.2.1")[0] == 200, "the board, when no more long answers may be on their way")
for s in readers:
    s.close()

# ---- who leaves is not written for ---------------------------------------------------------------------

end = time.monotonic() + 20
while ask(f"/api/v1/table?{TABLE}", "127.0.2.1")[0] == 503:
    claim(time.monotonic() < end, "slow readers who left are held for ever")
    time.sleep(0.1)
begun, before = time.monotonic(), cpu_s()
ask(f"/api/v1/history?{WORST}")
once, once_wall = cpu_s() - before, time.monotonic() - begun
for i in range(20):
    s = socket.create_connection((URL.hostname, URL.port), 10, (f"127.0.1.{i // 10 + 1}", 0))
    s.sendall(f"GET /api/v1/history?{WORST} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
    s.close()
before = cpu_s()
end = time.monotonic() + 10
while True:
    a = cpu_s()
    time.sleep(0.3)
    if cpu_s() - a < 0.1:
        break
    claim(time.monotonic() < end, "it goes on with what nobody waits for")
left = cpu_s() - before
claim(left < once * 6 + 0.5, f"{left:.2f} s of processor for twenty who left, {once:.2f} for one who stayed")

# ---- the page, while twelve ask for the worst ----------------------------------------------------------


def boards(seconds):
    took, c = [], http.client.HTTPConnection(URL.hostname, URL.port, timeout=30, source_address=("127.0.3.1", 0))
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        begun = time.monotonic()
        c.request("GET", "/api/v1/board")
        answer = c.getresponse()
        claim(answer.status == 200 and answer.read(), "the board")
        took.append(time.monotonic() - begun)
        time.sleep(0.01)
    return sorted(took)


quiet = boards(0.7)
stop, counts = threading.Event(), []


def worst(i):
    while not stop.is_set():
        s = socket.create_connection((URL.hostname, URL.port), 60, (f"127.0.3.{i + 2}", 0))
        s.sendall(f"GET /api/v1/history?{WORST} HTTP/1.0\r\nHost: localhost\r\n\r\n".encode())
        while not stop.is_set() and s.recv(1 << 20):
            pass
        counts.append(i)
        s.close()


askers = [threading.Thread(target=worst, args=(i,), daemon=True) for i in range(12)]
for t in askers:
    t.start()
time.sleep(0.3)
busy = boards(1.5)
live = socket.create_connection((URL.hostname, URL.port), 10, ("127.0.4.1", 0))
begun = time.monotonic()
live.sendall(b"GET /api/v1/live HTTP/1.1\r\nHost: localhost\r\n\r\n")
claim(b"200 OK" in live.recv(100), "live")
live_ms = (time.monotonic() - begun) * 1000
small = []
for _ in range(2):  # a small question among the large ones has its turn
    begun = time.monotonic()
    claim(ask("/api/v1/history?device=unit1&metric=pv_power&from=2026-06-09&to=2026-06-10&points=96", "127.0.4.2")[0] == 200, "a small one")
    small.append(time.monotonic() - begun)
stop.set()
for t in askers:
    t.join()
p99 = [one[int(len(one) * 0.99)] for one in (quiet, busy)]
claim(p99[1] < max(10 * p99[0], 0.25), f"the board's p99 is {p99[1] * 1000:.1f} ms, {p99[0] * 1000:.1f} in quiet")
claim(max(busy) < max(1, once_wall), f"a board took {max(busy):.2f} s")
claim(min(small) < max(once_wall * 3, 1), f"small questions took {small}, the worst one alone {once_wall}")
print(
    f"spans of ever: {used:.2f} s of processor; fifty slow readers: {peak_mb - before_mb:.0f} MB more, {statuses.count(200)} served; "
    f"twenty who left: {left:.2f} s, one who stays: {once:.2f}; board p99 {p99[0] * 1000:.1f} ms in quiet, {p99[1] * 1000:.1f} "
    f"while twelve ask, live {live_ms:.0f} ms, a small chart {min(small) * 1000:.0f} ms"
)
