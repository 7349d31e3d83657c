/* What may be told, and how it is written (drivers/axpert/orders.h). */
#include "drivers/axpert/orders.h"

#include "base/clock.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define ALL_BUT(bits) ((uint16_t) ~(bits))
#define IS_VOLTAGE(form)                                                                           \
    ((form) == VOLTS || (form) == VOLTS2 || (form) == STEPS || (form) == STEPS_OR_0)
#define BY(form) (IS_VOLTAGE(form) ? 4.0 : 1.0) /* commands are listed for a 12 V system */
#define STEP(form)                                                                                 \
    ((form) == VOLTS                           ? 0.1                                               \
     : (form) == STEPS || (form) == STEPS_OR_0 ? 0.25                                              \
     : (form) == MINUTES                       ? 5.0                                               \
     : (form) == VOLTS2                        ? 0.01                                              \
                                               : 1.0)
#define ONLY(m)                                                                                    \
    ((m) == M_OUTPUT_FREQUENCY_SETTING ? "50 60"                                                   \
     : (m) == M_OUTPUT_VOLTAGE_SETTING ? "110 120 127 220 230 240"                                 \
                                       : NULL)

const struct command axpert_commands[] = {
#define ORDER(m, n, prefix, form, read, shown_, least_, most_, kinds, help_)                       \
    {.metric = M_##m,                                                                              \
     .name = n,                                                                                    \
     .least = (least_) / BY(form),                                                                 \
     .most = (most_) / BY(form),                                                                   \
     .by_voltage = IS_VOLTAGE(form),                                                               \
     .step = STEP(form),                                                                           \
     .steps_grow = (form) == STEPS || (form) == STEPS_OR_0,                                        \
     .only = ONLY(M_##m),                                                                          \
     .shown = M_##shown_,                                                                          \
     .help = help_},
#include "drivers/axpert/orders.def"
#undef ORDER
    {.metric = M_NONE, .name = NULL},
};

const struct axpert_order axpert_orders[] = {
#define ORDER(m, n, prefix_, form_, read, shown_, least_, most_, kinds_, help)                     \
    {.prefix = prefix_,                                                                            \
     .form = form_,                                                                                \
     .read_back = read,                                                                            \
     .shown = M_##shown_,                                                                          \
     .least = least_,                                                                              \
     .most = most_,                                                                                \
     .kinds = kinds_},
#include "drivers/axpert/orders.def"
#undef ORDER
};

const struct axpert_order *axpert_order_of(const struct command *command)
{
    return &axpert_orders[command - axpert_commands];
}

#define SAY(...) snprintf(told->why, sizeof told->why, __VA_ARGS__)

static const char *name_of(const struct order *o)
{
    return o->command->metric != M_NONE ? catalogue[o->command->metric].name : o->command->name;
}

const struct row *axpert_row_of(enum axpert_block in, enum metric m, unsigned kind)
{
    for (const struct row *row = axpert_rows; row->native; row++)
        if (row->in == in && row->metric == m && (!row->kinds || row->kinds & kind))
            return row;
    return NULL;
}

/* ---- values ------------------------------------------------------------------------------- */

/* Which codes a kind takes, beyond what its answers may show. */
static const struct {
    const char *prefix;
    unsigned kinds;
    int least, most;
} narrower[] = {
    {"PCP", KIND_MAX | KIND_MAX24 | KIND_GK, 1, 3}, /* these have no "utility first" */
    {"PBT", ALL_BUT(KINDS_MAX), 0, 2},              /* protocols of lithium batteries: MAX only */
    {"POPM", KIND_PI41, 1, 6},
    {"POPM", KIND_CLASSIC | KIND_PLUS, 0, 4},
};

static int write_code(const struct axpert_now *now, const struct order *o,
                      const struct axpert_order *a, char *to, size_t size, struct told *told)
{
    const struct row *row =
        a->shown == M_NONE ? NULL : axpert_row_of(a->read_back, a->shown, now->kind);
    int64_t code = (int64_t)o->value;

    if (row && row->words) {
        code = row_code(row, o->value);
        const struct code_word *w = row_word(row, code);
        if (!w || w->means != (int)o->value) {
            SAY("%s: this kind of unit has no \"%s\"", name_of(o), o->text);
            return ERR_USAGE;
        }
    }
    for (size_t i = 0; i < sizeof narrower / sizeof *narrower; i++)
        if (!strcmp(narrower[i].prefix, a->prefix) && narrower[i].kinds & now->kind &&
            (code < narrower[i].least || code > narrower[i].most)) {
            SAY("%s: this kind of unit does not take \"%s\"", name_of(o), o->text);
            return ERR_USAGE;
        }
    snprintf(to, size, "%s%0*lld", a->prefix, a->form == CODE1 ? 1 : 2, (long long)code);
    return OK;
}

/* With the one decimal that the units' own lists have: 12.75 is 12.8 there. */
static double to_tenth(double volts)
{
    return floor(volts * 10 + 0.5) / 10;
}

static bool is_step(double value, double k, const struct axpert_order *a)
{
    for (double step = a->least; step <= a->most; step++)
        if (fabs(to_tenth(step * k) - value) < 0.01)
            return true;
    return false;
}

static int write_volts(const struct axpert_now *now, const struct order *o,
                       const struct axpert_order *a, char *to, size_t size, struct told *told)
{
    double k = now->rated_v / 48, least = a->least * k, most = a->most * k;
    bool is_gk =
        now->kind == KIND_GK && (a->shown == M_ABSORB_VOLTAGE || a->shown == M_FLOAT_VOLTAGE);
    bool is_stepped = a->form == STEPS || a->form == STEPS_OR_0;
    bool is_zero = a->form == STEPS_OR_0 && o->value > -0.01 && o->value < 0.01;

    if (is_gk)
        most = 63 * k;
    if (is_stepped)
        most = to_tenth(most);
    if (!is_zero && (o->value < least - 0.001 || o->value > most + 0.001)) {
        SAY("%s = %s is outside %.4g to %.4g V%s for this %g V system", name_of(o), o->text, least,
            most, a->form == STEPS_OR_0 ? " (or 0: when full)" : "", now->rated_v);
        return ERR_USAGE;
    }
    if (a->form == VOLTS && fabs(o->value - to_tenth(o->value)) > 0.001) {
        SAY("%s = %s: the unit takes only steps of 0.1 V", name_of(o), o->text);
        return ERR_USAGE;
    }
    if (is_stepped && !is_zero && !is_step(o->value, k, a)) {
        SAY("%s = %s: the unit takes only steps of %.4g V from %.4g to %.4g V", name_of(o), o->text,
            k, least, most);
        return ERR_USAGE;
    }
    if (a->form == VOLTS2)
        snprintf(to, size, "%s%05.2f", a->prefix, o->value);
    else
        snprintf(to, size, "%s%04.1f", a->prefix, o->value);
    return OK;
}

static bool is_offered(const struct axpert_now *now, double amps)
{
    char copy[WORDS_TEXT];

    if (!*now->choices)
        return true; /* it does not say: it will answer itself */
    snprintf(copy, sizeof copy, "%s", now->choices);
    for (char *rest = copy, *word; (word = strsep(&rest, " ")) != NULL;)
        if (fabs(strtod(word, NULL) - amps) < 0.01)
            return true;
    return false;
}

/*
 * Three digits: in some papers a unit's number and two digits of amperes, in others three digits
 * of amperes. Up to 99 A of a single unit both read 0nn. What would be read in two ways is refused.
 */
static int write_amps(const struct axpert_now *now, const struct order *o,
                      const struct axpert_order *a, char *to, size_t size, struct told *told)
{
    int amps = (int)o->value;
    bool is_grid = a->shown == M_GRID_CHARGE_CURRENT_LIMIT;

    if (!is_offered(now, o->value)) {
        SAY("%s = %s: the unit offers only %.100s A", name_of(o), o->text, now->choices);
        return ERR_USAGE;
    }
    if (now->is_parallel) {
        SAY("%s: in a parallel system the papers disagree which digit is the unit's number; look "
            "into your unit's, then use helio ask DEVICE %s... --write",
            name_of(o), a->prefix);
        return ERR_USAGE;
    }
    if (now->kind == KIND_LV6548 && is_grid)
        snprintf(to, size, "MUCHGC0%03d", amps);
    else if (!is_grid && amps > 99 && now->kind & KINDS_MAX)
        snprintf(to, size, "MNCHGC0%03d", amps);
    else if (!is_grid && amps > 99 && now->kind == KIND_GK)
        snprintf(to, size, "MNCHGC%03d", amps);
    else if (amps <= 99 || (is_grid && now->kind & (KIND_PLUS | KIND_GK | KINDS_MAX)) ||
             (!is_grid && now->kind == KIND_PLUS))
        snprintf(to, size, "%s%03d", a->prefix, amps);
    else {
        SAY("%s = %s: on some of these units %s%03d means unit %d and %d A; it is not sent",
            name_of(o), o->text, a->prefix, amps, amps / 100, amps % 100);
        return ERR_USAGE;
    }
    return OK;
}

/* The same, by what it said. */
bool axpert_is_vain(const struct command *c, said_fn *said, void *who)
{
    double mode = 0;

    return axpert_order_of(c)->form == UNIT_AMPS && said(who, M_OUTPUT_MODE, &mode) &&
           (int)mode != OUTPUT_MODE_SINGLE;
}

static int write_minutes(const struct axpert_now *now, const struct order *o,
                         const struct axpert_order *a, char *to, size_t size, struct told *told)
{
    static const int plus[] = {10, 20, 40, 60, 90, 120, 150, 180, 210, 240};
    int minutes = (int)o->value;
    bool is_listed = false;

    if (a->shown != M_ABSORB_TIME || now->kind != KIND_PLUS) {
        is_listed = minutes % 5 == 0;
    } else {
        for (size_t i = 0; i < sizeof plus / sizeof *plus; i++)
            is_listed |= plus[i] == minutes;
    }
    if (!is_listed) {
        SAY("%s = %s: the unit takes only certain times (%s)", name_of(o), o->text,
            a->shown == M_ABSORB_TIME && now->kind == KIND_PLUS
                ? "10 20 40 60 90 120 150 180 210 240"
                : "in steps of 5");
        return ERR_USAGE;
    }
    snprintf(to, size, "%s%03d", a->prefix, minutes);
    return OK;
}

static int write_unit_code(const struct order *o, const struct axpert_order *a, char *to,
                           size_t size, struct told *told)
{
    unsigned unit, code;
    char end;

    if (sscanf(o->text, "%1u:%2u%c", &unit, &code, &end) != 2 || code > 3) {
        SAY("%s: \"%s\" is not written UNIT:CODE, as in 1:03", name_of(o), o->text);
        return ERR_USAGE;
    }
    snprintf(to, size, "%s%u%02u", a->prefix, unit, code);
    return OK;
}

static int write_clock(const struct order *o, const struct axpert_order *a, char *to, size_t size,
                       struct told *told)
{
    struct tm t = {.tm_isdst = -1};
    time_t now = (time_t)(clock_wall_ms() / MS_PER_S);
    const char *end = o->text + strlen(o->text);
    char stamp[16];

    if (text_is(o->text, "now"))
        localtime_r(&now, &t);
    else
        end = strptime(o->text, "%Y-%m-%dT%H:%M:%S", &t);
    if (!end || *end || t.tm_year < 100 || t.tm_year > 199) {
        SAY("\"%.40s\" is no time: write now, or 2026-05-02T11:24:05", o->text);
        return ERR_USAGE;
    }
    (void)strftime(stamp, sizeof stamp, "%y%m%d%H%M%S", &t); /* always fits */
    snprintf(to, size, "%s%s", a->prefix, stamp);
    return OK;
}

static int write_whole(const struct order *o, const struct axpert_order *a, char *to, size_t size,
                       struct told *told)
{
    static const int volts[] = {110, 120, 127, 220, 230, 240};
    int value = (int)o->value;
    bool may = true;

    if (!strcmp(a->prefix, "F"))
        may = value == 50 || value == 60;
    if (!strcmp(a->prefix, "V")) {
        may = false;
        for (size_t i = 0; i < sizeof volts / sizeof *volts; i++)
            may |= volts[i] == value;
    }
    if (!may || fabs(o->value - value) > 0.001) {
        SAY("%s: the unit has no %s", name_of(o), o->text);
        return ERR_USAGE;
    }
    snprintf(to, size, "%s%0*d", a->prefix, a->form == WHOLE2 ? 2 : 3, value);
    return OK;
}

int axpert_order_write(const struct axpert_now *now, const struct order *o,
                       char command[AXPERT_REQUEST_MAX + 1], struct told *told)
{
    const struct axpert_order *a = axpert_order_of(o->command);
    const size_t size = AXPERT_REQUEST_MAX + 1;
    bool is_plain = !IS_VOLTAGE(a->form) && o->command->metric != M_NONE;
    bool may_be_0 = a->form == AMPS_OR_0 && o->value > -0.5 && o->value < 0.5;

    if (a->kinds && !(a->kinds & now->kind)) {
        SAY("%s: this kind of unit has no such setting", name_of(o));
        return ERR_USAGE;
    }
    if (is_plain && !may_be_0 && (o->value < a->least || o->value > a->most)) {
        SAY("%s = %s is outside %g to %g", name_of(o), o->text, a->least, a->most);
        return ERR_USAGE;
    }
    if (is_plain && fabs(o->value - round(o->value)) > 0.001) {
        SAY("%s = %s: the unit takes whole numbers only", name_of(o), o->text);
        return ERR_USAGE;
    }
    switch (a->form) {
    case CODE1:
    case CODE2:
        return write_code(now, o, a, command, size, told);
    case VOLTS:
    case VOLTS2:
    case STEPS:
    case STEPS_OR_0:
        return write_volts(now, o, a, command, size, told);
    case UNIT_AMPS:
        return write_amps(now, o, a, command, size, told);
    case MINUTES:
        return write_minutes(now, o, a, command, size, told);
    case FLAG:
        snprintf(command, size, "P%c%s", o->value > 0 ? 'E' : 'D', a->prefix);
        return OK;
    case UNIT_CODE:
        return write_unit_code(o, a, command, size, told);
    case STAMP12:
        return write_clock(o, a, command, size, told);
    case YES:
        if (!text_is(o->text, "yes")) {
            SAY("%s: write %s=yes", name_of(o), name_of(o));
            return ERR_USAGE;
        }
        snprintf(command, size, "%s", a->prefix);
        return OK;
    default:
        return write_whole(o, a, command, size, told);
    }
}

/* ---- together ------------------------------------------------------------------------------ */

/* What a setting will be: as ordered, or as it is. */
static bool will_be(const struct axpert_now *now, const struct order *orders, size_t count,
                    enum metric m, double *to)
{
    for (size_t i = count; i-- > 0;)
        if (orders[i].command->metric == m) {
            *to = orders[i].value;
            return true;
        }
    return reading_get(&now->settings, m, to);
}

static bool touches(const struct order *orders, size_t count, enum metric a, enum metric b)
{
    for (size_t i = 0; i < count; i++)
        if (orders[i].command->metric == a || orders[i].command->metric == b)
            return true;
    return false;
}

int axpert_orders_agree(const struct axpert_now *now, const struct order *orders, size_t count,
                        struct told *told)
{
    static const struct {
        enum metric lower, higher;
    } ladder[] = {
        {M_FLOAT_VOLTAGE, M_ABSORB_VOLTAGE},
        {M_LOW_VOLTAGE_DISCONNECT, M_FLOAT_VOLTAGE},
        {M_LOW_VOLTAGE_DISCONNECT, M_RECHARGE_VOLTAGE},
        {M_RECHARGE_VOLTAGE, M_REDISCHARGE_VOLTAGE},
    };

    for (size_t i = 0; i < sizeof ladder / sizeof *ladder; i++) {
        double lower, higher;
        if (!touches(orders, count, ladder[i].lower, ladder[i].higher) ||
            !will_be(now, orders, count, ladder[i].lower, &lower) ||
            !will_be(now, orders, count, ladder[i].higher, &higher))
            continue;
        bool is_open = ladder[i].higher == M_REDISCHARGE_VOLTAGE && higher < 0.1; /* when full */
        if (lower <= higher + 0.001 || is_open)
            continue;
        SAY("%s (%.4g V) must not be above %s (%.4g V)", catalogue[ladder[i].lower].name, lower,
            catalogue[ladder[i].higher].name, higher);
        return ERR_USAGE;
    }
    return OK;
}
