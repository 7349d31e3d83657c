# A model with holes in its register map is learned and still read in full.
source "$(dirname "$0")/lib.sh"
twin old --model 3210a --link "$TESTS_TMP/bus"
expect 0 "$HELIO" once -v --print "tracer@$LINE:1"
has out pv_voltage
has out case_temperature
has_not out heatsink_temperature
for metric in pv_energy load_energy pv_energy_today battery_current battery_soc; do
    has out "$metric "
done
has err "does not give registers"
expect 69 "$HELIO" read "tracer@$LINE:1" eptemp2
has err "does not have it"
expect 0 "$HELIO" watch -v --rounds 4 --every 0.5 "tracer@$LINE:1" --record all.log
# After the second round nothing is refused any more in what every round asks.
[ "$(grep -c '^> 01 04 31 00 00 13' all.log)" = 2 ] || fail "the refused block was asked again"
