# The stand-in server is truthful: every row of its table is provoked, and the measured rows at the
# real servers too: the same requests, the same answers, the same points kept.
source "$(dirname "$0")/lib.sh"
source "$(dirname "$0")/_real_servers.sh"
needs python3 curl gzip influxd victoria-metrics
table=$servers/answers.tsv
NOW=$(date +%s)000000000
rows=0 held=0

# request ROW WHEN API: the request that provokes it: BODY and what is good in it (GOOD), path and
# query (WHERE), words for curl, and the DIALS of a stand-in. Each row has a measurement of its own.
request() {
    local row=$1 when=$2 api=$3 db=db
    good="$row,d=a v=1 $NOW"
    BODY="$good"$'\n'"$row,d=b v=2,w=3 $NOW" GOOD=2 WORDS=() DIALS=() BEFORE=""
    [ "$api" != v2 ] || db=bucket
    case $api in
    v2) WHERE=/api/v2/write ;;
    v3) WHERE=/api/v3/write_lp ;;
    *) WHERE=/write ;;
    esac
    WHERE+="?$db=solar"
    case $when in
    "some bad"*) BODY=$good$'\n'"$row v=oops $NOW" GOOD=1 ;;
    "all bad") BODY="$row,d=a x $NOW" GOOD=0 ;;
    "type conflict") BEFORE="$row,d=z v=1.5 $NOW" GOOD=1
        BODY="$row,d=b v=2i $NOW"$'\n'"$row,d=c w=3 $NOW" ;;
    "too old") BODY=$good$'\n'"$row,d=b v=2 5" GOOD=1 DIALS=(retention=3600) ;;
    "no credentials") DIALS=(user=writer password=right) ;;
    "wrong credentials") DIALS=(user=writer password=right) WORDS=(-K "$TESTS_TMP/wrong") ;;
    "no database") WHERE=${WHERE%%\?*}?precision=ns ;;
    "unknown database") WHERE=${WHERE%%\?*}?$db=nowhere DIALS=(databases=solar) ;;
    "unknown policy") WHERE+="&rp=never" DIALS=(policies=autogen,short) ;;
    "too large") DIALS=(limit=2000) BODY="$row s=\"$(head -c 3000 /dev/zero | tr '\0' x)\"" ;;
    "garbled gzip") WORDS=(-H 'Content-Encoding: gzip') BODY="no gzip, though long enough" ;;
    "other method") WORDS=(-X PUT) ;;
    "other path") WHERE=/elsewhere ;;
    ping | health) WHERE=/$when WORDS=(-X GET) BODY="" ;;
    delete) BEFORE=$BODY GOOD=-2 WHERE=/api/v2/delete?bucket=solar
        BODY='{"start":"1970-01-01T00:00:00Z","stop":"2200-01-01T00:00:00Z","predicate":"_measurement=\"'$row'\""}' ;;
    "bad delete") WHERE=/api/v2/delete?bucket=solar BODY=nothing ;;
    good | asked) ;;
    *) fail "no request for \"$when\"" ;;
    esac
    case $row in
    # It takes any word for the number 0: only a line without a value is bad to it.
    victoria_silent) BODY=$good$'\n'"$row x $NOW" ;;
    *_too_old) [ "$api" != v1 ] || WHERE+="&rp=short" ;;
    *_forbidden) WORDS=(-K "$TESTS_TMP/reader") DIALS=(user=reader) ;;
    v3_all_or_nothing) WHERE+="&accept_partial=false" ;;
    esac
}

# send URL: STATUS, and files headers and body; ENDED is how curl ended
send() {
    ENDED=0
    [ -z "$BEFORE" ] || printf '%s' "$BEFORE" |
        curl -sS -o /dev/null "$1${BEFORE_WHERE:-$WHERE}" --data-binary @-
    : >headers >body
    STATUS=$(printf '%s' "$BODY" | curl -s -m "$PATIENCE" -D headers -o body -w '%{http_code}' \
        -X POST "${WORDS[@]}" "$1$WHERE" --data-binary @-) || ENDED=$?
}

# at_stand_in ROW API WHEN STATUS EFFECT
at_stand_in() {
    local row=$1 api=$2 kept
    stand_in_set "like_$api" "$row" clear=1 user= password= databases= policies= retention=0 \
        limit=25000000 "${DIALS[@]}"
    BEFORE_WHERE=
    if [ "$3" = delete ]; then
        BEFORE_WHERE=/api/v2/write?bucket=solar
    fi
    PATIENCE=10
    [[ $4 != hang && $4 != drip* ]] || PATIENCE=1.5
    send "${server_url[like_$api]}"
    case $4 in
    hang) [ "$ENDED:$STATUS" = 28:000 ] || fail "$row did not hang: $ENDED $STATUS" ;;
    reset) [[ $ENDED =~ ^(52|56)$ ]] || fail "$row did not reset: $ENDED $STATUS" ;;
    drip*)
        [ "$ENDED" = 28 ] || fail "$row did not drip: $ENDED"
        [ ! -s headers ] || fail "$row dripped too fast"
        ;;
    *) python3 "$servers/compare.py" "$row" "$STATUS" headers body || fail "$row at the stand-in" ;;
    esac
    kept=$(stand_in_dump "like_$api" | grep -c .)
    is_kept "$row" "$5" "$kept"
}

# is_kept ROW EFFECT COUNT: as many points as the effect says
is_kept() {
    local wanted=0
    [ "$2" = "store none" ] || wanted=$GOOD
    [ -z "$BEFORE" ] || wanted=$((wanted + (GOOD < 0 ? 0 : 1)))
    [ "$wanted" = "$3" ] || fail "$1: $3 points kept, not $wanted"
}

# at_influxd ROW WHEN EFFECT: the same at the real one, word for word as the stand-in said it
at_influxd() {
    local url=${server_url[influx]} policy=autogen kept
    if [[ $2 == *credentials || $1 == *_forbidden ]]; then
        url=${server_url[guarded]}
        CURL_WORDS="-K $TESTS_TMP/admin"
    fi
    [ "$2" != "too old" ] || policy=short
    cp body stand_in.body
    send "$url"
    python3 "$servers/compare.py" "$1" "$STATUS" headers body || fail "$1 at InfluxDB"
    diff -Z stand_in.body body || fail "$1: InfluxDB words it otherwise"
    kept=$(influx_query "$url" solar "SELECT * FROM solar.$policy.$1" | grep -c "^$1,")
    CURL_WORDS=""
    is_kept "$1" "$3" "$kept"
    held=$((held + 1))
}

at_victoria() {
    local url=${server_url[victoria]} kept
    [[ $2 != *credentials ]] || url=${server_url[closed]}
    send "$url"
    python3 "$servers/compare.py" "$1" "$STATUS" headers body || fail "$1 at VictoriaMetrics"
    kept=0
    [[ $2 == *credentials ]] || kept=$(victoria_export "$url" "{__name__=\"${1}_v\"}" | grep -c .)
    is_kept "$1" "$3" "$kept"
    held=$((held + 1))
}

(
    umask 077
    echo 'user = "writer:right"' >admin
    echo 'user = "writer:wrong"' >wrong
    echo 'user = "reader:right"' >reader
)
influxd_start influx max-body-size=2000
influx_query "$URL" "" "CREATE DATABASE solar" >/dev/null
influx_query "$URL" "" "CREATE RETENTION POLICY short ON solar DURATION 1h REPLICATION 1" >/dev/null
influxd_start guarded auth-enabled=true
influx_query "$URL" "" "CREATE USER writer WITH PASSWORD 'right' WITH ALL PRIVILEGES" >/dev/null
CURL_WORDS="-K $TESTS_TMP/admin"
influx_query "$URL" "" "CREATE DATABASE solar" >/dev/null
influx_query "$URL" "" "CREATE USER reader WITH PASSWORD 'right'" >/dev/null
influx_query "$URL" "" "GRANT READ ON solar TO reader" >/dev/null
CURL_WORDS=""
victoria_start victoria -retentionPeriod=1y
# A closed door is a sign of life too.
is_there() { [ "$(curl -s -o /dev/null -w '%{http_code}' "$1")" != 000 ]; }
free_port
server_url[closed]=http://127.0.0.1:$PORT
httpAuth_username=writer httpAuth_password=right server_run closed victoria-metrics -envflag.enable \
    "-storageDataPath=$TESTS_TMP/closed" "-httpListenAddr=127.0.0.1:$PORT" -loggerLevel=WARN
server_wait closed is_there "${server_url[closed]}/health"
for api in v1 v2 v3 victoria; do
    stand_in_start "like_$api" --api "$api"
done

while IFS=$'\t' read -r row api when status _ _ effect proof; do
    rows=$((rows + 1))
    [ "$api" != any ] || api=v1
    request "$row" "$when" "$api"
    at_stand_in "$row" "$api" "$when" "$status" "$effect"
    case $proof in
    "measured: InfluxDB 1.6.7") at_influxd "$row" "$when" "$effect" ;;
    "measured: VictoriaMetrics 1.79.5") at_victoria "$row" "$when" "$effect" ;;
    documented) ;;
    *) fail "$row: no such proof: $proof" ;;
    esac
done < <(grep -v '^#' "$table" | tail -n +2 | sed 's/\t\t/\t-\t/g; s/\t\t/\t-\t/g')
[ "$rows" -gt 0 ] || fail "the table is empty"
echo "$rows rows, $held held against real servers"
