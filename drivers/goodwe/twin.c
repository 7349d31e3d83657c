/* An inverter that does not exist: it takes an address, and tells what the plant makes. */
#include "drivers/goodwe/goodwe.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

const char *const goodwe_models[] = {"single", "three", "long", NULL};

enum { DATA_LONG = 130, NIGHT_W = -12 };

int goodwe_twin_begin(struct twin *t)
{
    t->kind = !strcmp(t->model, "three")  ? KIND_THREE
              : !strcmp(t->model, "long") ? KIND_LONG
                                          : KIND_ONE;
    if (!*t->serial)
        snprintf(t->serial, sizeof t->serial, "13600DSN201W%04u", t->place + 1);
    return OK;
}

/* The panels' voltage is that of a string for the grid: ten times that of a small plant. */
void goodwe_twin_now(struct twin *t)
{
    struct reading *r = &t->state;
    const struct plant_now *now = t->plant;
    double watts = now->pv_w > 0 ? round(now->pv_w * 0.97) : NIGHT_W, volts = now->pv_v * 10;
    const struct {
        enum metric metric;
        double value;
    } all[] = {
        {M_PV1_VOLTAGE, volts},
        {M_PV1_CURRENT, volts > 0 ? now->pv_w / volts : 0},
        {M_PV2_VOLTAGE, 0},
        {M_PV2_CURRENT, 0},
        {M_GRID_VOLTAGE, 231.2},
        {M_GRID_L2_VOLTAGE, 230.4},
        {M_GRID_L3_VOLTAGE, 232.1},
        {M_GRID_CURRENT, fabs(watts) / 231.2},
        {M_GRID_L2_CURRENT, fabs(watts) / 231.2},
        {M_GRID_L3_CURRENT, fabs(watts) / 231.2},
        {M_GRID_FREQUENCY, 49.98},
        {M_GRID_L2_FREQUENCY, 49.98},
        {M_GRID_L3_FREQUENCY, 49.98},
        {M_OUTPUT_POWER, watts},
        {M_DEVICE_MODE, now->pv_w > 0 ? DEVICE_MODE_NORMAL : DEVICE_MODE_WAITING},
        {M_INVERTER_TEMPERATURE, now->case_c},
        {M_PV_ENERGY, now->pv_kwh},
        {M_PV_ENERGY_TODAY, now->pv_kwh_today},
        {M_OPERATING_TIME, 8765},
        {M_PV_START_VOLTAGE, 120},
        {M_START_DELAY, 60},
        {M_AC_LOWER_LIMIT, 195.5},
        {M_AC_UPPER_LIMIT, 253},
        {M_GRID_FREQUENCY_LOW_LIMIT, 47.5},
        {M_GRID_FREQUENCY_HIGH_LIMIT, 51.5},
    };

    r->count = 0;
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        (void)reading_put(r, all[i].metric, all[i].value);
}

int goodwe_heard(const uint8_t *bytes, size_t length)
{
    struct goodwe_packet p;
    int rc = goodwe_hunt(bytes, length, &p);

    if (rc == OK)
        return (int)p.end;
    return rc == ERR_TIMEOUT && bytes[0] == 0xaa ? 0 : rc == ERR_TIMEOUT ? ERR_GARBAGE : rc;
}

static int say(struct answer *a, const struct goodwe_packet *asked, uint8_t from,
               const uint8_t *data, size_t length)
{
    a->length = goodwe_make(a->bytes, from, asked->from, asked->control,
                            asked->function | GOODWE_ANSWER, data, (uint8_t)length);
    return OK;
}

static int say_numbers(struct twin *t, const struct goodwe_packet *p, struct answer *a)
{
    uint8_t data[GOODWE_DATA_MAX] = {0};
    size_t length = p->function | GOODWE_ANSWER;

    if (t->driver->twin_now)
        t->driver->twin_now(t);
    bytes_encode(goodwe_rows, p->function | GOODWE_ANSWER, t->kind, &t->state, 0, sizeof data,
                 data);
    switch (length) {
    case GOODWE_RUNNING:
        length = t->kind == KIND_THREE ? DATA_THREE : t->kind == KIND_LONG ? DATA_LONG : DATA_ONE;
        break;
    case GOODWE_SETTING:
        length = DATA_SETTING;
        break;
    case GOODWE_ID:
        length = DATA_ID;
        memset(data, ' ', DATA_ID - 1);
        memcpy(data, "01.01GW3600D-NS ", 15);
        memcpy(data + 31, t->serial, strnlen(t->serial, GOODWE_SERIAL));
        memcpy(data + 47, "3600", 4);
        break;
    default:
        return ERR_TIMEOUT;
    }
    return say(a, p, p->to, data, length);
}

/* Without an address it hears only who calls the nameless; with one, only who calls it. */
static int take_address(struct twin *t, const struct goodwe_packet *p, struct answer *a)
{
    struct goodwe_twin *mine = t->memory;
    uint8_t serial[GOODWE_SERIAL] = {0};

    memcpy(serial, t->serial, strnlen(t->serial, GOODWE_SERIAL));
    if (p->function == GOODWE_REMOVE && mine->is_registered && p->to == mine->address) {
        mine->is_registered = false;
        return say(a, p, mine->address, NULL, 0);
    }
    if (mine->is_registered || p->to != GOODWE_NOBODY)
        return ERR_TIMEOUT;
    if (p->function == GOODWE_OFFLINE)
        return say(a, p, GOODWE_NOBODY, serial, sizeof serial);
    if (p->function != GOODWE_ALLOCATE || p->length != GOODWE_SERIAL + 1 ||
        memcmp(p->data, serial, GOODWE_SERIAL) != 0)
        return ERR_TIMEOUT;
    mine->is_registered = true;
    mine->address = p->data[GOODWE_SERIAL];
    return say(a, p, mine->address, NULL, 0);
}

int goodwe_answer(struct twin *t, const uint8_t *asked, size_t length, struct answer *a)
{
    const struct goodwe_twin *mine = t->memory;
    struct goodwe_packet p;

    if (goodwe_hunt(asked, length, &p) != OK || !(p.from & GOODWE_MASTER))
        return ERR_TIMEOUT;
    if (p.control == GOODWE_REGISTER)
        return take_address(t, &p, a);
    if (p.control != GOODWE_READ || !mine->is_registered || p.to != mine->address)
        return ERR_TIMEOUT;
    return say_numbers(t, &p, a);
}

/* It never refuses: what it does not know it passes over. So this is an answer nobody expects. */
void goodwe_refuse(const uint8_t *asked, size_t length, struct answer *a)
{
    (void)length;
    a->length = goodwe_make(a->bytes, asked[3], asked[2], GOODWE_REGISTER,
                            GOODWE_REMOVE | GOODWE_ANSWER, NULL, 0);
}

/* The answer of somebody else on the same wire. */
size_t goodwe_stranger(struct chance *c, uint8_t *to)
{
    uint8_t data[DATA_SETTING];

    for (size_t i = 0; i < sizeof data; i++)
        data[i] = (uint8_t)chance_between(c, 0, 0xff);
    return goodwe_make(to, (uint8_t)chance_between(c, 0x40, 0x60), GOODWE_MASTER, GOODWE_READ,
                       GOODWE_SETTING, data, sizeof data);
}
