/* helio tell: change settings of a device: checked, sent once, read back. */
#include "collector/verb.h"

#include "base/log.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>

static const struct option_row options[] = {
    {"dry-run", 'n', NULL, "check everything and say what would be sent"},
    {"record", 0, "FILE", "write what travels to a capture"},
    {.name = NULL},
};

enum { ORDERS_MAX = 32 };

static const char *name_of(const struct command *command)
{
    return command->metric != M_NONE ? catalogue[command->metric].name : command->name;
}

static bool is_end(const struct command *command)
{
    return command->metric == M_NONE && !command->name;
}

/* By the catalogue's name, or by the device's own ("floatv"). */
static const struct command *find_command(const struct driver *driver, const char *name)
{
    const struct row *row = rows_find(driver->rows, name);

    for (const struct command *c = driver->commands; !is_end(c); c++)
        if (!strcmp(name_of(c), name) || (row && c->metric != M_NONE && row->metric == c->metric))
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

static int take_order(struct call *c, const struct driver *driver, const char *word,
                      struct order *to)
{
    char name[ORDER_TEXT];
    const char *equals = strchr(word, '=');
    struct nearest n = {.word = name};

    if (!equals || (size_t)(equals - word) >= sizeof name || strlen(equals + 1) >= ORDER_TEXT)
        return bad_call(c, "\"%s\" is not written NAME=VALUE", word);
    snprintf(name, sizeof name, "%.*s", (int)(equals - word), word);
    snprintf(to->text, sizeof to->text, "%s", equals + 1);
    to->command = find_command(driver, name);
    for (const struct command *k = driver->commands; !to->command && !is_end(k); k++)
        nearest_try(&n, name_of(k));
    if (!to->command)
        return bad_call(c, "\"%s\" cannot be set on a %s%s%s%s; see: helio list commands", name,
                        driver->name, n.best ? "; did you mean \"" : "", n.best ? n.best : "",
                        n.best ? "\"?" : "");
    if (!read_value(to->command, to->text, &to->value))
        return bad_call(c, "%s: \"%s\" is neither a number nor one of its words", name, to->text);
    return OK;
}

static int check_allowed(const struct device *d)
{
    if (section_yes(d->section, "allow_tell"))
        return OK;
    log_err(d->name, "its settings may not be changed. To allow it, name the device in a settings "
                     "file and put\n  allow_tell = yes\ninto its [device] section");
    return ERR_DENIED;
}

static int run_tell(struct call *c)
{
    static struct order orders[ORDERS_MAX];
    struct told told = {.is_dry = call_has(c, "dry-run")};
    struct visit v = {0};
    size_t count = 0, at;
    int rc;

    if (c->count < 2 || c->count > ORDERS_MAX)
        return bad_call(c, "a device and NAME=VALUE are needed");
    rc = plan_find(c->plan, c->words[0], &at);
    if (rc)
        return rc;
    const struct driver *driver = c->plan->devices[at].driver;
    if (!driver->tell || !driver->commands)
        return bad_call(c, "a %s has nothing that may be set", driver->name);
    for (int i = 1; i < c->count && !rc; i++)
        rc = take_order(c, driver, c->words[i], &orders[count++]);
    if (rc)
        return rc;
    rc = visit_begin(&v, c, c->plan->devices[at].name);
    if (!rc && !told.is_dry)
        rc = check_allowed(v.device);
    if (!rc) {
        rc = driver->tell(v.device, orders, count, &told);
        if (rc)
            log_err(v.device->name, "%s", *told.why ? told.why : error_text(rc));
        else
            printf("%s: %s\n", v.device->name, told.why);
    }
    visit_end(&v);
    return rc;
}

const struct verb verb_tell = {
    .name = "tell",
    .synopsis = "DEVICE NAME=VALUE...",
    .about = "change settings of a device: checked, sent once, read back\n\n"
             "Off unless the device's section says allow_tell = yes. Several settings are checked\n"
             "together and written together where the device wants them as a block.\n"
             "What may be set: helio list commands. --dry-run needs no permission.",
    .examples = "  helio tell south load_manual=on\n"
                "  helio tell south battery_type=user absorb_voltage=28.8 float_voltage=27.6\n"
                "  helio tell south clock=now --dry-run\n",
    .options = options,
    .needs_plan = true,
    .run = run_tell,
};
