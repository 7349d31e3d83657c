/*
 * Telling: look at what is set, check all orders together, send each once, and believe only what
 * is read back. ACK says that the unit understood, not that it did anything.
 */
#include "drivers/axpert/orders.h"

#include "base/clock.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

enum { COMMANDS_MAX = 32 };
static const double SAME = 0.051; /* one step of a voltage with one decimal */

#define SAY(...) snprintf(told->why, sizeof told->why, __VA_ARGS__)

static const char *name_of(const struct order *o)
{
    return o->command->metric != M_NONE ? catalogue[o->command->metric].name : o->command->name;
}

static int look(struct device *d, struct axpert_now *now, struct told *told)
{
    struct axpert_memory *m = d->memory;
    int rc = device_block(d, axpert_block(QPIRI), device_collect, &now->settings);

    if (rc || !reading_get(&now->settings, M_BATTERY_RATED_VOLTAGE, &now->rated_v)) {
        SAY("what is set cannot be read (%s), so nothing is changed",
            error_text(rc ? rc : ERR_DATA));
        return rc ? rc : ERR_DATA;
    }
    now->kind = d->how.kind;
    now->is_parallel = m->is_parallel;
    if (now->rated_v > 11 && now->rated_v < 50)
        return OK;
    SAY("the unit says its battery has %g V; no range can be checked", now->rated_v);
    return ERR_DATA;
}

static void take_choices(void *to, const struct field *f)
{
    struct axpert_now *now = to;

    if (f->is_text && !strcmp(f->name, "choices"))
        snprintf(now->choices, sizeof now->choices, "%s", f->text);
}

/* Which currents does the unit offer? Some do not say. */
static int look_at_choices(struct device *d, const struct axpert_order *a, struct axpert_now *now)
{
    enum axpert_block which = a->shown == M_CHARGE_CURRENT_LIMIT        ? QMCHGCR
                              : a->shown == M_GRID_CHARGE_CURRENT_LIMIT ? QMUCHGCR
                              : !strcmp(a->prefix, "MSCHGC")            ? QMSCHGCR
                                                                        : AXPERT_BLOCKS;
    now->choices[0] = '\0';
    if (which == AXPERT_BLOCKS)
        return OK;
    int rc = device_block(d, axpert_block(which), take_choices, now);
    return rc == ERR_GONE || rc == ERR_STOPPED ? rc : OK;
}

/* ---- one order ----------------------------------------------------------------------------- */

/* Once, whatever happens: a lost answer does not mean that nothing was done. */
static int send_once(struct device *d, const char *command)
{
    const struct block b = {.name = "order", .text = command};
    struct answer a;

    return device_send(d, &b, &a);
}

/* What the unit shows now, where it can be asked. */
static int read_back(struct device *d, const struct axpert_order *a, double *to)
{
    struct reading r = {0};
    int rc = device_block(d, axpert_block(a->read_back), device_collect, &r);

    if (rc)
        return rc;
    return reading_get(&r, a->shown, to) ? OK : ERR_ABSENT;
}

static void say_done(const struct order *o, const char *command, const char *what,
                     struct told *told)
{
    size_t used = strlen(told->why);

    snprintf(told->why + used, sizeof told->why - used, "%s%s = %s (%s): %s", used ? "; " : "",
             name_of(o), o->text, command, what);
}

static bool has_two_ways(const char *command)
{
    uint8_t bytes[ASK_MAX];
    size_t length = axpert_request(command, bytes);

    return length && axpert_raise(bytes, length);
}

/* Can it be ruled out that the order had an effect? Only what the unit shows says so, or its no
 * where nothing is shown. */
static bool is_undone(struct device *d, const struct order *o, const struct axpert_order *a,
                      int sent)
{
    double shown = 0;

    if (a->read_back == AXPERT_BLOCKS)
        return sent == ERR_REFUSED;
    return read_back(d, a, &shown) == OK && fabs(shown - o->value) >= SAME;
}

/* An order whose sum can be written in two ways, and that this unit did not hear in the first, is
 * sent in the second: never blindly, for the first may have been carried out all the same. */
static int send_order(struct device *d, const struct order *o, const struct axpert_order *a,
                      const char *command)
{
    int sent = send_once(d, command);

    if ((sent != ERR_TIMEOUT && sent != ERR_REFUSED) || !has_two_ways(command) ||
        !is_undone(d, o, a, sent))
        return sent;
    d->wants_other_way = !d->wants_other_way;
    sent = send_once(d, command);
    if (sent)
        d->wants_other_way = !d->wants_other_way;
    return sent;
}

static int do_order(struct device *d, const struct order *o, const char *command, struct told *told)
{
    const struct axpert_order *a = axpert_order_of(o->command);
    double shown = 0;
    int sent = send_order(d, o, a, command), rc;

    if (sent == ERR_REFUSED) {
        say_done(o, command, "the unit refused; nothing was changed", told);
        return sent;
    }
    if (a->read_back == AXPERT_BLOCKS) {
        say_done(o, command,
                 sent ? "no answer; look at the unit before trying again"
                      : "the unit said yes; it cannot be read back",
                 told);
        return sent;
    }
    rc = read_back(d, a, &shown);
    if (rc) {
        say_done(o, command, "sent, but not read back: look before trying again", told);
        return rc;
    }
    if (fabs(shown - o->value) < SAME) {
        say_done(o, command, "done, and read back", told);
        return OK;
    }
    char what[80];
    snprintf(what, sizeof what, "%s, but the unit still shows %.4g",
             sent ? "no answer" : "the unit said yes", shown);
    say_done(o, command, what, told);
    return sent ? sent : ERR_IGNORED;
}

static int write_all(struct device *d, struct axpert_now *now, const struct order *orders,
                     size_t count, char commands[][AXPERT_REQUEST_MAX + 1], struct told *told)
{
    int rc = axpert_orders_agree(now, orders, count, told);

    for (size_t i = 0; i < count && !rc; i++) {
        rc = look_at_choices(d, axpert_order_of(orders[i].command), now);
        if (!rc)
            rc = axpert_order_write(now, &orders[i], commands[i], told);
    }
    return rc;
}

enum turn { BEFORE_ALL, IN_BETWEEN, AFTER_ALL, TURNS };

/* A raised float must find the higher bulk already there, a lowered bulk the lower float. */
static enum turn turn_of(const struct axpert_now *now, const struct order *o)
{
    double before = 0;

    if (o->command->metric != M_ABSORB_VOLTAGE ||
        !reading_get(&now->settings, M_ABSORB_VOLTAGE, &before))
        return IN_BETWEEN;
    return o->value > before ? BEFORE_ALL : AFTER_ALL;
}

int axpert_tell(struct device *d, const struct order *orders, size_t count, struct told *told)
{
    char commands[COMMANDS_MAX][AXPERT_REQUEST_MAX + 1];
    struct axpert_now now = {0};
    int rc = count > COMMANDS_MAX ? ERR_USAGE : look(d, &now, told);

    if (!rc)
        rc = write_all(d, &now, orders, count, commands, told);
    if (rc)
        return rc;
    told->why[0] = '\0';
    for (enum turn turn = BEFORE_ALL; turn < TURNS && !rc; turn++)
        for (size_t i = 0; i < count && !rc; i++) {
            if (turn_of(&now, &orders[i]) != turn)
                continue;
            if (told->is_dry)
                say_done(&orders[i], commands[i], "would be sent", told);
            else
                rc = do_order(d, &orders[i], commands[i], told);
        }
    return rc;
}
