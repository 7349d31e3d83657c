#!/usr/bin/env python3
"""A stand-in for databases that cannot be had here: its answers are the table answers.tsv.

It keeps points as InfluxDB does: one for each measurement, tags and time; a field written again is
overwritten. POST /control changes what it does, GET /stats and /dump tell what came.
"""
import argparse
import csv
import gzip
import json
import os
import re
import socketserver
import threading
import time
import urllib.parse
from http.server import BaseHTTPRequestHandler

HERE = os.path.dirname(os.path.abspath(__file__))


def read_answers():
    rows = {}
    with open(os.path.join(HERE, "answers.tsv"), newline="") as file:
        lines = (line for line in file if not line.startswith("#"))
        for row in csv.reader(lines, delimiter="\t", quoting=csv.QUOTE_NONE):
            name, api, status, headers, body, effect, proof = row
            rows[name] = dict(name=name, api=api, status=int(status), headers=headers, body=body,
                              effect=effect, proof=proof)
    return rows


# key=value pairs behind the measurement, and behind the first blank that is not escaped
PARTS = re.compile(r"(?:[^\\ ]|\\.)+")
PAIR = re.compile(r"((?:[^\\,= ]|\\.)+)=(\"(?:[^\"\\]|\\.)*\"|(?:[^\\, ]|\\.)+)")
VALUE = re.compile(r"^(-?\d+(\.\d*)?([eE][-+]?\d+)?|-?\d+i|t|f|true|false|\".*\")$")


def parse(line):
    """(series, time, fields), or None when it is no line of line protocol."""
    head = PARTS.match(line)
    if not head or line[head.end():head.end() + 1] != " ":
        return None
    series, rest = head.group(0), line[head.end() + 1:]
    for tag in re.split(r"(?<!\\),", series)[1:]:
        if not re.fullmatch(r"(?:[^\\,= ]|\\.)+=(?:[^\\,= ]|\\.)+", tag):
            return None
    fields, at = {}, 0
    while True:
        pair = PAIR.match(rest, at)
        if not pair or not VALUE.match(pair.group(2)):
            return None
        fields[pair.group(1)] = pair.group(2)
        at = pair.end()
        if rest[at:at + 1] != ",":
            break
        at += 1
    if not re.fullmatch(r" -?\d+", rest[at:]):
        return None
    return series, int(rest[at:]), fields


class State:
    def __init__(self, api):
        self.lock = threading.Lock()
        self.rows, self.api, self.mode = read_answers(), api, "ok"
        self.poison = self.conflict = None
        self.limit, self.retry_after = 0, "1"
        self.token = self.password = ""
        self.bad_row, self.conflict_row = "bad-" + api, "conflict-" + api
        self.points, self.stats = {}, dict(requests=0, lines=0, duplicates=0, bad=0, max_body=0,
                                           connections=0, times=[], by_status={}, bytes=0)

    def control(self, words):
        for key, value in words.items():
            if key in ("poison", "conflict"):
                setattr(self, key, re.compile(value) if value and key == "poison" else value or None)
            elif key == "limit":
                self.limit = int(value)
            elif key == "clear":
                self.stats.update(requests=0, times=[], by_status={})
            else:
                setattr(self, key, value)

    def store(self, lines):
        for series, when, fields in lines:
            known = self.points.setdefault((series, when), {})
            if known and all(known.get(k) == v for k, v in fields.items()):
                self.stats["duplicates"] += 1
            known.update(fields)

    def judge(self, text, size):
        """The row that answers this body, and what to fill into it."""
        lines = [line for line in text.split("\n") if line]
        parsed = [(line, parse(line)) for line in lines]
        bad = [(i, line) for i, (line, p) in enumerate(parsed)
               if p is None or (self.poison and self.poison.search(line))]
        is_bad = {i for i, _ in bad}
        clash = [i for i, (_, p) in enumerate(parsed)
                 if i not in is_bad and p and self.conflict and self.conflict in p[2]]
        row = self.rows[self.mode]
        fill = {"retry_after": self.retry_after, "field": self.conflict or "", "measurement": "solar",
                "line": bad[0][1].replace('"', "'")[:60] if bad else "", "lines": ""}
        if self.mode == "ok" and self.limit and size > self.limit:
            row = self.rows["too-large"]
        elif self.mode == "ok" and bad:
            row = self.rows[self.bad_row]
            fill["lines"] = ",".join(json.dumps(dict(
                line_number=i + 1, error_message="invalid column type", original_line=line[:40]))
                for i, line in bad)
        elif self.mode == "ok" and clash:
            row = self.rows[self.conflict_row]
        self.stats["lines"] += len(lines)
        self.stats["bad"] += len(bad)
        unwanted = is_bad | set(clash)
        keep = [p for i, (_, p) in enumerate(parsed) if p and i not in unwanted]
        if row["effect"] in ("all", "good", "reset", "drip"):
            self.store(keep)
        return row, fill


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = 65536  # an answer leaves in one piece

    def log_message(self, *words):
        pass

    def say(self, status, body=b"", headers=()):
        self.send_response(status)
        for header in headers:
            name, _, value = header.partition(": ")
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        state = self.server.state
        with state.lock:
            if self.path == "/stats":
                stats = dict(state.stats, points=len(state.points))
                return self.say(200, json.dumps(stats).encode())
            if self.path == "/dump":
                lines = ["%s %s %d" % (series, ",".join("%s=%s" % f for f in sorted(fields.items())),
                                       when)
                         for (series, when), fields in state.points.items()]
                return self.say(200, ("\n".join(sorted(lines)) + "\n").encode())
        return self.say(204 if self.path == "/ping" else 404)

    def is_known(self, state):
        given = self.headers.get("Authorization", "")
        if state.token:
            return given in ("Token " + state.token, "Bearer " + state.token)
        return not state.password or given == "Basic " + state.password

    def do_POST(self):
        state = self.server.state
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if self.path == "/control":
            words = dict(urllib.parse.parse_qsl(body.decode(), keep_blank_values=True))
            with state.lock:
                state.control(words)
            return self.say(204)
        size = len(body)
        with state.lock:
            state.stats["requests"] += 1
            state.stats["times"].append(time.monotonic())
            state.stats["bytes"] += size
            state.stats["max_body"] = max(state.stats["max_body"], size)
            if not self.is_known(state):
                row, fill = state.rows["unauthorized"], {}
            else:
                if self.headers.get("Content-Encoding") == "gzip":
                    body = gzip.decompress(body)
                row, fill = state.judge(body.decode(), size)
            status = str(row["status"])
            state.stats["by_status"][status] = state.stats["by_status"].get(status, 0) + 1
        return self.answer(row, fill)

    def answer(self, row, fill):
        text, headers = row["body"], row["headers"]
        for key, value in fill.items():
            text, headers = text.replace("{%s}" % key, value), headers.replace("{%s}" % key, value)
        if row["effect"] == "hang":
            time.sleep(3600)
        if row["effect"] == "reset":
            self.close_connection = True
            self.connection.close()
            return
        if row["effect"] == "drip":
            for byte in b"HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n\r\n":
                self.wfile.write(bytes([byte]))
                self.wfile.flush()
                time.sleep(1)
            return
        self.say(row["status"], text.encode(), [headers] if headers else [])


class Server(socketserver.ThreadingTCPServer):
    daemon_threads, allow_reuse_address = True, True
    request_queue_size = 64

    def process_request(self, request, address):
        self.state.stats["connections"] += 1
        super().process_request(request, address)

    def handle_error(self, request, address):
        pass


def main():
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--port", type=int, default=0)
    words.add_argument("--api", choices=["v1", "v2", "v3", "victoria"], default="v1")
    words.add_argument("--ready", help="the port is written to this file")
    given = words.parse_args()
    server = Server(("127.0.0.1", given.port), Handler)
    server.state = State(given.api)
    if given.ready:
        with open(given.ready + ".new", "w") as file:
            file.write("%d\n" % server.server_address[1])
        os.rename(given.ready + ".new", given.ready)
    server.serve_forever()


main()
