# Man pages and completion are what the program says of itself: complete, and fit for man and bash.
source "$(dirname "$0")/lib.sh"
source "$(dirname "$0")/_servers.sh"
needs man lexgrog python3

"$HELIO" list verbs --as man >helio.1
"$HELIO" list settings --as man >helio.conf.5
for page in helio.1 helio.conf.5; do
    LC_ALL=C.UTF-8 MANROFFSEQ='' MANWIDTH=80 man --warnings -E UTF-8 -l -Tutf8 -Z "$page" >/dev/null 2>said ||
        fail "man cannot read $page: $(cat said)"
    [ ! -s said ] || fail "man warns of $page: $(cat said)"
    lexgrog "$page" >said || fail "lexgrog: $(cat said)"
    grep -qE '^\.TH HELIO(\.CONF)? [15] "20[0-9]{2}-[01][0-9]-[0-3][0-9]" ' "$page" || fail "no date: $(head -1 "$page")"
    LC_ALL=C.UTF-8 MANWIDTH=200 man -l "$page" | col -bx >"$page.txt"
done
has helio.1.txt "helio - reads"
SOURCE_DATE_EPOCH=1000000000 "$HELIO" list verbs --as man | head -1 >said
has said '"2001-09-09"'
[ -z "${HELIO_SOURCE:-}" ] || # else the changelog's, whatever the day is
    has helio.1 "\"$(date -u -d "$(sed -n '/^ -- /{s/.*>  //p;q}' "$HELIO_SOURCE/packaging/debian/changelog")" +%F)\""
# every verb with all it can, every setting with its help
"$HELIO" list verbs --as json >verbs.json
for verb in $(python3 -c 'import json; print(*[v["verb"] for v in json.load(open("verbs.json"))])'); do
    has helio.1.txt "helio $verb"
    for option in $("$HELIO" "$verb" --help | grep -oE '^ .*--[a-z-]+' | grep -oE -- '--[a-z-]+'); do
        has helio.1.txt "$option"
    done
done
"$HELIO" list settings --as json >settings.json
python3 - <<'PYTHON' || exit 1
import json, re, sys
page = " ".join(open("helio.conf.5.txt").read().replace("‐", "-").split())
rows = json.load(open("settings.json"))
missing = [row["key"] for row in rows if " ".join(row["help"].split()) not in page or row["key"] not in page]
if missing or len(rows) < 50:
    sys.exit(f"FAILED: not in helio.conf(5): {missing}")
PYTHON
for code in 64 69 75 78; do grep -qE "^ +$code " helio.1.txt || fail "exit code $code is not in helio(1)"; done

# ---- completion, by bash's own machinery -----------------------------------------------------------------
"$HELIO" list verbs --as bash >helio.bash
! command -v shellcheck >/dev/null || shellcheck -s bash -e SC2034 helio.bash >said || fail "shellcheck: $(cat said)"
printf '[bus roof]\nline = sim\n[device south]\ndriver = tracer\nbus = roof\n[device cellar]\ndriver = tracer\nbus = roof\naddress = 2\n[sink influx]\nkind = influx\n' >a.ini
mkdir folder
ln -s "$HELIO" folder/helio
cat >complete.sh <<'BASH'
# what bash offers for the words given, the last of which is not finished
PATH=folder:$PATH
source ./helio.bash
complete -p helio | grep -q -- '-F _helio helio' || exit 9
COMP_WORDS=(helio "$@") COMP_CWORD=$#
_helio
printf '%s\n' "${COMPREPLY[@]}"
BASH
export HELIO_CONFIG=$TESTS_TMP/a.ini
# offers WANTED WORDS...: exactly these
offers() {
    local wanted=$1 got
    shift
    got=$(bash complete.sh "$@" | sort | tr '\n' ' ')
    [ "$got" = "${wanted:+$wanted }" ] || [ "$got" = "$wanted " ] || fail "helio $*: \"$got\", not \"$wanted\""
}
offers "read repair resend" re
offers "scan sim status" help s
offers "" raed '' # no such verb: nothing, and not a word in between
offers "" raed --pr
bash complete.sh raed '' 2>said >/dev/null
[ ! -s said ] || fail "completion says: $(cat said)"
offers "--print" once --pr
offers "--from" export --fr
offers "cellar south" read ''
offers "south" once so
offers "pv_power pv_power_high pv_power_high_today" read south pv_powe
offers "pv_voltage_low_today" read south battery_voltage pv_voltage_l
offers "cellar" watch --every 5 ce
offers "load_manual= load_manual_mode=" tell south load_man
offers "drivers" list dr
offers "goodwe" decode good
offers "influx" resend in
offers "purge show" discovery ''
offers "south" discovery show so
offers "--raw" discovery show --ra
offers "influx" discovery purge --sink in
offers "influx" once --to in
offers "" once --wait ''
offers "a.ini" run --config a.
offers "a.ini" check -c a.
mv a.ini b.ini
unset HELIO_CONFIG
offers "cellar south" read -c b.ini ''
offers "" read ''
