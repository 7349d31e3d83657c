# Raw commands go behind a flag, once and never those that wreck a unit; and every write counts against
# the day's budget, whoever makes it.
. "$HELIO_SOURCE/tests/flows/lib.sh"

printf '[bus shed]\nline = sim\nspeed = 100000\nturnaround = 1\n[device axe]\ndriver = axpert\nbus = shed\nallow_tell = yes\nwrites_per_day = 3\n' >a.ini
count() { cut -d' ' -f2 writes-axe; }

# ---- raw ------------------------------------------------------------------------------------------
expect 77 "$HELIO" ask axe -c a.ini PBFT 53.0
has err "--write"
expect 0 "$HELIO" ask axe -c a.ini PBFT 53.0 --write --record sent.log
has sent.log "50 42 46 54 35 33 2e 30"
[ "$(grep -c '^>.*50 42 46 54' sent.log)" = 1 ] || fail "it was not sent once"
[ "$(count)" = 1 ] || fail "the count is $(count)"
expect 69 "$HELIO" ask axe -c a.ini PBFT 99.0 --write
has err "said no"
for wrecks in PF PSAVE PBATCD010 PBF0001 ATE1 BTA1; do
    expect 77 "$HELIO" ask axe -c a.ini $wrecks --write --record none.log
    [ ! -s none.log ] || has_not none.log "> "
done
expect 64 "$HELIO" ask axe -c a.ini QPIGS --write
expect 64 "$HELIO" ask tracer@sim:1 0x9000 --write
[ "$(count)" = 2 ] || fail "the count is $(count), not 2"
# nothing is changed without the owner's word, and a device without a section has none
sed 's/allow_tell = yes/allow_tell = no/' a.ini >shut.ini
expect 77 "$HELIO" ask axe -c shut.ini PBFT 53.0 --write --record shut.log
has err "allow_tell = yes"
[ ! -s shut.log ] || has_not shut.log "50 42 46 54"
expect 77 "$HELIO" ask axpert@sim PBFT 53.0 --write
[ "$(count)" = 2 ] || fail "what was refused was counted"

# ---- the budget -------------------------------------------------------------------------------------
expect 0 "$HELIO" tell axe -c a.ini float_voltage=53 --dry-run
expect 64 "$HELIO" tell axe -c a.ini float_voltage=99
[ "$(count)" = 2 ] || fail "what was not sent was counted"
expect 0 "$HELIO" tell axe -c a.ini float_voltage=53
expect 77 "$HELIO" tell axe -c a.ini float_voltage=53.1 --record none2.log
has err "writes_per_day"
[ ! -s none2.log ] || has_not none2.log "50 42 46 54"
expect 77 "$HELIO" ask axe -c a.ini PBFT 53.0 --write
# Tomorrow is another day.
printf '2001-01-01 99\n' >writes-axe
expect 0 "$HELIO" tell axe -c a.ini float_voltage=53
[ "$(count)" = 1 ] || fail "a new day began with $(count)"

# ---- beside a daemon: it does it, and writes it down --------------------------------------------------
printf '[store]\npath = %s/helio.db\n' "$TESTS_TMP" >>a.ini
"$HELIO" run -c a.ini 2>daemon.err &
daemon=$!
twins+=($daemon)
until_true 20 "$HELIO" status -c a.ini
expect 0 "$HELIO" ask axe -c a.ini PBFT 53.0 --write
has out "the unit said yes"
[ "$(count)" = 2 ] || fail "beside a daemon the count is $(count)"
kill "$daemon"
wait "$daemon"
[ "$(sqlite3 helio.db "SELECT count(*) FROM event WHERE who = 'axe' AND text LIKE 'told: PBFT53.0%'")" = 1 ] ||
    fail "no event: $(sqlite3 helio.db 'SELECT * FROM event')"
