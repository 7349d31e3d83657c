/* What is known of the house now: /api/v1/catalogue, devices, board, sinks, health (web/inside.h).
 */
#include "web/inside.h"

#include "base/clock.h"
#include "base/json.h"
#include "metrics/roles.h"
#include "store/days.h"

#include <string.h>

enum { VALUES_MOST = METRIC_COUNT, SAID_BYTES = 400 };

static const struct view *front_of(const struct exchange *x)
{
    return x->web->house.front;
}

/* ---- catalogue ------------------------------------------------------------------------------- */

void words_write(struct json *j, enum words set, int least, int most)
{
    json_open(j, "words", '{');
    for (int code = least; set != NO_WORDS && code <= most; code++) {
        char key[12];
        struct text t = text_on(key, sizeof key);
        const char *word = words_text(set, code);
        text_format(&t, "%d", code);
        if (word)
            json_string(j, key, word);
    }
    json_close(j, '}');
}

static int write_catalogue(struct exchange *x, struct text *to)
{
    struct json j = json_on(to);

    (void)x;
    json_open(&j, NULL, '[');
    for (int i = M_NONE + 1; i < METRIC_COUNT; i++) {
        const struct metric_info *m = &catalogue[i];
        json_open(&j, NULL, '{');
        json_string(&j, "metric", m->name);
        json_string(&j, "unit", units[m->unit].symbol);
        json_string(&j, "kind", kind_names[m->kind]);
        json_string(&j, "fold", fold_names[m->fold]);
        json_number(&j, "least", m->least);
        json_number(&j, "most", m->most);
        json_string(&j, "help", m->help);
        if (metric_role((enum metric)i) != ROLE_ALL)
            json_string(&j, "role", role_names[metric_role((enum metric)i)]);
        if (metric_headline((enum metric)i))
            json_string(&j, "headline", metric_headline((enum metric)i));
        if (m->words != NO_WORDS)
            words_write(&j, m->words, 0, 255);
        json_close(&j, '}');
    }
    json_close(&j, ']');
    return OK;
}

enum MHD_Result api_catalogue(struct exchange *x)
{
    return answer_marked(x, "application/json", write_catalogue);
}

/* ---- devices --------------------------------------------------------------------------------- */

/* To a tenth of a second, rounded up: an answer may be given for as long as that (kept.c). */
static double tenths(int64_t age_us)
{
    static const int64_t TENTH_US = 100000;

    return (double)((age_us + TENTH_US - 1) / TENTH_US) / 10;
}

static void say_age(struct json *j, int64_t age_us)
{
    if (age_us < 0)
        json_null(j, "age_s");
    else
        json_number(j, "age_s", tenths(age_us));
}

static int write_devices(struct exchange *x, struct text *to)
{
    struct json j = json_on(to);
    int64_t now = clock_us();

    json_open(&j, NULL, '[');
    for (size_t i = 0; i < x->web->devices.count; i++) {
        const struct view_device *d = &x->web->devices.all[i];
        int64_t age = -1;
        int error = OK;
        enum board_state state = board_state(front_of(x)->board, d->desk, now, &age, &error);
        json_open(&j, NULL, '{');
        json_string(&j, "device", d->name);
        json_string(&j, "driver", d->driver);
        json_string(&j, "title", d->title);
        json_string(&j, "serial", d->serial);
        json_string(&j, "group", d->group);
        json_integer(&j, "address", d->address);
        json_bool(&j, "is_group", d->is_group);
        json_string(&j, "state", board_state_names[state]);
        say_age(&j, age);
        json_string(&j, "trouble", error ? error_text(error) : "");
        json_integer(&j, "asked", (int64_t)d->asked);
        json_integer(&j, "heard", (int64_t)d->heard);
        json_close(&j, '}');
    }
    json_close(&j, ']');
    return OK;
}

enum MHD_Result api_devices(struct exchange *x)
{
    return answer_sheet(x, "application/json", write_devices);
}

/* ---- the board ------------------------------------------------------------------------------- */

/* One value as a row of its own: for spreadsheets and pipes. */
static void board_row(enum form form, const char *device, const struct board_value *v,
                      struct text *to)
{
    char said[SAID_BYTES];
    double age_s = tenths(v->age_us);

    metric_say(v->metric, v->value, said, sizeof said);
    if (form == FORM_CSV) {
        text_csv(to, device);
        text_format(to, ",%s,", catalogue[v->metric].name);
        text_number(to, v->value);
        text_format(to, ",%s,", units[catalogue[v->metric].unit].symbol);
        text_csv(to, said);
        text_format(to, ",%.1f,%s\r\n", age_s, v->is_fresh ? "yes" : "no");
        return;
    }
    struct json j = json_on(to);
    json_open(&j, NULL, '{');
    json_string(&j, "device", device);
    json_string(&j, "metric", catalogue[v->metric].name);
    json_number(&j, "value", v->value);
    json_string(&j, "said", said);
    json_number(&j, "age_s", age_s);
    json_bool(&j, "is_fresh", v->is_fresh);
    json_close(&j, '}');
    text_char(to, '\n');
}

static void board_object(const char *device, enum board_state state, int64_t age_us,
                         const struct board_value *values, unsigned count, struct json *j)
{
    json_open(j, NULL, '{');
    json_string(j, "device", device);
    json_string(j, "state", board_state_names[state]);
    say_age(j, age_us);
    json_open(j, "values", '{');
    for (unsigned i = 0; i < count; i++) {
        const struct board_value *v = &values[i];
        char said[SAID_BYTES];
        json_open(j, catalogue[v->metric].name, '{');
        if (v->is_fresh || catalogue[v->metric].kind == COUNTER)
            json_number(j, "value", v->value);
        else
            json_null(j, "value"); /* old data is never served as live */
        if (catalogue[v->metric].words != NO_WORDS) {
            metric_say(v->metric, v->value, said, sizeof said);
            json_string(j, "said", said);
        }
        json_number(j, "age_s", tenths(v->age_us));
        json_close(j, '}');
    }
    json_close(j, '}');
    json_close(j, '}');
}

static struct board_value one_board[VALUES_MOST]; /* whoever holds the web's lock uses it */

/* What a device ever said. Who is not heard has nothing that is live. */
static unsigned take_values(struct web *w, const struct view_device *d,
                            struct board_value values[VALUES_MOST], enum board_state *state,
                            int64_t *age_us)
{
    struct board *board = w->house.front->board;
    int64_t now = clock_us();

    *state = board_state(board, d->desk, now, age_us, NULL);
    unsigned count = board_all(board, d->desk, now, values, VALUES_MOST);
    for (unsigned i = 0; i < count; i++)
        values[i].is_fresh &= *state == HEARD;
    return count;
}

void board_write(struct web *w, const struct view_device *d,
                 struct board_value values[METRIC_COUNT], struct json *j)
{
    enum board_state state;
    int64_t age = -1;
    unsigned count = take_values(w, d, values, &state, &age);

    board_object(d->name, state, age, values, count, j);
}

static void board_rows(struct exchange *x, const struct view_device *d, struct text *to)
{
    enum board_state state;
    int64_t age;
    unsigned count = take_values(x->web, d, one_board, &state, &age);

    for (unsigned i = 0; i < count; i++)
        board_row(x->query.form, d->name, &one_board[i], to);
}

static int write_board(struct exchange *x, struct text *to)
{
    const struct query *q = &x->query;
    struct json j = json_on(to);

    if (q->form == FORM_CSV)
        text_add(to, "device,metric,value,unit,said,age_s,fresh\r\n");
    if (q->form == FORM_JSON)
        json_open(&j, NULL, '[');
    for (size_t i = 0; i < x->web->devices.count; i++) {
        const struct view_device *d = &x->web->devices.all[i];
        if (q->device && q->device != d)
            continue;
        if (q->form == FORM_JSON)
            board_write(x->web, d, one_board, &j);
        else
            board_rows(x, d, to);
    }
    if (q->form == FORM_JSON)
        json_close(&j, ']');
    return OK;
}

enum MHD_Result api_board(struct exchange *x)
{
    return answer_kept(x, form_type(x), write_board);
}

/* ---- sinks and health ------------------------------------------------------------------------ */

static int write_sinks(struct exchange *x, struct text *to)
{
    struct pump_state sinks[VIEW_SINKS];
    size_t count = front_of(x)->sinks(front_of(x)->who, sinks, VIEW_SINKS);
    struct json j = json_on(to);

    json_open(&j, NULL, '[');
    for (size_t i = 0; i < count; i++) {
        const struct pump_state *s = &sinks[i];
        json_open(&j, NULL, '{');
        json_string(&j, "sink", s->name);
        json_integer(&j, "cursor", s->cursor);
        json_integer(&j, "backlog", s->backlog);
        json_integer(&j, "delivered", (int64_t)s->delivered);
        json_integer(&j, "aside", (int64_t)s->aside);
        json_integer(&j, "dropped", (int64_t)s->dropped);
        json_integer(&j, "lost", (int64_t)s->lost);
        json_integer(&j, "failures", (int64_t)s->failures);
        json_bool(&j, "alarm", s->is_alarm);
        json_string(&j, "trouble", s->why);
        json_close(&j, '}');
    }
    json_close(&j, ']');
    return OK;
}

enum MHD_Result api_sinks(struct exchange *x)
{
    return answer_sheet(x, "application/json", write_sinks);
}

/* Why it could not be trusted with readings now; NULL: it can. */
static const char *why_not_ready(const struct view_health *h)
{
    static const int64_t BEAT_OLDEST_US = 60000000;

    if (h->is_stopping)
        return "it is about to end";
    if (h->is_store_stuck)
        return "the store cannot be written to: readings wait in memory";
    if (clock_us() - h->beat_us > BEAT_OLDEST_US)
        return "a wire has not moved for a minute";
    return NULL;
}

static int write_health(struct exchange *x, struct text *to)
{
    struct json j = json_on(to);
    struct view_health h = {0};
    char zone[ZONE_NAME];

    front_of(x)->health(front_of(x)->who, &h);
    const char *why = why_not_ready(&h);
    json_open(&j, NULL, '{');
    json_string(&j, "version", front_of(x)->version);
    json_string(&j, "site", front_of(x)->site);
    json_string(&j, "zone", zone_name(zone));
    json_integer(&j, "offset_s", zone_offset_s(clock_wall_ms()));
    json_bool(&j, "ready", !why);
    json_string(&j, "trouble", why ? why : "");
    json_number(&j, "up_s", h.up_s);
    json_integer(&j, "rounds", (int64_t)h.rounds);
    json_number(&j, "late_p50_ms", h.late_p50_ms);
    json_number(&j, "late_p99_ms", h.late_p99_ms);
    json_open(&j, "store", '{');
    json_integer(&j, "committed", (int64_t)h.store.committed);
    json_integer(&j, "waiting", (int64_t)h.store.waiting);
    json_integer(&j, "lost", (int64_t)(h.store.lost_waiting + h.store.lost_cap));
    json_integer(&j, "damaged", (int64_t)h.store.damaged);
    json_integer(&j, "bytes", h.store.bytes);
    json_close(&j, '}');
    json_close(&j, '}');
    return OK;
}

enum MHD_Result api_health(struct exchange *x)
{
    return answer_sheet(x, "application/json", write_health);
}

enum MHD_Result healthz(struct exchange *x)
{
    return answer_json(x->connection, MHD_HTTP_OK, "{\"status\": \"alive\"}");
}

enum MHD_Result readyz(struct exchange *x)
{
    struct view_health h = {0};

    front_of(x)->health(front_of(x)->who, &h);
    const char *why = why_not_ready(&h);
    if (why)
        return answer_problem(x->connection, MHD_HTTP_SERVICE_UNAVAILABLE, why);
    return answer_json(x->connection, MHD_HTTP_OK, "{\"status\": \"ready\"}");
}
