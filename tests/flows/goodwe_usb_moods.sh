# GoodWe inverters on USB in all their moods: zeros before answers, tails behind them, reports of
# garbage all the time, answers cut, garbled, late, none at all, inverters that begin anew. A number
# comes late or not at all; it is never another one.
. "$HELIO_SOURCE/tests/flows/lib.sh"
. "$HELIO_SOURCE/tests/flows/_servers.sh"
. "$HELIO_SOURCE/tests/flows/_goodwe_usb.sh"

: >units
names=()
# in_mood NAME MODEL MOODS [WORD OF THE MOCK...]
in_mood() {
    local name=$1 number=$((${#names[@]} + 1)) words
    words=(--serial "$(printf '13600DSU11AW%04d' $((number * 7)))" --model "$2" --at "1$((number % 5)):00")
    [ "$3" = - ] || words+=(--moods "$3")
    twin_unit "$name" "1-$number" "$number" --time-scale 60 --seed "$number" "${words[@]}"
    shift 3
    printf '%s\n' "$@" >>units
    names+=("$name")
}
in_mood well single - single
in_mood noisy single junk=0.5 single 'noise 30'
in_mood jammed three - single 'noise 4'
in_mood junk long junk=1
in_mood garbled single garbled=0.15 single
in_mood cut three cut=0.15,junk=0.5 single
in_mood silent single silent=0.05,late=0.05
in_mood restart three restart=0.1,junk=0.3 single
{
    for n in "${!names[@]}"; do echo "${names[$n]}=$(printf '13600DSU11AW%04d' $(((n + 1) * 7)))"; done
} >serials
mapfile -t pairs <serials
house_of "$TESTS_TMP/helio.db" "${pairs[@]}" | sed 's/^every = 1$/every = 0.5/' >a.ini
hid_daemon a.ini
began=$(now_ms)
all_stored() { for name in "${names[@]}"; do stored_since "$name" 0 || return 1; done; }
until_true 40 all_stored || {
    "$HELIO" status
    fail "not all of them are stored"
}
echo "all eight after $(($(now_ms) - began)) ms"
# enough of the undisturbed one, and of each other a quarter as many
rows_of() { sql "SELECT count(*) FROM reading r JOIN device d ON d.id = r.device WHERE d.name = '$1' AND r.kind = 0"; }
are_enough() {
    local name well
    well=$(rows_of well)
    [ "$well" -ge 10 ] || return 1
    for name in "${names[@]}"; do [ $((4 * $(rows_of "$name"))) -ge "$well" ] || return 1; done
}
until_true 30 are_enough || fail "some have hardly any readings"
hid_daemon_end
: >away.tsv
same=()
for name in "${names[@]}"; do same+=("$name=$name"); done
judged_goodwe helio.db away.tsv "${same[@]}" 2>judge.err || {
    head -c 3000 judge.err
    fail "wrong numbers are stored"
}
for name in "${names[@]}"; do
    printf '%s %d rows, ' "$name" "$(rows_of "$name")"
done
echo
