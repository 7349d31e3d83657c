/*
 * Units in parallel, heard through the one we are connected to: QPGS0, QPGS1, ... one after the
 * other. The number is the order on their own bus and changes when one is switched off, so a unit
 * is known by its serial number. Words 15 to 18 are totals, the same in every answer.
 */
#include "drivers/axpert/axpert.h"

#include "base/log.h"

#include <stdio.h>
#include <string.h>

/* In rounds: until somebody new is looked for, and how often somebody missing is. */
enum { LOOK_BEYOND_EVERY = 30, SEARCH_AT_FIRST = 10, SEARCH_LATER_EVERY = 5 };
/* So often in a row unanswered: it does not know the question. */
enum { SECOND_MISSES_MOST = 5, RANGE_ASKED_MOST = 3 };

/* One answer, as far as it is not a metric. */
struct heard {
    struct reading *r;
    char serial[SERIAL_TEXT];
    bool exists;
};

static void take(void *to, const struct field *f)
{
    struct heard *h = to;

    (void)field_to_reading(f, h->r); /* what has no metric, or cannot be true, stays out */
    if (!strcmp(f->name, "exists"))
        h->exists = f->value > 0;
    if (!strcmp(f->name, "serial_number"))
        snprintf(h->serial, sizeof h->serial, "%.23s", f->text);
}

static int ask_of(struct device *d, enum axpert_block which, const char *name, unsigned index,
                  struct heard *h)
{
    char command[8];
    struct block b = *axpert_block(which);

    snprintf(command, sizeof command, "%s%u", name, index);
    b.text = command;
    return device_block(d, &b, take, h);
}

static bool is_member(const struct axpert_memory *m, unsigned index)
{
    bool is_known = m->own_index == index && m->walks > 1;

    for (unsigned i = 0; i < m->unit_count; i++)
        is_known |= m->units[i].was_heard && m->units[i].index == index;
    return is_known;
}

static int ask_unit(struct device *d, unsigned index, struct heard *h)
{
    int rc = ask_of(d, QPGS, "QPGS", index, h);

    if (rc == ERR_REFUSED && is_member(d->memory, index)) /* it was there: some say no at times */
        rc = ask_of(d, QPGS, "QPGS", index, h);
    return rc;
}

/* A split-phase unit is two inverters in one: what the second one says belongs to the same unit. */
static int ask_second(struct device *d, unsigned index, struct reading *r, const char *serial)
{
    struct axpert_memory *m = d->memory;
    struct reading more = {0};
    struct heard h = {.r = &more};

    if (d->how.kind != KIND_PI41 || m->second_misses >= SECOND_MISSES_MOST)
        return OK;
    int rc = ask_of(d, QP2GS, "QP2GS", index, &h);
    if (rc == ERR_GONE || rc == ERR_STOPPED)
        return rc;
    m->second_misses = rc == OK ? 0 : m->second_misses + 1;
    if (rc || !h.exists || (*h.serial && strcmp(h.serial, serial) != 0))
        return OK;
    for (unsigned i = 0; i < more.count; i++)
        (void)reading_put(r, (enum metric)more.fields[i].metric, more.fields[i].value);
    return OK;
}

/* Behind the last one: it is not known yet. */
static struct axpert_unit *place_of(struct axpert_memory *m, const char *serial)
{
    struct axpert_unit *u = m->units;

    while (u < m->units + m->unit_count && strcmp(u->serial, serial) != 0)
        u++;
    return u;
}

static struct axpert_unit *unit_for(struct device *d, const char *serial, unsigned index)
{
    struct axpert_memory *m = d->memory;
    struct axpert_unit *u = place_of(m, serial);

    if (u == m->units + UNITS_MAX)
        return NULL;
    if (u == m->units + m->unit_count) {
        m->unit_count++;
        snprintf(u->serial, sizeof u->serial, "%s", serial);
        log_note(d->name, "unit %s is number %u in parallel", serial, index);
    } else if (u->index != index) {
        log_note(d->name, "unit %s is number %u in parallel now; it was %u", serial, index,
                 u->index);
    }
    u->index = index;
    return u;
}

/* Somebody who was not there at first joined the others, or stands where one of them stood: the one
 * at our end of the line may have been swapped between two questions, and was never silent. */
static bool is_another_at_our_end(struct device *d)
{
    struct reading none = {0};
    struct heard h = {.r = &none};

    return device_block(d, axpert_block(QID), take, &h) == OK && *h.serial &&
           strcmp(h.serial, ((struct axpert_memory *)d->memory)->serial) != 0;
}

/* The totals are kept for the end of the walk, and taken out of the unit's own reading. */
static void keep_totals(struct axpert_memory *m, struct reading *r)
{
    static const enum metric totals[TOTALS] = {M_SYSTEM_CHARGE_CURRENT, M_SYSTEM_APPARENT_POWER,
                                               M_SYSTEM_POWER, M_SYSTEM_LOAD_PERCENTAGE};

    for (int i = 0; i < TOTALS; i++) {
        m->has_total[i] = reading_get(r, totals[i], &m->totals[i]);
        reading_drop(r, totals[i]);
    }
}

static void finish_unit(struct device *d, struct axpert_memory *m, struct reading *r)
{
    double amps = 0, volts = 0, charge = 0, discharge = 0, solar = 0, grid = 0;

    if (reading_get(r, M_BATTERY_CHARGE_CURRENT, &charge) &&
        reading_get(r, M_BATTERY_DISCHARGE_CURRENT, &discharge)) {
        (void)reading_put(r, M_BATTERY_CURRENT, charge - discharge);
        m->discharge_a += discharge;
    }
    (void)reading_get(r, M_BATTERY_VOLTAGE, &volts);
    if (reading_has(r, M_BATTERY_CURRENT) && volts > 0)
        (void)reading_put(r, M_BATTERY_POWER, axpert_round((charge - discharge) * volts, 10));
    /* Whole amperes into the battery: coarse, but all that is said. MAX counts otherwise. */
    if (!(d->how.kind & KINDS_MAX) && reading_get(r, M_CHARGER_CURRENT, &amps) && volts > 0) {
        double watts = axpert_round(amps * volts, 1);
        (void)reading_put(r, M_PV_POWER, watts);
        m->pv_w += watts;
        m->pv_units++;
    }
    if (reading_get(r, M_SOLAR_CHARGING, &solar) && reading_get(r, M_GRID_CHARGING, &grid))
        (void)reading_put(r, M_CHARGE_STAGE,
                          solar > 0 || grid > 0 ? CHARGE_STAGE_CHARGING : CHARGE_STAGE_NONE);
    double mode = 0, code = 0;
    if (reading_get(r, M_DEVICE_MODE, &mode))
        (void)reading_put(r, M_FAULT,
                          (int)mode == DEVICE_MODE_FAULT ||
                              (reading_get(r, M_FAULT_CODE, &code) && code > 0));
}

static void begin_walk(struct axpert_memory *m)
{
    m->next_index = 0;
    m->is_told = false;
    m->pv_w = m->discharge_a = 0;
    m->pv_units = 0;
    m->has_own_place = false;
    memset(m->has_total, 0, sizeof m->has_total);
    for (unsigned i = 0; i < m->unit_count; i++) {
        m->units[i].was_heard = m->units[i].is_heard;
        m->units[i].is_heard = false;
    }
    m->walks++;
}

/* How far to ask: to the highest number known; for one that is missing, which comes back under a
 * number of its own choosing, some more; and for somebody new now and then. */
static bool is_worth_asking(const struct axpert_memory *m, unsigned index)
{
    unsigned highest = m->own_index;
    bool is_look = !m->end_index || m->walks % LOOK_BEYOND_EVERY == 1;
    bool is_search = m->missing_walks && (m->missing_walks < SEARCH_AT_FIRST ||
                                          m->missing_walks % SEARCH_LATER_EVERY == 0);

    for (unsigned i = 0; i < m->unit_count; i++)
        if (m->units[i].was_heard)
            highest = m->units[i].index > highest ? m->units[i].index : highest;
    return index < UNITS_MAX &&
           (index <= highest || is_look || (is_search && index <= m->unit_count));
}

static int tell_total(struct axpert_memory *m, struct reading *r, struct identity *who)
{
    unsigned heard = m->has_own_place;

    for (unsigned i = 0; i < m->unit_count; i++)
        heard += m->units[i].is_heard;
    m->is_told = true;
    if (!heard || !m->unit_count)
        return ERR_ABSENT;
    r->count = 0;
    snprintf(who->serial, IDENTITY_TEXT, "system");
    who->is_total = true;
    static const enum metric totals[TOTALS] = {M_BATTERY_CHARGE_CURRENT, M_OUTPUT_APPARENT_POWER,
                                               M_OUTPUT_POWER, M_LOAD_PERCENTAGE};
    for (int i = 0; i < TOTALS; i++)
        if (m->has_total[i])
            (void)reading_put(r, totals[i], m->totals[i]);
    unsigned members = m->unit_count + 1;
    m->missing_walks = heard < members ? m->missing_walks + 1 : 0;
    if (heard == members && m->has_own_discharge) {
        double net = m->totals[0] - m->discharge_a - m->own_discharge_a;
        (void)reading_put(r, M_BATTERY_DISCHARGE_CURRENT, m->discharge_a + m->own_discharge_a);
        if (m->has_total[0])
            (void)reading_put(r, M_BATTERY_CURRENT, net);
    }
    if (m->pv_units == m->unit_count && heard == members && m->has_own_pv)
        (void)reading_put(r, M_PV_POWER, m->pv_w + m->own_pv_w);
    (void)reading_put(r, M_MEMBERS, members);
    (void)reading_put(r, M_MEMBERS_HEARD, heard);
    return OK;
}

/* Of what its own answer says, the one number that its own round does not have. */
static void keep_range(struct axpert_memory *m, const struct reading *r)
{
    (void)reading_get(r, M_CHARGER_CURRENT_RANGE, &m->own_range_a);
}

/* One that is alone is asked until it says so, a few times at most. */
static int ask_alone(struct device *d)
{
    struct axpert_memory *m = d->memory;
    struct reading r = {0};
    struct heard h = {.r = &r};
    if (m->own_range_a > 0 || m->range_asked == RANGE_ASKED_MOST)
        return ERR_ABSENT;
    m->range_asked++;
    int rc = ask_of(d, QPGS, "QPGS", 0, &h);
    if (rc == ERR_GONE || rc == ERR_STOPPED)
        return rc;
    if (!rc && r.count && !strcmp(h.serial, m->serial))
        keep_range(m, &r);
    return ERR_ABSENT;
}

void axpert_forget_units(struct axpert_memory *m)
{
    memset(m->units, 0, sizeof m->units);
    m->unit_count = m->own_index = m->end_index = m->walks = m->missing_walks = 0;
    m->has_own_place = false;
    m->own_range_a = 0;
    m->range_asked = m->second_misses = 0;
}

int axpert_others(struct device *d, unsigned which, struct reading *r, struct identity *who)
{
    struct axpert_memory *m = d->memory;

    if (!*m->serial)
        return ERR_ABSENT;
    if (!m->is_parallel)
        return ask_alone(d);
    if (which == 0)
        begin_walk(m);
    while (is_worth_asking(m, m->next_index)) {
        struct heard h = {.r = r};
        unsigned index = m->next_index++;
        r->count = 0;
        int rc = ask_unit(d, index, &h);
        if (rc == ERR_GONE || rc == ERR_STOPPED)
            return rc;
        if (rc || !h.exists) {
            if (rc == OK || rc == ERR_REFUSED || rc == ERR_ABSENT)
                m->end_index = index ? index : 1;
            continue;
        }
        keep_totals(m, r);
        if (!strcmp(h.serial, m->serial)) {
            m->has_own_place = true;
            keep_range(m, r);
            m->own_index = index;
            continue; /* its own round says more */
        }
        if (m->walks > 1 && place_of(m, h.serial) == m->units + m->unit_count &&
            is_another_at_our_end(d)) {
            d->is_met = d->is_greeted = false; /* the next round asks it who it is */
            return ERR_ABSENT;
        }
        struct axpert_unit *u = unit_for(d, h.serial, index);
        if (!u)
            continue;
        u->is_heard = true;
        rc = ask_second(d, index, r, h.serial);
        if (rc)
            return rc;
        finish_unit(d, m, r);
        snprintf(who->serial, IDENTITY_TEXT, "%s", h.serial);
        return OK;
    }
    return m->is_told ? ERR_ABSENT : tell_total(m, r, who);
}
