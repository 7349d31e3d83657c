/* Orders to words (drivers/mate/orders.h). */
#include "drivers/mate/orders.h"

#include "base/text.h"

#include <math.h>
#include <stdio.h>

enum { AUX_OFF = 0x03, AUX_ON = 0x83, STEP_OF_TENS = 10, EQUALIZE_ON = 2 };

/* Voltages of FX and FLEXnet have one decimal; all else is as fine as its unit. */
#define STEP(form, m)                                                                              \
    ((form) == TENS                                                                    ? 10.0      \
     : (m) == M_CHARGED_VOLTAGE || (m) == M_AUX_ON_VOLTAGE || (m) == M_AUX_OFF_VOLTAGE ? 0.1       \
                                                                                       : 0.0)
#define NOTHING(...)
#define AS_COMMAND(m, n, register_, form, read, follows, least_, most_, help_)                     \
    {.metric = M_##m,                                                                              \
     .name = n,                                                                                    \
     .least = least_,                                                                              \
     .most = most_,                                                                                \
     .may_go_dark = M_##m == M_INVERTER_CONTROL,                                                   \
     .dark = INVERTER_CONTROL_OFF,                                                                 \
     .step = STEP(form, M_##m),                                                                    \
     .help = help_},
#define AS_ORDER(m, n, register_, form_, read, follows_, least, most, help)                        \
    {.at = register_, .read_back = read, .form = form_, .follows = M_##follows_},

#define MX_ORDER AS_COMMAND
#define FX_ORDER NOTHING
#define DC_ORDER NOTHING
const struct command mate_mx_commands[] = {
#include "drivers/mate/orders.def"
    {.metric = M_NONE}};
#undef MX_ORDER
#define MX_ORDER AS_ORDER
static const struct mate_order mx_orders[] = {
#include "drivers/mate/orders.def"
};
#undef MX_ORDER
#undef FX_ORDER
#define MX_ORDER NOTHING
#define FX_ORDER AS_COMMAND
const struct command mate_fx_commands[] = {
#include "drivers/mate/orders.def"
    {.metric = M_NONE}};
#undef FX_ORDER
#define FX_ORDER AS_ORDER
static const struct mate_order fx_orders[] = {
#include "drivers/mate/orders.def"
};
#undef FX_ORDER
#undef DC_ORDER
#define FX_ORDER NOTHING
#define DC_ORDER AS_COMMAND
const struct command mate_dc_commands[] = {
#include "drivers/mate/orders.def"
    {.metric = M_NONE}};
#undef DC_ORDER
#define DC_ORDER AS_ORDER
static const struct mate_order dc_orders[] = {
#include "drivers/mate/orders.def"
};

#define SAY(...) (void)snprintf(told->why, sizeof told->why, __VA_ARGS__)

const struct mate_order *mate_order_of(const struct device *d, const struct command *c)
{
    const struct row *rows = d->driver->rows;

    return rows == mate_mx_rows   ? &mx_orders[c - mate_mx_commands]
           : rows == mate_fx_rows ? &fx_orders[c - mate_fx_commands]
                                  : &dc_orders[c - mate_dc_commands];
}

const char *mate_order_name(const struct order *o)
{
    return o->command->metric != M_NONE ? catalogue[o->command->metric].name : o->command->name;
}

static const struct row *row_at(const struct device *d, uint16_t at)
{
    for (const struct row *row = d->driver->rows; row->native; row++)
        if (row->in == MATE_READ && row->at == at)
            return row;
    return NULL;
}

static int number_word(const struct device *d, const struct order *o, const struct mate_order *m,
                       uint16_t *word, struct told *told)
{
    const struct row *row = row_at(d, m->at);
    double per = row ? row->per : 1, raw = o->value * per;
    double step = m->form == TENS ? STEP_OF_TENS : 1;

    if (o->value < o->command->least || o->value > o->command->most) {
        SAY("%s = %s is outside %g to %g", mate_order_name(o), o->text, o->command->least,
            o->command->most);
        return ERR_USAGE;
    }
    if (fabs(raw / step - round(raw / step)) > 1e-6) {
        SAY("%s = %s: it takes only steps of %g", mate_order_name(o), o->text, step / per);
        return ERR_USAGE;
    }
    *word = (uint16_t)lround(raw);
    return OK;
}

static int code_word_of(const struct device *d, const struct order *o, const struct mate_order *m,
                        uint16_t *word, struct told *told)
{
    const struct row *row = row_at(d, m->at);

    for (const struct code_word *w = row ? row->words : NULL; w && w->text; w++)
        if (o->value >= w->means && o->value <= w->means) {
            *word = (uint16_t)w->code;
            return OK;
        }
    SAY("%s has no \"%s\"", mate_order_name(o), o->text);
    return ERR_USAGE;
}

static int aux_word(const struct order *o, uint16_t *word, struct told *told)
{
    bool is_on = text_is(o->text, "on");

    if (!is_on && !text_is(o->text, "off")) {
        SAY("%s: on or off, not \"%s\"", mate_order_name(o), o->text);
        return ERR_USAGE;
    }
    *word = is_on ? AUX_ON : AUX_OFF;
    return OK;
}

static int reset_word(const struct order *o, const struct mate_order *m, uint16_t *word,
                      struct told *told)
{
    if (!text_is(o->text, "yes")) {
        SAY("%s cannot be undone: say yes if it is meant, not \"%s\"", mate_order_name(o), o->text);
        return ERR_USAGE;
    }
    *word = m->form == RESET_FF ? 0xff : 0;
    return OK;
}

int mate_order_word(const struct device *d, const struct order *o, uint16_t *word,
                    struct told *told)
{
    const struct mate_order *m = mate_order_of(d, o->command);

    switch (m->form) {
    case BY_WORD:
        return code_word_of(d, o, m, word, told);
    case AUX_SWITCH:
        return aux_word(o, word, told);
    case RESET:
    case RESET_FF:
        return reset_word(o, m, word, told);
    case EQUALIZE:
        if (o->value > 1) {
            SAY("%s: on or off, not \"%s\"", mate_order_name(o), o->text);
            return ERR_USAGE;
        }
        *word = o->value > 0 ? EQUALIZE_ON : 0;
        return OK;
    default:
        return number_word(d, o, m, word, told);
    }
}

bool mate_order_cuts_power(const struct device *d, const struct order *o)
{
    (void)d;
    return o->command->metric == M_INVERTER_CONTROL && (int)o->value == INVERTER_CONTROL_OFF;
}

/* ---- together --------------------------------------------------------------------------------
 */

/* Of an output that is switched by two limits, the upper one stands above the lower one. */
static const struct {
    uint16_t higher, lower;
} ladder[] = {{0x0060, 0x007e}, {0x00d9, 0x00db}};

/* The word at a register as it will be: told, or what is there. */
static int word_to_be(struct device *d, uint16_t at, const struct order *orders, size_t count,
                      uint16_t *word, struct told *told)
{
    for (size_t i = count; i-- > 0;)
        if (mate_order_of(d, orders[i].command)->at == at)
            return mate_order_word(d, &orders[i], word, told);
    int rc = mate_read(d, at, word);
    if (rc)
        SAY("register %04X, which must fit to it, cannot be read (%s)", at, error_text(rc));
    return rc;
}

static bool touches(const struct device *d, const struct order *orders, size_t count, uint16_t at)
{
    for (size_t i = 0; i < count; i++)
        if (mate_order_of(d, orders[i].command)->at == at)
            return true;
    return false;
}

int mate_orders_agree(struct device *d, const struct order *orders, size_t count, struct told *told)
{
    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < i; k++)
            if (orders[i].command == orders[k].command) {
                SAY("%s is there twice", mate_order_name(&orders[i]));
                return ERR_USAGE;
            }
    for (size_t i = 0; i < sizeof ladder / sizeof *ladder && d->driver->rows == mate_dc_rows; i++) {
        uint16_t high = 0, low = 0;
        if (!touches(d, orders, count, ladder[i].higher) &&
            !touches(d, orders, count, ladder[i].lower))
            continue;
        int rc = word_to_be(d, ladder[i].higher, orders, count, &high, told);
        if (!rc)
            rc = word_to_be(d, ladder[i].lower, orders, count, &low, told);
        if (rc)
            return rc;
        if (high > low || !high || !low) /* 0: this one is not in use */
            continue;
        const struct row *above = row_at(d, ladder[i].higher), *below = row_at(d, ladder[i].lower);
        SAY("%s (%g) must be above %s (%g)", catalogue[above->metric].name, high / above->per,
            catalogue[below->metric].name, low / below->per);
        return ERR_USAGE;
    }
    return OK;
}
