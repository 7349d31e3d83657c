# https: a certificate nobody knows is an alarm with the remedy; with ca_file it delivers.
. "$HELIO_SOURCE/tests/flows/lib.sh"
. "$HELIO_SOURCE/tests/flows/_servers.sh"
needs openssl python3 sqlite3

openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=127.0.0.1 -addext subjectAltName=IP:127.0.0.1 \
    -keyout key.pem -out cert.pem 2>/dev/null || fail "no certificate"
cat >server.py <<'PYTHON'
import http.server, ssl
class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        with open("posted", "ab") as out:
            out.write(("%s %s\n" % (self.headers.get("Authorization"), len(body))).encode())
        self.send_response(204)
        self.end_headers()
    def log_message(self, *words): pass
server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain("cert.pem", "key.pem")
server.socket = context.wrap_socket(server.socket, server_side=True)
with open("port", "w") as out: out.write(str(server.server_address[1]))
server.serve_forever()
PYTHON
python3 server.py 2>/dev/null &
twins+=($!)
until_true 10 test -s port || fail "no server"
printf 'secret-token\n' >token && chmod 600 token
cat >a.ini <<INI
$(house_ini helio 'every = 1')
[sink safe]
kind = influx
url = https://127.0.0.1:$(cat port)
api = v2
bucket = solar
token_file = $TESTS_TMP/token
INI
expect 75 "$HELIO" once -c a.ini --wait 1
has err "not trusted"
has err "ca_file"
[ ! -e posted ] || fail "sent to a stranger: $(cat posted)"
echo "ca_file = $TESTS_TMP/cert.pem" >>a.ini
expect 0 "$HELIO" once -c a.ini
has posted "Token secret-token"
expect 0 "$HELIO" list settings --effective -c a.ini
has_not out secret-token
expect 0 "$HELIO" once -v -c a.ini
has_not err secret-token
