# A failure ends the whole flow, wherever it is noticed, and what the flow had started.
here=$(realpath "$(dirname "$0")")
source "$here/lib.sh"

# ends_with CODE LINES: a flow of these lines ends so, and says nothing after its failure
ends_with() {
    printf 'source "%s/lib.sh"\n%s\necho "it went on"\n' "$here" "$2" >inner.sh
    mkdir -p inner
    expect "$1" env TESTS_TMP="$TESTS_TMP/inner" bash inner.sh
}

ends_with 0 'true'
has out "it went on"
for lines in 'fail here' \
    'seen=$(fail here)' \
    'seen=$(for n in 1 2; do fail here; done | sort | wc -l)' \
    'echo x | while read -r line; do fail here; done' \
    '(fail here)' \
    '[ "$(fail here; echo 1)" = 1 ] || true' \
    'seen=$(expect 3 true)' \
    'seen=$(has /dev/null words)' \
    '{ sleep 0.1; fail here; } & wait $!; sleep 0'; do
    ends_with 1 "$lines"
    has err "FAILED: "
    has_not out "it went on"
done

# Its twins end with it.
ends_with 1 'twin one --link "$TESTS_TMP/one"
echo "twin ${twins[0]}"
seen=$(fail here)'
twin=$(sed -n 's/^twin //p' out)
is_number "$twin"
! kill -0 "$twin" 2>/dev/null || fail "the twin $twin runs on"
