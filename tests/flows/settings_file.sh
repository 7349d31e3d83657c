# The smallest settings file works; whatever is wrong is told before anything is opened.
source "$(dirname "$0")/lib.sh"
twin one --link "$TESTS_TMP/bus"

good="[bus west]
line = $LINE

[device south]
driver = tracer
bus = west
address = 1"
echo "$good" >good.conf
expect 0 "$HELIO" once --print -c good.conf
has out "south"
expect 0 "$HELIO" read -c good.conf south pv_voltage
HELIO_CONFIG=$TESTS_TMP/good.conf expect 0 "$HELIO" list devices
has out "south"
expect 0 "$HELIO" list settings --effective -c good.conf
has out "good.conf:2"
expect 0 "$HELIO" check -c good.conf
has out "answers"
expect 64 "$HELIO" read -c good.conf suoth pv_voltage
has err 'did you mean "south"'
expect 66 "$HELIO" once --print -c nowhere.conf

# wrong LINE WORDS...: standard input is a file whose fault must be told with that line and words
wrong() {
    local line=$1 word
    shift
    cat >bad.conf
    expect 78 "$HELIO" once --print -c bad.conf
    [ ! -s out ] || fail "it printed readings"
    has err "bad.conf:$line:"
    for word in "$@"; do
        has err "$word"
    done
}
wrong 8 '[device south] adress' 'did you mean "address"' <<<"$good
adress = 2"
wrong 8 '[device south] bus' 'line 6' <<<"$good
bus = west"
wrong 8 'line 1' <<<"$good
[bus west]"
wrong 7 '[device south] address' '"one" is not a number' <<<"${good/address = 1/address = one}"
wrong 6 '[device south] bus: no tracer speaks over a serial line; its lines are rtu, tcp, replay, sim' <<<"${good/rtu:/serial:}"
wrong 7 '300 is outside' <<<"${good/address = 1/address = 300}"
wrong 2 '[bus west] line' 'would cut' <<<"${good/line = /line = \#}"
wrong 2 'would cut' <<<"${good/$LINE/$LINE ; my wire}"
wrong 4 'lower case' <<<"${good/device south/device South}"
wrong 4 'did you mean [device south]' <<<"${good/device south/devise south}"
wrong 5 'did you mean "tracer"' <<<"${good/= tracer/= trcer}"
wrong 6 'there is no [bus wset]' 'did you mean "west"' <<<"${good/bus = west/bus = wset}"
wrong 2 '"serail" is not a kind of line' 'did you mean "serial"' <<<"${good/$LINE/serail:x}"
wrong 1 '"line" is missing' <<<"${good/line = $LINE/}"
wrong 4 '"driver" is missing' <<<"${good/driver = tracer/}"
wrong 11 'address' 'taken by [device south]' <<<"$good
[device north]
driver = tracer
bus = west
address = 1"
wrong 8 'key = value' <<<"$good
nonsense"
wrong 1 'before the first [section]' <<<"every = 1
$good"

expect 0 "$HELIO" list settings --as ini
cp out example.conf
expect 0 "$HELIO" check --offline -c example.conf
[ -z "${HELIO_SOURCE:-}" ] || cmp out "$HELIO_SOURCE/examples/home.ini" 2>/dev/null || {
    "$HELIO" list settings --as ini | cmp - "$HELIO_SOURCE/examples/home.ini" ||
        fail "examples/home.ini is not what the program prints"
}
