# A database with the old program's artefacts in it: all are found, no true number is touched, also
# when the repair is killed again and again, and while somebody writes.
. "$HELIO_SOURCE/tests/flows/lib.sh"
. "$HELIO_SOURCE/tests/flows/_servers.sh"
needs influxd curl python3

influxd_start influx
influx_command "$URL" "CREATE DATABASE solar"
cat >a.ini <<INI
$(house_ini)
[sink old]
kind = influx
url = $URL
layout = logtracer
INI
python3 "$HELIO_SOURCE/tests/tools/make_damaged.py" made --end "$(($(date +%s) - 86400))" || fail "no data"
fill() {
    influx_command "$URL" "DROP DATABASE solar"
    influx_command "$URL" "CREATE DATABASE solar"
    split -l 2000 made/damaged.lp part.
    for part in part.*; do
        curl -s -XPOST "$URL/write?db=solar&precision=ns" --data-binary "@$part" >said
        [ ! -s said ] || { cat said >&2; fail "the damaged database cannot be made"; }
    done
    rm part.*
}
# everything that is there, as sorted line protocol
dump() {
    python3 - "$URL" <<'PYTHON'
import json, sys, urllib.parse, urllib.request
order = ["PVvolt", "PVamps", "PVwatt", "PVkwh", "PVkwh2d", "BAvolt", "BAamps", "BAperc", "DCvolt",
         "DCamps", "DCwatt", "DCkwh", "DCkwh2d", "PVwattfix"]
names = ["solar"] + ["solar_%d" % i for i in range(1, 7)]
query = urllib.parse.urlencode({"db": "solar", "epoch": "ns", "q": ";".join('SELECT * FROM "%s"' % m for m in names)})
lines = []
for result in json.load(urllib.request.urlopen(sys.argv[1] + "/query?" + query))["results"]:
    for s in result.get("series", []):
        for row in s["values"]:
            p = dict(zip(s["columns"], row))
            lines.append("%s %s %d\n" % (s["name"], ",".join("%s=%r" % (k, float(p[k])) for k in order
                                                              if p.get(k) is not None), p["time"]))
sys.stdout.writelines(sorted(lines))
PYTHON
}
artefacts=$(wc -l <made/artefacts)
points=$(wc -l <made/damaged.lp)

# ---- found, and nothing else ---------------------------------------------------------------------
fill
dump >before
expect 0 "$HELIO" repair old -c a.ini --json
python3 - >verdict <<'PYTHON'
import json
wanted = {tuple(l.split()[:3]) for l in open("made/artefacts")}
found = set()
for l in open("out"):
    f = json.loads(l)
    found.add((f["series"], str(f["time_ns"] // 10**9), f["field"]))
print(len(wanted), len(found & wanted), len(found - wanted))
for f in sorted(wanted - found)[:5]: print("missed", *f)
for f in sorted(found - wanted)[:5]: print("false", *f)
PYTHON
read -r written found false <verdict
echo "$points points, $written artefacts written, $found found, $false true numbers suspected"
[ "$written" = "$found" ] && [ "$false" = 0 ] || { cat verdict >&2; fail "not exactly the artefacts"; }
expect 0 "$HELIO" repair old -c a.ini
has out "error code"
has out "nothing was changed"
has out "began anew"
dump >after
cmp -s before after || fail "looking changed something"

# ---- mended, in one go, while somebody writes -----------------------------------------------------
python3 - "$URL" <<'PYTHON' &
import http.client, sys, time
c = http.client.HTTPConnection(sys.argv[1].removeprefix("http://"))
for i in range(1, 201):
    c.request("POST", "/write?db=solar&precision=s", f"solar_1 PVvolt={i}.5,PVamps=1 {int(time.time()) + i}")
    if c.getresponse().read():
        sys.exit(1)
    time.sleep(0.02)
PYTHON
writer=$!
began=$(date +%s%3N)
expect 0 "$HELIO" repair old -c a.ini --apply
whole=$(($(date +%s%3N) - began)) # ms that a repair takes here
wait $writer || fail "nobody could write"
cat out
dump >all
grep -v ' PVvolt=[0-9]*\.5,PVamps=1\.0 ' all >after
cmp -s after made/truth.lp || { diff after made/truth.lp | head >&2; fail "not what is true"; }
[ "$(grep -c ' PVvolt=[0-9]*\.5,PVamps=1\.0 ' all)" = 200 ] || fail "points written meanwhile are gone"
for backup in helio.db.repair/*.lp; do kept=$((${kept:-0} + $(wc -l <"$backup"))); done
[ "$kept" -ge "$points" ] || fail "the backup holds $kept of $points points"
expect 0 "$HELIO" repair old -c a.ini --to -1h
has_not out "error code"

# ---- killed again and again ------------------------------------------------------------------------
rm -rf helio.db.repair
fill
kills=0 inside=0
for _ in $(seq 60); do
    [ $kills -lt 10 ] || break
    "$HELIO" repair old -c a.ini --apply --to -2m >out 2>err &
    pid=$!
    printf -v seconds '%d.%03d' $((whole * (RANDOM % 100) / 100000)) $((whole * (RANDOM % 100) / 100 % 1000))
    sleep "$seconds" # at any moment of it
    kill -KILL $pid 2>/dev/null
    code=0
    wait $pid 2>/dev/null || code=$?
    case $code in
    137)
        kills=$((kills + 1))
        [ ! -s helio.db.repair/journal-old ] || inside=$((inside + 1))
        ;;
    0) # it was done before: look, and once more from the beginning
        dump >after
        cmp -s after made/truth.lp || { diff after made/truth.lp | head >&2; fail "not what is true"; }
        rm -rf helio.db.repair
        whole=$((whole * 4 / 5)) # sooner, then
        fill >said
        ;;
    *) cat err >&2; fail "the repair ended with $code" ;;
    esac
done
expect 0 "$HELIO" repair old -c a.ini --apply
dump >after
cmp -s after made/truth.lp || { diff after made/truth.lp | head >&2; fail "after $kills kills: not what is true"; }
[ $kills = 10 ] || fail "only $kills kills"
echo "$kills kills, $inside of them with points under the knife: $artefacts artefacts gone, true numbers changed 0"

# ---- what the store knows is put right, not taken out ---------------------------------------------
cat >b.ini <<INI
$(house_ini b)
[sink influx]
kind = influx
url = $URL
INI
expect 0 "$HELIO" once -c b.ini
at=$(sqlite3 b.db "SELECT max(at) FROM reading")
truth=$("$HELIO" export -c b.ini --columns battery_voltage | tail -1 | tr -d '\r' | cut -d, -f3)
curl -s -XPOST "$URL/write?db=solar&precision=ms" \
    --data-binary "solar,device=south,driver=tracer,site=home battery_voltage=-2,pv_power=1e9,charge_stage=99i $at"
until_true 5 eval '[ "$(date +%s%3N)" -gt $((at + 1000)) ]' || fail "the clock stands still"
expect 0 "$HELIO" repair influx -c b.ini --apply --measurement solar --from -1h --to "$((at + 1000))"
now=$(influx_query "$URL" solar "SELECT battery_voltage FROM solar WHERE device = 'south'" | tail -1 | cut -d, -f4)
[ "$now" = "$truth" ] || fail "$now is not $truth"
has out "3 overwritten from the local store, 0 taken out"

# ---- only looked at --------------------------------------------------------------------------------
if command -v victoria-metrics >/dev/null; then
    victoria_start victoria
    curl -s -XPOST "$URL/write?precision=s" --data-binary "solar,device=x battery_voltage=-2 $(($(date +%s) - 600))"
    curl -s "$URL/internal/force_flush"
    sed "s|^url = .*|url = $URL\napi = victoria\ndatabase =|" b.ini >v.ini
    expect 0 "$HELIO" repair influx -c v.ini
    has out "battery_voltage"
    expect 69 "$HELIO" repair influx -c v.ini --apply
    has err "only looked at"
fi
