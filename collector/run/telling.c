/* Orders: read, checked, carried out (collector/run/telling.h). */
#include "collector/run/telling.h"

#include "collector/run/budget.h"

#include "base/log.h"
#include "base/text.h"

#include <stdio.h>
#include <string.h>

static const int64_t LOAN_WAIT_US = 30000000; /* a long round of a daemon may have to end first */

/* By the catalogue's name, or by the device's own ("floatv"). */
static const struct command *find_command(const struct driver *driver, const char *name)
{
    const struct row *row = rows_find(driver->rows, name);

    for (const struct command *c = driver->commands; command_name(c); c++)
        if (!strcmp(command_name(c), name) ||
            (row && c->metric != M_NONE && row->metric == c->metric))
            return c;
    return NULL;
}

static bool read_value(const struct command *command, const char *text, double *to)
{
    const struct metric_info *info = &catalogue[command->metric];

    if (command->metric == M_NONE)
        return true; /* the driver reads the text itself */
    if (info->kind == SWITCH && (text_is(text, "on") || text_is(text, "yes"))) {
        *to = 1;
        return true;
    }
    if (info->kind == SWITCH && (text_is(text, "off") || text_is(text, "no"))) {
        *to = 0;
        return true;
    }
    if (info->words != NO_WORDS && words_find(info->words, text) >= 0) {
        *to = words_find(info->words, text);
        return true;
    }
    return number_read(text, to);
}

void order_words(const struct command *command, const char *before, struct text *to)
{
    const struct metric_info *info = &catalogue[command->metric];

    if (command->metric != M_NONE && info->kind == SWITCH)
        text_format(to, "%son | off", before);
    for (int code = (int)command->least; info->words != NO_WORDS && code <= command->most; code++) {
        const char *word = words_text(info->words, code);
        if (word)
            text_format(to, "%s%s", before, word);
        before = word ? " | " : before;
    }
}

static int read_order(const struct driver *driver, const char *word, struct order *to,
                      struct told *told)
{
    char name[ORDER_TEXT];
    const char *equals = strchr(word, '=');
    struct nearest n = {.word = name};
    struct text text;

    if (!equals || (size_t)(equals - word) >= sizeof name || strlen(equals + 1) >= ORDER_TEXT) {
        snprintf(told->why, sizeof told->why, "\"%.100s\" is not written NAME=VALUE", word);
        return ERR_USAGE;
    }
    snprintf(name, sizeof name, "%.*s", (int)(equals - word), word);
    snprintf(to->text, sizeof to->text, "%s", equals + 1);
    to->command = find_command(driver, name);
    for (const struct command *k = driver->commands; !to->command && command_name(k); k++)
        nearest_try(&n, command_name(k));
    if (!to->command) {
        snprintf(told->why, sizeof told->why,
                 "\"%s\" cannot be set on the %s%s%s%s; see: helio list commands", name,
                 driver->name, n.best ? "; did you mean \"" : "", n.best ? n.best : "",
                 n.best ? "\"?" : "");
        return ERR_USAGE;
    }
    if (read_value(to->command, to->text, &to->value))
        return OK;
    text = text_on(told->why, sizeof told->why);
    text_format(&text, "%s: \"%s\" is neither a number nor one of its words", name, to->text);
    order_words(to->command, ": ", &text);
    return ERR_USAGE;
}

int orders_read(const struct driver *driver, char *const *words, int count, struct order *to,
                struct told *told)
{
    int rc = OK;

    if (!driver->tell || !driver->commands) {
        snprintf(told->why, sizeof told->why, "the %s has nothing that may be set", driver->name);
        return ERR_USAGE;
    }
    if (count < 1 || count > ORDERS_MAX) {
        snprintf(told->why, sizeof told->why, "a device and NAME=VALUE are needed");
        return ERR_USAGE;
    }
    for (int i = 0; i < count && !rc; i++)
        rc = read_order(driver, words[i], &to[i], told);
    return rc;
}

/* The permission, and the day's budget: for everything that changes a device, whoever asks. */
static int take_leave(struct device *d, unsigned writes, struct told *told)
{
    if (told->is_dry)
        return OK;
    if (!section_yes(d->section, "allow_tell")) {
        snprintf(told->why, sizeof told->why,
                 "its settings may not be changed. To allow it, name the device in a settings file "
                 "and put \"allow_tell = yes\" into its [device] section");
        return ERR_DENIED;
    }
    return budget_take(d, writes, told);
}

static bool may_be_told(const struct driver *driver, enum metric m)
{
    for (const struct command *c = driver->commands; command_name(c); c++)
        if (command_shown(c) == m)
            return true;
    return false;
}

static void look_at(struct device *d, enum metric m, struct reading *to)
{
    struct block b;

    for (const struct row *row = d->driver->rows; row->native; row++)
        if (row->metric == m && (!row->kinds || row->kinds & d->how.kind) &&
            device_block_for(d, row, &b)) {
            if (device_block(d, &b, device_collect, to))
                log_debug(d->name, "what it shows now is lost; the next sweep has it");
            return;
        }
}

/* What there is to see of these orders, asked for in the same turn on the wire: whoever watches
 * need not wait until the settings have their turn again. Measurements are left to their round. */
static void look_again(struct device *d, const struct order *orders, int count, struct reading *to)
{
    for (int i = 0; i < count; i++) {
        enum metric m = command_shown(orders[i].command);
        if (m != M_NONE && !reading_has(to, m))
            look_at(d, m, to);
    }
    for (unsigned i = 0; i < to->count;) {
        enum metric m = (enum metric)to->fields[i].metric;
        if (catalogue[m].kind == SETTING || may_be_told(d->driver, m))
            i++;
        else
            reading_drop(to, m);
    }
}

int orders_do(struct device *d, const struct order *orders, int count, struct told *told,
              struct reading *shown)
{
    int rc = take_leave(d, (unsigned)count, told);

    if (rc)
        return rc;
    rc = bus_borrow(d->bus, LOAN_WAIT_US);
    if (rc) {
        snprintf(told->why, sizeof told->why, "%s", error_text(rc));
        return rc;
    }
    rc = d->driver->tell(d, orders, (size_t)count, told);
    if ((rc == ERR_USAGE || rc == ERR_DENIED) && !told->is_dry)
        budget_give_back(d, (unsigned)count); /* it was refused before anything was sent */
    if (rc && !*told->why)
        snprintf(told->why, sizeof told->why, "%s", error_text(rc));
    if (shown && !told->is_dry && (rc == OK || rc == ERR_IGNORED))
        look_again(d, orders, count, shown);
    bus_return(d->bus);
    return rc;
}

/* A copy, since it goes by the name and the permission of a section of its own, if it has one. */
int telling_unit(struct device *speaker, const struct addressee *to, struct device *unit,
                 struct told *told)
{
    struct device *found = NULL;
    int rc = speaker->driver->unit ? bus_borrow(speaker->bus, LOAN_WAIT_US) : ERR_USAGE;

    if (rc == ERR_USAGE) {
        snprintf(told->why, sizeof told->why,
                 "%s is heard through %s, and only that one can be asked or told", to->name,
                 speaker->name);
        return rc;
    }
    if (!rc) {
        rc = speaker->driver->unit(speaker, to->unit, &found);
        bus_return(speaker->bus);
    }
    if (rc == ERR_ABSENT)
        snprintf(told->why, sizeof told->why, "nobody behind %s is called \"%s\"", speaker->name,
                 to->unit);
    else if (rc)
        snprintf(told->why, sizeof told->why, "%s", error_text(rc));
    if (rc)
        return rc == ERR_ABSENT ? ERR_USAGE : rc;
    *unit = *found;
    unit->name = to->name;
    unit->section = to->of_its_own ? to->of_its_own->section : found->section;
    return OK;
}

int telling_do(struct house *h, const struct addressee *to, char *const *words, int count,
               struct told *told, struct reading *shown)
{
    struct order orders[ORDERS_MAX];
    struct device *d = &h->devices[to->at], unit;
    int rc = OK;

    if (*to->unit) {
        rc = telling_unit(d, to, &unit, told);
        d = &unit;
    }
    if (!rc)
        rc = orders_read(d->driver, words, count, orders, told);
    return rc ? rc : orders_do(d, orders, count, told, shown);
}

/* ---- raw ------------------------------------------------------------------------------------- */

static int send_raw(struct device *d, const struct block *b, struct told *told)
{
    struct answer a;
    int rc = bus_borrow(d->bus, LOAN_WAIT_US);

    if (rc)
        return rc;
    rc = device_send(d, b, &a);
    bus_return(d->bus);
    snprintf(told->why, sizeof told->why, "%s",
             rc == OK            ? "the unit said yes (whether it did it, only reading back tells)"
             : rc == ERR_REFUSED ? "the unit said no"
                                 : error_text(rc));
    return rc;
}

int telling_raw(struct house *h, const struct addressee *to, const char *words, struct told *told)
{
    struct device *d = &h->devices[to->at], unit;
    struct block b;
    int rc = OK;

    if (*to->unit) {
        rc = telling_unit(d, to, &unit, told);
        d = &unit;
    }
    if (rc)
        return rc;
    if (!d->driver->speech->command) {
        snprintf(told->why, sizeof told->why, "the %s takes no raw commands; use helio tell",
                 d->driver->name);
        return ERR_USAGE;
    }
    rc = d->driver->speech->command(words, &b, told);
    if (!rc)
        rc = take_leave(d, 1, told);
    if (!rc)
        rc = send_raw(d, &b, told);
    if (rc && !*told->why)
        snprintf(told->why, sizeof told->why, "%s", error_text(rc));
    return rc;
}
