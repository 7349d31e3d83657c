# The charge assistant in a real daemon, on a controller that exists for both: raised when its hour
# has come, lowered on every way out, by a crash as well; and nothing at all unless it is allowed.
. "$HELIO_SOURCE/tests/flows/lib.sh"
. "$HELIO_SOURCE/tests/flows/_servers.sh"
needs sqlite3 python3

twin south --battery 24 --link "$TESTS_TMP/bus" --speed 0
# It is noon at the site, whenever this runs.
shift_h=$((10#$(date -u +%H) - 12))
zone=Etc/GMT$([ "$shift_h" -ge 0 ] && echo "+$shift_h" || echo "$shift_h")

settings() {
    printf '[site]\ntimezone = %s\n[store]\npath = %s\n[bus west]\nline = %s\nevery = 0.2\n[device south]\ndriver = tracer\nbus = west\n' \
        "$zone" "$TESTS_TMP/helio.db" "$LINE" >a.ini
    printf '%s\n' "$@" >>a.ini
}
rule() {
    printf '%s\n' '[rule absorb]' 'device = south' 'normal_voltage = 27.2' \
        'absorb_voltage = 28.6' 'end_current = 3' 'stop_from = 14:00' "$@"
}
float_is() { [ "$("$HELIO" read -c a.ini south floatv 2>/dev/null)" = "$1" ]; }
events() { sql "SELECT text FROM event WHERE who = 'south' ORDER BY seq" >events; }
is_event() { events && grep -qF -- "$1" events; }
event() { until_true 10 is_event "$1" || { cat events daemon.err >&2; fail "no event says \"$1\""; }; }

# ---- what check says -----------------------------------------------------------------------------
settings "$(rule 'lead_acid = yes')"
expect 78 "$HELIO" check --offline -c a.ini
has err "allow_tell = yes"
settings 'allow_tell = yes' "$(rule)"
expect 78 "$HELIO" check --offline -c a.ini
has err "lead_acid"
settings 'allow_tell = yes' "$(rule 'lead_acid = yes' 'device2 = x')"
expect 78 "$HELIO" check --offline -c a.ini
settings 'allow_tell = yes' "$(rule 'lead_acid = yes' | sed 's/= south/= sowth/')"
expect 78 "$HELIO" check --offline -c a.ini
has err 'did you mean "south"'
settings 'allow_tell = yes' "$(rule 'lead_acid = yes')"
expect 0 "$HELIO" check --offline -c a.ini
has out "until less than 3 A: off"

# ---- off, and then not lead-acid -----------------------------------------------------------------
expect 0 "$HELIO" tell -c a.ini south battery_type=user absorb_voltage=28.8 float_voltage=27.2
daemon a.ini
# looked_at: it has had rounds enough to act
rounds_now() { status_get rounds.count; }
looked_at() { [ "$(rounds_now)" -ge $((rounds + 12)) ]; }
rounds=$(rounds_now)
until_true 20 looked_at || fail "no rounds"
[ "$(status_get rules.0.state)" = off ] || fail "a rule is on by itself"
float_is 27.2 || fail "raised though it is off"

# ---- raised after a reload -----------------------------------------------------------------------
settings 'allow_tell = yes' "$(rule 'lead_acid = yes' 'enabled = yes')"
kill -HUP "$DAEMON"
until_true 20 float_is 28.6 || { cat daemon.err >&2; fail "not raised"; }
raised() { [ "$(status_get rules.0.state)" = raised ]; }
until_true 5 raised || fail "status does not say so"
expect 0 "$HELIO" status
has out absorb
event "raises float_voltage to 28.6 V"
event "float_voltage raised to 28.6 V"

# ---- a wrong reload changes nothing; a stop lowers -----------------------------------------------
echo nonsense >>a.ini
kill -HUP "$DAEMON"
until_true 10 grep -q "the old settings hold" daemon.err || fail "a wrong reload is not told"
settings 'allow_tell = yes' "$(rule 'lead_acid = yes' 'enabled = yes')"
float_is 28.6 || fail "a wrong reload lowered it"
daemon_end TERM
[ "$DAEMON_CODE" = 0 ] || fail "it ended with $DAEMON_CODE"
float_is 27.2 || fail "still raised after the end"
event "lowered to 27.2 V: nobody will watch it"

# ---- a crash: known to the next start, and lowered when the rule is gone ------------------------
daemon a.ini
until_true 20 float_is 28.6 || fail "not raised after a restart"
until_true 5 raised || fail "not settled"
kill -KILL "$DAEMON"
wait "$DAEMON" 2>/dev/null
forget "$DAEMON"
float_is 28.6 || fail "a crash cannot lower it"
settings 'allow_tell = yes'
daemon a.ini
until_true 20 float_is 27.2 || { cat daemon.err >&2; fail "what a crash left stays raised"; }
event "still raised"
daemon_end TERM

# ---- a device that does not answer: the end comes all the same, and the next start lowers ---------
settings 'allow_tell = yes' "$(rule 'lead_acid = yes' 'enabled = yes' 'changes_per_day = 3')"
daemon a.ini
until_true 20 float_is 28.6 || fail "not raised the third time"
until_true 5 raised || fail "not settled"
kill -STOP "${twins[0]}"
began=$SECONDS
daemon_end TERM
# what was said to it meanwhile was never heard
python3 -c 'import os, sys, termios
wire = os.open(sys.argv[1], os.O_RDWR | os.O_NOCTTY)
termios.tcflush(wire, termios.TCIOFLUSH)' "$TESTS_TMP/bus"
kill -CONT "${twins[0]}"
[ "$DAEMON_CODE" = 0 ] || fail "it ended with $DAEMON_CODE"
[ $((SECONDS - began)) -le 20 ] || fail "it took $((SECONDS - began)) s to end"
echo "ended beside a silent device in $((SECONDS - began)) s"
event "could not be lowered"
until_true 5 float_is 28.6 || fail "lowered by whom?" # the first question may meet what was left on the wire
settings 'allow_tell = yes' "$(rule 'lead_acid = yes')"
daemon a.ini
until_true 20 float_is 27.2 || fail "not lowered though the rule is off"
event "lowered to 27.2 V: the rule is off"
daemon_end TERM

# ---- as often as was said, and no more -----------------------------------------------------------
settings 'allow_tell = yes' "$(rule 'lead_acid = yes' 'enabled = yes' 'changes_per_day = 3')"
daemon a.ini
rounds=$(rounds_now)
until_true 20 looked_at || fail "no rounds"
float_is 27.2 || fail "raised a fourth time this day"
daemon_end TERM
[ "$(sql "SELECT count(*) FROM event WHERE text LIKE '%: raises %'")" = 3 ] || fail "not three raises"
[ "$(sql "SELECT count(*) FROM event WHERE text LIKE '%voltage lowered%'")" = 3 ] || fail "not three ends"
events
cat events
