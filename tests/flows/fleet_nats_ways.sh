# One site and a stream: who may write and who may not, encrypted or not, and every trouble with its
# remedy. What was refused meanwhile is delivered when it is mended.
. "$HELIO_SOURCE/tests/flows/lib.sh"
. "$HELIO_SOURCE/tests/flows/_servers.sh"
. "$HELIO_SOURCE/tests/flows/_nats.sh"
needs nats-server curl python3 openssl sqlite3
[ -x "$TOOLS/nats_read" ] || { echo "skipped: built without nats"; exit 77; }

# server NAME [LINE...]: alone; its port is in PORTS[NAME]
server() {
    [ -n "${PORTS[$1]:-}" ] || nats_ports "$1"
    nats_config "$1" '' "${@:2}"
    nats_again "$1"
}
# site FILE [LINE...]: settings; the first word of the name is the store
site() {
    {
        printf '[site]\nname = cabin 7\n'
        house_ini "$1"
        printf '[sink far]\nkind = nats\ntimeout = 3\nage = 0\n'
        printf '%s\n' "${@:2}"
    } >"$1.ini"
}
once() { expect "$1" "$HELIO" once -c "$2.ini" --wait "${3:-1}"; }
check() { expect "$1" "$HELIO" check -c "$2.ini"; }
messages() { nats_get "$1" 'jsz?streams=1' '[s for a in j["account_details"] for s in a["stream_detail"]][0]["state"]["messages"]'; }
secret() { (umask 077 && printf '%s\n' "$2" >"$1"); }

# ---- nobody there; no stream; somebody else's stream -------------------------------------
nats_ports open
site a "url = nats://127.0.0.1:${PORTS[open]}"
once 75 a
has err 'far: '
server open
url=nats://127.0.0.1:${PORTS[open]}
check 69 a
has out 'no stream SOLAR: make it (nats stream add), or set create_stream = yes'
once 75 a
has err 'no stream takes our subject'
site maker "url = $url" 'stream = OTHER' 'create_stream = yes' 'replicas = 3'
once 75 maker
has err 'replicas = 1'
sed -i 's/^replicas.*/replicas = 1/' maker.ini
once 0 maker 10
once 75 a # the subject is taken by OTHER, and we want the word of SOLAR
has err 'another stream takes our subject, not SOLAR'
site wind "url = $url" 'stream = OTHER' 'subject = wind'
check 69 wind
has out 'does not take wind.cabin_7.device'
sed -i 's/^timeout.*/&\nstream = OTHER/' a.ini
check 0 a
has out 'takes readings'
before=$(messages open)
once 0 a 10
rows=$(sqlite3 -readonly a.db 'SELECT count(*) FROM reading')
[ "$rows" -ge 4 ] || fail "only $rows rows wait"
[ $(($(messages open) - before)) = "$rows" ] || fail "not all $rows rows are there"
# once more: the stream knows them by their ids
expect 0 "$HELIO" resend far -c a.ini --from -1d
once 0 a 10
rows=$(sqlite3 -readonly a.db 'SELECT count(*) FROM reading')
[ $(($(messages open) - before)) = "$rows" ] || fail "sent again, and kept twice"
# both forms, each message held against the store
site j "url = $url" 'stream = OTHER' 'format = json'
once 0 j 10
"$TOOLS/nats_read" "$url" OTHER 'solar.cabin_7.south' >all.tsv 2>read.err || fail "$(cat read.err)"
python3 - "$TESTS_TMP" <<'PY' || fail "the words are not those of the store"
import json, sqlite3, sys
def rows(name):
    db = sqlite3.connect(f"file:{sys.argv[1]}/{name}.db?mode=ro", uri=True)
    shapes = {i: json.loads(n) for i, n in db.execute("SELECT id, names FROM shape")}
    return [(seq, at, dict(zip(shapes[shape], json.loads(fields))))
            for seq, at, shape, fields in db.execute("SELECT seq, at, shape, fields FROM reading")]
seen = [line.rstrip("\n").split("\t") for line in open("all.tsv")]
ids = {number: words for _, number, words in seen}
for seq, at, values in rows("j"):
    said = json.loads(ids[f"cabin_7/{seq}-{at}"])
    assert said["values"] == {k: v for k, v in values.items() if v is not None}, said
    assert (said["time"], said["site"], said["device"], said["driver"]) == (at, "cabin 7", "south", "tracer"), said
for seq, at, values in rows("a"):
    words = ids[f"cabin_7/{seq}-{at}"]
    assert words.startswith("solar,device=south,driver=tracer,site=cabin\\ 7 ") and words.endswith(f" {at}"), words
    said = dict(p.split("=") for p in words.rsplit(" ", 2)[1].split(","))
    assert {k: float(v.rstrip("i")) for k, v in said.items()} == {k: v for k, v in values.items() if v is not None}
PY

# ---- a server that ends while the daemon runs ----------------------------------------------
site d "url = $url" 'stream = OTHER'
sed -i 's/^line = sim/&\nevery = 0.3/' d.ini
before=$(messages open)
daemon d.ini
until_true 20 eval '[ "$(status_get sinks.0.delivered)" -ge 8 ]' || fail "nothing is delivered"
server_end open KILL
is_missed() { [ "$(status_get sinks.0.failures)" -gt 0 ] && [ "$(status_get sinks.0.backlog)" -ge 10 ]; }
until_true 30 is_missed || fail "nobody notices that the server is away"
nats_again open
is_even() { [ "$(status_get sinks.0.backlog)" -lt 3 ] && [ "$(status_get sinks.0.failures)" -gt 0 ]; }
until_true 60 is_even || fail "not delivered after the server was back: $("$HELIO" status)"
daemon_end
[ "$DAEMON_CODE" = 0 ] || fail "the daemon ended with $DAEMON_CODE"
once 0 d 10
rows=$(sqlite3 -readonly d.db 'SELECT count(*) FROM reading')
[ $(($(messages open) - before)) = "$rows" ] || fail "$(($(messages open) - before)) messages of $rows rows"
killed=$rows
server_end open TERM

# ---- who one is ------------------------------------------------------------------------
python3 "$HELIO_SOURCE/tests/flows/_nats_keys.py" nkey >nkey.words || fail "no keys"
read -r public seed <nkey.words
secret good.seed "$seed"
secret good.pw right-word
secret bad.pw wrong-word
secret good.token tok-1234
server guarded 'authorization { users = [' \
    '{ user: site7, password: "right-word", permissions: { publish: ["solar.cabin_7.>", "$JS.API.>"], subscribe: "_INBOX.>" } }' \
    '{ user: stranger, password: "right-word", permissions: { publish: ["$JS.API.>"], subscribe: "_INBOX.>" } }' \
    "{ nkey: $public } ] }"
url=nats://127.0.0.1:${PORTS[guarded]}
site u "url = $url" 'create_stream = yes' 'replicas = 1' 'user = site7' "password_file = $TESTS_TMP/bad.pw"
once 75 u
has err 'mend user, password_file'
has_not err wrong-word
check 69 u
has out 'mend user, password_file'
sed -i 's/bad.pw/good.pw/' u.ini
once 0 u 10
site s "url = $url" 'user = stranger' "password_file = $TESTS_TMP/good.pw"
once 75 s
has err 'may not publish there'
site n "url = $url" "nkey = $public" "nkey_file = $TESTS_TMP/good.seed"
once 0 n 10
chmod 644 good.seed
once 77 n
has err 'chmod 600'
chmod 600 good.seed
[ "$(messages guarded)" -ge 2 ] || fail "the guarded stream has $(messages guarded)"
server_end guarded TERM
server token 'authorization { token: "tok-1234" }'
site t "url = nats://127.0.0.1:${PORTS[token]}" 'create_stream = yes' 'replicas = 1' "token_file = $TESTS_TMP/good.token"
once 0 t 10
server_end token TERM

python3 "$HELIO_SOURCE/tests/flows/_nats_keys.py" creds "$TESTS_TMP" || fail "no credentials"
server trust "$(cat trust.conf)"
site c "url = nats://127.0.0.1:${PORTS[trust]}" 'create_stream = yes' 'replicas = 1' "creds_file = $TESTS_TMP/stranger.creds"
once 75 c
has err 'creds_file'
sed -i 's/stranger.creds/site.creds/' c.ini
once 0 c 10
server_end trust TERM

# ---- encrypted ---------------------------------------------------------------------------
authority() { openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj "/CN=$1" -keyout "$1.key" -out "$1.crt" 2>/dev/null; }
# certificate NAME SUBJECT: by the authority "trusted"
certificate() {
    openssl req -newkey rsa:2048 -nodes -subj /CN="$1" -keyout "$1.key" -out "$1.csr" 2>/dev/null
    openssl x509 -req -in "$1.csr" -CA trusted.crt -CAkey trusted.key -CAcreateserial -days 2 \
        -extfile <(printf 'subjectAltName=%s\n' "$2") -out "$1.crt" 2>/dev/null
}
authority trusted && authority unknown
certificate server IP:127.0.0.1 && certificate elsewhere DNS:elsewhere.example && certificate client DNS:site7
tls() { printf 'tls { cert_file: "%s/%s.crt", key_file: "%s/%s.key", ca_file: "%s/trusted.crt", verify: %s }' \
    "$TESTS_TMP" "$1" "$TESTS_TMP" "$1" "$TESTS_TMP" "$2"; }
server secure "$(tls server true)"
url=tls://127.0.0.1:${PORTS[secure]}
site e "url = $url" 'create_stream = yes' 'replicas = 1' "ca_file = $TESTS_TMP/unknown.crt"
once 75 e
has err 'name the servers'"'"' authority with ca_file'
sed -i 's/unknown.crt/trusted.crt/' e.ini
once 75 e # it asks for a certificate of ours
printf '%s\n' "cert_file = $TESTS_TMP/client.crt" "key_file = $TESTS_TMP/client.key" >>e.ini
once 0 e 10
server_end secure TERM
server secure "$(tls elsewhere false)"
once 75 e # its certificate is of another name
server_end secure TERM
server plain
site p "url = tls://127.0.0.1:${PORTS[plain]}" "ca_file = $TESTS_TMP/trusted.crt"
once 75 p
echo "nats: no server, no stream, another's stream, a killed server ($killed readings, all there once); password, token," \
    "nkey, creds and what may not be; TLS with both certificates, an unknown authority and another name"
