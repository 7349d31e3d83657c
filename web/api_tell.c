/*
 * Setting something: POST /api/v1/devices/NAME/commands (web/inside.h). The wish goes to the house,
 * and the connection sleeps until the house is done with it: this thread never waits for a wire.
 * One request is one attempt. Whoever got no answer looks before trying again.
 */
#include "web/inside.h"

#include "base/clock.h"
#include "base/json.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { WHY_BYTES = 400, OFFERS_MOST = 96, BUSY_S = 5, DAY_S = 86400, ANSWER_BYTES = 2000 };

/* ---- before it is told ----------------------------------------------------------------------- */

/* The name in front of "=". */
static size_t name_length(const char *word)
{
    return strcspn(word, "=");
}

static const struct offer *offer_of(const struct offer *offers, size_t count, const char *word)
{
    for (size_t i = 0; i < count; i++)
        if (strlen(offers[i].name) == name_length(word) &&
            !strncmp(offers[i].name, word, name_length(word)))
            return &offers[i];
    return NULL;
}

static size_t offers_of(const struct exchange *x, const char *device, struct offer *to,
                        bool *is_allowed)
{
    const struct control *c = x->web->house.front->control;

    return c->offers(c->who, device, to, OFFERS_MOST, is_allowed);
}

/* 404 for what this device has not, 403 for what it may not. */
static unsigned check(const struct exchange *x, const struct wish *w, struct text *why)
{
    struct offer offers[OFFERS_MOST];
    bool is_allowed = false;
    size_t count = offers_of(x, w->device, offers, &is_allowed);

    for (unsigned i = 0; i < w->count; i++) {
        struct nearest n = {.word = w->words[i]};
        char name[ORDER_TEXT];
        if (offer_of(offers, count, w->words[i]))
            continue;
        snprintf(name, sizeof name, "%.*s", (int)name_length(w->words[i]), w->words[i]);
        n.word = name;
        for (size_t k = 0; k < count; k++)
            nearest_try(&n, offers[k].name);
        text_format(why, "\"%s\" cannot be set on %s", name, w->device);
        if (n.best)
            text_format(why, "; did you mean \"%s\"?", n.best);
        return MHD_HTTP_NOT_FOUND;
    }
    if (is_allowed || w->told.is_dry)
        return MHD_HTTP_OK;
    text_format(why,
                "settings of %s may not be changed: put \"allow_tell = yes\" into its [device] "
                "section",
                w->device);
    return MHD_HTTP_FORBIDDEN;
}

/* ---- telling --------------------------------------------------------------------------------- */

/* From a thread of the house. */
static void wake(struct wish *w)
{
    struct exchange *x = w->who;

    MHD_resume_connection(x->connection);
}

static enum MHD_Result hand_over(struct exchange *x)
{
    const struct control *c = x->web->house.front->control;
    struct wish *w = x->wish;
    char address[WEB_ADDRESS];

    visitor_address(x->web->visitors, x->connection, address);
    snprintf(w->by, sizeof w->by, "web, %s", address);
    w->who = x;
    w->done = wake;
    /* It may be done before `tell` returns: from here on nothing of it is touched. */
    x->stage = STAGE_WAITING;
    MHD_suspend_connection(x->connection);
    int rc = c->tell(c->who, w);
    if (rc) {
        w->result = rc;
        wake(w);
    }
    return MHD_YES;
}

/* ---- what became of it ----------------------------------------------------------------------- */

static const struct standing {
    int result;
    unsigned status;
} outcomes[] = {
    {ERR_USAGE, MHD_HTTP_UNPROCESSABLE_CONTENT},
    {ERR_DENIED, MHD_HTTP_FORBIDDEN},
    {ERR_ABSENT, MHD_HTTP_NOT_FOUND},
    {ERR_BUSY, MHD_HTTP_CONFLICT},
    {ERR_FULL, MHD_HTTP_SERVICE_UNAVAILABLE},
    {ERR_STOPPED, MHD_HTTP_SERVICE_UNAVAILABLE},
    {ERR_TIMEOUT, MHD_HTTP_GATEWAY_TIMEOUT},
    {ERR_GONE, MHD_HTTP_GATEWAY_TIMEOUT},
    {ERR_ASLEEP, MHD_HTTP_GATEWAY_TIMEOUT},
    {ERR_SHORT, MHD_HTTP_GATEWAY_TIMEOUT},
    {ERR_SYSTEM, MHD_HTTP_INTERNAL_SERVER_ERROR},
};

/* Whatever else: the device, or the wire, answered with something that is no good. */
static unsigned status_of(int result)
{
    for (size_t i = 0; i < sizeof outcomes / sizeof *outcomes; i++)
        if (outcomes[i].result == result)
            return outcomes[i].status;
    return MHD_HTTP_BAD_GATEWAY;
}

static unsigned until_midnight_s(void)
{
    time_t now = (time_t)(clock_wall_ms() / MS_PER_S);
    struct tm t;

    localtime_r(&now, &t);
    return (unsigned)(DAY_S - (t.tm_hour * 60 + t.tm_min) * 60 - t.tm_sec + 1);
}

/* The first value that is beyond what this device takes, if that was it. */
static void add_range(const struct exchange *x, struct problem *p)
{
    struct offer offers[OFFERS_MOST];
    bool is_allowed;
    size_t count = offers_of(x, x->wish->device, offers, &is_allowed);

    for (unsigned i = 0; i < x->wish->count; i++) {
        const char *word = x->wish->words[i];
        const struct offer *o = offer_of(offers, count, word);
        double value;
        if (!o || o->least >= o->most || !number_read(word + name_length(word) + 1, &value) ||
            (value >= o->least && value <= o->most))
            continue;
        p->has_range = true;
        p->least = o->least;
        p->most = o->most;
        return;
    }
}

static enum MHD_Result answer_refusal(struct exchange *x)
{
    const struct wish *w = x->wish;
    struct problem p = {.status = status_of(w->result),
                        .detail = *w->told.why ? w->told.why : error_text(w->result),
                        .reason = error_word(w->result)};

    if (w->result == ERR_FULL)
        p.detail = "too many settings wait to be told already: try again later";
    if (w->result == ERR_STOPPED)
        p.detail = "the settings file is being read again, or the program ends: nothing was told";
    if (w->result == ERR_BUSY)
        p.retry_s = BUSY_S;
    if (w->result == ERR_USAGE)
        add_range(x, &p);
    if (w->result == ERR_DENIED && w->told.denial == DENIED_BY_BUDGET) {
        p.status = MHD_HTTP_TOO_MANY_REQUESTS;
        p.retry_s = until_midnight_s();
        p.reason = "budget";
    }
    if (w->result == ERR_DENIED && w->told.denial == DENIED_TO_GO_DARK) {
        p.status = MHD_HTTP_UNPROCESSABLE_CONTENT;
        p.detail = "everything the inverter feeds would lose its power; if that is meant, say so "
                   "with \"cut_power\": true";
        p.reason = "cut_power";
    }
    return answer_trouble(x->connection, &p);
}

static enum MHD_Result answer_outcome(struct exchange *x)
{
    char body[ANSWER_BYTES];
    struct text t = text_on(body, sizeof body);
    struct json j = json_on(&t);

    if (x->wish->result)
        return answer_refusal(x);
    json_open(&j, NULL, '{');
    json_string(&j, "device", x->wish->device);
    json_bool(&j, "dry_run", x->wish->told.is_dry);
    json_string(&j, "told", x->wish->told.why);
    json_close(&j, '}');
    return answer_json(x->connection, MHD_HTTP_OK, body);
}

/* ---- the request ------------------------------------------------------------------------------
 */

enum MHD_Result api_tell(struct exchange *x)
{
    char why[WHY_BYTES];
    struct text t = text_on(why, sizeof why);

    if (!query_device_of_path(x))
        return answer_problem(x->connection, MHD_HTTP_NOT_FOUND, "there is no such device");
    x->wish = calloc(1, sizeof *x->wish);
    if (!x->wish)
        return MHD_NO;
    snprintf(x->wish->device, sizeof x->wish->device, "%s", x->query.device->name);
    if (wish_read(x->body ? x->body : "", x->length, x->wish, why, sizeof why))
        return answer_problem(x->connection, MHD_HTTP_BAD_REQUEST, why);
    unsigned status = check(x, x->wish, &t);
    if (status != MHD_HTTP_OK)
        return answer_problem(x->connection, status, why);
    switch (replay_check(x)) {
    case REPLAY_NEW:
        return hand_over(x);
    case REPLAY_SAME:
        return answer_outcome(x);
    case REPLAY_SOON:
        return answer_trouble(x->connection,
                              &(struct problem){.status = MHD_HTTP_CONFLICT,
                                                .detail = "the same request is being carried out",
                                                .retry_s = BUSY_S});
    case REPLAY_OTHER:
        return answer_problem(x->connection, MHD_HTTP_UNPROCESSABLE_CONTENT,
                              "this Idempotency-Key was sent with another request");
    default:
        return answer_problem(x->connection, MHD_HTTP_BAD_REQUEST,
                              "an Idempotency-Key has 1 to 64 signs and no blanks");
    }
}

enum MHD_Result api_told(struct exchange *x)
{
    replay_note(x);
    return answer_outcome(x);
}
