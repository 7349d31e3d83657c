# Version 2 deletes with times and a predicate: each wrong point, and no other; a point that its
# words cannot single out is left as it is, and that is said. (Against a stand-in, see docs/repair.md)
. "$HELIO_SOURCE/tests/flows/lib.sh"
. "$HELIO_SOURCE/tests/flows/_servers.sh"
needs influxd curl python3

influxd_start influx
influx_command "$URL" "CREATE DATABASE solar" >said
: >deletions
python3 "$HELIO_SOURCE/tests/servers/v2_front.py" "$URL" tok123 deletions >front 2>front.err &
twins+=($!)
until_true 10 test -s front || fail "no front: $(cat front.err)"
FRONT=$(cat front)
[ -n "$FRONT" ] || { cat front.err >&2; fail "no stand-in"; }
printf 'tok123\n' >token
chmod 600 token
cat >v2.ini <<INI
$(house_ini)
[sink two]
kind = influx
api = v2
url = $FRONT
org = home
bucket = solar
token_file = $TESTS_TMP/token
INI
at=$(($(date +%s) - 86400))999999999
cat >lines <<LINES
solar,device=a,site=it's\\ "mine" battery_voltage=-2,pv_power=3,mode=2i $at
solar,device=b,site=it's\\ "mine" battery_voltage=25.5 $at
solar,device=a battery_voltage=-2,pv_power=4 $at
solar,device=c,site=home battery_voltage=-2 $at
solar,device=c,site=home battery_voltage=25.4 $((at + 1))
LINES
curl -s -XPOST "$URL/write?db=solar&precision=ns" --data-binary @lines >said
[ ! -s said ] || { cat said >&2; fail "no data"; }
read_all() {
    curl -sG "$URL/query" --data-urlencode db=solar --data-urlencode epoch=ns \
        --data-urlencode 'q=SELECT * FROM solar GROUP BY *' | python3 -c '
import json, sys
for s in json.load(sys.stdin)["results"][0]["series"]:
    for row in s["values"]:
        cells = {k: v for k, v in zip(s["columns"], row) if v is not None}
        print(sorted(s["tags"].items()), sorted(cells.items()))' | sort
}
read_all >before
expect 0 "$HELIO" repair two -c v2.ini
has out "3 found; nothing was changed"
read_all >after
cmp -s before after || fail "looking changed something"
expect 0 "$HELIO" repair two -c v2.ini --apply
has out "1 points were left as they are"
read_all >after
python3 - "$at" <<'PYTHON' || { cat after >&2; fail "not what it should be"; }
import sys
at = int(sys.argv[1])
site = 'it\'s "mine"'
wanted = sorted([
    "%s %s" % ([("device", "a"), ("site", site)], [("mode", 2), ("pv_power", 3), ("time", at)]),
    "%s %s" % ([("device", "b"), ("site", site)], [("battery_voltage", 25.5), ("time", at)]),
    "%s %s" % ([("device", "a"), ("site", "")], [("battery_voltage", -2), ("pv_power", 4), ("time", at)]),
    "%s %s" % ([("device", "c"), ("site", "home")], [("battery_voltage", 25.4), ("time", at + 1)])])
raise SystemExit(sorted(open("after").read().splitlines()) != wanted)
PYTHON
[ "$(wc -l <deletions)" = 2 ] || { cat deletions >&2; fail "two deletions were to be"; }
printf 'wrong\n' >token
expect 77 "$HELIO" repair two -c v2.ini
echo "version 2: 2 of 3 mended, 1 left and told, 0 others touched"
