/* Devices on MATEnet that do not exist, each on its port; they take writes and remember them. */
#include "drivers/mate/kinds.h"

#include <string.h>

enum { LOG_LAST = 128 }; /* the oldest day there is */

int mate_heard(const uint8_t *bytes, size_t length)
{
    if (length < MATE_ASKED)
        return 0;
    return mate_sum(bytes, 6) == (uint16_t)(bytes[6] << 8 | bytes[7]) ? MATE_ASKED : ERR_CRC;
}

static int finish(struct answer *a, size_t length)
{
    uint16_t sum = mate_sum(a->bytes, length);

    a->bytes[length] = (uint8_t)(sum >> 8);
    a->bytes[length + 1] = (uint8_t)sum;
    a->length = length + 2;
    return OK;
}

static int say_word(struct answer *a, uint8_t first, uint16_t value)
{
    a->bytes[0] = first;
    a->bytes[1] = (uint8_t)(value >> 8);
    a->bytes[2] = (uint8_t)value;
    return finish(a, 3);
}

void mate_refuse(const uint8_t *asked, size_t length, struct answer *a)
{
    (void)length;
    (void)say_word(a, MATE_ERROR | asked[1], 0);
}

static unsigned type_of(const struct twin *t)
{
    return t->driver->rows == mate_mx_rows   ? MATE_MX
           : t->driver->rows == mate_fx_rows ? MATE_FX
           : t->driver->rows == mate_dc_rows ? MATE_DC
                                             : MATE_HUB;
}

/* Twins without a port of their own: alone on the wire, or one after the other on a hub's ports. */
uint8_t mate_twin_port(const struct twin *t)
{
    return t->address ? t->address : t->of > 1 ? (uint8_t)(t->place + 1) : 0;
}

static const uint16_t revisions[][3] = {{0, 0, 0}, {1, 0, 1}, {0, 0, 0}, {1, 9, 8}, {1, 1, 71}};

static int say_hub(const uint8_t *asked, struct answer *a)
{
    uint16_t at = (uint16_t)(asked[2] << 8 | asked[3]);

    if (asked[1] != MATE_READ)
        return ERR_TIMEOUT;
    if (at >= REG_REVISION && at < REG_REVISION + 3)
        return say_word(a, 0, revisions[MATE_HUB][at - REG_REVISION]);
    return say_word(a, 0, at == REG_TYPE ? MATE_HUB : 0);
}

/* ---- registers ----------------------------------------------------------------------------- */

static uint16_t *cell(struct mate_twin *mine, uint16_t at, bool is_new)
{
    unsigned i = 0;

    while (i < mine->count && mine->addresses[i] != at)
        i++;
    if (i == mine->count && (!is_new || i == sizeof mine->registers / sizeof *mine->registers))
        return NULL;
    mine->count += i == mine->count;
    mine->addresses[i] = at;
    return &mine->registers[i];
}

/* Registers whose number a status page says as well: readings have it from there, and so have they
 * no metric of their own. A twin shows the same in both. */
static const struct {
    unsigned type;
    uint16_t at;
    enum metric metric;
} also[] = {
    {MATE_MX, 0x0008, M_BATTERY_VOLTAGE},     {MATE_MX, 0x000f, M_BATTERY_VOLTAGE_HIGH_TODAY},
    {MATE_MX, 0x01c6, M_PV_VOLTAGE},          {MATE_MX, 0x01c7, M_CHARGER_CURRENT},
    {MATE_MX, 0x01c8, M_CHARGE_STAGE},        {MATE_MX, 0x01ea, M_PV_ENERGY_TODAY},
    {MATE_FX, 0x0019, M_BATTERY_VOLTAGE},     {MATE_FX, 0x002c, M_GRID_VOLTAGE},
    {MATE_FX, 0x002d, M_OUTPUT_VOLTAGE},      {MATE_FX, 0x006a, M_GRID_CHARGE_CURRENT},
    {MATE_FX, 0x006b, M_GRID_EXPORT_CURRENT}, {MATE_FX, 0x006c, M_GRID_IMPORT_CURRENT},
    {MATE_FX, 0x006d, M_INVERTER_CURRENT},    {MATE_FX, 0x0016, M_BATTERY_VOLTAGE},
    {MATE_DC, 0x00d5, M_BATTERY_SOC},
};

static enum metric shown(unsigned type, const struct row *row, const struct reading *state)
{
    bool is_said = row->metric != M_NONE && reading_has(state, row->metric);

    for (size_t i = 0; !is_said && i < sizeof also / sizeof *also; i++)
        if (also[i].type == type && also[i].at == row->at)
            return also[i].metric;
    return (enum metric)row->metric;
}

static int read_register(struct twin *t, uint16_t at, struct answer *a)
{
    unsigned type = type_of(t); /* a hub has no registers of its own to remember */
    const uint16_t *written = type == MATE_HUB ? NULL : cell(t->memory, at, false);
    uint16_t value = 0;

    if (written)
        return say_word(a, MATE_READ, *written);
    if (at == REG_TYPE)
        return say_word(a, MATE_READ, (uint16_t)type);
    if (at >= REG_REVISION && at < REG_REVISION + 3)
        return say_word(a, MATE_READ, revisions[type][at - REG_REVISION]);
    for (const struct row *row = t->driver->rows; row->native; row++) {
        struct row one[] = {*row, {.native = NULL}};
        one[0].metric = shown(type, row, &t->state);
        if (row->in == MATE_READ && row->at == at && (!row->kinds || row->kinds & t->kind))
            (void)rows_encode(one, MATE_READ, at, &t->state, &value);
    }
    return say_word(a, MATE_READ, value); /* what it does not know is 0 on real ones, too */
}

/* Buttons of a FLEXnet: what is read at another register begins anew from now. */
static const struct {
    uint16_t at, resets;
} buttons[] = {{0x00eb, 0x005a}, {0x00ec, 0x0058}};

static uint16_t press(struct twin *t, uint16_t resets, uint16_t value)
{
    uint16_t *to = cell(t->memory, resets, true);
    double volts = 0;

    if (to && reading_get(&t->state, M_BATTERY_VOLTAGE, &volts))
        *to = (uint16_t)lround(volts * 10);
    return (uint16_t)(value - 1); /* captured: FF is answered with FE */
}

/* An MX gives back only the lower byte of what was written. */
static int write_register(struct twin *t, uint16_t at, uint16_t value, struct answer *a)
{
    uint16_t said = type_of(t) == MATE_MX ? value & 0xff : value;

    if (type_of(t) == MATE_HUB)
        return ERR_TIMEOUT;
    if (!strcmp(t->model, "refuses"))
        return say_word(a, MATE_ERROR | MATE_WRITE, 0);
    if (!strcmp(t->model, "ignores"))
        return say_word(a, MATE_WRITE, said);
    for (size_t i = 0; i < sizeof buttons / sizeof *buttons; i++)
        if (type_of(t) == MATE_DC && at == buttons[i].at)
            return say_word(a, MATE_WRITE, press(t, buttons[i].resets, value));
    uint16_t *to = cell(t->memory, at, true);
    if (to)
        *to = value;
    return say_word(a, MATE_WRITE, said);
}

uint16_t mate_twin_told(const struct twin *t, uint16_t at, uint16_t usual)
{
    const uint16_t *written = cell(t->memory, at, false);

    return written ? *written : usual;
}

/* ---- pages ---------------------------------------------------------------------------------- */

unsigned mate_twin_pages(struct twin *t, uint8_t all[PAGES_MAX])
{
    unsigned type = type_of(t), base = type == MATE_DC ? 0x0a : 1;

    memset(all, 0, PAGES_MAX);
    if (type == MATE_MX && t->kind & KIND_COUNTS_AH)
        all[0] = 0x80;
    if (type == MATE_FX)
        all[FX_MISC] = t->kind & KIND_230V ? 0x09 : 0x08;
    if (type == MATE_DC) {
        all[16] = 0x21;
        all[72] = 0x0f;
    }
    bytes_encode(t->driver->rows, MATE_STATUS, t->kind, &t->state, (uint16_t)(base << 8), PAGES_MAX,
                 all);
    return type;
}

static int say_page(struct twin *t, uint8_t page, struct answer *a)
{
    unsigned type = type_of(t), base = type == MATE_DC ? 0x0a : 1,
             last = type == MATE_DC ? 0x0f : 1;
    uint8_t all[PAGES_MAX];

    if (page < base || page > last)
        return ERR_TIMEOUT;
    (void)mate_twin_pages(t, all); /* its type is known */
    a->bytes[0] = (uint8_t)type;
    memcpy(a->bytes + 1, all + (page - base) * MATE_PAGE, MATE_PAGE);
    return finish(a, 1 + MATE_PAGE);
}

static int say_day(struct twin *t, unsigned day, struct answer *a)
{
    struct reading r = t->state;
    uint8_t page[MATE_DAY] = {0};

    if (type_of(t) != MATE_MX)
        return ERR_TIMEOUT;
    mate_mx_day(t, day < LOG_LAST ? day : LOG_LAST, &r);
    bytes_encode(mate_mx_rows, MATE_LOG, t->kind, &r, 0, MATE_DAY, page);
    page[13] = (uint8_t)(day < LOG_LAST ? day : LOG_LAST);
    a->bytes[0] = MATE_LOG;
    memcpy(a->bytes + 1, page, sizeof page);
    return finish(a, 1 + MATE_DAY);
}

/* Units of 2004 say two zeros before everything. */
static int age(const struct twin *t, struct answer *a)
{
    if (strcmp(t->model, "old") != 0)
        return OK;
    memmove(a->bytes + 2, a->bytes, a->length);
    a->bytes[0] = a->bytes[1] = 0;
    a->length += 2;
    return OK;
}

int mate_answer(struct twin *t, const uint8_t *asked, size_t length, struct answer *a)
{
    uint8_t port = mate_twin_port(t);
    bool is_hub = type_of(t) == MATE_HUB;

    if (length != MATE_ASKED)
        return ERR_TIMEOUT;
    if (asked[0] && is_hub)
        return mate_hub_answer(t, asked, length, a);
    if (!asked[0] && (is_hub || (port && t->place == 0)))
        return say_hub(asked, a); /* where there are ports, there is a hub; it has no memory */
    if (asked[0] != port)
        return ERR_TIMEOUT; /* the hub passes it on to somebody else */
    uint16_t at = (uint16_t)(asked[2] << 8 | asked[3]),
             value = (uint16_t)(asked[4] << 8 | asked[5]);
    int rc = ERR_TIMEOUT;
    if (t->driver->twin_now)
        t->driver->twin_now(t);
    switch (asked[1]) {
    case MATE_READ:
        rc = read_register(t, at, a);
        break;
    case MATE_WRITE:
        rc = write_register(t, at, value, a);
        break;
    case MATE_STATUS:
        rc = say_page(t, (uint8_t)at, a);
        break;
    case MATE_LOG:
        rc = say_day(t, value, a);
        break;
    default:
        mate_refuse(asked, length, a);
        rc = OK;
        break;
    }
    return rc ? rc : age(t, a);
}

/* A neighbour's register. */
size_t mate_stranger(struct chance *c, uint8_t *to)
{
    struct answer a;

    (void)say_word(&a, MATE_READ, (uint16_t)chance_between(c, 0, 0xffff));
    memcpy(to, a.bytes, a.length);
    return a.length;
}

int mate_twin_begin(struct twin *t)
{
    t->kind = !strcmp(t->model, "vfx230") ? KIND_230V
              : type_of(t) == MATE_FX     ? KIND_120V
              : strcmp(t->model, "mx60")  ? KIND_COUNTS_AH
                                          : 0;
    return OK;
}
