#!/usr/bin/env bash
# Includes go downwards only: never up, never sideways, never from one driver to another; and a
# third-party header appears in one room only. Time and threads are base/clock's and base/thread's
# alone. Usage: floors.sh [root of the tree]
set -euo pipefail

root=${1:-$(cd "$(dirname "$0")/../.." && pwd)}

# Says every fault of the tree $1 as file:line: why; fails when there is one.
check() (
    cd "$1"
    find . \( -name .git -o -path ./build -o -path ./tests -o -path ./scripts \) -prune \
        -o -type f \( -name '*.c' -o -name '*.h' -o -name '*.def' \) -print | sort | sed 's|^\./||' |
        xargs -r -d '\n' awk '
        BEGIN {
            split("base 0 metrics 1 bus 2 store 2 sim 2 drivers 3 files 3 influx 3 upload 3 mqtt 3 nats 3 web 3 " \
                  "collector 4", words, " ")
            for (i = 1; words[i] != ""; i += 2)
                floor_of[words[i]] = words[i + 1]
            split("old_settings 1 plan 2 run 3 intake 4 checks 5 rules 5 history 5 daemon 6 cli 7", words, " ")
            for (i = 1; words[i] != ""; i += 2)
                inner_of[words[i]] = words[i + 1]
            # who still looks into the daemon from below
            split("collector/run/errand.c collector/rules/rules.c collector/rules/rules_order.c", words, " ")
            for (i = 1; words[i] != ""; i++)
                looks_up[words[i], "collector/daemon/daemon.h"] = 1
            split("modbus.h sqlite3.h curl/curl.h jansson.h zlib.h hidapi.h microhttpd.h mosquitto.h " \
                  "iniparser.h libudev.h nats/nats.h", foreign, " ")
            # neighbours that speak HTTP or JSON with different servers
            also["curl/curl.h", "upload"] = also["jansson.h", "web"] = also["jansson.h", "collector"] = also["zlib.h", "web"] = 1
        }
        function fault(why) {
            print FILENAME ":" FNR ": " why
            faults++
        }
        # the driver folder a path lies in; "" at the top of drivers/
        function family(path,   parts) {
            return split(path, parts, "/") > 2 ? parts[2] : ""
        }
        # between the rooms of the collector
        function inner(to,   here, there) {
            here = family(FILENAME)
            there = family(to)
            if (here == "")
                return # main.c
            if (!(here in inner_of) || !(there in inner_of))
                fault("\"" to "\": there is no such room in the collector")
            else if (here != there && inner_of[there] + 0 >= inner_of[here] + 0 && !((FILENAME, to) in looks_up))
                fault("\"" to "\": goes up or sideways, from room " here " to " there)
        }
        function house(to,   here, there) {
            here = FILENAME; sub("/.*", "", here)
            if (!(here in floor_of))
                return
            if (to !~ "/" || to ~ "\\.\\./") {
                fault("\"" to "\": include by room, as in \"" here "/" to "\"")
                return
            }
            there = to; sub("/.*", "", there)
            if (!(there in floor_of))
                fault("\"" to "\": there is no such room")
            else if (here == there) {
                if (here == "drivers" && family(FILENAME) != "" && family(to) != "" &&
                    family(FILENAME) != family(to))
                    fault("\"" to "\": goes sideways, from driver " family(FILENAME) " to " family(to))
                if (here == "collector")
                    inner(to)
            } else if (floor_of[there] + 0 > floor_of[here] + 0)
                fault("\"" to "\": goes up, from floor " floor_of[here] " to " floor_of[there])
            else if (floor_of[there] + 0 == floor_of[here] + 0)
                fault("\"" to "\": goes sideways on floor " floor_of[here])
        }
        function library(to,   here, i, end) {
            here = FILENAME; sub("/.*", "", here)
            end = to; sub("/.*", "", end)
            if (end in floor_of && to != "nats/nats.h")
                return # drivers/modbus.h is ours
            for (i = 1; i in foreign; i++) {
                end = substr(to, length(to) - length(foreign[i]))
                if (to != foreign[i] && end != "/" foreign[i])
                    continue
                if ((foreign[i], here) in also)
                    continue
                if (!(foreign[i] in home))
                    home[foreign[i]] = here
                else if (home[foreign[i]] != here)
                    fault("<" to ">: lives in " home[foreign[i]] "/, and in one room only")
            }
        }
        /^[ \t]*#[ \t]*include[ \t]*["<]/ {
            to = $0
            sub(/^[^"<]*["<]/, "", to)
            sub(/[">].*/, "", to)
            if ($0 ~ /include[ \t]*"/)
                house(to)
            library(to)
        }
        FILENAME ~ /\.c$/ && FILENAME !~ "^base/(clock|thread)[.]c$" &&
        match($0, /(^|[^a-z_])(clock_gettime|gettimeofday|nanosleep|usleep|sleep|p?poll|pthread_create|pthread_cond_timedwait|pthread_cond_clockwait|pthread_condattr_setclock)\(/) {
            what = substr($0, RSTART, RLENGTH)
            sub(/^[^a-z]/, "", what)
            fault(what "): base/clock.h and base/thread.h have it, so that a test can turn the clock")
        }
        FILENAME ~ /\.c$/ && FILENAME !~ "^(collector/intake/(counter|gate|keeper|keeper_places)|store/(meters|load|form))[.]c$" &&
        /(->|[.])carry([^a-z_]|$)|[^a-z_]counter_total\(/ {
            fault("a carry: what leaves the gate is the total, and nobody adds to it")
        }
        END { exit faults > 0 }'
)

# ---- first: can this check fail at all? -----------------------------------------------

trees=$(mktemp -d)
trap 'rm -rf "$trees"' EXIT

# prove WHAT WANTED FILE LINE [FILE LINE]...: a tree of these files is found good or bad
prove() {
    local what=$1 wanted=$2 found=good tree
    shift 2
    tree=$(mktemp -d "$trees/XXXXXX")
    while [ $# -gt 0 ]; do
        mkdir -p "$tree/$(dirname "$1")"
        printf '/* made up */\n%s\n' "$2" >>"$tree/$1"
        shift 2
    done
    check "$tree" >"$tree.said" 2>&1 || found=bad
    if [ "$found" != "$wanted" ]; then
        echo "floors: the check itself is broken: $what is found $found"
        cat "$tree.said"
        exit 1
    fi
    if [ "$wanted" = bad ] && ! grep -q '^[a-z/_.]*:2: ' "$tree.said"; then
        echo "floors: the check itself is broken: $what: file and line are not named"
        cat "$tree.said"
        exit 1
    fi
}

prove "a step down" good bus/a.c '#include "base/error.h"' collector/b.c '#include "web/web.h"'
prove "a step up" bad base/a.c '#include "bus/bus.h"'
prove "a step up from a header" bad metrics/a.h '#  include "collector/plan/plan.h"'
prove "a step sideways" bad bus/a.c '#include "sim/plant.h"'
prove "an include without its room" bad bus/a.c '#include "bus.h"'
prove "an unknown room" bad bus/a.c '#include "tests/unit/a.h"'
prove "a driver's own folder" good drivers/mate/a.c '#include "drivers/mate/frame.h"' \
    drivers/mate/b.c '#include "drivers/driver.h"'
prove "a driver in another's folder" bad drivers/mate/a.c '#include "drivers/tracer/a.h"'
prove "a step down in the collector" good collector/cli/a.c '#include "collector/plan/plan.h"' \
    collector/main.c '#include "collector/cli/verb.h"'
prove "a step up in the collector" bad collector/plan/a.h '#include "collector/rules/rules.h"'
prove "a step sideways in the collector" bad collector/history/a.c '#include "collector/rules/rules.h"'
prove "no room of the collector" bad collector/hall/a.c '#include "collector/plan/plan.h"'
prove "a library in one room" good bus/a.c '#include <modbus/modbus.h>' bus/b.c '#include <modbus.h>'
prove "a header of ours with a library's name" good bus/a.c '#include <modbus.h>' \
    drivers/b.c '#include "drivers/modbus.h"'
prove "a library whose folder is called like a room" bad nats/a.c '#include <nats/nats.h>' \
    web/b.c '#include <nats/nats.h>'
prove "a library in two rooms" bad bus/a.c '#include <modbus.h>' drivers/b.c '#include <modbus/modbus.h>'
prove "a sleep of its own" bad bus/a.c '    usleep(20);'
prove "a clock of its own" bad store/a.c '    clock_gettime(CLOCK_MONOTONIC, &now);'
prove "a thread of its own" bad web/a.c '    rc = pthread_create(&thread, NULL, run, who);'
prove "time from base" good bus/a.c '    clock_sleep_us(20);' base/clock.c '    clock_gettime(CLOCK_REALTIME, &t);' \
    mqtt/b.c '    if (clock_poll(&fd, 1, left) > 0) say_time(&j);'
prove "a carry of its own" bad mqtt/a.c '    value += k->carry;'
prove "a total of its own" bad collector/intake/groups.c '    sum += counter_total(&t->counter);'
prove "carry by the gate" good collector/intake/gate.c '    *value = counter_total(&t->counter);' \
    store/meters.c '    k->carry = carry;' store/salvage.c '    carry_small(from, to);'

# ---- then the house -------------------------------------------------------------------

if ! check "$root"; then
    echo "floors: includes go downwards only (docs/architecture.md)"
    exit 1
fi
echo "floors: all includes go downwards"
