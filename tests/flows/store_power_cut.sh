# Power cuts and bad bits: the log cut or spoilt at many places, one bit turned anywhere. It always
# starts; what was committed before is there; no number is wrong.
. "$HELIO_SOURCE/tests/flows/lib.sh"
. "$HELIO_SOURCE/tests/flows/_servers.sh"
needs sqlite3 python3

count=40
[ -z "${HELIO_LONG:-}" ] || count=400

# A store that was killed with a log of many commits.
"$TOOLS/fill_store" "$TESTS_TMP/helio.db" 3 400 5 --batch 4 >/dev/null || fail "cannot be filled"
house_ini helio 'every = 0.1' >run.ini
daemon run.ini
log_is_long() { [ "$(status_get store.committed)" -ge 40 ]; }
until_true 20 log_is_long || fail "nothing is committed"
daemon_end KILL
cp helio.db kept.db
cp helio.db-wal kept.db-wal || fail "there is no log to cut"
committed=$(sqlite3 kept.db "SELECT count(*) FROM reading")
cp helio.db kept.db # the question may have brought the log into the file
rm -f kept.db-shm
cp helio.db-wal kept.db-wal

# as the program opens them: one of each kind by itself, the others in one process
[ "$("$TOOLS/fill_store" "$TESTS_TMP/crowd.db" 6 3000 5 --batch 3000)" = 18000 ] &&
    [ "$(sqlite3 crowd.db "SELECT count(*) FROM reading")" = 18000 ] || fail "a crowd of readings is not kept in full"
for mode in cut garble flip; do
    rm -rf cases now
    python3 "$HELIO_SOURCE/tests/tools/cut_tail.py" kept.db cases --mode $mode --count "$count" --seed "$SEED"
    cp -r cases/0007 now
    house_ini now/helio 'every = 1' >a.ini
    expect 0 "$HELIO" once -c a.ini
    expect 0 "$HELIO" export -c a.ini --columns pv_voltage,battery_voltage,battery_soc
    [ "$(tail -n +2 out | wc -l)" -ge 1200 ] || [ $mode = flip ] || fail "$mode: export has $(wc -l <out) lines"
    whole=$(sqlite3 now/helio.db "SELECT count(*) FROM reading")
    "$TOOLS/open_stores" cases/* >opened 2>err || fail "$mode: $(tail -3 err)"
    read -r places failures least wrong carried lost < <(awk -v all="$committed" '
        $1 == "failed" { failed++ }
        { n++; rows = $1 + 0; lost += all + 1 - rows; wrong += $2; carried += $3; if (n == 1 || rows < least) least = rows }
        END { print n, failed + 0, least, wrong, carried, int(lost / n) }' opened)
    echo "$mode: $places places, $failures failed to start, $carried were carried over, $committed readings before," \
        "at least $least after, $lost lost on average, $wrong wrong"
    [ "$places" = "$count" ] || fail "$mode: $places of $count were opened"
    [ "$failures" = 0 ] || fail "$mode: it did not always start"
    [ "$wrong" = 0 ] || fail "$mode: wrong numbers came out"
    [ "$whole" = "$(awk '/0007$/ { print $1 }' opened)" ] || [ $mode = flip ] || fail "$mode: the program has $whole of $(grep 0007 opened)"
    [ "$least" -ge 1200 ] || [ $mode != cut ] || fail "$mode: rows outside the log were lost"
done
