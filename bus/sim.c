/*
 * A wire that is not there: what is sent goes to the answer_fn that the house handed in, and what
 * it says comes back when it is due, at the speed of the wire it stands for. With the clock taken
 * (base/clock.h) all of that costs no time at all.
 */
#include "bus/bus.h"
#include "bus/moods.h"

#include "base/clock.h"

#include <string.h>

enum { COMING_MAX = 8 };

struct sim {
    struct coming {
        int64_t due_us; /* of the first byte that was not given yet */
        size_t given;
        struct far_answer said;
    } coming[COMING_MAX]; /* in the order they are due */
    unsigned count;
};

// clang-format off
static const struct setting sim_settings[] = {
    /* key           type    default   least most      choices                    help */
    { "speed",       NUMBER, "115200", 50,   4000000,  NULL,                      "Bits a second of the wire it stands for" },
    { "paced",       YESNO,  "yes",    0,    0,        NULL,                      "Bytes take the time they would take" },
    { "turnaround",  NUMBER, "10",     0,    10000,    NULL,                      "Milliseconds until a device begins to answer" },
    { "battery",     CHOICE, "24",     0,    0,        "12 24 36 48",             "Nominal voltage of the simulated battery" },
    { "day",         CHOICE, "mixed",  0,    0,        "clear cloudy mixed night", "The weather of the simulated plant" },
    { "at",          TEXT,   "",       0,    0,        NULL,                      "Hour of the day at the start, 12:00; empty: now" },
    { "time_scale",  NUMBER, "1",      0,    1000000,  NULL,                      "How much faster the simulated day goes" },
    { "seed",        NUMBER, "1",      0,    4e9,      NULL,                      "The same seed, the same chances" },
    { "model",       TEXT,   "",       0,    0,        NULL,                      "Which model the twins are; empty: the driver's usual" },
    { "serial",      TEXT,   "",       0,    0,        NULL,                      "Serial number of the first twin, the others count on; empty: the driver's usual" },
    MOODS_SETTINGS
    SETTINGS_END,
};
// clang-format on

static int sim_open(struct bus *bus)
{
    double speed = section_number(bus->section, "speed");

    bus->byte_us = section_yes(bus->section, "paced") ? (int64_t)(10e6 / speed + 0.5) : 0;
    bus->gap_us = bus->byte_us ? (7 * bus->byte_us / 2 > 1750 ? 7 * bus->byte_us / 2 : 1750) : 0;
    return bus->far ? OK : ERR_GONE;
}

static int sim_send(struct bus *bus, const uint8_t *bytes, size_t length)
{
    struct sim *sim = bus->memory;
    int64_t sent = clock_us() + (int64_t)length * bus->byte_us;
    unsigned at = sim->count;

    if (sim->count == COMING_MAX)
        return OK; /* nobody listens any more: this one is lost on the wire */
    struct coming *mine = &sim->coming[at];
    mine->said.answer.length = 0;
    mine->said.delay_us = mine->said.pause_us = 0;
    if (bus->far(bus->far_who, bytes, length, &mine->said) || !mine->said.answer.length)
        return OK;
    mine->given = 0;
    mine->due_us = sent + mine->said.delay_us;
    sim->count++;
    for (; at > 0 && sim->coming[at].due_us < sim->coming[at - 1].due_us; at--) {
        struct coming swapped = sim->coming[at];
        sim->coming[at] = sim->coming[at - 1];
        sim->coming[at - 1] = swapped;
    }
    return OK;
}

/* A chunk as a UART would hand it over: up to the pause, not more than is asked for. */
static size_t next_chunk(const struct coming *c, size_t size)
{
    const struct far_answer *said = &c->said;
    size_t left = said->answer.length - c->given;

    if (said->pause_us && c->given < said->pause_after && said->pause_after < said->answer.length)
        left = said->pause_after - c->given;
    return left < size ? left : size;
}

static int sim_receive(struct bus *bus, uint8_t *to, size_t size, int64_t wait_us)
{
    struct sim *sim = bus->memory;
    struct coming *first = sim->coming;
    int64_t now = clock_us();

    if (!sim->count || first->due_us > now + (wait_us > 0 ? wait_us : 0)) {
        clock_sleep_us(wait_us);
        return 0;
    }
    size_t n = next_chunk(first, size);
    int64_t here = first->due_us + (int64_t)n * bus->byte_us; /* when its last byte is here */
    clock_sleep_us(here - now);
    memcpy(to, first->said.answer.bytes + first->given, n);
    first->given += n;
    first->due_us = here;
    if (first->given == first->said.pause_after)
        first->due_us += first->said.pause_us;
    if (first->given == first->said.answer.length) {
        sim->count--;
        memmove(sim->coming, sim->coming + 1, sim->count * sizeof *sim->coming);
    }
    return (int)n;
}

static void sim_close(struct bus *bus)
{
    (void)bus; /* nothing was opened */
}

const struct line line_sim = {
    .scheme = "sim",
    .title = "simulated devices: sim",
    .parts = 0,
    .settings = sim_settings,
    .memory = sizeof(struct sim),
    .open = sim_open,
    .send = sim_send,
    .receive = sim_receive,
    .close = sim_close,
};
