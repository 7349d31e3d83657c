# What a deletion could hit besides the point that is meant: other retention policies, other series
# at the same time, fields of another type. Either nothing else changes, or nothing at all.
. "$HELIO_SOURCE/tests/flows/lib.sh"
. "$HELIO_SOURCE/tests/flows/_servers.sh"
needs influxd curl python3

influxd_start influx
now=$(($(date +%s) - 86400))
make() { # make NAME [LINE OF THE SINK]...
    local name=$1
    shift
    {
        house_ini
        printf '[sink db]\nkind = influx\nurl = %s\n' "$URL"
        [ $# -eq 0 ] || printf '%s\n' "$@"
    } >"$name.ini"
}
afresh() { influx_command "$URL" "DROP DATABASE solar" && influx_command "$URL" "CREATE DATABASE solar"; }
put() { # put PARAMETERS LINE: nanoseconds
    curl -s -XPOST "$URL/write?db=solar&precision=ns$1" --data-binary "$2" >said
    [ ! -s said ] || { cat said >&2; fail "cannot write $2"; }
}
all() { # all FROM: every point there, as JSON
    curl -sG "$URL/query" --data-urlencode db=solar --data-urlencode epoch=ns --data-urlencode "q=SELECT * FROM $1 GROUP BY *"
}
make plain
at=${now}123456789

# ---- a point is written back with every type, character and nanosecond it had --------------------
afresh
odd='say="a \"b\" \\ c, d=e",on=true,off=false,count=9007199254740993i,empty="",pv_power=0.1'
put "" "solar,device=a\\ b\\,c\\=d,site=home battery_voltage=-2,$odd $at
solar,device=a\\ b\\,c\\=d battery_voltage=25.5,pv_power=1 $at
solar,device=a\\ b\\,c\\=d,site=home,more=x battery_voltage=25.6 $at
solar,site=home battery_voltage=-2 $at
solar battery_voltage=12.5 $at"
all solar >before
expect 0 "$HELIO" repair db -c plain.ini --apply
all solar >after
python3 - <<'PYTHON' || fail "a point is not what it was"
import json
def read(name):
    points = {}
    for s in json.load(open(name))["results"][0]["series"]:
        for row in s["values"]:
            cells = {k: v for k, v in zip(s["columns"], row) if v is not None}
            points[tuple(sorted(s["tags"].items()))] = cells
    return points
before, after = read("before"), read("after")
for key in list(before):
    if before[key].get("battery_voltage") == -2:
        del before[key]["battery_voltage"]
    if len(before[key]) == 1:
        del before[key]
assert len(before) == 4, before
if before != after:
    for key in before:
        print(key, before[key], after.get(key))
    raise SystemExit(1)
PYTHON

# ---- a text with a line end cannot be in the journal's lines: left alone, or kept whole -----------
afresh
put "" "solar,device=a battery_voltage=-2,say=\"one
two\",pv_power=3 $at"
"$HELIO" repair db -c plain.ini --apply >out 2>err
all solar >after
has after 'one\ntwo'
has after '"pv_power"'

# ---- the old program's measurement, through a sink of today's layout ------------------------------
afresh
put "" "old PVvolt=-2,PVamps=-2,PVwattfix=4,PVkwh=12.5 $at"
expect 0 "$HELIO" repair db -c plain.ini --apply --measurement old
has out "3 taken out of 1 points"

# ---- the same measurement in another retention policy ---------------------------------------------
afresh
influx_command "$URL" "CREATE RETENTION POLICY kept ON solar DURATION INF REPLICATION 1"
put "" "solar,device=a battery_voltage=-2,pv_power=3 $at"
put "&rp=kept" "solar,device=a battery_voltage=25.1,pv_power=3 $at"
expect 65 "$HELIO" repair db -c plain.ini --apply
has err "retention policy"
all kept.solar >after
has after 25.1
all solar >after
has after -2

# ---- a sink that writes to a policy of its own ----------------------------------------------------
influx_command "$URL" "DROP DATABASE solar"
influx_command "$URL" "CREATE DATABASE solar"
influx_command "$URL" "CREATE RETENTION POLICY kept ON solar DURATION INF REPLICATION 1"
make kept "retention_policy = kept"
put "&rp=kept" "solar,device=a battery_voltage=-2,pv_power=3 $at"
expect 0 "$HELIO" repair db -c kept.ini --apply
has out "1 found"
all kept.solar >after
has after '"pv_power"'
has_not after -2
all solar >after
has_not after '"pv_power"'

# ---- one field, two types -------------------------------------------------------------------------
afresh
put "" "solar,device=a battery_voltage=-2,pv_power=3i $at"
put "" "solar,device=a battery_voltage=-2,pv_power=3.5 $(((now - 30 * 86400)))000000000"
expect 65 "$HELIO" repair db -c plain.ini --apply
has err "two types"
all solar >after
has after 3.5
has after -2

# ---- more fields than can be held -----------------------------------------------------------------
afresh
many=$(for i in $(seq 200); do printf 'other%d=%d,' "$i" "$i"; done)
put "" "solar,device=a ${many}battery_voltage=-2 $at"
all solar >before
"$HELIO" repair db -c plain.ini --apply >out 2>err && fail "200 fields: it should say that it can't"
all solar >after
cmp -s before after || fail "200 fields: something changed"

# ---- more tags than can be held, and long names ---------------------------------------------------
afresh
many=$(for i in $(seq 10 30); do printf ',tag%d=v' "$i"; done)
put "" "solar$many battery_voltage=-2,pv_power=1 $at"
"$HELIO" repair db -c plain.ini --apply >out 2>err && fail "21 tags: it should say that it can't"
all solar >after
has after '"pv_power"'
afresh
long=$(printf 'x%.0s' $(seq 120))
put "" "solar,$long=a battery_voltage=-2,pv_power=1 $at
solar,$long=b battery_voltage=25.7 $at"
"$HELIO" repair db -c plain.ini --apply >out 2>err && fail "a long tag: it should say that it can't"
all solar >after
has after 25.7

# ---- what a killed run left behind ----------------------------------------------------------------
afresh
put "" "solar,device=a pv_power=9 $at"
journal=helio.db.repair/journal-db
where="time >= $at AND time <= $at AND \"device\" = 'a'"
printf 'solar\n%s\nsolar,device=a pv_power=1 %s\n' "$where" "$at" >$journal # torn: nothing was deleted yet
expect 0 "$HELIO" repair db -c plain.ini --apply
all solar >after
has after ",9]"
printf 'solar\n%s\nsolar,device=a pv_power=1 %s\n.\n' "$where" "$at" >$journal
expect 0 "$HELIO" repair db -c plain.ini
all solar >after
has after ",9]" # looking changes nothing
expect 0 "$HELIO" repair db -c plain.ini --apply
has out "1 points of it are mended now"
all solar >after
has after ",1]"
[ ! -s $journal ] || fail "the journal is not finished"

# ---- two repairs at once --------------------------------------------------------------------------
afresh
rm -rf helio.db.repair # its return is the sign that the first one holds the journal
for i in $(seq 2000); do echo "solar,device=a battery_voltage=-2,pv_power=$i $((now - i))000000000"; done >lines
put "" "@lines"
"$HELIO" repair db -c plain.ini --apply >first 2>&1 &
first=$!
until_true 20 test -e helio.db.repair/journal-db || fail "the first holds no journal"
code=0
"$HELIO" repair db -c plain.ini --apply >second 2>&1 || code=$?
wait $first || { cat first >&2; fail "the first repair"; }
[ $code = 75 ] || [ $code = 0 ] || { cat second >&2; fail "the second repair ended with $code"; }
all solar >after
has_not after -2
python3 -c '
import json
rows = [r for s in json.load(open("after"))["results"][0]["series"] for r in s["values"]]
assert len(rows) == 2000, len(rows)' || fail "points are gone"
echo "the second of two repairs ended with $code"

# ---- the database dies in the middle --------------------------------------------------------------
rm -rf helio.db.repair
put "" "@lines"
"$HELIO" repair db -c plain.ini --apply >first 2>&1 &
first=$!
until_true 20 test -s helio.db.repair/journal-db || fail "nothing is in the journal"
kill -KILL "${PIDS[influx]}"
wait "${PIDS[influx]}" 2>/dev/null
forget "${PIDS[influx]}"
code=0
wait $first || code=$?
influxd_again influx
expect 0 "$HELIO" repair db -c plain.ini --apply
all solar >after
has_not after -2
python3 -c '
import json
rows = sorted(r for s in json.load(open("after"))["results"][0]["series"] for r in s["values"])
assert [r[-1] for r in rows] == list(range(2000, 0, -1)), len(rows)' || fail "points are gone"
echo "a repair whose database died ended with $code; the next one mended the rest"
