# MATEnet devices are told: alone and behind a hub, here and through the daemon; what would cut the
# house's power needs to be said aloud.
. "$HELIO_SOURCE/tests/flows/lib.sh"
. "$HELIO_SOURCE/tests/flows/_servers.sh"
needs sqlite3 python3 curl
fast_clock 5

settings() { # MORE OF THE HUB
    printf '[store]\npath = %s/helio.db\n[bus cabin]\nline = sim\nat = 12:00\nday = clear\nspeed = 1000000\nturnaround = 1\nevery = %s\n' "$TESTS_TMP" "${2:-1}"
    printf '[device hub]\ndriver = mate\nbus = cabin\n%b' "$1"
    printf '[device well]\ndriver = mate\nbus = cabin\nserial = mx1\n'
}
tell() { "$HELIO" tell -c a.ini "$@"; }
writes() { grep -c '^> 0[0-9] 03' "$1"; }

# ---- not allowed, allowed, tried dry ----------------------------------------------------------------
settings '' >a.ini
expect 0 "$HELIO" check --offline -c a.ini
expect 77 tell hub-fx2 ac_control=drop
has err "allow_tell = yes"
expect 0 tell hub-fx2 ac_control=drop --dry-run
has out "would be written"
settings 'allow_tell = yes\n' >a.ini
expect 0 tell hub-fx2 ac_control=drop charger_control=off --record w.log
has out "read back"
[ "$(writes w.log)" = 2 ] || fail "not one write each"
expect 0 tell hub-mx1 aux=on
expect 77 tell well aux=on # its own section does not allow it
has err "allow_tell = yes"
expect 0 tell hub-dc3 reset_full_days=yes charge_factor=91

# a section of its own decides for its unit alone
settings '' >b.ini
printf 'allow_tell = yes\n' >>b.ini
expect 0 "$HELIO" tell -c b.ini well aux=on
expect 77 "$HELIO" tell -c b.ini hub-mx1 aux=on

# ---- the same names are read and asked ---------------------------------------------------------------
for name in hub-mx1 well; do
    expect 0 "$HELIO" read -c a.ini "$name" pv_power
    between 100 "$(cat out)" 5000
    expect 0 "$HELIO" ask -c a.ini "$name" log:1
    has out "day                    1"
done
expect 0 "$HELIO" read -c a.ini hub-fx2 output_voltage
expect 64 "$HELIO" read -c a.ini hub-fx7 output_voltage
has err 'nobody behind hub is called "fx7"'
expect 64 "$HELIO" once --print -c a.ini hub-fx2
has err "hub-fx2 sits behind hub: name that one"
expect 0 "$HELIO" check -c a.ini
has out "mate, serial mx1  heard through another one"

# ---- the house's power ------------------------------------------------------------------------------
rm -f w.log
expect 77 tell hub-fx2 inverter_control=off --record w.log
has err "loses its power"
has err "--cut-power"
[ ! -s w.log ] || [ "$(writes w.log)" = 0 ] || fail "it was written all the same"
expect 0 tell hub-fx2 inverter_control=off --dry-run
has out "only with --cut-power"
expect 0 tell hub-fx2 inverter_control=off --dry-run --cut-power
has out "would lose its power"
rm -f w.log
expect 0 tell hub-fx2 inverter_control=off --cut-power --record w.log
[ "$(writes w.log)" = 1 ] || fail "not exactly one write"
expect 0 tell hub-fx2 inverter_control=search # takes no power away

# ---- refusals --------------------------------------------------------------------------------------
expect 64 tell hub-fx3 ac_control=drop
has err 'nobody behind hub is called "fx3"'
expect 64 tell hub ac_control=drop
expect 64 tell hub-dc3 battery_capacity=805
has err "steps of 10"
expect 64 tell hub-fx2 equalize_control=2

# Who is only heard through another is not mistaken for it.
printf '[bus shed]\nline = sim\nmodel = parallel\n[device roof]\ndriver = axpert\nbus = shed\nallow_tell = yes\n[device east]\ndriver = axpert\nbus = shed\nserial = 92932004100444\nallow_tell = yes\n' >c.ini
expect 64 "$HELIO" tell -c c.ini east float_voltage=54.0
has err "heard through roof"

# ---- through the daemon: its own twins, so what was told stays --------------------------------------
daemon a.ini
until_true 10 sh -c '"$0" status | grep -q hub-fx2' "$HELIO" || fail "the units were not found"
expect 0 tell hub-fx2 ac_control=drop
expect 77 tell hub-fx2 inverter_control=off
has err "--cut-power"
expect 0 tell hub-fx2 inverter_control=off --dry-run
has out "only with --cut-power"
expect 0 tell hub-fx2 inverter_control=off --cut-power
has out "read back"
expect 64 tell hub-fx9 ac_control=drop
expect 77 tell well aux=off
is_off() { [ "$("$HELIO" export -c a.ini hub-fx2 --columns output_voltage | tail -1 | tr -d '\r' | cut -d, -f3)" = 0 ]; }
until_true 20 is_off ||
    fail "the inverter is still on: $("$HELIO" export -c a.ini hub-fx2 --columns output_voltage | tail -1)"
[ "$(sql "select count(*) from event where text like 'told: inverter_control=off%'")" = 1 ] ||
    fail "it was not written down once"
