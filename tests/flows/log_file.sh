# Where there is no journal the daemon writes its log into a file, with time and level: at its end,
# anew after HUP when it was moved away, and no worse when it was cut to nothing meanwhile.
source "$(dirname "$0")/lib.sh"
source "$(dirname "$0")/_servers.sh"
needs sqlite3

settings() {
    cat >a.ini <<INI
[helio]
log_file = $TESTS_TMP/logs/helio.log
log_level = $1
$(house_ini helio 'every = 0.5')
[sink influx]
kind = influx
url = http://127.0.0.1:1
user = solar
password_file = $TESTS_TMP/credentials/influx
INI
}
mkdir -p credentials
echo moon-and-stars-8 >credentials/influx
chmod 600 credentials/influx

# ---- it must be possible ---------------------------------------------------------------------------
settings note
expect 77 "$HELIO" run -c a.ini --for 1
has err "$TESTS_TMP/logs/helio.log"
has err log_file
settings loud
expect 78 "$HELIO" run -c a.ini --for 1
has err log_level
has err debug

# ---- into the file, at its end ----------------------------------------------------------------------
mkdir logs
settings debug
echo "what stood there before" >logs/helio.log
chmod 640 logs/helio.log
daemon a.ini
line_in() { grep -qE "^20[0-9]{2}-[0-9]{2}-[0-9]{2}T[0-9:]{8}Z $1: .*" "${2:-logs/helio.log}"; }
until_true 10 line_in '(debug|note|warning|error)' || fail "no line with time and level"
has logs/helio.log "what stood there before"
again() {
    kill -HUP "$DAEMON"
    until_true 10 grep -q "settings read again" logs/helio.log || fail "no reload"
}
again
# ---- moved away, as logrotate does -------------------------------------------------------------------
mv logs/helio.log logs/helio.log.1
settings note
again
[ "$(stat -c %a logs/helio.log)" = 640 ] || fail "the log is open to others"
size=$(stat -c %s logs/helio.log.1)
kill -HUP "$DAEMON"
two() { [ "$(grep -c 'settings read again' logs/helio.log)" = 2 ]; }
until_true 10 two || fail "not into the new file"
[ "$(stat -c %s logs/helio.log.1)" = "$size" ] || fail "it still writes into the old file"
has_not logs/helio.log " debug: "
# ---- cut to nothing (copytruncate): no hole of zeros -----------------------------------------------------
: >logs/helio.log
again
[ "$(tr -d '\0' <logs/helio.log | wc -c)" = "$(wc -c <logs/helio.log)" ] || fail "zeros in the log"
# ---- a file that cannot be: the log goes on where it was --------------------------------------------------
sed -i 's|logs/helio.log|none/helio.log|' a.ini
kill -HUP "$DAEMON"
until_true 10 grep -q "the log goes on where it was" logs/helio.log || fail "it lost its log"
# ---- the command line has the last word, and secrets are in no log ------------------------------------------
daemon_end TERM
settings debug
: >logs/helio.log
"$HELIO" run -c a.ini --quiet --for 2 || fail "it did not end well"
! grep -q ' \(debug\|note\): ' logs/helio.log || fail "--quiet is not heard"
"$HELIO" run -c a.ini --trace --for 2
line_in wire || fail "--trace is not heard"
! grep -rq moon-and-stars logs || fail "a password is in the log"
# ---- the environment, where the settings say nothing ---------------------------------------------------------
sed -i '/^log_file/d' a.ini
HELIO_LOG_FILE=$TESTS_TMP/logs/other.log "$HELIO" run -c a.ini --for 1 2>err || fail "it did not end well"
line_in '(error|warning|note|debug)' logs/other.log || fail "HELIO_LOG_FILE is not heard"
[ ! -s err ] || fail "some of it went to standard error: $(cat err)"
