/*
 * Telling: the unit on the port is the one that is meant, all orders are checked together, each is
 * written once, and only what is read back counts. What a write is answered with may be half of the
 * word, or a new state: nobody is convinced by it.
 */
#include "drivers/mate/orders.h"

#include "base/text.h"

#include <stdio.h>
#include <string.h>

enum { WORDS_MAX = 32, AUX_OUTPUT = 0x80, PAGE_A = 0x0a00 };

#define SAY(...) (void)snprintf(told->why, sizeof told->why, __VA_ARGS__)

static void say_done(const struct order *o, uint16_t at, uint16_t word, const char *what,
                     struct told *told)
{
    size_t used = strlen(told->why);
    struct text text = text_on(told->why + used, sizeof told->why - used);

    text_format(&text, "%s%s = %s (%04X: %04X): %s", used ? "; " : "", mate_order_name(o), o->text,
                at, word, what);
}

/* Ports are exchanged easily: is it a unit of this kind? */
static int look(struct device *d, struct told *told)
{
    unsigned wanted = mate_wanted_type(d);
    uint16_t type = 0;
    int rc = d->address ? OK : mate_meet(d);

    if (!rc)
        rc = mate_read(d, REG_TYPE, &type);
    if (rc) {
        SAY("the unit cannot be asked who it is (%s), so nothing is changed", error_text(rc));
        return rc;
    }
    if ((type & 0xffu) == wanted)
        return OK;
    SAY("on port %u is a unit of type %u, not %u; nothing is changed", d->address, type & 0xffu,
        wanted);
    return ERR_FOREIGN;
}

static int check_power(struct device *d, const struct order *orders, size_t count,
                       struct told *told)
{
    for (size_t i = 0; i < count; i++)
        if (mate_order_cuts_power(d, &orders[i]) && !told->may_cut_power && !told->is_dry) {
            SAY("%s = %s switches the inverter off: everything it feeds loses its power. If that "
                "is meant, say it with --cut-power",
                mate_order_name(&orders[i]), orders[i].text);
            told->denial = DENIED_TO_GO_DARK;
            return ERR_DENIED;
        }
    return OK;
}

/* ---- one order ----------------------------------------------------------------------------- */

/* What was reset begins anew from what there is now: is it that? */
static bool is_what_flows(struct device *d, enum metric follows, const struct row *row,
                          uint16_t word)
{
    const struct block pages = {
        .name = "now", .function = MATE_STATUS, .start = PAGE_A, .count = 3 * MATE_PAGE};
    struct reading r = {.count = 0};
    double now = 0, shown = (int16_t)word / row->per / (row->scale > 0 ? row->scale : 1);

    if (follows == M_NONE || device_block(d, &pages, device_collect, &r) ||
        !reading_get(&r, follows, &now))
        return false;
    double step = 1.5 / row->per / (row->scale > 0 ? row->scale : 1);
    return shown >= now - step && shown <= now + step;
}

static bool is_done(struct device *d, const struct mate_order *m, uint16_t word, uint16_t before,
                    uint16_t after)
{
    struct block b = {.function = MATE_READ, .start = m->read_back, .count = 1};

    if (m->form == AUX_SWITCH)
        return (after & AUX_OUTPUT) == (word & AUX_OUTPUT);
    if (!mate_is_reset(m))
        return after == word;
    if (m->form == RESET && !after)
        return true;
    for (const struct row *row = d->driver->rows; row->native; row++)
        if (row->at == m->read_back && block_holds(&b, row))
            return after != before || is_what_flows(d, m->follows, row, after);
    return after != before;
}

static int do_order(struct device *d, const struct order *o, uint16_t word, struct told *told)
{
    const struct mate_order *m = mate_order_of(d, o->command);
    uint16_t before = 0, after = 0, reply = 0;
    char what[90];
    int sent, rc = mate_read(d, m->read_back, &before);

    if (rc) {
        say_done(o, m->at, word, "what is set cannot be read, so it is left alone", told);
        return rc;
    }
    sent = mate_write(d, m->at, word, &reply);
    if (sent == ERR_REFUSED) {
        say_done(o, m->at, word, "the unit refused; nothing was changed", told);
        return sent;
    }
    /* No answer does not say that nothing happened. Never write twice. */
    rc = mate_read(d, m->read_back, &after);
    if (rc) {
        say_done(o, m->at, word, "written, but not read back: look before trying again", told);
        return rc;
    }
    if (is_done(d, m, word, before, after)) {
        say_done(o, m->at, word, "done, and read back", told);
        return OK;
    }
    (void)snprintf(what, sizeof what, "%s, but register %04X still shows %04X",
                   sent ? "no answer" : "the unit took it", m->read_back, after);
    say_done(o, m->at, word, what, told);
    return sent ? sent : ERR_IGNORED;
}

/* ---- all of them ----------------------------------------------------------------------------- */

static void say_dry(struct device *d, const struct order *o, uint16_t word, struct told *told)
{
    const struct mate_order *m = mate_order_of(d, o->command);

    say_done(o, m->at, word,
             !mate_order_cuts_power(d, o) ? "would be written"
             : told->may_cut_power        ? "would be written; everything the inverter feeds would "
                                            "lose its power"
                                          : "would be written only with --cut-power, since "
                                            "everything the inverter feeds would lose its power",
             told);
}

int mate_tell(struct device *d, const struct order *orders, size_t count, struct told *told)
{
    uint16_t words[WORDS_MAX] = {0};
    int rc = count > WORDS_MAX ? ERR_USAGE : OK;

    for (size_t i = 0; i < count && !rc; i++)
        rc = mate_order_word(d, &orders[i], &words[i], told);
    if (!rc)
        rc = check_power(d, orders, count, told);
    if (!rc)
        rc = look(d, told);
    if (!rc)
        rc = mate_orders_agree(d, orders, count, told);
    if (rc)
        return rc;
    told->why[0] = '\0';
    for (size_t i = 0; i < count && !rc; i++) {
        if (told->is_dry)
            say_dry(d, &orders[i], words[i], told);
        else
            rc = do_order(d, &orders[i], words[i], told);
    }
    return rc;
}
