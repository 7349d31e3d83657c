/* What may be set: /api/v1/commands, and of one device (web/inside.h). */
#include "web/inside.h"

#include "base/clock.h"
#include "base/json.h"

#include <string.h>

enum { OFFERS_MOST = 96 };

static const char closed_device[] =
    "its settings may not be changed: put \"allow_tell = yes\" into its [device] section";

const char *tell_is_closed(const struct web *w)
{
    if (!w->house.front || !w->house.front->control)
        return "nothing can be told here";
    if (!section_yes(w->section, "allow_tell"))
        return "settings cannot be changed from here: put \"allow_tell = yes\" into [web], and "
               "name the file of a token as token_file";
    if (!*token_of(w, "token_file"))
        return "settings cannot be changed from here yet: name the file of a token as token_file "
               "in [web], for its owner alone to read (chmod 600)";
    return NULL;
}

/* ---- one command ----------------------------------------------------------------------------- */

/* How it is best asked for. */
static const char *input_of(const struct command *c)
{
    const struct metric_info *m = &catalogue[c->metric];

    if (c->metric == M_NONE)
        return "text";
    if (m->kind == SWITCH)
        return "switch";
    return m->words != NO_WORDS ? "words" : "number";
}

static void say_present(struct json *j, enum metric m, const struct board_value *values,
                        unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        const char *said = words_text(catalogue[m].words, (int)values[i].value);
        if (values[i].metric != m)
            continue;
        json_number(j, "value", values[i].value);
        if (catalogue[m].words != NO_WORDS && said)
            json_string(j, "said", said);
        return;
    }
    json_null(j, "value");
}

static void say_command(struct json *j, const struct offer *o, const struct board_value *values,
                        unsigned count)
{
    const struct command *c = o->command;
    const struct metric_info *m = &catalogue[c->metric];

    json_open(j, NULL, '{');
    json_string(j, "command", o->name);
    json_string(j, "input", input_of(c));
    json_string(j, "unit", c->metric == M_NONE ? "" : units[m->unit].symbol);
    json_string(j, "help", c->help ? c->help : m->help);
    json_bool(j, "may_cut_power", c->may_go_dark);
    if (o->least < o->most) {
        json_number(j, "least", o->least);
        json_number(j, "most", o->most);
    }
    if (c->metric != M_NONE && m->words != NO_WORDS)
        words_write(j, catalogue[c->metric].words, (int)c->least, (int)c->most);
    say_present(j, c->metric, values, c->metric == M_NONE ? 0 : count);
    json_close(j, '}');
}

/* ---- one device ------------------------------------------------------------------------------ */

static void say_device(struct exchange *x, const struct view_device *d, struct json *j)
{
    static struct board_value values[METRIC_COUNT]; /* one request is served at a time */
    static struct offer offers[OFFERS_MOST];
    const struct view *front = x->web->house.front;
    bool is_allowed = false;
    size_t count = front->control ? front->control->offers(front->control->who, d->name, offers,
                                                           OFFERS_MOST, &is_allowed)
                                  : 0;

    if (!count && !x->query.device)
        return;
    int64_t now = clock_us();
    unsigned known = board_all(front->settings, d->desk, now, values, METRIC_COUNT);
    known += board_all(front->board, d->desk, now, values + known, METRIC_COUNT - known);
    json_open(j, NULL, '{');
    json_string(j, "device", d->name);
    json_bool(j, "allowed", is_allowed && count);
    json_string(j, "why",
                !count       ? "it has nothing that may be set"
                : is_allowed ? ""
                             : closed_device);
    json_open(j, "commands", '[');
    for (size_t i = 0; i < count; i++)
        say_command(j, &offers[i], values, known);
    json_close(j, ']');
    json_close(j, '}');
}

static int write_commands(struct exchange *x, struct text *to)
{
    const char *closed = tell_is_closed(x->web);
    struct json j = json_on(to);

    json_open(&j, NULL, '{');
    json_bool(&j, "allowed", !closed);
    json_string(&j, "why", closed ? closed : "");
    json_open(&j, "devices", '[');
    for (size_t i = 0; i < x->web->devices.count; i++)
        if (!x->query.device || x->query.device == &x->web->devices.all[i])
            say_device(x, &x->web->devices.all[i], &j);
    json_close(&j, ']');
    json_close(&j, '}');
    return OK;
}

enum MHD_Result api_commands(struct exchange *x)
{
    if (x->route->has_device && !query_device_of_path(x))
        return answer_problem(x->connection, MHD_HTTP_NOT_FOUND, "there is no such device");
    return answer_sheet(x, "application/json", write_commands);
}
