/*
 * THE reaction table. Rows are tried from the top; the first whose status and words fit decides.
 * Nothing is left undecided: the last rows take whole classes of statuses.
 */
#include "influx/verdict.h"

#include "base/text.h"
#include "influx/bad_lines.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum special {
    PLAIN,
    BEYOND_RETENTION,
    TYPE_CONFLICT,
    NAMED_LINES,
    ASK_LATER,
    NO_DATABASE,
    TOO_LARGE
};

struct reaction {
    long least, most;
    const char *words; /* must stand in the body; NULL: any; `nothing`: it must be empty */
    enum verdict verdict;
    bool is_alarm;
    enum special special;
    const char *remedy;
};

static const char nothing[] = "";

// clang-format off
static const struct reaction reactions[] = {
    /* Databases say 204. Something with words in it is the page of somebody else: a router that wants
     * a log-in, or the wrong host. */
    { 204, 204, NULL,    TAKEN, false, PLAIN, "" },
    { 200, 200, nothing, TAKEN, false, PLAIN, "" },
    { 200, 299, NULL,    LATER, true,  PLAIN, "; no database says that (a log-in page?): put the right address into url" },
    /* Old points a database will not keep are no fault of the others; but a batch that also holds
     * a line it cannot read is looked into. */
    { 400, 422, "unable to parse",                 REFUSED, false, NAMED_LINES, "" },
    { 400, 422, "field type conflict",             AGAIN,   false, TYPE_CONFLICT, "" },
    { 400, 422, "points beyond retention",         TAKEN,   false, BEYOND_RETENTION, "" },
    { 400, 422, "outside retention",               TAKEN,   false, BEYOND_RETENTION, "" },
    { 400, 400, "database is required",            LATER,   true,  PLAIN, "; mend database in the settings and reload" },
    { 400, 400, "auth token",                      LATER,   true,  PLAIN, "; mend token_file and reload" },
    { 400, 400, "too big data size",               REFUSED, false, TOO_LARGE, "" },
    { 400, 400, "gzip",                            LATER,   true,  PLAIN, "; something on the way spoils it: try gzip = no" },
    { 400, 400, NULL, REFUSED, false, NAMED_LINES, "" },
    { 401, 401, NULL, LATER, true, PLAIN, "; user, password or token is wrong: mend the file and reload" },
    { 402, 402, NULL, LATER, true, PLAIN, "" },
    { 403, 403, NULL, LATER, true, PLAIN, "; this user or token may not write there: mend it and reload" },
    { 404, 404, NULL, LATER, true, NO_DATABASE, "; is the database or bucket made, and is api right?" },
    { 405, 405, NULL, LATER, true, PLAIN, "; is api right?" },
    { 407, 407, NULL, LATER, true, PLAIN, "; a proxy wants to know who we are" },
    { 408, 408, NULL, LATER, false, PLAIN, "" },
    { 413, 413, NULL, REFUSED, false, TOO_LARGE, "" },
    { 422, 422, NULL, REFUSED, false, NAMED_LINES, "" },
    { 425, 425, NULL, LATER, false, ASK_LATER, "" },
    { 429, 429, NULL, LATER, false, ASK_LATER, "" },
    { 503, 503, NULL, LATER, false, ASK_LATER, "" },
    { 500, 500, "retention policy not found",      LATER, true, PLAIN, "; mend retention_policy and reload" },
    { 500, 599, NULL, LATER, false, PLAIN, "" },
    { 300, 399, NULL, LATER, true, PLAIN, "; it sends us elsewhere: put the right address into url" },
    { 400, 499, NULL, LATER, true, PLAIN, "" },
    { 0,  9999, NULL, LATER, true, PLAIN, "" },
};
// clang-format on

/* Seconds, or an HTTP date. */
static int64_t retry_after_ms(const struct answer_seen *a)
{
    struct tm tm = {0};
    double seconds;
    char text[40];

    snprintf(text, sizeof text, "%s", a->retry_after);
    if (number_read(text_trim(text), &seconds) && seconds >= 0)
        return seconds < 1e6 ? (int64_t)(seconds * 1000) : 1000000000;
    if (!strptime(a->retry_after, "%a, %d %b %Y %H:%M:%S", &tm))
        return 0;
    int64_t left = (int64_t)timegm(&tm) * 1000 - a->now_ms;
    return left > 0 ? left : 0;
}

/* "... dropped=7": how many. */
static unsigned dropped(const char *body)
{
    const char *at = strstr(body, "dropped=");

    return at ? (unsigned)strtoul(at + 8, NULL, 10) : 1;
}

/* "dropped 0 points outside retention policy of duration 3h0m0s and 2 points outside write window
 * (-10m0s to 15m0s) - oldest ...": a limit on how far from now a point may be. */
static bool is_outside_window(const char *body)
{
    const char *at = strstr(body, " points outside write window");

    while (at && at > body && at[-1] >= '0' && at[-1] <= '9')
        at--;
    return at && strtoul(at, NULL, 10) > 0;
}

/* input field "x" on measurement ..., escaped or not. */
static void conflicting_field(const char *body, char *to, size_t size)
{
    static const char before[] = "input field ";
    const char *at = strstr(body, before);
    size_t used = 0;

    *to = '\0';
    if (!at)
        return;
    at += strlen(before);
    at += strspn(at, "\\\"`");
    while (at[used] && !strchr("\\\"`", at[used]) && used + 1 < size) {
        to[used] = at[used];
        used++;
    }
    to[used] = '\0';
}

static bool has_words(const struct answer_seen *a, const char *words)
{
    if (words == nothing)
        return !a->body[strspn(a->body, " \t\r\n")];
    return !words || strstr(a->body, words);
}

static const struct reaction *reaction_to(const struct answer_seen *a)
{
    const struct reaction *r = reactions;

    while (a->status < r->least || a->status > r->most || !has_words(a, r->words) ||
           (r->least != r->most && r->most == 422 && a->status != 400 && a->status != 422))
        r++;
    return r;
}

static void be_special(const struct answer_seen *a, const struct reaction *r, struct judged *to)
{
    struct outcome *o = &to->outcome;

    switch (r->special) {
    case PLAIN:
        return;
    case BEYOND_RETENTION:
        o->dropped = dropped(a->body);
        to->dropped_why = is_outside_window(a->body)
                              ? "too far from the database's own time (FUTURE LIMIT, PAST LIMIT): "
                                "are both clocks right?"
                              : "older than the database keeps";
        door_words(a->body, o->why, sizeof o->why);
        return;
    case TYPE_CONFLICT:
        conflicting_field(a->body, to->field, sizeof to->field);
        if (!*to->field)
            o->verdict = REFUSED;
        return;
    case NAMED_LINES:
        /* Version 3 says which lines it left out; the others are stored. */
        if (a->api == API_V3 && bad_lines_read(a->body, o))
            o->verdict = TAKEN;
        return;
    case ASK_LATER:
        o->retry_after_ms = retry_after_ms(a);
        return;
    case TOO_LARGE:
        to->is_too_large = true;
        return;
    case NO_DATABASE:
        to->is_database_missing = strstr(a->body, "database not found") != NULL;
        return;
    }
}

void verdict_judge(const struct answer_seen *a, struct judged *to)
{
    const struct reaction *r = reaction_to(a);
    char words[120];

    *to = (struct judged){.outcome = {.verdict = r->verdict, .is_alarm = r->is_alarm}};
    if (r->verdict != TAKEN) {
        door_words(a->body, words, sizeof words);
        snprintf(to->outcome.why, sizeof to->outcome.why, "%ld %s%s", a->status, words, r->remedy);
    }
    be_special(a, r, to);
}
