/* An inverter that does not exist: it takes an address, and tells what the plant makes. */
#include "drivers/goodwe/goodwe.h"

#include "base/clock.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

const char *const goodwe_models[] = {"single", "three", "long", NULL};

enum { DATA_LONG = 130, NIGHT_W = -12 };
static const double WAKE_SUN = 0.005;
static const int64_t FORGETS_US = INT64_C(600000000); /* without a word for it */

/* What it had passed over begins with its serial number: inverters differ in that. */
static uint64_t number_of(const char *serial)
{
    uint64_t number = 0;

    for (; *serial; serial++)
        if (*serial >= '0' && *serial <= '9')
            number = 10 * number + (uint64_t)(*serial - '0');
    return number;
}

int goodwe_twin_begin(struct twin *t)
{
    struct goodwe_twin *mine = t->memory;

    t->kind = !strcmp(t->model, "three")  ? KIND_THREE
              : !strcmp(t->model, "long") ? KIND_LONG
                                          : KIND_ONE;
    if (!*t->serial)
        snprintf(t->serial, sizeof t->serial, "13600DSN201W%04u", t->place + 1);
    *mine = (struct goodwe_twin){.dice = number_of(t->serial)};
    return OK;
}

void goodwe_twin_restart(struct twin *t)
{
    struct goodwe_twin *mine = t->memory;

    *mine = (struct goodwe_twin){.dice = number_of(t->serial)};
}

/* As long as its panels give it enough to be awake. */
static bool has_sun(const struct twin *t)
{
    return t->plant->sun > WAKE_SUN;
}

/* The panels' voltage is that of a string for the grid: ten times that of a small plant. */
void goodwe_twin_now(struct twin *t)
{
    struct reading *r = &t->state;
    const struct plant_now *now = t->plant;
    double watts = has_sun(t) ? round(now->pv_w * 0.97) : (double)NIGHT_W, volts = now->pv_v * 10;
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
        {M_DEVICE_MODE, has_sun(t) ? DEVICE_MODE_NORMAL : DEVICE_MODE_WAITING},
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

/*
 * A search that nobody follows up makes it pass over some of the next ones, a number of its own:
 * so of several that answered at once, one is alone sooner or later.
 */
static int answer_search(struct twin *t, const struct goodwe_packet *p, struct answer *a)
{
    struct goodwe_twin *mine = t->memory;
    uint8_t serial[GOODWE_SERIAL] = {0};

    if (mine->skips) {
        mine->skips--;
        return ERR_TIMEOUT;
    }
    mine->skips = (unsigned)(mine->dice % 15);
    mine->dice /= 15;
    if (!mine->dice)
        mine->dice = number_of(t->serial);
    memcpy(serial, t->serial, strnlen(t->serial, GOODWE_SERIAL));
    return say(a, p, GOODWE_NOBODY, serial, sizeof serial);
}

static int take_address(struct twin *t, const struct goodwe_packet *p, struct answer *a)
{
    struct goodwe_twin *mine = t->memory;
    uint8_t serial[GOODWE_SERIAL] = {0};

    memcpy(serial, t->serial, strnlen(t->serial, GOODWE_SERIAL));
    if (p->length != GOODWE_SERIAL + 1 || memcmp(p->data, serial, GOODWE_SERIAL) != 0)
        return ERR_TIMEOUT;
    goodwe_twin_restart(t); /* nothing is passed over any more */
    mine->is_registered = true;
    mine->address = p->data[GOODWE_SERIAL];
    mine->heard_us = clock_us();
    return say(a, p, mine->address, NULL, 0);
}

/* Without an address it hears only who calls the nameless; with one, only who calls it. */
static int answer_registering(struct twin *t, const struct goodwe_packet *p, struct answer *a)
{
    struct goodwe_twin *mine = t->memory;

    if (p->function == GOODWE_REMOVE && mine->is_registered && p->to == mine->address) {
        goodwe_twin_restart(t);
        return say(a, p, p->to, NULL, 0);
    }
    if (mine->is_registered || p->to != GOODWE_NOBODY)
        return ERR_TIMEOUT;
    if (p->function == GOODWE_OFFLINE)
        return answer_search(t, p, a);
    return p->function == GOODWE_ALLOCATE ? take_address(t, p, a) : ERR_TIMEOUT;
}

/* One that the grid feeds too is there at night as well. */
static bool is_there(struct twin *t)
{
    struct goodwe_twin *mine = t->memory;

    if (t->kind != KIND_THREE && !has_sun(t))
        goodwe_twin_restart(t);
    else if (mine->is_registered && clock_us() - mine->heard_us > FORGETS_US)
        goodwe_twin_restart(t);
    return t->kind == KIND_THREE || has_sun(t);
}

int goodwe_answer(struct twin *t, const uint8_t *asked, size_t length, struct answer *a)
{
    struct goodwe_twin *mine = t->memory;
    struct goodwe_packet p;

    if (!is_there(t) || goodwe_hunt(asked, length, &p) != OK || !(p.from & GOODWE_MASTER))
        return ERR_TIMEOUT;
    if (p.control == GOODWE_REGISTER)
        return answer_registering(t, &p, a);
    if (p.control != GOODWE_READ || !mine->is_registered || p.to != mine->address)
        return ERR_TIMEOUT;
    mine->heard_us = clock_us();
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
