/*
 * The topics of GoodWeUSBLogger: TOPIC/SERIAL/data with every answer, TOPIC/SERIAL/online with
 * "1" behind it, or "0" while the inverter is silent, said again now and then as it did.
 */
#include "mqtt/goodwe_layout.h"

#include "base/clock.h"
#include "base/json.h"
#include "store/lookup.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { MESSAGE_BYTES = 4000 };
static const int64_t SAY_AGAIN_US = 30000000;

// clang-format off
/* In the order the old program sorted its keys. What one phase does not have stayed 0. */
static const struct {
    const char *name;
    enum metric metric;
} keys[] = {
    { "eDay",        M_PV_ENERGY_TODAY },
    { "eTotal",      M_PV_ENERGY },
    { "errorMessage", M_NONE }, /* a list */
    { "fac1",        M_GRID_FREQUENCY },
    { "fac2",        M_GRID_L2_FREQUENCY },
    { "fac3",        M_GRID_L3_FREQUENCY },
    { "function",    M_NONE },
    { "gcfiFault",   M_FAULT_LEAKAGE_CURRENT },
    { "hTotal",      M_OPERATING_TIME },
    { "iac1",        M_GRID_CURRENT },
    { "iac2",        M_GRID_L2_CURRENT },
    { "iac3",        M_GRID_L3_CURRENT },
    { "ipv1",        M_PV1_CURRENT },
    { "ipv2",        M_PV2_CURRENT },
    { "line1FFault", M_FAULT_GRID_FREQUENCY },
    { "line1VFault", M_FAULT_GRID_VOLTAGE },
    { "line2FFault", M_FAULT_GRID_L2_FREQUENCY },
    { "line2VFault", M_FAULT_GRID_L2_VOLTAGE },
    { "line3FFault", M_FAULT_GRID_L3_FREQUENCY },
    { "line3VFault", M_FAULT_GRID_L3_VOLTAGE },
    { "pac",         M_OUTPUT_POWER },
    { "pv1Fault",    M_FAULT_PV1_VOLTAGE },
    { "pv2Fault",    M_FAULT_PV2_VOLTAGE },
    { "temp",        M_INVERTER_TEMPERATURE },
    { "tempFault",   M_FAULT_TEMPERATURE },
    { "timestamp",   M_NONE },
    { "vac1",        M_GRID_VOLTAGE },
    { "vac2",        M_GRID_L2_VOLTAGE },
    { "vac3",        M_GRID_L3_VOLTAGE },
    { "vpv1",        M_PV1_VOLTAGE },
    { "vpv2",        M_PV2_VOLTAGE },
    { "workMode",    M_DEVICE_MODE },
};

static const struct {
    int bit;
    enum metric metric;
    int code;
} errors[] = {
#define GOODWE_BIT(b, set, means) {b, M_##set##_ALARMS, set##_ALARMS_##means},
#include "mqtt/goodwe_errors.def"
#undef GOODWE_BIT
};

static const struct {
    int code, word;
} modes[] = {
    {DEVICE_MODE_WAITING, 0}, {DEVICE_MODE_NORMAL, 1}, {DEVICE_MODE_FAULT, 2}, {DEVICE_MODE_CHECKING, 4},
};
// clang-format on

static double number(const struct state *of, enum metric m)
{
    double value = 0;

    return state_get(of, m, &value) ? value : 0;
}

static void say_errors(struct json *j, const struct state *of)
{
    json_open(j, "errorMessage", '[');
    for (size_t i = 0; i < sizeof errors / sizeof *errors; i++)
        if ((uint64_t)number(of, errors[i].metric) >> errors[i].code & 1)
            json_integer(j, NULL, errors[i].bit);
    json_close(j, ']');
}

static void say_moment(struct json *j, int64_t at_ms)
{
    time_t at = (time_t)(at_ms / MS_PER_S);
    char words[20] = "";
    struct tm tm;

    if (localtime_r(&at, &tm) && !strftime(words, sizeof words, "%Y%m%d%H%M%S", &tm))
        words[0] = '\0';
    json_string(j, "timestamp", words);
}

static int mode_of(const struct state *of)
{
    for (size_t i = 0; i < sizeof modes / sizeof *modes; i++)
        if (modes[i].code == (int)number(of, M_DEVICE_MODE))
            return modes[i].word;
    return 0;
}

static void say_info(struct json *j, const struct state *of)
{
    json_open(j, "runningInfo", '{');
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (!strcmp(keys[i].name, "errorMessage"))
            say_errors(j, of);
        else if (!strcmp(keys[i].name, "function"))
            json_integer(j, "function", 129);
        else if (!strcmp(keys[i].name, "timestamp"))
            say_moment(j, of->at_ms);
        else if (keys[i].metric == M_DEVICE_MODE)
            json_integer(j, keys[i].name, mode_of(of));
        else
            json_number(j, keys[i].name, number(of, keys[i].metric));
    json_close(j, '}');
}

static bool has_three_phases(const struct state *of)
{
    for (unsigned i = 0; i < of->count; i++)
        if (of->keys[i].metric == M_GRID_L3_VOLTAGE)
            return true;
    return false;
}

static void say_data(const struct state *one, struct text *to)
{
    struct json j = json_on(to);

    json_open(&j, NULL, '{');
    json_integer(&j, "address", one->from.address);
    json_bool(&j, "addressConfirmed", true);
    json_integer(&j, "inverterType", has_three_phases(one) ? 3 : 1);
    json_bool(&j, "isOnline", true);
    json_integer(&j, "lastSeen", one->at_ms);
    say_info(&j, one);
    json_string(&j, "serial", one->from.serial);
    json_open(&j, "serialNumber", '[');
    for (const char *p = one->from.serial; *p; p++)
        json_integer(&j, NULL, (unsigned char)*p);
    json_close(&j, ']');
    json_close(&j, '}');
}

static void make_topic(const struct place *place, const char *serial, const char *what,
                       char to[TOPIC_MAX])
{
    const char *first = section_text(place->seat->section, "topic");

    topic_make(to, *first ? first : "goodwe", serial, what);
}

static bool say(const struct place *place, const struct states *all, const struct state *one,
                emit_fn *emit, void *who)
{
    char bytes[MESSAGE_BYTES], topic[TOPIC_MAX];
    struct text t = text_on(bytes, sizeof bytes);

    (void)all;
    if (strcmp(one->from.driver, "goodwe") != 0 || !*one->from.serial)
        return true;
    say_data(one, &t);
    make_topic(place, one->from.serial, "data", topic);
    if (!emit(who, topic, bytes, t.used))
        return false;
    make_topic(place, one->from.serial, "online", topic);
    return emit(who, topic, "1", 1);
}

const struct layout layout_goodwe = {.name = "goodwe", .say = say};

/* ---- while it is silent -------------------------------------------------------------------- */

struct goodwe_silence {
    const struct place *place;
    struct view_list devices;
    int64_t said_us;  /* when "0" was said last */
    bool *was_silent; /* by desk */
    size_t silent_room;
};

struct goodwe_silence *goodwe_silence_new(const struct place *place)
{
    struct goodwe_silence *g = calloc(1, sizeof *g);

    if (g)
        g->place = place;
    return g;
}

void goodwe_silence_free(struct goodwe_silence *g)
{
    if (!g)
        return;
    view_forget(&g->devices);
    free(g->was_silent);
    free(g);
}

static void say_silent(struct goodwe_silence *g, struct client *c, bool is_end)
{
    const struct view *view = g->place->seat->view;
    bool is_due = is_end || clock_us() >= g->said_us + SAY_AGAIN_US;
    char topic[TOPIC_MAX];

    if (view)
        view_look(view, &g->devices);
    for (size_t i = 0; view && i < g->devices.count; i++) {
        const struct view_device *d = &g->devices.all[i];
        bool is_ours = !strcmp(d->driver, "goodwe") && *d->serial;
        enum board_state state = board_state(view->board, d->desk, clock_us(), NULL, NULL);
        bool is_silent = is_end || state != HEARD;
        bool *more =
            is_ours ? array_reach(g->was_silent, d->desk, &g->silent_room, sizeof *more) : NULL;
        if (!more)
            continue;
        g->was_silent = more;
        make_topic(g->place, d->serial, "online", topic);
        if (is_silent && (is_due || !g->was_silent[d->desk]))
            client_put(c, 0, topic, "0");
        g->was_silent[d->desk] = is_silent;
    }
    if (is_due)
        g->said_us = clock_us();
}

static void look(void *who, struct client *c)
{
    say_silent(who, c, false);
}

/* The old one left a "1" behind when it ended. */
static void leave(void *who, struct client *c)
{
    say_silent(who, c, true);
}

struct client_guest goodwe_silence_guest(struct goodwe_silence *g)
{
    return (struct client_guest){.who = g, .tick = look, .last = leave};
}
