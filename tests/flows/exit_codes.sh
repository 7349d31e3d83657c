# Help, versions, what cannot be understood; and every row of the table of exit codes.
source "$(dirname "$0")/lib.sh"
expect 64 "$HELIO"
has err "helio VERB"
expect 0 "$HELIO" --help
has out "helio VERB"
expect 0 "$HELIO" help
has out "helio VERB"
expect 0 "$HELIO" help run
has out "helio run [-c FILE]"
has out "--record"
expect 64 "$HELIO" help rnu
has err 'did you mean "run"'
expect 0 "$HELIO" --version
grep -qE '^helio [0-9]+\.[0-9]+' out || fail "$(cat out)"
expect 64 "$HELIO" version
has err 'did you mean "--version"'

# ---- 64: the command line cannot be understood
expect 64 "$HELIO" raed
has err 'did you mean "read"'
expect 64 "$HELIO" read --jsno x y
expect 64 "$HELIO" once --print tracer@sim:0
expect 64 "$HELIO" once --print tracer@sim,paced=perhaps:1
expect 64 "$HELIO" watch tracer@smi:1
has err 'did you mean "sim"'
printf '[bus b]\nline = sim\n[device south]\ndriver = tracer\nbus = b\naddress = 1\n[group house]\nmembers = south\n' >house.ini
expect 64 "$HELIO" watch -c house.ini huose
has err 'did you mean "house"'
expect 64 "$HELIO" read -c house.ini huose pv_power
has err 'did you mean "house"'
expect 64 "$HELIO" read -c house.ini house pv_power
has err '"house" is a group'

# ---- 0: all is well, every device asked has answered
expect 0 "$HELIO" once tracer@sim:1
expect 0 "$HELIO" once --print tracer@sim:1
expect 0 "$HELIO" once --print --full example@sim:1

# ---- 65, 66: the data cannot be read; the file cannot be opened
head -c 2000 /dev/urandom >noise
expect 65 "$HELIO" decode tracer noise
expect 66 "$HELIO" decode tracer nowhere.log
expect 66 "$HELIO" once --print -c nowhere.conf
for verb in once watch run check "list devices"; do # shellcheck disable=SC2086
    expect 66 "$HELIO" $verb
done
expect 66 "$HELIO" list devices
has err "no settings file was found"
has_not out "no settings"

# ---- 69: a device is silent, refuses, or lacks what was asked for; the line is not there
dead="tracer@sim:silent=1,tries=1:1"
expect 69 "$HELIO" read "$dead" pv_power
expect 69 "$HELIO" once --print "$dead"
expect 69 "$HELIO" watch --rounds 1 "$dead"
expect 69 "$HELIO" scan sim:silent=1,tries=1 --driver tracer --addresses 1
expect 69 "$HELIO" read tracer@rtu:/dev/ttyNOPE:1 pv_power
expect 69 "$HELIO" status

# ---- 73, 74: no room; reading or writing failed
if [ -c /dev/full ]; then
    code=0
    "$HELIO" list metrics >/dev/full || code=$?
    [ "$code" = 74 ] || fail "a full disk behind standard output ended with $code"
fi

# ---- 75: not all is delivered yet (it is kept), or the wire is lent
printf '[bus b]\nline = sim\n[device south]\ndriver = tracer\nbus = b\n' >a.ini
{ cat a.ini && printf '[sink influx]\nkind = influx\nurl = http://127.0.0.1:1\n'; } >sink.ini
if "$HELIO" list sinks | grep -q '^influx '; then
    expect 75 "$HELIO" once --wait 1 -c sink.ini
fi

# ---- 77: not permitted
expect 77 "$HELIO" tell -c a.ini south load_manual=on

# ---- 78: the settings cannot be used
: >empty.ini
for verb in once watch run; do
    expect 78 "$HELIO" $verb -c empty.ini
    has err "empty.ini: the settings name no device"
done
echo '[bus b' >broken.ini
for verb in once watch run check "list devices"; do # shellcheck disable=SC2086
    expect 78 "$HELIO" $verb -c broken.ini
done

# ---- the tables that people read have every code that the program can end with
for page in README.md docs/reference.md; do
    [ -e "${HELIO_SOURCE:-}/$page" ] || continue
    grep -q '^| exit code ' "$HELIO_SOURCE/$page" || continue
    sed -n '/^| exit code /,/^$/p' "$HELIO_SOURCE/$page" >table
    for code in $(sed -n '/^#define ERRORS/,/^\/\/ clang/s/.*-[0-9]*, *"[a-z-]*", *\([0-9]*\),.*/\1/p' \
        "$HELIO_SOURCE/base/error.h" | sort -un); do
        grep -qE "^\|[^|]*\b$code\b" table || fail "exit code $code is not in the table of $page"
    done
    checked=yes
done
[ -z "${HELIO_SOURCE:-}" ] || [ "${checked:-}" = yes ] || fail "no page has the table of exit codes"
