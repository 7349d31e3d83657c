# A house for the web to show: two Tracers, an Axpert, and the Tracers as a group. For flows and the bench.

# web_devices EVERY [LINES OF EACH BUS]: its buses, devices and the group, as settings
web_devices() {
    local every=$1
    shift
    cat <<INI
[bus roof]
line = sim
every = $every
$(printf '%s\n' "$@")
[bus shed]
line = sim
every = $every
speed = 115200
$(printf '%s\n' "$@")
[device unit1]
driver = tracer
bus = roof
address = 1
[device unit2]
driver = tracer
bus = roof
address = 2
[device ax]
driver = axpert
bus = shed
[group house]
members = unit1, unit2
INI
}
