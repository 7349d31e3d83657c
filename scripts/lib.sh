# Shared by scripts/demo and scripts/test: steps that say their time, and packages. Sourced, not run;
# the caller stands in the top folder. LOGS is where what is too long for the screen goes.
LOGS=${LOGS:-build/logs}
mkdir -p "$LOGS"

STEP='' STEP_BEGAN=0
# The time of every step, as lines "seconds<tab>step".
STEPS=$LOGS/steps.tsv
: >"$STEPS"

# step WORDS: ends the step before it, with its time, and begins the next; no words: only ends
step() {
    [ -z "$STEP" ] || {
        printf '   %d s\n' $((SECONDS - STEP_BEGAN))
        printf '%d\t%s\n' $((SECONDS - STEP_BEGAN)) "$STEP" >>"$STEPS"
    }
    STEP=$* STEP_BEGAN=$SECONDS
    [ -z "$STEP" ] || echo "== $STEP"
}

# watched LOG COMMAND...: runs it with everything it says in LOG, and on the screen as well if SHOWN=yes.
# Where the screen would be silent, a line every 20 s tells how far it is, so that nobody has to
# guess whether it hangs.
watched() {
    local log=$1 code=0 worker began=$SECONDS told=$SECONDS length=-1 now
    shift
    if [ "${SHOWN:-no}" = yes ]; then
        (
            set -o pipefail
            "$@" 2>&1 </dev/null | tee "$log"
        ) &
    else
        "$@" >"$log" 2>&1 </dev/null &
    fi
    worker=$!
    while kill -0 "$worker" 2>/dev/null; do
        now=$(stat -c %s "$log" 2>/dev/null || echo 0)
        if [ "${SHOWN:-no}" = yes ] && [ "$now" != "$length" ]; then
            length=$now told=$SECONDS
        fi
        if [ $((SECONDS - told)) -ge 20 ]; then
            told=$SECONDS
            printf '   ... %d s: %s\n' $((SECONDS - began)) "$(tail -n 1 "$log" | tr -d '\r' | cut -c1-80)"
        fi
        sleep 0.2
    done
    wait "$worker" || code=$?
    return $code
}

# ---- packages -------------------------------------------------------------------------

# What building needs is said once, for Debian itself.
packages_to_build() {
    printf '%s\n' gcc libc6-dev
    awk '/^Build-Depends:/ {sub(/^[^:]*:/, ""); on = 1} /^[A-Z][A-Za-z-]*:/ {on = 0}
         on {gsub(/\([^)]*\)|,/, ""); for (i = 1; i <= NF; i++) print $i}' packaging/debian/control |
        grep -vE '^(debhelper-compat|libjs-dygraphs)$'
}

as_root() {
    if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi
}

apt_plan() { # what apt would do, without doing it
    env LC_ALL=C apt-get install -s --no-install-recommends "$@" 2>/dev/null
}

# All links by which services begin with the machine, and other names of such services.
enabled_services() {
    find /etc/systemd/system /etc/systemd/user /etc/rc[S2345].d -type l 2>/dev/null |
        grep -E '\.(wants|requires)/|\.service$|/S[0-9][0-9]' | sort || true
}

# Packages bring services along that begin by themselves. Nobody asked for those here: none is
# started while they are installed, and none is left enabled.
install_without_services() {
    local policy=/usr/sbin/policy-rc.d ours=no code=0 link
    enabled_services >"$LOGS/services-before"
    if [ ! -e "$policy" ]; then
        ours=yes
        printf '#!/bin/sh\nexit 101 # heliograph: no service is started while its tests are set up\n' |
            as_root sh -c "cat >$policy && chmod 755 $policy"
    fi
    watched "$LOGS/apt.log" as_root env DEBIAN_FRONTEND=noninteractive apt-get install -q -y \
        --no-install-recommends --no-upgrade -o DPkg::Lock::Timeout=300 "$@" || code=$?
    [ $ours = no ] || as_root rm -f "$policy"
    enabled_services >"$LOGS/services-after"
    comm -13 "$LOGS/services-before" "$LOGS/services-after" >"$LOGS/services-new"
    while read -r link; do as_root rm -f "$link"; done <"$LOGS/services-new"
    [ ! -s "$LOGS/services-new" ] || echo "   not left enabled: $(sed -E 's,.*/(S[0-9]+)?,,' "$LOGS/services-new" | sort -u | tr '\n' ' ')"
    return $code
}

# packages_install NAME...: installs what is missing; says before what it will fetch. Nothing that is
# there is upgraded: where that cannot be done otherwise, it is told and left to the user (in CI done).
packages_install() {
    local missing=() package state plan upgrades
    command -v dpkg-query >/dev/null || return 0 # another distribution: its own names
    for package in "$@"; do
        state=$(dpkg-query -W -f '${Status}' "$package" 2>/dev/null || true)
        [ "$state" = "install ok installed" ] || missing+=("$package")
    done
    [ ${#missing[@]} -gt 0 ] || return 0
    step "package lists"
    watched "$LOGS/apt.log" as_root apt-get update -q || cat "$LOGS/apt.log"
    plan=$(apt_plan "${missing[@]}") || {
        apt-get install -s --no-install-recommends "${missing[@]}" | tail -n 20
        return 1
    }
    upgrades=$(sed -nE 's/^Inst ([^ ]+) \[.*/\1/p' <<<"$plan" | tr '\n' ' ')
    if [ -n "$upgrades" ] && [ "${CI:-}" != true ]; then
        echo "What is to be installed needs newer versions of: $upgrades"
        echo "Nothing is upgraded without you: apt-get install --only-upgrade $upgrades"
        return 1
    fi
    step "install $(grep -c '^Inst ' <<<"$plan") packages, about $(apt_size "${missing[@]}"): ${missing[*]}"
    install_without_services "${missing[@]}" || {
        tail -n 40 "$LOGS/apt.log"
        return 1
    }
}

# "387 MB to fetch, 1829 MB on the disk": apt says it only when it asks
apt_size() {
    env LC_ALL=C apt-get install --assume-no --no-install-recommends "$@" 2>/dev/null |
        sed -nE 's/^Need to get ([0-9.,]+ .?B).*/\1 to fetch/p; s/^After this operation, ([0-9.,]+ .?B) of.*/, \1 on the disk/p' | tr -d '\n'
}
