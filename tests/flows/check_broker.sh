# helio check and a real broker that refuses in every way: each refusal has its command, and the
# commands mend it.
. "$HELIO_SOURCE/tests/flows/lib.sh"
. "$HELIO_SOURCE/tests/flows/_servers.sh"
needs mosquitto mosquitto_passwd python3 openssl
"$HELIO" list sinks | grep -q mqtt || {
    echo "skipped: this helio was built without its mqtt floor"
    exit 77
}

free_port port
echo other-word >password && chmod 600 password
cat >a.ini <<INI
$(house_ini)
[sink house]
kind = mqtt
server = 127.0.0.1
port = $port
user = collector
password_file = $TESTS_TMP/password
timeout = 3
INI
refuses() { # WORDS...: check ends with 69 and says all of them
    local word
    expect 69 "$HELIO" check -c a.ini
    for word in "$@"; do has out "$word"; done
    grep -q '^  mend:  .' out || fail "no remedy"
}
broker() {
    mosquitto -c broker.conf >>broker.log 2>&1 &
    BROKER=$!
    twins+=("$BROKER")
    until_true 10 python3 -c 'import socket, sys; socket.create_connection(("127.0.0.1", int(sys.argv[1])), 1)' \
        "$port" 2>/dev/null || fail "no broker: $(cat broker.log)"
}
broker_end() {
    kill "$BROKER"
    wait "$BROKER" 2>/dev/null
    forget "$BROKER"
}
# the remedy's words, with this test's places in them
remedy() { sed -n 's/^  mend:  //p' out | tail -1; }

refuses "nobody listens at" "sudo systemctl start mosquitto"

# ---- a password that is another
mosquitto_passwd -b -c passwords collector secret-word 2>/dev/null
printf 'user collector\ntopic read nothing\n' >acl
chmod 644 passwords acl
printf 'listener %s 127.0.0.1\npassword_file %s/passwords\nacl_file %s/acl\nuser root\n' "$port" "$TESTS_TMP" "$TESTS_TMP" >broker.conf
broker
refuses "the password is another" "sudo mosquitto_passwd /etc/mosquitto/passwd collector" "$TESTS_TMP/password"
echo secret-word >password

# ---- an access list that lets it write nothing
refuses "may not write these topics" "topic readwrite helio/#"
eval "$(remedy | sed "s|sudo tee -a /etc/mosquitto/acl.*|cat >>'$TESTS_TMP/acl'|")"
kill -HUP "$BROKER"
until_true 10 "$HELIO" check -c a.ini >/dev/null 2>&1 || fail "the remedy does not mend it: $(cat acl)"
expect 0 "$HELIO" check -c a.ini
has out "takes readings"

# ---- TLS here and not there, and an authority that nobody knows
echo 'tls = yes' >>a.ini
refuses "one side speaks TLS and the other does not" "tls = no with port 1883"
broker_end
openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=127.0.0.1 -addext subjectAltName=IP:127.0.0.1 \
    -keyout key.pem -out cert.pem 2>/dev/null || fail "no certificate"
chmod 644 key.pem
printf 'cafile %s/cert.pem\ncertfile %s/cert.pem\nkeyfile %s/key.pem\n' "$TESTS_TMP" "$TESTS_TMP" "$TESTS_TMP" >>broker.conf
broker
refuses "signed by nobody we trust" "ca_file = /etc/helio/ca.pem"
echo "ca_file = $TESTS_TMP/cert.pem" >>a.ini
expect 0 "$HELIO" check -c a.ini
sed -i 's/^server = .*/server = no-such-host.invalid/' a.ini
refuses "getent hosts no-such-host.invalid"
has_not out secret-word
echo "$SECONDS s: every refusal of a broker has its command"
