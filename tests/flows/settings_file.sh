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

# only LINES WORDS...: these lines of the file on standard input are told, and no other
only() {
    local lines=$1 told
    shift
    wrong "${lines%% *}" "$@"
    told=$(grep -o '^helio: bad.conf:[0-9]*' err | cut -d: -f3 | tr '\n' ' ')
    [ "$told" = "$lines " ] || { cat err >&2; fail "lines $told were told, not $lines"; }
}
# a slip in a word that must be given is told as such, and nothing that follows from it
only 2 '[bus west] lin' 'did you mean "line"' <<<"${good/line = /lin = }"
only 5 '[device south] drvier' 'did you mean "driver"' <<<"${good/driver = /drvier = }
keep_time = yes"
only 6 '[device south] buss' 'did you mean "bus"' <<<"${good/bus = /buss = }"
only 3 'did you mean "speed"' <<<"${good/line = $LINE/line = $LINE
sped = 9600}
[group house]
members = south"
only 7 'outside' <<<"${good/address = 1/address = 300}
[group house]
members = south
[rule absorb]
device = south
normal_voltage = 13.6
absorb_voltage = 14.4
end_current = 2
lead_acid = yes"
only 9 'did you mean "kind"' <<<"$good
[sink flux]
knd = mqtt
url = http://127.0.0.1:1883"
only 9 'there is no [device sotuh]; did you mean "south"?' <<<"$good
[group house]
members = sotuh"

expect 0 "$HELIO" list settings --as ini
cp out example.conf
expect 0 "$HELIO" check --offline -c example.conf
[ -z "${HELIO_SOURCE:-}" ] || cmp out "$HELIO_SOURCE/examples/home.ini" 2>/dev/null || {
    "$HELIO" list settings --as ini | cmp - "$HELIO_SOURCE/examples/home.ini" ||
        fail "examples/home.ini is not what the program prints"
}
