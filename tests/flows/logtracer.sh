# The old program's command lines: all checks, snapshots to files and to a database in both modes,
# field by field, and the small tools beside it.
. "$HELIO_SOURCE/tests/flows/lib.sh"
. "$HELIO_SOURCE/tests/flows/_servers.sh"
needs influxd sqlite3 curl python3
export HELIO LOGTRACER_DIR=$TESTS_TMP/snaps
mkdir -p snaps
old=$HELIO_SOURCE/scripts/logtracer get=$HELIO_SOURCE/scripts/get_tracer

twin pair --ids 1-2 --link "$TESTS_TMP/tracers" --at 11:00 --time-scale 0.001
tty=$TESTS_TMP/tracers

# ---- one number --------------------------------------------------------------------------------
for check in pvvolt pvamps pvwatt bavolt baamps bawatt batemp baperc eptemp1 eptemp2 dcvolt dcamps dcwatt \
    pvkwhtotal dckwhtotal pvkwhtoday dckwhtoday; do
    expect 0 "$old" "$tty:1" $check
    is_number "$(cat out)"
    [[ $(cat out) == *.* ]] || fail "$check prints $(cat out), the old one printed floats"
done
for check in bastat epstat; do expect 0 "$old.py" "$tty:1" $check; done
stage=$(cat out)
expect 0 "$old" "$tty:2" pvvolt
expect 255 "$old" "$tty:1" nonsense
has err "Available checks: pvvolt pvamps pvwatt bavolt baamps bawatt batemp baperc bastat eptemp1 eptemp2 epstat dcvolt dcamps dcwatt pvkwhtotal dckwhtotal pvkwhtoday dckwhtoday"
expect 255 "$old" "$tty:x" pvvolt
has err "ERROR: Device id must be integer."
expect 255 "$old" "$tty:0" pvvolt
has err "ERROR: Device id can't be less than 1."
expect 255 "$old" /dev/nothing:1 pvvolt
has err "ERROR: TTY do not exist."
expect 255 "$old"
expect 254 "$old" "$tty:9" pvvolt
[ ! -s out ] || fail "a silent unit prints $(cat out)"
# a bare id: the port of the settings
printf '[bus west]\nline = rtu:%s\n[device a]\ndriver = tracer\nbus = west\n' "$tty" >port.conf
HELIO_CONFIG=$PWD/port.conf expect 0 "$old" 1 pvvolt

# ---- files -------------------------------------------------------------------------------------
expect 0 "$old" "$tty:1,$tty:2" filesnap
[ "$(cut -d: -f1 snaps/ep_tracer_1.log | tr '\n' ' ')" = "pvvolt pvamps bavolt baamps baperc batemp bastat dcvolt dcamps epstat eptemp1 eptemp2 pvwatt time " ] ||
    { cat snaps/ep_tracer_1.log >&2; fail "not the old lines in the old order"; }
[ "$(stat -c %a snaps/ep_tracer_1.log)" = 644 ] || fail "others cannot read the snapshot"
echo precious >victim
ln -s "$PWD/victim" snaps/ep_tracer_1.log.new
expect 0 "$old" "$tty:1" filesnap
[ "$(cat victim)" = precious ] || fail "a link beside the snapshot was followed"
rm snaps/ep_tracer_1.log.new
[ "$(find snaps -type f | wc -l)" = 2 ] || fail "something is left beside the snapshots: $(ls snaps)"
expect 255 "$old" "$tty:1,$tty:01" filesnap
has err "ERROR: Device id 01 is named twice."
[ "$(sed -n 's/^epstat://p' snaps/ep_tracer_1.log)" = "$stage" ] || fail "epstat is $stage alone, and in a snapshot $(grep epstat snaps/ep_tracer_1.log)"
expect 0 "$get.sh" 1 pvvolt
is_number "$(cat out)"
expect 0 "$get" 2 pvwatt
expect 255 "$get" 1 pv
expect 255 "$get" 7 pvvolt
has err "ERROR: ep_tracer_7.log not found"
sed -i 's/^time:.*/time:2026-01-01T00:00:00Z/' snaps/ep_tracer_2.log
expect 255 "$get" 2 pvwatt
has err "seconds old"

# ---- a database --------------------------------------------------------------------------------
expect 255 "$old" "$tty:1" dbsnap
has err "DB configuration file is not valid."
influxd_start influx
influx_command "$URL" "CREATE DATABASE solar"
for mode in individual aggregate; do
    printf '[INFLUXDB]\nHost = 127.0.0.1\nPort = %s\nDB = solar\nUser = grafana\nPass = solar\nMeasurement_pref = %s\nMode = %s\n' \
        "${PORTS[influx]}" "$mode" "$mode" >influx.db
    expect 0 "$old" "$tty:1,$tty:2" dbsnap
done
printf 'Mode = both\n' >>influx.db
sed -i 's/^Mode = aggregate/Mode = both/' influx.db
expect 255 "$old" "$tty:1" dbsnap
[ -z "$(ls -d /tmp/tmp.* 2>/dev/null | xargs -r -I{} find {} -maxdepth 1 -name password -newer influx.db)" ] || fail "a password is left behind"
python3 - "$URL" "$HELIO" "$tty" <<'PYTHON' || fail "not what the old program wrote"
import json, subprocess, sys, urllib.parse, urllib.request
url, helio, tty = sys.argv[1:]
def points(m):
    q = urllib.parse.urlencode(dict(db="solar", epoch="ns", q='SELECT * FROM "%s"' % m))
    s = json.load(urllib.request.urlopen(url + "/query?" + q))["results"][0].get("series")
    return [dict(zip(s[0]["columns"], row)) for row in s[0]["values"]] if s else []
fields = "PVvolt PVamps PVwatt PVkwh PVkwh2d BAvolt BAamps BAperc DCvolt DCamps DCwatt DCkwh DCkwh2d PVwattfix".split()
units = [points("individual_%d" % i) for i in (1, 2)]
for u in units:
    assert len(u) == 1, u
    assert sorted(k for k in u[0] if k != "time") == sorted(fields), sorted(u[0])
    assert u[0]["time"] % 10**9 == 0
    assert 0 <= u[0]["BAperc"] <= 1
    assert abs(u[0]["PVwattfix"] - u[0]["PVvolt"] * u[0]["PVamps"]) < 0.01
total = points("aggregate")
assert len(total) == 1 and sorted(k for k in total[0] if k != "time") == sorted(fields)
a, b, t = units[0][0], units[1][0], total[0]
for f in ("PVwatt", "DCwatt", "PVkwh", "DCkwh", "PVkwh2d", "DCkwh2d", "PVamps", "DCamps"):
    assert abs(t[f] - a[f] - b[f]) <= 0.05 * max(1, t[f]), (f, t[f], a[f], b[f])
assert abs(t["BAvolt"] - (a["BAvolt"] + b["BAvolt"]) / 2) < 0.2
assert t["PVwattfix"] == t["PVwatt"]
print("logtracer: 2 modes, %d fields each, as they were, and right" % len(fields))
q = urllib.parse.urlencode(dict(db="solar", q="SHOW FIELD KEYS"))
for s in json.load(urllib.request.urlopen(url + "/query?" + q))["results"][0]["series"]:
    assert all(t == "float" for _, t in s["values"]), s
q = urllib.parse.urlencode(dict(db="solar", q="SHOW TAG KEYS"))
assert "series" not in json.load(urllib.request.urlopen(url + "/query?" + q))["results"][0], "tags"
PYTHON
# away: kept, and delivered with the next run
sed -i 's/^Mode = both/Mode = individual/' influx.db
influxd_kill influx
missed_at=$(date +%s)
LOGTRACER_WAIT=1 expect 75 "$old" "$tty:1" dbsnap
influxd_again influx
until_true 5 eval '[ "$(date +%s)" -gt "$missed_at" ]' # points of one second would be one
expect 0 "$old" "$tty:1" dbsnap
there=$(influx_query "$URL" solar 'SELECT count(PVvolt) FROM aggregate_1' | tail -1 | cut -d, -f4)
[ "$there" = 2 ] || fail "$there of 2 points there"

# ---- the repair in front of helio repair -------------------------------------------------------
curl -s -XPOST "$URL/write?db=solar&precision=s" --data-binary "aggregate_1 PVvolt=-2,BAvolt=25.1 $(($(date +%s) - 3600))"
expect 0 "$HELIO_SOURCE/scripts/fix_influx" aggregate_1
has out "error code"
has out "fix_influx aggregate_1 --apply"
has_not out "helio repair old"
expect 0 "$HELIO_SOURCE/scripts/fix_influx.sh" aggregate_1 # by its old name it mends
bad=$(influx_query "$URL" solar 'SELECT count(PVvolt) FROM aggregate_1 WHERE PVvolt < 0')
[ -z "$bad" ] || fail "still there: $bad"
good=$(influx_query "$URL" solar 'SELECT BAvolt FROM aggregate_1 WHERE BAvolt = 25.1' | tail -1 | cut -d, -f4)
[ "$good" = 25.1 ] || fail "the good field of the point is gone"
expect 1 "$HELIO_SOURCE/scripts/fix_influx"
