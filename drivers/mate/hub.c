/*
 * The hub: passes packets on to its ports, and answers for itself on port 0. As a device of helio
 * it stands for everything behind it: its ports are looked at once, what was found is remembered,
 * and each comes as a device of its own, called after its kind and port: `<hub>-mx1`.
 */
#include "drivers/mate/kinds.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Somebody may be plugged in later; each look costs a short silence. */
static const int64_t LOOK_AGAIN_US = 300000000;

// clang-format off
static const struct block blocks[] = {
    { .name = "type",     .function = MATE_READ, .start = 0x0000, .count = 1, .refresh = EVERY_ROUND },
    { .name = "identity", .function = MATE_READ, .start = 0x0000, .count = 5, .refresh = ON_DEMAND },
    { .name = NULL },
};

const struct row mate_hub_rows[] = {
    COMMON_ROWS,
    { .native = NULL },
};
// clang-format on

// clang-format off
static const struct setting settings[] = {
    { "keep_time",         YESNO, "no", 0, 0, NULL, "Tell chargers and FLEXnets behind it the site's time, as a MATE does; only where there is no MATE, and with allow_tell = yes" },
    { "share_temperature", YESNO, "no", 0, 0, NULL, "Tell FX and FLEXnets the battery's temperature from a charger's sensor, as a MATE does; only where there is no MATE, and with allow_tell = yes" },
    SETTINGS_END,
};
// clang-format on

static const struct {
    enum mate_type type;
    const struct driver *driver;
    const char *word;
} kinds[] = {{MATE_MX, &driver_mate_mx, "mx"},
             {MATE_FX, &driver_mate_fx, "fx"},
             {MATE_DC, &driver_mate_dc, "dc"}};

struct hub_memory {
    struct device units[MATE_PORTS + 1]; /* by port; driver NULL: nobody is there */
    char names[MATE_PORTS + 1][64];
    int64_t looked_us; /* when an empty port was last tried; 0: never */
    uint8_t port;      /* which of them has its turn */
    uint8_t unknown[MATE_PORTS + 1];
    struct mate_duties duties;
};

static int settle(struct device *hub, struct hub_memory *m, uint8_t port, unsigned type)
{
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        if ((unsigned)kinds[i].type != type)
            continue;
        snprintf(m->names[port], sizeof m->names[port], "%.40s-%s%u", hub->name, kinds[i].word,
                 port);
        log_note(hub->name, "port %u: %s", port, kinds[i].driver->title);
        int rc = device_init(&m->units[port], m->names[port], kinds[i].driver, hub->bus, port,
                             hub->section);
        if (!rc)
            ((struct mate_memory *)m->units[port].memory)->is_behind_hub = true;
        return rc;
    }
    if (type != m->unknown[port])
        log_warn(hub->name, "port %u: a device of type %u, which nobody has described; left alone",
                 port, type);
    m->unknown[port] = (uint8_t)type;
    return OK;
}

/* Looks at every port that is empty, once, and then every few minutes at one of them a round. */
static int look(struct device *hub, struct hub_memory *m, uint8_t first, uint8_t last)
{
    for (uint8_t port = first; port <= last; port++) {
        unsigned type = 0;
        if (m->units[port].driver)
            continue;
        int rc = mate_knock(hub, port, &type);
        if (rc == ERR_GONE || rc == ERR_STOPPED)
            return rc;
        if (rc == OK && type != MATE_HUB)
            rc = settle(hub, m, port, type);
        if (rc == ERR_FULL)
            return rc;
    }
    return OK;
}

static int look_around(struct device *hub, struct hub_memory *m)
{
    int64_t now = clock_us();
    unsigned type = 0;
    int rc;

    if (!m->looked_us) {
        rc = mate_knock(hub, 0, &type);
        if (rc)
            return rc;
        m->looked_us = now;
        if (type != MATE_HUB) /* no hub: the one device itself is port 0 */
            return settle(hub, m, 0, type);
        return look(hub, m, 1, MATE_PORTS);
    }
    if (now - m->looked_us < LOOK_AGAIN_US || m->units[0].driver)
        return OK;
    m->port = (uint8_t)(m->port % MATE_PORTS + 1);
    m->looked_us = m->port == MATE_PORTS ? now : m->looked_us;
    return look(hub, m, m->port, m->port);
}

/* What a unit is called behind the name of its hub: its kind and port. */
static const char *word_of(const struct device *unit)
{
    return strrchr(unit->name, '-') + 1;
}

static int past_day(struct device *hub, const char *unit, unsigned ago, struct reading *r)
{
    struct hub_memory *m = hub->memory;

    for (unsigned port = 0; port <= MATE_PORTS; port++) {
        struct device *d = &m->units[port];
        if (d->driver && d->driver->past_day && !strcmp(word_of(d), unit))
            return d->driver->past_day(d, "", ago, r);
    }
    return ERR_ABSENT;
}

static int others(struct device *hub, unsigned which, struct reading *r, struct identity *who)
{
    struct hub_memory *m = hub->memory;
    int rc = which == 0 ? look_around(hub, m) : OK;

    for (unsigned port = 0; port <= MATE_PORTS && !rc; port++) {
        struct device *unit = &m->units[port];
        if (!unit->driver || which-- > 0)
            continue;
        int64_t round_ms = r->round_ms;
        uint16_t device = r->device;
        int result = device_round(unit, WITH_SLOW, round_ms, r);
        r->device = device;
        snprintf(who->serial, IDENTITY_TEXT, "%s", word_of(unit));
        memcpy(who->model, unit->identity.model, sizeof who->model);
        memcpy(who->firmware, unit->identity.firmware, sizeof who->firmware);
        who->driver = unit->driver;
        who->lacking = device_lacking(unit);
        who->result = result;
        return result == ERR_GONE || result == ERR_STOPPED ? result : OK;
    }
    return rc ? rc : ERR_ABSENT;
}

static void duty(struct device *hub)
{
    struct hub_memory *m = hub->memory;
    struct device *them[MATE_PORTS + 1];
    unsigned count = 0;

    for (unsigned port = 0; port <= MATE_PORTS; port++)
        if (m->units[port].driver)
            them[count++] = &m->units[port];
    mate_duties_do(hub, &m->duties, them, count);
}

/* "fx2": only its port is looked at, so that nobody waits for the empty ones. */
static int unit(struct device *hub, const char *serial, struct device **to)
{
    struct hub_memory *m = hub->memory;
    size_t letters = strcspn(serial, "0123456789");
    int64_t port = 0;
    unsigned type = 0;

    if (!integer_read(serial + letters, &port) || port < 0 || port > MATE_PORTS)
        return ERR_ABSENT;
    if (!m->units[port].driver) {
        int rc = mate_knock(hub, 0, &type);
        if (rc)
            return rc;
        if ((type == MATE_HUB) != (port > 0))
            return ERR_ABSENT;
        rc = port ? look(hub, m, (uint8_t)port, (uint8_t)port) : settle(hub, m, 0, type);
        if (rc)
            return rc;
    }
    *to = &m->units[port];
    return (*to)->driver && !strcmp(strrchr((*to)->name, '-') + 1, serial) ? OK : ERR_ABSENT;
}

static void forget(struct device *hub)
{
    struct hub_memory *m = hub->memory;

    for (unsigned port = 0; port <= MATE_PORTS; port++)
        if (m->units[port].driver)
            device_done(&m->units[port]);
}

/* ---- a hub that does not exist ----------------------------------------------------------------
 */

/* Who sits on which port, by model. */
static const struct {
    const char *model;
    struct {
        uint8_t port;
        const struct driver *driver;
        const char *model;
    } seats[6];
} houses[] = {
    {"house",
     {{1, &driver_mate_mx, "fm80"}, {2, &driver_mate_fx, "vfx"}, {3, &driver_mate_dc, "flexnet"}}},
    {"large",
     {{1, &driver_mate_fx, "vfx230"},
      {2, &driver_mate_fx, "vfx230"},
      {3, &driver_mate_mx, "fm80"},
      {4, &driver_mate_mx, "mx60"},
      {5, &driver_mate_dc, "flexnet"},
      {10, &driver_mate_mx, "fm80"}}},
    {"old", {{3, &driver_mate_mx, "old"}}},
};

struct hub_twin {
    struct twin seats[6];
    struct mate_twin memories[6];
    unsigned count;
};

static int twin_begin(struct twin *t)
{
    struct hub_twin *mine = t->memory;
    int rc = OK;

    for (size_t i = 0; i < sizeof houses / sizeof *houses; i++)
        for (unsigned s = 0; s < 6 && !strcmp(houses[i].model, t->model) && !rc; s++) {
            struct twin *seat = &mine->seats[mine->count];
            if (!houses[i].seats[s].driver)
                break;
            *seat = (struct twin){.driver = houses[i].seats[s].driver,
                                  .address = houses[i].seats[s].port,
                                  .model = houses[i].seats[s].model,
                                  .nominal_v = t->nominal_v,
                                  .plant = t->plant,
                                  .whole = t->whole,
                                  .memory = &mine->memories[mine->count],
                                  .of = 1};
            mine->count++;
            rc = seat->driver->twin_begin(seat);
        }
    for (unsigned i = 0; i < mine->count; i++)
        mine->seats[i].of = mine->count > 2 ? mine->count / 2 : 1;
    return rc;
}

int mate_hub_answer(struct twin *t, const uint8_t *asked, size_t length, struct answer *a)
{
    struct hub_twin *mine = t->memory;

    for (unsigned i = 0; i < mine->count; i++) {
        struct twin *seat = &mine->seats[i];
        seat->wall_ms = t->wall_ms;
        if (seat->address == asked[0] && t->dead != asked[0])
            return seat->driver->speech->answer(seat, asked, length, a);
    }
    return ERR_TIMEOUT; /* an empty port */
}

struct twin *mate_hub_seat(struct twin *hub, unsigned which)
{
    struct hub_twin *mine = hub->memory;

    return which < mine->count ? &mine->seats[which] : NULL;
}

static const char *const models[] = {"house", "large", "old", NULL};

const struct driver driver_mate = {
    .name = "mate",
    .title = "Outback hub on MATEnet, and everything behind it",
    .proof = "a capture of a hub with MX, FX and FLEXnet DC, 42 minutes",
    .places = mate_places,
    .addresses = {.first = 0, .last = 0, .usual = 0, .probe_last = 0},
    .memory = sizeof(struct hub_memory),
    .speech = &mate_speech,
    .blocks = blocks,
    .rows = mate_hub_rows,
    .greet = mate_greet,
    .unit = unit,
    .settings = settings,
    .duty = duty,
    .past_day = past_day,
    .others = others,
    .forget = forget,
    .twin_memory = sizeof(struct hub_twin),
    .twin_models = models,
    .twin_begin = twin_begin,
};
