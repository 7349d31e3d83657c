/* Settings told to the twin: it takes what the table knows, and really changes. */
#include "drivers/axpert/orders.h"
#include "drivers/axpert/twin.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

static int acknowledge(struct answer *a)
{
    memcpy(a->bytes, "(ACK9 \r", 7);
    a->length = 7;
    return OK;
}

/* The longest prefix that fits, and a value behind it: PBFT is not PBF. */
static const struct axpert_order *order_for(const char *command)
{
    const struct axpert_order *best = NULL;

    for (size_t i = 0; axpert_commands[i].name || axpert_commands[i].metric != M_NONE; i++) {
        const struct axpert_order *o = &axpert_orders[i];
        size_t length = strlen(o->prefix);
        if (o->form == FLAG || strncmp(command, o->prefix, length) != 0)
            continue;
        if (!best || length > strlen(best->prefix))
            best = o;
    }
    return best;
}

static int told_flag(struct axpert_twin *mine, const char *command)
{
    for (size_t i = 0; axpert_commands[i].name || axpert_commands[i].metric != M_NONE; i++)
        if (axpert_orders[i].form == FLAG && axpert_orders[i].prefix[0] == command[2]) {
            (void)reading_put(&mine->settings, axpert_orders[i].shown, command[1] == 'E');
            return OK;
        }
    return ERR_REFUSED;
}

enum { NUMBER_TEXT = 5 }; /* "53.50" */

static bool is_number(const char *text)
{
    size_t length = strlen(text);

    return length && length <= NUMBER_TEXT && strspn(text, "0123456789.") == length;
}

int axpert_twin_told(struct twin *t, const char *command, struct answer *a)
{
    struct axpert_twin *mine = t->memory;
    const struct axpert_order *o = order_for(command);

    if (strlen(command) == 3 && command[0] == 'P' && (command[1] == 'E' || command[1] == 'D'))
        return told_flag(mine, command) ? ERR_REFUSED : acknowledge(a);
    if (!o || (o->kinds && !(o->kinds & t->kind)))
        return ERR_REFUSED;
    const char *value = command + strlen(o->prefix);
    if (o->form == YES || o->form == STAMP12 || o->form == UNIT_CODE || o->shown == M_NONE)
        return acknowledge(a);
    if (!is_number(value))
        return ERR_REFUSED;
    double number = strtod(value, NULL);
    const struct row *row = axpert_row_of(o->read_back, o->shown, t->kind);
    const struct code_word *w = row && row->words ? row_word(row, (int64_t)number) : NULL;
    if (row && row->words && catalogue[o->shown].kind == LABEL) {
        if (!w)
            return ERR_REFUSED;
        number = w->means;
    }
    double k = t->nominal_v / 48;
    bool is_volts = o->form == VOLTS || o->form == VOLTS2;
    if (is_volts && (number < o->least * k - 0.01 || number > o->most * k + 0.01))
        return ERR_REFUSED;
    (void)reading_put(&mine->settings, o->shown, number);
    return acknowledge(a);
}
