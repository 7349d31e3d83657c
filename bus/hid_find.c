/* Candidates, asked who they are where that decides (bus/hid_find.h). */
#include "bus/hid_find.h"

#include "base/clock.h"
#include "base/text.h"
#include "bus/hid_known.h"
#include "bus/loan.h"

#include <string.h>

/* A unit that somebody else is asking is worth a wait, longer than a silent one keeps its asker. */
static const int64_t BUSY_WAIT_US = 5000000, BUSY_LOOK_US = 20000;

static const char in_use[] = "in use", no_answer[] = "gave no serial number";

struct search {
    struct bus *bus;
    struct hid_unit *chosen; /* where the line looks for the unit to open */
    const char *unit, *usb_path;
    size_t count;
    struct candidate {
        struct hid_unit unit;
        char serial[HID_SERIAL];
        const char *why_not; /* there is no serial number */
    } all[HID_UNITS];
};

/* "usb_path = 1-1 (serial 111), usb_path = 1-2 (not asked)"; only one serial, or all. */
static void name_them(const struct search *s, const char *only_serial, struct text *t)
{
    const char *between = "";

    for (const struct candidate *c = s->all; c < s->all + s->count; c++) {
        if (only_serial && strcmp(c->serial, only_serial))
            continue;
        text_format(t, "%susb_path = %s (%s%s)", between, c->unit.usb_path,
                    *c->serial ? "serial " : "", *c->serial ? c->serial : c->why_not);
        between = ", ";
    }
}

static int say(const struct search *s, int rc, const char *before, const char *only_serial,
               const char *after)
{
    char words[1024];
    struct text t = text_on(words, sizeof words);

    name_them(s, only_serial, &t);
    log_say(bus_loudness(s->bus), s->bus->name, "%s %s: %s%s%s", s->bus->where, before, words,
            *after ? ": " : "", after);
    return rc;
}

static int say_gone(const struct search *s)
{
    log_say(bus_loudness(s->bus), s->bus->name,
            "no USB HID device %s is plugged in%s%s: lsusb must list it and lsusb -t say "
            "Driver=usbhid; another program may have taken it from the kernel",
            s->bus->where, *s->usb_path ? " at usb_path = " : "", s->usb_path);
    return ERR_GONE;
}

static void list(struct search *s, const struct hid_unit *units, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (*s->usb_path && strcmp(s->usb_path, units[i].usb_path))
            continue;
        struct candidate *c = &s->all[s->count++];
        c->unit = units[i];
        c->why_not = hid_recall(&units[i], c->serial) == NEVER_ASKED ? "not asked" : no_answer;
    }
}

/* Only while nobody else has it: two askers would read each other's answers. */
static int ask(struct search *s, const struct hid_unit *unit, char *serial)
{
    struct bus *bus = s->bus;
    char name[WHERE_MAX];
    int rc, loan = -1;

    hid_loan_name(unit, name, sizeof name);
    rc = loan_try(name, bus->name, &loan);
    if (rc)
        return rc;
    *s->chosen = *unit;
    rc = bus->line->open(bus);
    if (rc == OK) {
        bus->is_open = true;
        rc = bus->who(bus->who_context, bus, serial, HID_SERIAL);
        if (bus->is_open) /* the talk closes it when it goes away */
            bus->line->close(bus);
        bus->is_open = false;
        memset(bus->owed, 0, sizeof bus->owed); /* no other unit owes us these */
    }
    loan_return(&loan);
    return rc == OK && !*serial ? ERR_ABSENT : rc;
}

/* Fills in one serial number. Only what concerns the whole search is an error. */
static int learn(struct search *s, struct candidate *c, bool is_found)
{
    enum hid_said said = hid_recall(&c->unit, c->serial);
    int rc;

    c->why_not = no_answer;
    if (said == SAID_SERIAL || said == SAID_NOTHING_LATELY || (said == SAID_NOTHING && is_found))
        return OK;
    rc = ask(s, &c->unit, c->serial);
    if (rc) /* what was said half does not count */
        *c->serial = '\0';
    c->why_not = rc == ERR_BUSY ? in_use : error_text(rc);
    if (rc == ERR_STOPPED || rc == ERR_DENIED || rc == ERR_SYSTEM)
        return rc;
    if (rc != ERR_BUSY && rc != ERR_GONE)
        hid_remember(&c->unit, rc ? NULL : c->serial);
    return rc == ERR_ABSENT ? rc : OK;
}

static size_t matches(const struct search *s, const struct candidate **match)
{
    size_t count = 0;

    for (const struct candidate *c = s->all; c < s->all + s->count; c++)
        if (!strcmp(c->serial, s->unit)) {
            *match = c;
            count++;
        }
    return count;
}

/* Every one that was never asked is, even when the wanted one is known: it may say the same. */
static int learn_all(struct search *s, size_t *busy)
{
    const struct candidate *match;
    bool is_found = matches(s, &match) > 0;
    int worst = OK;

    *busy = 0;
    for (struct candidate *c = s->all; c < s->all + s->count; c++) {
        int rc = learn(s, c, is_found);
        if (rc == ERR_STOPPED)
            return rc;
        worst = rc ? rc : worst;
        *busy += c->why_not == in_use;
    }
    return worst;
}

static int judge_none(const struct search *s, int rc, size_t busy)
{
    if (rc == ERR_ABSENT)
        return say(s, ERR_CONFIG, "do not say who they are", NULL,
                   "choose one by usb_path instead of unit");
    if (rc)
        return rc; /* was said when it was opened */
    if (busy)
        return say(s, ERR_BUSY, "cannot all be asked who they are now", NULL, "");
    return say(s, ERR_GONE, "is plugged in, but none is the unit that is meant", NULL,
               "unit must be the serial number as the unit itself gives it");
}

static int find_by_serial(struct search *s)
{
    const struct candidate *match = NULL;
    int64_t until = 0; /* from when all were looked at once: asking takes its time too */

    for (;;) {
        size_t busy = 0, found;
        int rc = s->bus->who ? learn_all(s, &busy) : ERR_ABSENT;
        if (rc == ERR_STOPPED)
            return rc;
        found = matches(s, &match);
        if (found > 1)
            return say(s, ERR_CONFIG, "give the same serial number", s->unit,
                       "choose one by usb_path instead of unit");
        if (found) {
            *s->chosen = match->unit;
            return OK;
        }
        until = until ? until : clock_us() + BUSY_WAIT_US;
        if (rc || !busy || clock_us() > until)
            return judge_none(s, rc, busy);
        if (s->bus->stop && bell_is_rung(s->bus->stop))
            return ERR_STOPPED;
        clock_sleep_us(BUSY_LOOK_US);
    }
}

int hid_find(struct bus *bus, struct hid_unit *chosen)
{
    struct search s = {.bus = bus,
                       .chosen = chosen,
                       .unit = section_text(bus->section, "unit"),
                       .usb_path = section_text(bus->section, "usb_path")};
    struct hid_unit units[HID_UNITS];
    int count = hid_list(bus->where, units, HID_UNITS);

    if (count < 0)
        return count;
    list(&s, units, (size_t)count);
    if (!s.count)
        return say_gone(&s);
    if (*s.unit)
        return find_by_serial(&s);
    if (s.count > 1)
        return say(&s, ERR_CONFIG, "is plugged in more than once", NULL,
                   "choose one by unit = its serial number, or by usb_path");
    *chosen = s.all[0].unit;
    return OK;
}
