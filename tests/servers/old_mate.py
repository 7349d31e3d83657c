#!/usr/bin/env python3
"""A server with the tables and manners of the old MATE collector's: it takes one row a request,
keeps what it is given twice, asks for no token, and fails (500) on what it does not expect.

    old_mate.py --port 0 --ready FILE --rows FILE

writes its port to FILE once it listens, and appends every stored row to ROWS as one line of JSON.
Beyond the old one it is strict: a row whose form differs from the old collector's is refused with
400 and noted in ROWS as {"bad": why}. SIGTERM ends it.
"""

import argparse
import base64
import json
import re
import signal
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

LENGTHS = {"mx-status": 13, "fx-status": 13, "dc-status": 78, "mx-logpage": 14}
EXTRAS = {"mx-status": {"chg_w"}, "fx-status": {"t_air"}, "dc-status": set(), "mx-logpage": set()}
NEEDED = {"type", "data", "ts", "tz"}
TS = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}")


def fault_of(path, row):
    """What differs from the old collector's rows; None: nothing."""
    needed = NEEDED | ({"date"} if path == "mx-logpage" else set())
    if not needed <= set(row) or not set(row) <= needed | {"extra"}:
        return f"keys are {sorted(row)}"
    if row["type"] != path:
        return f"type {row['type']}"
    if len(base64.b64decode(row["data"], validate=True)) != LENGTHS[path]:
        return "length of data"
    if not TS.fullmatch(row["ts"]):
        return f"ts {row['ts']}"
    if not isinstance(row["tz"], int) or isinstance(row["tz"], bool):
        return f"tz {row['tz']!r}"
    extra = row.get("extra", {})
    if not set(extra) <= EXTRAS[path] or not all(type(v) in (int, float) for v in extra.values()):
        return f"extra {extra}"
    return None


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def answer(self, status, body):
        text = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def kind(self):
        path = self.path.removeprefix("/mate/")
        return path if path in LENGTHS else None

    def do_GET(self):
        rows = [r for r in self.server.rows if r["type"] == self.kind()]
        if not self.kind():
            self.answer(404, {"error": "no such page"})
        else:
            self.answer(200, max(rows, key=lambda r: r["ts"], default={}))

    def do_POST(self):
        raw = self.rfile.read(int(self.headers["Content-Length"]))
        if not self.kind():
            self.answer(404, {"error": "no such page"})
            return
        try:
            row = json.loads(raw)
            why = fault_of(self.kind(), row)
        except (ValueError, TypeError) as e:
            why = str(e)
        if self.headers["Content-Type"] != "application/json":
            why = "Content-Type"
        self.server.note(row if why is None else {"bad": why})
        if why is None:
            self.server.rows.append(row)
            self.answer(201, {"status": "success"})
        else:
            self.answer(400, {"error": why})

    def log_message(self, *words):
        pass


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def note(self, what):
        with open(self.notes, "a", encoding="ascii") as f:
            f.write(json.dumps(what) + "\n")


def main():
    p = argparse.ArgumentParser(description=__doc__)
    p.add_argument("--port", type=int, default=0)
    p.add_argument("--ready", required=True)
    p.add_argument("--rows", required=True)
    args = p.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    server = Server(("127.0.0.1", args.port), Handler)
    server.rows, server.notes = [], args.rows
    with open(args.ready, "w", encoding="ascii") as f:
        f.write(str(server.server_address[1]))
    server.serve_forever()


if __name__ == "__main__":
    main()
