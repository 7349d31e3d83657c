# What the program knows, in every handwriting; the documents made from it are up to date.
source "$(dirname "$0")/lib.sh"
for what in drivers devices metrics settings commands registers lines verbs; do
    for form in text markdown json; do
        expect 0 "$HELIO" list "$what" --as "$form"
        [ -s out ] || [ "$what" = devices ] || fail "list $what --as $form is empty"
        [ "$form" != json ] || python3 -m json.tool out >/dev/null || fail "list $what: not JSON"
    done
done
expect 64 "$HELIO" list metrisc
has err 'did you mean "metrics"'
if [ -n "${HELIO_SOURCE:-}" ]; then
    "$HELIO" list metrics --as markdown | cmp - "$HELIO_SOURCE/docs/metrics.md" ||
        fail "docs/metrics.md is old: helio list metrics --as markdown > docs/metrics.md"
fi
