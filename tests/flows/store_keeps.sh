# How long what is kept: thinning, pruning by age and by the disk cap, never before every sink has
# it, but for the cap; and then what was lost is counted and told.
. "$HELIO_SOURCE/tests/flows/lib.sh"
. "$HELIO_SOURCE/tests/flows/_servers.sh"
needs sqlite3 curl python3

# settings NAME LINES OF [store]...
settings() {
    local name=$1
    shift
    {
        printf '[site]\ntimezone = Europe/Sofia\n[store]\npath = %s/%s.db\n' "$TESTS_TMP" "$name"
        printf '%s\n' "$@"
        printf '[bus roof]\nline = sim\nevery = 1\n[device south]\ndriver = tracer\nbus = roof\n'
        printf '[sink influx]\nkind = influx\nurl = %s\nhistory = yes\ntimeout = 1\n' "$URL"
    } >"$name.ini"
}
rows() { sqlite3 -readonly "$1.db" "SELECT count(*) FROM reading"; }

# ---- thinned, but not before the sink has it -----------------------------------------------------
stand_in_start sink --api v1
stand_in_set sink mode=unavailable retry_after=1
settings thin 'keep_fine = 2' 'thin_to = 60'
"$TOOLS/fill_store" "$TESTS_TMP/thin.db" 2 2880 5 --sink influx --batch 100 >/dev/null # four hours
daemon thin.ini
until_true 20 eval '[ "$(status_get sinks.0.failures)" -ge 1 ] && [ "$(status_get rounds.count)" -ge 2 ]' || fail "the sink is not tried"
[ "$(rows thin)" -ge 5760 ] || fail "thinned before the sink had it: $(rows thin) rows"
stand_in_set sink mode=ok
until_true 30 eval '[ "$(status_get sinks.0.backlog)" -lt 3 ]' || fail "not delivered"
is_thinned() {
    local now=$before
    before=$(rows thin)
    [ "$before" -lt 3300 ] && [ "$before" -ge "$now" ] # and no more goes
}
before=0
until_true 40 is_thinned || fail "not thinned: $(rows thin) rows"
daemon_end
fine=$(sqlite3 thin.db "SELECT count(*) FROM reading WHERE device = 1 AND at > (SELECT max(at) FROM reading) - 7000000")
old=$(sqlite3 thin.db "SELECT count(*) FROM reading r WHERE device = 1 AND at < (SELECT max(at) FROM reading) - 7300000")
between 1390 "$fine" 1410
between 110 "$old" 130
echo "thinned: two hours at 5 s are $fine rows, the two before at 60 s are $old; $(stand_in_get sink points) points there"

# ---- old days go, their rollups stay -------------------------------------------------------------
settings old 'keep_days = 2'
"$TOOLS/fill_store" "$TESTS_TMP/old.db" 1 1440 300 --batch 100 >/dev/null # five days
expect 0 "$HELIO" once -c old.ini
for _ in 1 2 3; do expect 0 "$HELIO" once -c old.ini; done
[ "$(rows old)" -lt 700 ] || fail "not pruned: $(rows old) rows"
days=$(sqlite3 old.db "SELECT count(DISTINCT day) FROM rollup WHERE metric = 'pv_power' AND day > 0")
between 4 "$days" 5
echo "pruned: $(rows old) rows of five days are left, and $days days of rollups"

# ---- the cap and the curves of days long past: those go before what was just said -----------------
settings curves 'cap_mb = 1'
"$TOOLS/fill_store" "$TESTS_TMP/curves.db" 1 200 5 --batch 100 >/dev/null
"$HELIO" once -c curves.ini >/dev/null 2>&1
before=$(rows curves)
sqlite3 curves.db "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 899)
    INSERT INTO rollup SELECT 1, 'pv_power', strftime('%Y%m%d', '2021-01-01', '+' || i || ' days') + 0, zeroblob(2000) FROM n"
for _ in 1 2 3 4 5 6; do "$HELIO" once -c curves.ini >/dev/null 2>>curves.err; done
[ "$(rows curves)" -ge "$before" ] || fail "readings went for the sake of old curves: $(rows curves) of $before are left"
read -r first last count <<<"$(sqlite3 -separator ' ' curves.db "SELECT min(day), max(day), count(*) FROM rollup WHERE day > 0")"
[ "$first" -gt 20210101 ] && [ "$last" -ge 20230618 ] || fail "not the oldest days went: $first to $last are left"
used=$(sqlite3 curves.db "SELECT (pc - fl) * ps FROM (SELECT page_count pc FROM pragma_page_count), (SELECT freelist_count fl FROM pragma_freelist_count), (SELECT page_size ps FROM pragma_page_size)")
[ "$used" -le $((1048576 + 65536)) ] || fail "the cap is passed by curves: $used bytes"
grep -q "the curves of 20210101 are gone" curves.err || fail "it is not told"
echo "curves: $count days of 900 are left within the cap, and all $before readings"

# ---- the cap: the oldest go first, and the loss is told ------------------------------------------
stand_in_start sink --api v1
stand_in_set sink mode=unavailable
settings cap 'cap_mb = 1'
"$TOOLS/fill_store" "$TESTS_TMP/cap.db" 2 6000 5 --sink influx --batch 100 >/dev/null
before=$(rows cap)
for _ in 1 2 3 4 5 6; do "$HELIO" once -c cap.ini --wait 0.3 >/dev/null 2>>cap.err; done
lost=$(sqlite3 cap.db "SELECT lost FROM cursor")
left=$(rows cap)
gone=$((before + 6 - left))
used=$(sqlite3 cap.db "SELECT (pc - fl) * ps FROM (SELECT page_count pc FROM pragma_page_count), (SELECT freelist_count fl FROM pragma_freelist_count), (SELECT page_size ps FROM pragma_page_size)")
[ "$used" -le $((1048576 + 65536)) ] || fail "the cap is passed: $used bytes"
[ "$lost" -gt 1000 ] || fail "nothing went"
between $((gone - 6)) "$lost" "$gone"
[ "$(grep -c "lost to it" cap.err)" -ge 1 ] || fail "the loss is not told"
[ "$(sqlite3 cap.db "SELECT count(*) FROM event WHERE text LIKE '%pruned by the cap%'")" -ge 1 ] || fail "no event"
stand_in_set sink mode=ok
expect 0 "$HELIO" once -c cap.ini --wait 20
there=$(stand_in_get sink points)
echo "cap: $before readings, $gone pruned, $lost counted as lost, $there delivered in the end"
between $((left - 6)) "$there" $((left + 1))
