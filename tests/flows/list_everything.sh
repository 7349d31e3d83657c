# What the program knows, in every handwriting; the documents made from it are up to date.
source "$(dirname "$0")/lib.sh"
printf '[bus b]\nline = sim\n[device south]\ndriver = tracer\nbus = b\n' >a.ini
export HELIO_CONFIG=$TESTS_TMP/a.ini
for what in drivers devices metrics settings commands registers lines verbs; do
    for form in text markdown json; do
        expect 0 "$HELIO" list "$what" --as "$form"
        [ -s out ] || fail "list $what --as $form is empty"
        [ "$form" != json ] || python3 -m json.tool out >/dev/null || fail "list $what: not JSON"
    done
done
unset HELIO_CONFIG
expect 64 "$HELIO" list metrisc
has err 'did you mean "metrics"'
expect 64 "$HELIO" list commands axpert
has err "helio list commands --driver axpert"
expect 0 "$HELIO" list commands --driver axpert
has out "Range of the AC input: appliance | UPS"
has out "Buzzer: on | off"
expect 0 "$HELIO" list drivers
has out "mks old plus max pi41 parallel"
expect 78 "$HELIO" sim axpert --model neverbuilt --link "$TESTS_TMP/x"
has err "only: mks old"
if [ -n "${HELIO_SOURCE:-}" ]; then
    "$HELIO" list metrics --as markdown | cmp - "$HELIO_SOURCE/docs/metrics.md" ||
        fail "docs/metrics.md is old: helio list metrics --as markdown > docs/metrics.md"
fi
