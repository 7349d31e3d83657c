/* helio read: one number a line and nothing else, the check of old monitoring scripts. */
#include "collector/cli/show.h"
#include "collector/cli/verb.h"

#include "base/clock.h"
#include "base/log.h"

#include <string.h>

static const struct option_row options[] = {
    {"words", 'w', NULL, "states and status bits in words"},
    {"record", 0, "FILE", "write what travels to a capture"},
    {.name = NULL},
};

enum { READ_MAX = 32 };

/* What came of the blocks asked so far: fields of the device, and the reading they make. */
struct found {
    const char *wanted[READ_MAX];
    struct field fields[READ_MAX];
    char texts[READ_MAX][160];
    bool is_there[READ_MAX];
    unsigned count;
    struct reading reading;
};

static void note_field(void *to, const struct field *f)
{
    struct found *found = to;

    device_collect(&found->reading, f);
    for (unsigned i = 0; i < found->count; i++) {
        if (strcmp(found->wanted[i], f->name))
            continue;
        found->fields[i] = *f;
        found->is_there[i] = true;
        if (f->text) { /* the text lives only during this call */
            snprintf(found->texts[i], sizeof found->texts[i], "%s", f->text);
            found->fields[i].text = found->texts[i];
        }
    }
}

/* The block that holds this row, asked once for all names it serves. */
static int ask_for(struct device *d, const struct row *row, struct found *found,
                   const struct block *asked[], unsigned *asked_count)
{
    struct block one;

    if (!device_block_for(d, row, &one))
        return ERR_ABSENT;
    for (const struct block *b = d->blocks; b->name; b++) {
        if (strcmp(b->name, one.name))
            continue;
        for (unsigned i = 0; i < *asked_count; i++)
            if (asked[i] == b)
                return OK;
        asked[(*asked_count)++] = b;
        return device_block(d, b, note_field, found);
    }
    return ERR_ABSENT;
}

static int known_names(struct call *c, const struct device *d, struct found *found)
{
    for (int i = 1; i < c->count; i++) {
        struct nearest n = {.word = c->words[i]};
        if (found->count == READ_MAX)
            return bad_call(c, "more than %d names", READ_MAX);
        const char *name = driver_native(d->driver, c->words[i]);
        found->wanted[found->count++] = name;
        if (rows_find(d->driver->rows, name) || metric_find(c->words[i]))
            continue;
        for (const struct row *row = d->driver->rows; row->native; row++)
            nearest_try(&n, row->native);
        for (int m = 1; m < METRIC_COUNT; m++)
            nearest_try(&n, catalogue[m].name);
        return bad_call(c, "\"%s\" is neither a metric nor a name of the %s%s%s%s", c->words[i],
                        d->driver->name, n.best ? "; did you mean \"" : "", n.best ? n.best : "",
                        n.best ? "\"?" : "");
    }
    return OK;
}

static int print_metric(struct call *c, const struct device *d, const struct found *found,
                        enum metric m)
{
    struct field f = {.name = catalogue[m].name};
    char words[200];

    if (!reading_get(&found->reading, m, &f.value)) {
        log_err(d->name, "%s is not known: %s", f.name,
                "this model does not have it, or what it says cannot be true");
        return ERR_ABSENT;
    }
    metric_say(m, f.value, words, sizeof words);
    if (catalogue[m].words != NO_WORDS)
        f.text = words;
    show_plain(stdout, &f, call_has(c, "words"));
    return OK;
}

static bool is_known(const struct found *found, unsigned i)
{
    return found->is_there[i] || reading_has(&found->reading, metric_find(found->wanted[i]));
}

/* First the blocks of the rows themselves. */
static int ask_rows(struct device *d, struct found *found)
{
    const struct block *asked[BLOCKS_MAX];
    unsigned asked_count = 0;
    int rc = OK;

    for (unsigned i = 0; i < found->count && !rc; i++) {
        const struct row *row = rows_find(d->driver->rows, found->wanted[i]);
        if (row)
            rc = device_learn_kind(d, row, note_field, found);
        if (row && !rc)
            rc = ask_for(d, row, found, asked, &asked_count);
        if (rc == ERR_ABSENT || rc == ERR_REFUSED)
            rc = OK; /* told later, by name */
    }
    device_finish(d, &found->reading);
    return rc;
}

/* What no row has, or this model does not give, may follow from the live blocks. */
static int ask_the_rest(struct device *d, struct found *found)
{
    bool is_missing = false;
    int rc = OK;

    for (unsigned i = 0; i < found->count; i++)
        is_missing |= metric_find(found->wanted[i]) != M_NONE && !is_known(found, i);
    for (const struct block *b = d->blocks; b->name && is_missing && !rc; b++) {
        if (b->refresh == EVERY_ROUND)
            rc = device_block(d, b, note_field, found);
        if (rc == ERR_ABSENT || rc == ERR_REFUSED)
            rc = OK;
    }
    if (is_missing)
        device_finish(d, &found->reading);
    return rc;
}

static int print_all(struct call *c, struct device *d, struct found *found)
{
    int result = OK;

    for (unsigned i = 0; i < found->count; i++) {
        enum metric m = metric_find(found->wanted[i]);
        int rc = OK;
        if (found->is_there[i]) {
            show_plain(stdout, &found->fields[i], call_has(c, "words"));
        } else if (m != M_NONE) {
            rc = print_metric(c, d, found, m);
        } else {
            log_err(d->name, "%s: this model does not have it", found->wanted[i]);
            rc = ERR_ABSENT;
        }
        result = result ? result : rc;
    }
    return result;
}

static int run_read(struct call *c)
{
    static struct found found;
    char came[CAME_ROOM];
    struct visit v;
    int rc;

    if (c->count < 2)
        return bad_call(c, "a device and at least one metric are needed");
    rc = visit_begin(&v, c, c->words[0]);
    found.reading.round_ms = clock_wall_ms();
    if (!rc)
        rc = known_names(c, v.device, &found);
    if (!rc) {
        rc = ask_rows(v.device, &found);
        if (!rc)
            rc = ask_the_rest(v.device, &found);
        if (!rc)
            rc = print_all(c, v.device, &found);
        else if (!visit_is_asleep(&v, rc))
            log_err(v.device->name, "%s (address %u)%s", error_text(rc), v.device->address,
                    device_came(v.device, rc, came));
    }
    visit_end(&v);
    return v.is_asleep ? ERR_ASLEEP : rc;
}

const struct verb verb_read = {
    .name = "read",
    .synopsis = "DEVICE METRIC...",
    .about =
        "one number a line, nothing else\n\n"
        "A metric is a name of the catalogue (helio list metrics) or the device's own short\n"
        "name (pvvolt, bastat). A device that does not answer is exit code 69, never a number;\n"
        "one that is asleep because the sun is down is exit code 0, and no number either.\n"
        "A unit behind a hub is read by DEVICE-UNIT, as in hub-mx1.",
    .examples = "  helio read tracer@rtu:/dev/ttyUSB0:1 pvvolt\n"
                "  helio read south pv_power battery_soc\n"
                "  helio read south epstat --words\n",
    .options = options,
    .needs_plan = true,
    .run = run_read,
};
