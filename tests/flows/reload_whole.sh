# A reload is followed as a whole or refused as a whole, in words, and a start likewise: what cannot
# be built, another store. Any number of them; one that comes while the daemon still starts; and a
# device that was away for a moment is not read twice for one tick.
source "$(dirname "$0")/lib.sh"
source "$(dirname "$0")/_servers.sh"
needs sqlite3

# settings LINES...: two wires and what is said beside them
settings() {
    printf '%s\n' '[store]' "path = ${store:-$TESTS_TMP/helio.db}" '[bus roof]' 'line = sim' "every = ${every:-0.3}" \
        'paced = no' '[device south]' 'driver = tracer' 'bus = roof' "$@" >next.ini
    mv next.ini a.ini
}
said() { grep -cF -- "$1" err.log; }
more_said() { [ "$(said "$1")" -gt "$2" ]; }
# hup WORDS: and they are said once more
hup() {
    local before
    before=$(said "$1")
    kill -HUP "$daemon"
    until_true 20 more_said "$1" "$before" || fail "after HUP nobody said: $1; $(tail -3 err.log)"
}
stored() { sqlite3 helio.db "SELECT count(*) FROM reading r JOIN device d ON d.id = r.device WHERE d.name = '$1'"; }
more_stored() { [ "$(stored south)" -gt "$1" ]; }

# ---- HUP while it starts: its settings come through a pipe, so it is known where it stands ------------
settings
mkfifo pipe
exec 7<>pipe
"$HELIO" run -c pipe 2>err.log 7<&- &
daemon=$!
twins+=($daemon)
reads_pipe() { [ "/proc/$daemon/exe" -ef "$HELIO" ] && ls -l "/proc/$daemon/fd" 2>/dev/null | grep -q "$TESTS_TMP/pipe"; }
until_true 20 reads_pipe || fail "the settings are not read"
kill -HUP "$daemon"
cat a.ini >&7
mv a.ini pipe
exec 7>&-
until_true 20 more_said 'settings read again' 0
kill "$daemon"
wait "$daemon" || fail "it ended with $?: $(cat err.log)"

# ---- what cannot be built is refused: by check, at the start, on HUP ----------------------------------
settings
"$HELIO" run -c a.ini 2>err.log &
daemon=$!
twins+=($daemon)
until_true 20 "$HELIO" status -c a.ini >status || fail "it did not start: $(cat err.log)"
many=$(for i in $(seq 33); do printf '[device d%s]\ndriver = tracer\nbus = shed\naddress = %s\n' "$i" "$i"; done)
goodwes=$(for i in $(seq 17); do printf '[device g%s]\ndriver = goodwe\nbus = port\naddress = %s\nserial = 1%03d0DSN00000001\n' "$i" "$i" "$i"; done)
shed=$'[bus shed]\nline = sim\npaced = no\n[device east]\ndriver = tracer\nbus = shed'
# refused WORD LINES...
refused() {
    local word=$1 before
    shift
    settings "$@"
    expect 78 "$HELIO" check --offline -c a.ini
    has err "$word"
    before=$(stored south)
    hup 'the old settings hold'
    has err.log "$word"
    until_true 20 more_stored "$before" || fail "after a refused reload nothing is stored"
    store=$TESTS_TMP/other.db settings "$@"
    expect 78 "$HELIO" run -c a.ini --for 1
    has err "$word"
}
refused 2215b "$shed" $'[bus third]\nline = sim\nmodel = 2215b\n[device west]\ndriver = tracer\nbus = third'
refused 'not an hour' $'[bus third]\nline = sim\nat = 1\n[device west]\ndriver = tracer\nbus = third'
refused 'more than' $'[bus shed]\nline = sim\npaced = no' "$many"
refused 'more than' $'[bus port]\nline = serial:/dev/ttyUSB77' "$goodwes"

# ---- another store: told, with the remedy, and nothing else of it is followed ---------------------------
store=$TESTS_TMP/elsewhere.db settings "$shed"
hup 'the old settings hold'
has err.log 'start it again'
[ ! -e elsewhere.db ] || fail "another store was made"
[ "$(stored east)" = 0 ] || fail "half of a refused reload was followed"

# ---- any number of reloads, each of them changing another wire ------------------------------------------
wires=12
for n in $(seq 0 $wires); do
    settings "$(for b in $(seq $wires); do
        printf '[bus b%s]\nline = sim\npaced = no\nevery = %s\n[device d%s]\ndriver = tracer\nbus = b%s\n' \
            "$b" $((b <= n ? 2 : 1)) "$b" "$b"
    done)"
    hup 'settings read again'
done

# ---- a device that is away for a moment, within its tick ------------------------------------------------
every=3 settings "$shed"
hup 'settings read again'
for _ in 1 2; do
    before=$(stored south)
    until_true 20 more_stored "$before"
    every=3 settings "${shed/east/elsewhere}"
    sed -i 's/south/north/' a.ini
    hup 'settings read again'
    every=3 settings "$shed"
    hup 'settings read again'
done

# ---- and a start within the tick of the last end --------------------------------------------------------
for _ in 1; do
    before=$(stored south)
    until_true 20 more_stored "$before"
    kill "$daemon"
    wait "$daemon" || fail "it ended with $?: $(tail err.log)"
    "$HELIO" run -c a.ini 2>>err.log &
    daemon=$!
    twins+=($daemon)
    until_true 20 "$HELIO" status -c a.ini >status 2>&1
    sleep 0.3
done
kill "$daemon"
wait "$daemon" || fail "it ended with $?: $(tail err.log)"
double=$(sqlite3 helio.db "SELECT count(*) FROM (SELECT 1 FROM reading WHERE kind = 0 GROUP BY device, at HAVING count(*) > 1)")
[ "$double" = 0 ] || fail "$double ticks are stored twice"
echo "reloads $(said 'settings read again'), refused $(said 'the old settings hold'), ticks twice $double"
