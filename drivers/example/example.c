/*
 * A living template: a thermometer on Modbus with two registers. Copy the folder, put a row into
 * drivers/drivers.def, and the scanner, the twin, the docs and the contract tests know it.
 */
#include "drivers/modbus.h"

// clang-format off
static const struct block blocks[] = {
    { .name = "live", .function = READ_INPUT, .start = 0x0000, .count = 2, .refresh = EVERY_ROUND },
    { .name = NULL },
};

static const struct row rows[] = {
    { .in = READ_INPUT, .at = 0x0000, .form = S16, .native = "inside",  .metric = M_CASE_TEMPERATURE,    .per = 10 },
    { .in = READ_INPUT, .at = 0x0001, .form = S16, .native = "outside", .metric = M_AMBIENT_TEMPERATURE, .per = 10 },
    { .native = NULL },
};
// clang-format on

static const struct place places[] = {
    {.scheme = "rtu", .options = "speed=9600"},
    {.scheme = "tcp"},
    {.scheme = "replay"},
    {.scheme = "sim"},
    {.scheme = NULL},
};

static int twin_begin(struct twin *t)
{
    struct modbus_memory *m = t->memory;

    m->longest = 2;
    return OK;
}

static void twin_now(struct twin *t)
{
    t->state.count = 0;
    (void)reading_put(&t->state, M_CASE_TEMPERATURE, t->plant->case_c);
    (void)reading_put(&t->state, M_AMBIENT_TEMPERATURE, t->plant->ambient_c);
}

static const char *const models[] = {"thermometer", NULL};

const struct driver driver_example = {
    .name = "example",
    .title = "Example: a Modbus thermometer, to copy from",
    .places = places,
    .addresses = {.first = 1, .last = 247, .usual = 1, .probe_last = 8},
    .speech = &modbus_speech,
    .blocks = blocks,
    .rows = rows,
    .twin_memory = sizeof(struct modbus_memory),
    .twin_models = models,
    .twin_begin = twin_begin,
    .twin_now = twin_now,
};
