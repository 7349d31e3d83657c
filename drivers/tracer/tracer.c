/* The driver's row in the table, and what follows from the numbers (drivers/tracer/tracer.h). */
#include "drivers/tracer/tracer.h"

#include <math.h>

static const struct place places[] = {
    /* The CC-USB-RS485 cable in its two makes (Exar, QinHeng), and adapters people use. */
    {.scheme = "rtu", .usb_ids = "04e2:1411 1a86:55d3 1a86:7523 0403:6001"},
    {.scheme = "tcp"},
    {.scheme = "replay"},
    {.scheme = "sim"},
    {.scheme = NULL},
};

/* Without a sensor the controller reports exactly 25.00 for ever (or 0.00 for the remote one):
 * these are believed only once any other temperature was seen. */
static void judge_sensor(bool *has_sensor, struct reading *r, enum metric m)
{
    const double no_sensor = 25.0;
    double celsius = 0;

    if (!reading_get(r, m, &celsius))
        return;
    *has_sensor |= celsius != no_sensor && celsius != 0;
    if (!*has_sensor)
        reading_drop(r, m);
}

static void derive(struct device *d, struct reading *r)
{
    double net = 0, charge = 0, load = 0, volts = 0;
    /* On models without 331B the net current is what comes in less what goes out: all of the
     * controller's load runs through its own terminals. Where it was only lost, it is missing. */
    bool is_known = reading_get(r, M_BATTERY_CURRENT, &net);

    if (!is_known && device_lacks(d, READ_INPUT, REG_NET_CURRENT) &&
        reading_get(r, M_CHARGER_CURRENT, &charge) && reading_get(r, M_LOAD_CURRENT, &load)) {
        net = round((charge - load) * 100) / 100;
        is_known = reading_put(r, M_BATTERY_CURRENT, net);
    }
    if (is_known) {
        (void)reading_put(r, M_BATTERY_CHARGE_CURRENT, net > 0 ? net : 0);
        (void)reading_put(r, M_BATTERY_DISCHARGE_CURRENT, net < 0 ? -net : 0);
        if (reading_get(r, M_BATTERY_VOLTAGE, &volts))
            (void)reading_put(r, M_BATTERY_POWER, round(net * volts * 100) / 100);
    }
    struct tracer_memory *memory = d->memory;
    judge_sensor(&memory->has_sensor, r, M_BATTERY_TEMPERATURE);
    judge_sensor(&memory->has_remote_sensor, r, M_BATTERY_REMOTE_TEMPERATURE);
}

static int greet(struct device *d, struct identity *who)
{
    return modbus_identity(d, who);
}

const struct driver driver_tracer = {
    .name = "tracer",
    .title = "EPsolar / EPEver Tracer (A, AN, BN), LS-B, TRIRON, XTRA",
    .proof = "Tracer2215BN and Tracer2206AN captures",
    .places = places,
    .addresses = {.first = 1, .last = 247, .usual = 1, .probe_last = 6},
    .memory = sizeof(struct tracer_memory),
    .speech = &modbus_speech,
    .blocks = tracer_blocks,
    .rows = tracer_rows,
    .commands = tracer_commands,
    .greet = greet,
    .derive = derive,
    .tell = tracer_tell,
    .is_vain = tracer_is_vain,
    .twin_memory = sizeof(struct tracer_twin),
    .twin_models = tracer_models,
    .twin_begin = tracer_twin_begin,
    .twin_now = tracer_twin_now,
};
