#!/usr/bin/env python3
"""An HTTP server that answers like a time series database, out of answers.tsv.

    stand_in.py --port 0 --api v1 --mode ok --ready FILE

writes its port to FILE once it listens. Lines are read strictly, whatever the API: what any of the
real servers might refuse is a bad line. Beside the API it has
    POST /control  form fields, see DIALS in answers.py: change how it answers; clear=1 forgets what it stored
    GET /stats     JSON: what came in
    GET /dump      every stored point as sorted line protocol
SIGTERM ends it.
"""

import argparse
import base64
import gzip
import json
import os
import signal
import socket
import sys
import threading
import time
import zlib
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit

sys.dont_write_bytecode = True
from answers import DIALS, WRITES, Batch, filled, read_table  # noqa: E402
from points import Points  # noqa: E402

DRIP_S = 1.0

class StandIn(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, port, api, mode):
        super().__init__(("127.0.0.1", port), Handler)
        self.api = api
        self.rows = [row for row in read_table() if row["api"] in (api, "any")]
        self.lock = threading.RLock()
        self.dials = dict(DIALS)
        self.ending = threading.Event()
        self.clear()
        self.turn({"mode": mode})

    def clear(self):
        self.points = Points()
        self.stats = {"requests": 0, "by_status": {}, "times": [], "lines": 0, "bad_lines": 0,
                      "dropped_lines": 0, "bytes": 0, "max_body": 0, "connections": 0, "open": 0}

    def dial(self, name):
        return self.dials[name]

    def turn(self, wishes):
        """Turns dials; says what is wrong with the wish, or None."""
        names = {row["name"] for row in self.rows} | {"ok"}
        if wishes.get("mode", "ok") not in names:
            return f"no such mode: {wishes['mode']}; there are: {' '.join(sorted(names))}"
        unknown = set(wishes) - set(DIALS) - {"clear"}
        if unknown:
            return f"no such dial: {' '.join(unknown)}; there are: clear {' '.join(DIALS)}"
        if "mode" in wishes:
            self.dials["times"] = ""
        self.dials |= {name: wishes[name] for name in wishes if name != "clear"}
        if "clear" in wishes:
            self.clear()
        return None

    def choose(self, case):
        """The row of the mode when it may answer this case, else the first row for the case."""
        mode = self.dial("mode")
        for row in self.rows:
            # A refusal is about data; whether the server is there at all is asked without any.
            is_asked = row["when"] == "asked" and not (
                case in ("ping", "health") and row["status"].startswith("4"))
            if row["name"] == mode and (is_asked or row["when"] == case):
                self.count_down()
                return row
        fitting = [row for row in self.rows if row["when"] == case]
        return fitting[0] if fitting else self.choose("good")

    def count_down(self):
        if self.dial("times"):
            self.dials["times"] = str(int(self.dial("times")) - 1)
            if int(self.dial("times")) <= 0:
                self.dials |= {"mode": "ok", "times": ""}

    def report(self):
        times = self.stats["times"]
        busiest = max((sum(t <= other < t + 60 for other in times) for t in times), default=0) \
            if len(times) < 5000 else None
        return self.stats | {"points": len(self.points.points), "written": self.points.written,
                             "duplicates": self.points.duplicates, "busiest_minute": busiest,
                             "mode": self.dial("mode")}

    def handle_error(self, request, client_address):
        if not isinstance(sys.exc_info()[1], OSError):  # a client that went away is no fault
            super().handle_error(request, client_address)


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def setup(self):
        super().setup()
        self.is_counted = False

    def finish(self):
        if self.is_counted:
            with self.server.lock:
                self.server.stats["open"] -= 1
        try:
            super().finish()
        except OSError:
            pass  # the client closed first

    def log_message(self, *words):
        pass

    def read_body(self):
        if "chunked" not in self.headers.get("Transfer-Encoding", "").lower():
            return self.rfile.read(int(self.headers.get("Content-Length") or 0))
        body = b""
        while size := int(self.rfile.readline().split(b";")[0], 16):
            body += self.rfile.read(size)
            self.rfile.readline()
        while self.rfile.readline().strip():
            pass
        return body

    def send(self, status, headers, body):
        """The whole answer in one piece."""
        data = body.encode("utf-8", "surrogateescape")
        lines = [f"HTTP/1.1 {status} {self.responses.get(status, ('',))[0]}", *headers]
        if status != 204:
            lines.append(f"Content-Length: {len(data)}")
        head = "\r\n".join(lines + ["", ""]).encode("utf-8", "surrogateescape")
        if self.is_dripping:
            for at in range(len(head + data)):
                self.wfile.write((head + data)[at:at + 1])
                if self.server.ending.wait(DRIP_S):
                    break
            self.close_connection = True
            return
        self.wfile.write(head + data)

    def do_GET(self):
        self.is_dripping = False
        where = urlsplit(self.path)
        body = self.read_body()
        service = {("GET", "/stats"): self.tell_stats, ("GET", "/dump"): self.tell_dump,
                   ("POST", "/control"): self.control}.get((self.command, where.path))
        if service:
            service(body)
            return
        if not self.is_counted:
            self.is_counted = True
            with self.server.lock:
                self.server.stats["connections"] += 1
                self.server.stats["open"] += 1
        self.answer(where, dict(parse_qsl(where.query, keep_blank_values=True)), body)

    do_POST = do_PUT = do_HEAD = do_DELETE = do_OPTIONS = do_GET

    def tell_stats(self, _):
        with self.server.lock:
            text = json.dumps(self.server.report())
        self.send(200, ["Content-Type: application/json"], text + "\n")

    def tell_dump(self, _):
        with self.server.lock:
            text = self.server.points.dump()
        self.send(200, ["Content-Type: text/plain; charset=utf-8"], text)

    def control(self, body):
        with self.server.lock:
            wrong = self.server.turn(dict(parse_qsl(body.decode(), keep_blank_values=True)))
        self.send(400 if wrong else 200, ["Content-Type: text/plain"], f"{wrong or 'done'}\n")

    def credentials_case(self, query):
        """How the credentials fail, or None."""
        user, password, token = (self.server.dial(d) for d in ("user", "password", "token"))
        if not user and not token:
            return None
        given = self.headers.get("Authorization", "")
        kind, _, secret = given.partition(" ")
        if token and kind in ("Token", "Bearer"):
            return None if secret == token else "wrong credentials"
        if user and kind == "Basic":
            wanted = base64.b64encode(f"{user}:{password}".encode()).decode()
            return None if secret == wanted else "wrong credentials"
        if user and "u" in query and self.server.api == "v1":
            is_right = query["u"] == user and query.get("p") == password
            return None if is_right else "wrong credentials"
        return "no credentials"

    def place_case(self, where, query):
        """What is wrong with where it goes or who sends it, or what it is; None for a write."""
        api, dial = self.server.api, self.server.dial
        if where.path in ("/ping", "/health") and api + where.path != "v1/health":
            return where.path[1:]
        is_delete = api == "v2" and where.path == "/api/v2/delete"
        if where.path not in WRITES[api] and not is_delete:
            return "other path"
        if self.command != "POST" and api != "victoria":
            return "other method"
        credentials = self.credentials_case(query)
        if credentials or is_delete:
            return credentials or "delete"
        database = query.get("bucket" if api == "v2" else "db")
        if api == "victoria":
            return None
        if not database:
            return "no database"
        if dial("databases") and database not in dial("databases").split(","):
            return "unknown database"
        return None

    def body_case(self, body):
        """(what is wrong with the body or None, the body unpacked)"""
        if len(body) > int(self.server.dial("limit")) and self.server.api != "victoria":
            return "too large", b""
        if self.headers.get("Content-Encoding", "") != "gzip":
            return None, body
        try:
            return None, gzip.decompress(body)
        except (OSError, EOFError, zlib.error):
            return "garbled gzip", b""

    def lines_case(self, query, batch):
        if self.server.dial("policies") and query.get("rp") and \
                query["rp"] not in self.server.dial("policies").split(","):
            return "unknown policy"
        return batch.case(self.server.api == "v3" and query.get("accept_partial") == "false")

    def answer(self, where, query, body):
        server = self.server
        with server.lock:
            server.stats["requests"] += 1
            server.stats["times"].append(round(time.monotonic(), 3))
            server.stats["bytes"] += len(body)
            server.stats["max_body"] = max(server.stats["max_body"], len(body))
            case = self.place_case(where, query)
            plain = b""
            if case is None:
                case, plain = self.body_case(body)
            batch = Batch(server.dials, query, plain, server.points, server.api != "victoria")
            case = case or self.lines_case(query, batch)
            row = server.choose(case)
            if row["when"] == "delete":
                row = self.delete(row, body)
            self.keep(row, batch)
            words = self.words(where, query) | batch.words()
            counts = server.stats["by_status"]
            counts[row["status"]] = counts.get(row["status"], 0) + 1
        self.perform(row, words)

    def delete(self, row, body):
        try:
            self.server.points.delete(body)
            return row
        except (ValueError, KeyError):
            return self.server.choose("bad delete")

    def keep(self, row, batch):
        stats, kept = self.server.stats, batch.good
        if row["effect"] == "store none":
            kept = []
        for point in kept:
            self.server.points.add(point)
        stats["lines"] += batch.total
        stats["bad_lines"] += len(batch.bad)
        stats["dropped_lines"] += batch.total - len(kept)

    def words(self, where, query):
        dial = self.server.dial
        return {"database": query.get("bucket", query.get("db", "")), "policy": query.get("rp", ""),
                "user": dial("user"), "limit": dial("limit"), "retry_after": dial("retry_after"),
                "location": dial("location"), "remote": "%s:%d" % self.client_address[:2],
                "uri": self.path, "path": where.path, "methods": "POST, OPTIONS"}

    def perform(self, row, words):
        if row["status"] == "hang":
            self.close_connection = True
            self.wait_for_goodbye()
            return
        if row["status"] == "reset":
            self.close_connection = True
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
            self.connection.close()
            return
        body = filled(row["body"], words)
        if body.startswith("{"):
            words["error"] = str(json.loads(body).get("error", "")).replace("\n", " ")
        headers = [filled(h, words).replace("\r", " ") for h in row["headers"].split(" | ") if h]
        self.is_dripping = row["status"].startswith("drip")
        self.send(int(row["status"].split()[-1]), headers, body)

    def wait_for_goodbye(self):
        """Until the client gives up or the server ends."""
        self.connection.settimeout(0.2)
        while not self.server.ending.is_set():
            try:
                if not self.connection.recv(4096):
                    return
            except TimeoutError:
                continue


def main():
    words = argparse.ArgumentParser(description="Answers like a time series database.")
    words.add_argument("--port", type=int, default=0)
    words.add_argument("--api", choices=sorted(WRITES), default="v1")
    words.add_argument("--mode", default="ok")
    words.add_argument("--ready", help="file that gets the port once it listens")
    given = words.parse_args()
    server = StandIn(given.port, given.api, "ok")
    wrong = server.turn({"mode": given.mode})
    if wrong:
        sys.exit(wrong)

    def end(*_):
        server.ending.set()
        threading.Thread(target=server.shutdown).start()

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
    if given.ready:
        with open(given.ready + ".new", "w", encoding="ascii") as file:
            file.write(f"{server.server_address[1]}\n")
        os.replace(given.ready + ".new", given.ready)
    server.serve_forever(poll_interval=0.05)


if __name__ == "__main__":
    main()
