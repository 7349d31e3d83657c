#!/usr/bin/env python3
"""InfluxDB 2 as far as a repair goes, in front of an InfluxDB 1.x: its paths, its token, and its
way to delete (a predicate that says nothing of a tag means every value of it).

v2_front.py URL TOKEN LOG: prints its own address; LOG gets a line for every deletion."""
import http.client
import json
import re
import sys
import urllib.parse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

BEHIND = urllib.parse.urlsplit(sys.argv[1]).netloc
TOKEN, LOG = sys.argv[2], open(sys.argv[3], "a", buffering=1)
WORD = r'"((?:[^"\\]|\\.)*)"'


def plain(word):
    return re.sub(r"\\(.)", r"\1", word)


def quoted(word, mark):
    return mark + word.replace("\\", "\\\\").replace(mark, "\\" + mark) + mark


def statement(order):
    parts = re.findall(r"(?:^| AND )(%s|_measurement)\s*=\s*%s" % (WORD, WORD), order["predicate"])
    rebuilt = " AND ".join("%s=%s" % (key, '"' + value + '"') for key, _, value in parts)
    if rebuilt != order["predicate"]:
        raise ValueError("predicate: " + order["predicate"])
    name = [plain(v) for k, _, v in parts if k == "_measurement"]
    tags = [(plain(inner), plain(v)) for k, inner, v in parts if k != "_measurement"]
    where = ["time >= '%s'" % order["start"], "time <= '%s'" % order["stop"]]
    where += ["%s = %s" % (quoted(k, '"'), quoted(v, "'")) for k, v in tags]
    return "DELETE FROM %s WHERE %s" % (quoted(name[0], '"'), " AND ".join(where))


class Front(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def say(self, status, body=b"", kind="application/json"):
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def behind(self, method, path, body=None, headers=None):
        link = http.client.HTTPConnection(BEHIND)
        link.request(method, path, body, headers or {})
        answer = link.getresponse()
        return answer.status, answer.read()

    def do_GET(self):
        self.do_POST()

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        at = urllib.parse.urlsplit(self.path)
        words = dict(urllib.parse.parse_qsl(at.query))
        if self.headers.get("Authorization") != "Token " + TOKEN:
            return self.say(401, b'{"code":"unauthorized","message":"unauthorized access"}')
        if at.path == "/query":
            return self.say(*self.behind(self.command, self.path, body, {
                "Content-Type": self.headers.get("Content-Type") or ""}))
        if at.path == "/api/v2/write":
            asked = urllib.parse.urlencode({"db": words["bucket"], "precision": words["precision"]})
            kept = {"Content-Encoding": self.headers.get("Content-Encoding") or ""}
            return self.say(*self.behind("POST", "/write?" + asked, body, kept))
        if at.path == "/api/v2/delete":
            try:
                said = statement(json.loads(body))
            except (ValueError, KeyError, IndexError) as wrong:
                return self.say(400, json.dumps({"code": "invalid", "message": str(wrong)}).encode())
            print(said, file=LOG)
            asked = urllib.parse.urlencode({"db": words["bucket"], "q": said})
            status, answer = self.behind("POST", "/query?" + asked)
            return self.say(204 if status == 200 and b"error" not in answer else 500, b"")
        self.say(404, b'{"code":"not found","message":"path not found"}')


server = ThreadingHTTPServer(("127.0.0.1", 0), Front)
print("http://127.0.0.1:%d" % server.server_port, flush=True)
server.serve_forever()
