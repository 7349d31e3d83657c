# Power cuts and bad bits: the log cut or spoilt at many places, one bit turned anywhere. It always
# starts; what was committed before is there; no number is wrong.
. "$HELIO_SOURCE/tests/flows/lib.sh"
. "$HELIO_SOURCE/tests/flows/_servers.sh"
needs sqlite3 python3

count=40
[ -z "${HELIO_LONG:-}" ] || count=400
cat >a.ini <<INI
[store]
path = $TESTS_TMP/now/helio.db
[bus roof]
line = sim
every = 1
[device south]
driver = tracer
bus = roof
INI

# A store that was killed with its log full: 600 rounds, one commit each.
"$TOOLS/fill_store" "$TESTS_TMP/first.db" 3 400 5 >/dev/null || fail "cannot be filled"
cp first.db helio.db
python3 - <<'PYTHON'
# rows that are only in the log, one commit each
import shutil, sqlite3, zlib
db = sqlite3.connect("helio.db", isolation_level=None)
db.execute("PRAGMA journal_mode = WAL")
db.execute("PRAGMA wal_autocheckpoint = 0")
PYTHON
cat >run.ini <<INI
[store]
path = $TESTS_TMP/helio.db
[bus roof]
line = sim
every = 0.1
[device south]
driver = tracer
bus = roof
INI
daemon run.ini
sleep 6
daemon_end KILL
sqlite3 -readonly "file:$TESTS_TMP/helio.db?mode=ro" "SELECT 1" >/dev/null 2>&1
cp helio.db kept.db
cp helio.db-wal kept.db-wal || fail "there is no log to cut"
committed=$(sqlite3 kept.db "SELECT count(*) FROM reading")
cp helio.db-wal kept.db-wal
cp helio.db kept.db

for mode in cut garble flip; do
    rm -rf cases
    python3 "$HELIO_SOURCE/tests/tools/cut_tail.py" kept.db cases --mode $mode --count "$count" --seed 7
    failures=0 least=$committed wrong=0 damaged=0 sum=0
    for folder in cases/*; do
        rm -rf now
        mv "$folder" now
        "$HELIO" once -c a.ini >out 2>err || failures=$((failures + 1))
        "$HELIO" export -c a.ini >out 2>>err || "$HELIO" once -c a.ini >out 2>>err || failures=$((failures + 1))
        ! grep -q "carried over" err || damaged=$((damaged + 1))
        rows=$("$HELIO" export -c a.ini --columns pv_voltage,battery_voltage,battery_soc 2>>err | tr -d '\r' |
            awk -F, 'NR > 1 { n++; if ($3 != "" && ($3 < 0 || $3 > 150) || $4 != "" && ($4 < 8 || $4 > 70) || $5 != "" && ($5 < 0 || $5 > 100)) bad++ }
                     END { print n + 0, bad + 0 }')
        kept=${rows% *}
        wrong=$((wrong + ${rows#* }))
        [ "$kept" -ge "$least" ] || least=$kept
        sum=$((sum + committed + 1 - kept))
    done
    echo "$mode: $count places, $failures failed to start, $damaged were carried over," \
        "$committed readings before, at least $least after," \
        "$((sum / count)) lost on average, $wrong wrong"
    [ $failures = 0 ] || fail "$mode: it did not always start"
    [ $wrong = 0 ] || fail "$mode: wrong numbers came out"
    [ "$least" -ge 1200 ] || [ $mode != cut ] || fail "$mode: rows outside the log were lost"
done
