#!/usr/bin/env bash
# Between the rooms of the collector, nothing points up by symbols either: what a room's objects want
# stands in rooms below it. Usage: rooms.sh FOLDER OBJECT..., the folder of the objects of collector/
set -euo pipefail

# check FOLDER: says every symbol that is wanted from above; fails when there is one
check() (
    cd "$1"
    find . -mindepth 2 -name '*.o' | sort | sed 's|^\./||' | xargs -r -d '\n' nm -A -P | awk '
        BEGIN {
            split("old_settings 1 plan 2 run 3 intake 4 checks 5 rules 5 history 5 daemon 6 cli 7", words, " ")
            for (i = 1; words[i] != ""; i += 2)
                floor_of[words[i]] = words[i + 1]
        }
        {
            object = $1
            sub(/:$/, "", object)
            room = object
            sub("/.*", "", room)
            if ($3 ~ /^[TDBRVWC]$/)
                home[$2] = room
            else if ($3 == "U") {
                wanted[++count] = $2
                by[count] = object
            }
            seen[object]
        }
        END {
            for (i = 1; i <= count; i++) {
                there = home[wanted[i]]
                here = by[i]
                sub("/.*", "", here)
                if (there == "" || there == here)
                    continue
                pairs[here, there]
                if (!(here in floor_of) || floor_of[there] + 0 >= floor_of[here] + 0) {
                    print by[i] ": " wanted[i] " is of " there "/, which is not below " here "/"
                    faults++
                }
            }
            for (object in seen) objects++
            for (pair in pairs) edges++
            if (!objects) { print "there are no objects"; faults++ }
            print objects + 0 " objects, " edges + 0 " pairs of rooms" >"/dev/stderr"
            exit faults > 0
        }'
)

# ---- first: can this check fail at all? -----------------------------------------------

made=$(mktemp -d)
trap 'rm -rf "$made"' EXIT
mkdir "$made/plan" "$made/cli"
echo 'int plan_of(void) { return 1; }' | cc -x c -c -o "$made/plan/a.o" -
echo 'int plan_of(void); int cli_of(void) { return plan_of(); }' | cc -x c -c -o "$made/cli/b.o" -
check "$made" >"$made/said" 2>&1 || { echo "rooms: a step down is found bad"; cat "$made/said"; exit 1; }
echo 'int cli_of(void); int plan_is(void) { return cli_of(); }' | cc -x c -c -o "$made/plan/c.o" -
if check "$made" >"$made/said" 2>&1 || ! grep -q '^plan/c.o: cli_of' "$made/said"; then
    echo "rooms: a step up is not found"
    exit 1
fi

# ---- then the house -------------------------------------------------------------------

check "$1" || { echo "rooms: something points up (docs/architecture.md)"; exit 1; }
