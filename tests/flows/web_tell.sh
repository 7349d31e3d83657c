# Settings over the API: only what is authorised, allowed and possible reaches a wire, once, whatever
# goes wrong, however often it is asked for. What travels is recorded, and every write in it is counted.
. "$HELIO_SOURCE/tests/flows/lib.sh"
. "$HELIO_SOURCE/tests/flows/_servers.sh"
. "$HELIO_SOURCE/tests/flows/_web.sh"
needs curl python3

free_port port
URL=http://127.0.0.1:$port
token=made-up-$RANDOM$RANDOM
(umask 077 && echo "$token" >token)

# device NAME BUS ADDRESS LINES...
device() {
    printf '[device %s]\ndriver = tracer\nbus = %s\naddress = %s\n' "$1" "$2" "$3"
    shift 3
    printf '%s\n' "$@"
}
wire() {
    printf '[bus %s]\nline = sim\nevery = 1\nspeed = 1000000\nturnaround = 1\nseed = 7\n' "$1"
    shift
    printf '%s\n' "$@"
}
{
    printf '[store]\npath = %s/helio.db\n' "$TESTS_TMP"
    wire roof
    wire lossy silent=0.5 tries=2 patience=1
    wire naysay refuse=0.25
    printf '[bus hub]\nline = sim\nevery = 1\n[device fx]\ndriver = mate_fx\nbus = hub\naddress = 2\nallow_tell = yes\n'
    printf '[bus cabin]\nline = sim\nevery = 1\nspeed = 1000000\nturnaround = 1\n'
    printf '[device hub]\ndriver = mate\nbus = cabin\nallow_tell = yes\n[device well]\ndriver = mate\nbus = cabin\nserial = mx1\n'
    device south roof 1 "allow_tell = yes" "writes_per_day = 10000"
    device north roof 2
    device east roof 5 "allow_tell = yes" "writes_per_day = 3"
    device weak lossy 3 "allow_tell = yes" "writes_per_day = 10000"
    device nay naysay 4 "allow_tell = yes" "writes_per_day = 10000"
    printf '[web]\nenabled = yes\nport = %s\n' "$port"
} >closed.ini
cp closed.ini open.ini
printf 'allow_tell = yes\ntoken_file = %s/token\n' "$TESTS_TMP" >>open.ini

# ---- closed until both are said --------------------------------------------------------------------
orders='{"orders": {"load_manual": true}}'
post() {
    curl -s -o body -w '%{http_code}' -X POST -H "Authorization: Bearer $token" -H 'Content-Type: application/json' \
        -d "$orders" "$URL/api/v1/devices/south/commands"
}
cp closed.ini a.ini
daemon a.ini
[ "$(post)" = 403 ] || fail "told though [web] does not allow it"
has body 'allow_tell = yes'
curl -s "$URL/api/v1/commands" >commands
has commands '"allowed": false, "why": "settings cannot be changed from here: put'
echo 'allow_tell = yes' >>a.ini
kill -HUP "$DAEMON"
wants_token() { [ "$(post)" = 403 ] && grep -q token_file body; }
until_true 10 wants_token || fail "it does not say what is missing: $(cat body)"
printf 'token_file = %s/readable\n' "$TESTS_TMP" >>a.ini
cp token readable
chmod 644 readable
kill -HUP "$DAEMON"
until_true 10 grep -q readable daemon.err || fail "a token for everybody is not told"
until_true 10 is_answering "$URL/healthz" || fail "it does not listen any more"
[ "$(post)" = 403 ] || fail "a token that everybody may read was taken"
daemon_end

# ---- harm --------------------------------------------------------------------------------------------
"$HELIO" run -c open.ini --record wire.log >daemon.out 2>>daemon.err &
DAEMON=$!
twins+=("$DAEMON")
ready "$DAEMON" "$URL/readyz" daemon.err
python3 "$HELIO_SOURCE/tests/flows/_web_tell.py" "$URL" "$token" "$DAEMON" >figures || {
    cat figures daemon.err
    fail "it was not told as it should"
}
"$HELIO" status >/dev/null || fail "the daemon does not answer any more"
daemon_end
[ "$DAEMON_CODE" = 0 ] || { cat daemon.err >&2; fail "it ended with $DAEMON_CODE"; }

# ---- what was on the wires -----------------------------------------------------------------------------
written() { grep -cE "^> 0$1 (05|06|0f|10) " wire.log; }
figure() { awk -v name="$1" '$1 == name { print $2 }' figures; }
for device in "1 south" "2 north" "5 east"; do
    set -- $device
    [ "$(written "$1")" = "$(figure "$2")" ] || fail "$2: $(written "$1") writes on the wire, $(figure "$2") were accepted"
done
# Where answers are lost or refused, the answer may say no though the device was written to: but no
# request is ever written twice, and all that was confirmed was written.
for device in "3 weak" "4 nay"; do
    set -- $device
    between "$(figure "$2-done")" "$(written "$1")" "$(figure "$2-asked")"
    twice=$(grep -E "^> 0$1 (05|06|0f|10) " wire.log | sort | uniq -d)
    [ -z "$twice" ] || fail "$2 was told something twice: $twice"
done
sum=$(($(written 1) + $(written 2) + $(written 5)))
has_not daemon.err "$token"
has_not daemon.err "guess-"
has wire.log "> "
cat figures
echo "writes on the wire $sum = accepted $(($(figure south) + $(figure north) + $(figure east))); blind retries 0;" \
    "lossy wire: $(figure weak-asked) asked, $(written 3) written, $(figure weak-done) confirmed;" \
    "refusing device: $(figure nay-asked) asked, $(written 4) written, $(figure nay-done) confirmed"
