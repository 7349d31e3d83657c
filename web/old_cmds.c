/*
 * /cmds of the old inverter program: the same keys, answered from the board (web/old.h). It used to
 * ask the inverter for each request; here the web touches no wire, and says by Age how old it is.
 */
#include "web/old.h"

#include "base/clock.h"
#include "base/json.h"
#include "metrics/old_columns.h"
#include "metrics/old_status.h"
#include "store/reader.h"

#include <string.h>

enum { ANSWER_BYTES = 2000, CMDS_MOST = 8 };

/* ---- which inverter ---------------------------------------------------------------------------
 */

const struct view_device *old_device(struct exchange *x)
{
    const struct view *front = x->web->house.front;
    const char *name = section_text(x->web->section, "old_device");
    struct web *w = x->web;

    if (!front)
        return NULL;
    view_look(front, &w->devices);
    if (*name)
        return web_device_named(w, name);
    for (size_t i = 0; i < w->devices.count; i++)
        if (!strcmp(w->devices.all[i].driver, "axpert"))
            return &w->devices.all[i];
    return NULL;
}

enum MHD_Result old_refuse(struct exchange *x, unsigned status, const char *detail)
{
    return answer_problem_as(x->connection, status, detail, "error");
}

/* Its pages are one page now. Relative, so that it holds behind a proxy as well. */
enum MHD_Result old_page(struct exchange *x)
{
    struct MHD_Response *r = MHD_create_response_from_buffer(0, NULL, MHD_RESPMEM_PERSISTENT);

    if (r && MHD_add_response_header(r, MHD_HTTP_HEADER_LOCATION, "./") == MHD_YES)
        return answer_response(x->connection, MHD_HTTP_FOUND, NULL, r, &manners_live);
    if (r)
        MHD_destroy_response(r);
    return MHD_NO;
}

/* ---- what it says -----------------------------------------------------------------------------
 */

struct saying {
    struct web *web;
    struct board *board;
    const struct view_device *device;
    int64_t now_us;
    struct json *j;
};

/* Settings are not on the board: they are stored when they change. */
static bool get_setting(const struct saying *s, enum metric m, double *value)
{
    struct reader *reader;
    const struct origin *o =
        web_reader(s->web, &reader) ? NULL : reader_origin(reader, s->device->name);

    return o && reader_setting(reader, o, m, value) == OK;
}

static bool get(const void *who, enum metric m, double *value)
{
    const struct saying *s = who;

    if (m != M_NONE && catalogue[m].kind == SETTING)
        return get_setting(s, m, value);
    return m != M_NONE && (board_get(s->board, s->device->desk, m, s->now_us, value) ||
                           get(s, old_stand_in(m), value));
}

static void say_number(const struct saying *s, const char *key, enum metric m)
{
    double value;

    if (get(s, m, &value))
        json_number(s->j, key, value);
    else
        json_null(s->j, key);
}

static void say_bool(const struct saying *s, const char *key, enum metric m)
{
    double value;

    if (get(s, m, &value))
        json_bool(s->j, key, value != 0);
    else
        json_null(s->j, key);
}

static void say_text(const struct saying *s, const char *key,
                     bool (*write)(old_get_fn *get, const void *who, char *to))
{
    char signs[OLD_STATUS];

    if (write(get, s, signs))
        json_string(s->j, key, signs);
    else
        json_null(s->j, key);
}

static void say_sources(const struct saying *s)
{
    double is_on;

    json_open(s->j, "charge_source", '[');
    if (get(s, M_SOLAR_CHARGING, &is_on) && is_on != 0)
        json_string(s->j, NULL, "solar_charging");
    if (get(s, M_GRID_CHARGING, &is_on) && is_on != 0)
        json_string(s->j, NULL, "ac_charging");
    json_close(s->j, ']');
}

static void say_status(const struct saying *s)
{
#define OLD_NUMBER(key, metric) say_number(s, #key, M_##metric);
#define OLD_BOOL(key, metric) say_bool(s, #key, M_##metric);
#define OLD_TEXT(key, write) say_text(s, #key, write);
#include "web/old_keys.def"
#undef OLD_NUMBER
#undef OLD_BOOL
#undef OLD_TEXT
    say_sources(s);
}

static void say_mode(const struct saying *s)
{
    double code = -1;
    const char *word = get(s, M_DEVICE_MODE, &code) ? old_mode_word((int)code) : NULL;

    json_string(s->j, "mode", word ? word : "00");
}

static const struct old_cmd {
    const char *name;
    void (*say)(const struct saying *s);
} commands[] = {{"status", say_status}, {"operation_mode", say_mode}};

/* ---- what is asked for ------------------------------------------------------------------------
 */

struct asked {
    const struct old_cmd *list[CMDS_MOST];
    unsigned count;
    bool is_merged, is_wrong;
    char why[160];
};

static enum MHD_Result take(void *who, enum MHD_ValueKind kind, const char *key, const char *value)
{
    struct asked *a = who;
    struct text why = text_on(a->why, sizeof a->why);

    (void)kind;
    value = value ? value : "";
    if (!strcmp(key, "merge"))
        a->is_merged = !strcmp(value, "1");
    if (strcmp(key, "cmd") != 0)
        return MHD_YES;
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
        if (!strcmp(commands[i].name, value) && a->count < CMDS_MOST) {
            a->list[a->count++] = &commands[i];
            return MHD_YES;
        }
    text_format(&why, "cmd=%.40s: there is status and operation_mode, each once", value);
    a->is_wrong = true;
    return MHD_NO;
}

static void say_all(const struct asked *a, const struct saying *s)
{
    bool is_flat = a->is_merged || a->count == 1;

    json_open(s->j, NULL, '{');
    for (unsigned i = 0; i < a->count; i++) {
        if (!is_flat)
            json_open(s->j, a->list[i]->name, '{');
        a->list[i]->say(s);
        if (!is_flat)
            json_close(s->j, '}');
    }
    json_close(s->j, '}');
}

/* A key twice in one object would be read by each reader in its own way. */
static bool is_repeated(const struct asked *a)
{
    for (unsigned i = 1; i < a->count; i++)
        for (unsigned k = 0; k < i; k++)
            if (a->list[i] == a->list[k])
                return true;
    return false;
}

enum MHD_Result old_cmds(struct exchange *x)
{
    const struct view_device *d = old_device(x);
    char body[ANSWER_BYTES];
    struct text t = text_on(body, sizeof body);
    struct json j = json_on(&t);
    struct asked a = {.why = "cmd is missing: /cmds?cmd=status"};
    int64_t age_us = -1;

    (void)MHD_get_connection_values(x->connection, MHD_GET_ARGUMENT_KIND, take, &a);
    if (a.is_wrong || !a.count || is_repeated(&a))
        return old_refuse(x, MHD_HTTP_BAD_REQUEST, a.is_wrong || !a.count ? a.why : "a cmd twice");
    if (!d)
        return old_refuse(x, MHD_HTTP_NOT_FOUND, "there is no Axpert: name a device as old_device");
    struct saying s = {x->web, x->web->house.front->board, d, clock_us(), &j};
    if (board_state(s.board, d->desk, s.now_us, &age_us, NULL) != HEARD)
        return old_refuse(x, MHD_HTTP_SERVICE_UNAVAILABLE, "the inverter is not heard");
    say_all(&a, &s);
    return answer_json_aged(x->connection, body, age_us);
}
