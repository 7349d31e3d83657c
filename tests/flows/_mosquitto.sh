# Real brokers for the flows: on 127.0.0.1, in folders of their own, ended by pid. Sourced after
# lib.sh and _servers.sh. Subscribers write what they hear into files, one message a line:
# RETAINED TOPIC PAYLOAD.

# broker_start NAME [LINE OF mosquitto.conf]...: sets PORT
broker_start() {
    local name=$1
    shift
    needs mosquitto mosquitto_sub mosquitto_pub
    mkdir -p "$TESTS_TMP/$name"
    free_port "PORTS[$name]"
    {
        printf 'persistence false\nuser %s\n' "$(id -un)"
        printf 'log_type %s\n' error warning notice information subscribe
        [[ "$*" == *allow_anonymous* ]] || echo 'allow_anonymous true'
        [ $# = 0 ] || printf '%s\n' "$@"
        printf 'listener %s 127.0.0.1\n' "${PORTS[$name]}"
        [ ! -f "$TESTS_TMP/$name/tls" ] || cat "$TESTS_TMP/$name/tls"
    } >"$TESTS_TMP/$name/mosquitto.conf"
    broker_again "$name"
}

broker_again() {
    local name=$1
    PORT=${PORTS[$name]}
    mosquitto -c "$TESTS_TMP/$name/mosquitto.conf" >>"$TESTS_TMP/$name/log" 2>&1 &
    PIDS[$name]=$!
    twins+=($!)
    until_true 20 listens_or_ended "$PORT" "${PIDS[$name]}"
    listens "$PORT" || {
        cat "$TESTS_TMP/$name/log" >&2
        fail "the broker $name did not start"
    }
}
listens() { (exec 9<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }
listens_or_ended() { listens "$1" || ! kill -0 "$2" 2>/dev/null; }

# certificates FOLDER: an authority, certificates of a broker on 127.0.0.1, of a client, and of a
# broker elsewhere
certificates() {
    local d=$1
    needs openssl
    mkdir -p "$d"
    (
        cd "$d" || exit 1
        openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=ca -keyout ca.key -out ca.crt
        openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=other -keyout other.key -out other.crt
        local who
        for who in broker client elsewhere; do
            printf 'subjectAltName=DNS:localhost,IP:127.0.0.1\n' >names
            [ $who != elsewhere ] || printf 'subjectAltName=DNS:elsewhere\n' >names
            openssl req -newkey rsa:2048 -nodes -subj "/CN=$who" -keyout $who.key -out $who.csr
            openssl x509 -req -in $who.csr -CA ca.crt -CAkey ca.key -CAcreateserial -days 2 -extfile names -out $who.crt
        done
    ) >"$d/log" 2>&1 || fail "no certificates: $(tail -1 "$d/log")"
}

# has_subscribed CLIENT: the broker at PORT says so
has_subscribed() {
    local name
    for name in "${!PORTS[@]}"; do
        [ "${PORTS[$name]}" = "$PORT" ] || continue
        ! grep -aq ": $1 [012] " "$TESTS_TMP/$name/log" || return 0
    done
    return 1
}
# listen FILE OPTIONS...: what comes from now on, into FILE
listeners=0
listen() {
    local file=$1 client
    shift
    listeners=$((listeners + 1))
    client=listener-$listeners
    : >"$file"
    mosquitto_sub -h 127.0.0.1 -p "$PORT" -i $client -q 1 -F '%r %t %p' "$@" >>"$file" 2>"$file.err" &
    LISTENER=$!
    twins+=($!)
    until_true 10 has_subscribed $client || fail "nobody listens: $(cat "$file.err")"
}
unlisten() {
    kill -KILL "$LISTENER" 2>/dev/null # one that is just connecting may never end of itself
    wait "$LISTENER" 2>/dev/null
    forget "$LISTENER"
}

# say TOPIC PAYLOAD OPTIONS...
say() {
    local topic=$1 payload=$2
    shift 2
    mosquitto_pub -h 127.0.0.1 -p "$PORT" -q 1 -t "$topic" -m "$payload" "$@" || fail "$topic could not be published"
}

# what_stands FILE OPTIONS...: all that is retained, TOPIC<tab>PAYLOAD. A word of our own comes last and
# ends it, however long a slow machine takes.
what_stands() {
    local file=$1 code=0 client
    shift
    [ -p standing ] || mkfifo standing
    mosquitto_pub -h 127.0.0.1 -p "$PORT" -q 1 -r -t test/last -m here || return 1
    mosquitto_sub -h 127.0.0.1 -p "$PORT" -W 30 -F '%t	%p' "$@" -t test/last --retained-only >standing 2>/dev/null &
    client=$!
    sed '/^test\/last\t/Q5' <standing >"$file" || code=$?
    kill -KILL "$client" 2>/dev/null
    wait "$client" 2>/dev/null
    [ "$code" = 5 ]
}
# standing TOPIC: what a new subscriber finds there at once; nothing: ""
standing() { what_stands standing.now -t "$1" && cut -f2- standing.now; }
stands() { [ "$(standing "$1")" = "$2" ]; }
heard() { grep -qF -- "$2" "$1"; }
