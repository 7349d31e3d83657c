# Help, versions, and what cannot be understood.
source "$(dirname "$0")/lib.sh"
expect 64 "$HELIO"
has err "helio VERB"
expect 0 "$HELIO" --help
has out "helio VERB"
expect 0 "$HELIO" --version
grep -qE '^helio [0-9]+\.[0-9]+' out || fail "$(cat out)"
expect 64 "$HELIO" raed
has err 'did you mean "read"'
expect 64 "$HELIO" read --jsno x y
expect 64 "$HELIO" once
has err "no device named"
expect 0 "$HELIO" once tracer@sim:1
expect 0 "$HELIO" once --print tracer@sim:1
expect 0 "$HELIO" once --print --full example@sim:1
expect 64 "$HELIO" once --print tracer@sim:0
expect 64 "$HELIO" once --print tracer@sim,paced=perhaps:1
