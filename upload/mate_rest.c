/*
 * The sink for the server of the old MATE collector: one request for each reading, since it takes
 * no more at once. So a batch is one reading, and the cursor stands behind each one that was
 * taken, durably: whenever this ends, at most the one reading on its way is sent twice.
 */
#include "base/base64.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/text.h"
#include "store/sink.h"
#include "upload/door.h"
#include "upload/page.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

enum { JSON_BYTES = 400, BASE64_BYTES = (PAGE_BYTES + 2) / 3 * 4 + 1 };

// clang-format off
static const struct setting mate_rest_settings[] = {
    /* key         type  default                       least most choices help */
    { "url",        TEXT, "http://127.0.0.1:5000/mate", 0,    0,   NULL, "What the old collector had as ENDPOINT_URL" },
    { "token_file", TEXT, "",                           0,    0,   NULL, "The file that holds the token, for you alone to read (chmod 600); the old server wants none" },
    { "ca_file",    TEXT, "",                           0,    0,   NULL, "https: certificates to trust instead of the system's" },
    { "device",     TEXT, "",                           0,    0,   NULL, "Only these devices (\"mx fx dc\"): the old server cannot tell two of a kind apart; empty: all" },
    SETTINGS_END,
};
// clang-format on

struct message {
    const char *path;
    char json[JSON_BYTES];
};

struct mate_rest {
    struct upload_door door;
    struct message filling, away;
    bool is_full;
    unsigned lacking; /* readings passed over since the last answer: they lack what a page needs */
};

static page_fn *make_page;

void upload_made_by(page_fn *maker)
{
    make_page = maker;
}

static void mate_rest_check(struct section *s)
{
    const char *url = section_text(s, "url"), *host = strstr(url, "://");

    if (strncmp(url, "http://", 7) != 0 && strncmp(url, "https://", 8) != 0) {
        section_fault(s, "url", "must begin with http:// or https://");
        return;
    }
    host += 3;
    if (strlen(url) > 300 || strpbrk(url, " ?#") || memchr(host, '@', strcspn(host, "/")))
        section_fault(s, "url", "is no address of a server");
}

static int mate_rest_open(struct seat *s)
{
    struct mate_rest *m = s->memory;

    return make_page ? upload_door_open(&m->door, s) : ERR_SYSTEM;
}

static void mate_rest_close(struct seat *s)
{
    struct mate_rest *m = s->memory;

    upload_door_close(&m->door);
}

/* ---- one message --------------------------------------------------------------------------- */

/* "2018-10-21T14:42:44.938000": UTC, and nothing that says so. */
static void say_time(struct json *j, int64_t at_ms)
{
    char words[40], whole[CLOCK_TEXT];
    struct text t = text_on(words, sizeof words);

    clock_iso(at_ms - at_ms % MS_PER_S, whole);
    whole[strcspn(whole, ".Z")] = '\0';
    text_format(&t, "%s.%03d000", whole, (int)(at_ms % MS_PER_S));
    json_string(j, "ts", words);
}

/* How far the site's clock was ahead of UTC then. */
static void say_zone(struct json *j, int64_t at_ms)
{
    time_t at = (time_t)(at_ms / MS_PER_S);
    struct tm tm;

    json_integer(j, "tz", localtime_r(&at, &tm) ? tm.tm_gmtoff : 0);
}

/* The site's date of a finished day, which is stored at its noon. */
static void say_date(int64_t at_ms, char to[12])
{
    time_t at = (time_t)(at_ms / MS_PER_S);
    struct tm tm;

    if (!localtime_r(&at, &tm) || !strftime(to, 12, "%Y-%m-%d", &tm))
        to[0] = '\0';
}

static void say(const struct page *page, int64_t at_ms, struct message *to)
{
    char data[BASE64_BYTES];
    struct text t = text_on(to->json, sizeof to->json);
    struct json j = json_on(&t);

    base64_write(page->bytes, page->length, data);
    to->path = page->type;
    json_open(&j, NULL, '{');
    json_string(&j, "type", page->type);
    json_string(&j, "data", data);
    say_time(&j, at_ms);
    say_zone(&j, at_ms);
    if (*page->date)
        json_string(&j, "date", page->date);
    if (page->extra) {
        json_open(&j, "extra", '{');
        json_number(&j, page->extra, page->extra_value);
        json_close(&j, '}');
    }
    json_close(&j, '}');
}

/* Is this name among "mx fx, dc"? */
static bool is_named(const char *names, const char *name)
{
    size_t length = strlen(name);

    for (const char *p = names; *p; p += strspn(p, ", ")) {
        size_t word = strcspn(p, ", ");
        if (word == length && !strncmp(p, name, length))
            return true;
        p += word;
    }
    return !*names;
}

static enum added mate_rest_add(struct seat *s, const struct record *r)
{
    struct mate_rest *m = s->memory;
    struct page page = {.type = NULL};
    struct reading reading;

    if (m->is_full)
        return IS_FULL;
    if (r->kind == RECORD_SETTING || !is_named(section_text(s->section, "device"), r->from->name))
        return SKIPPED;
    record_reading(r, &reading);
    bool is_day = r->kind == RECORD_DAY;
    int rc = make_page(r->from->driver, is_day, &reading, &page);
    m->lacking += rc == ERR_SHORT;
    if (rc)
        return SKIPPED;
    if (is_day)
        say_date(r->at_ms, page.date);
    say(&page, r->at_ms, &m->filling);
    m->is_full = true;
    return ADDED;
}

/* ---- delivering ---------------------------------------------------------------------------- */

static void mate_rest_forget(struct seat *s)
{
    struct mate_rest *m = s->memory;

    m->is_full = false;
}

static void mate_rest_send(struct seat *s)
{
    struct mate_rest *m = s->memory;

    m->away = m->filling;
    m->is_full = false;
}

static void mate_rest_settle(struct seat *s, int64_t deadline_us, struct outcome *o)
{
    struct mate_rest *m = s->memory;

    *o = (struct outcome){.verdict = LATER};
    upload_door_send(&m->door, m->away.path, m->away.json, deadline_us, o);
    if (o->verdict != TAKEN)
        return;
    o->left_out = m->lacking;
    m->lacking = 0;
}

/* Its latest row is asked for: that changes nothing there. */
static void mate_rest_probe(struct seat *s, struct outcome *o)
{
    struct mate_rest *m = s->memory;

    *o = (struct outcome){.verdict = LATER};
    upload_door_send(&m->door, "mx-status", NULL, clock_us() + (int64_t)(s->timeout_s * 1e6), o);
}

const struct sink sink_mate_rest = {
    .name = "mate_rest",
    .title = "the REST server of the old MATE collector",
    .proof = "a receiver made after the old one's tables; another helio",
    .settings = mate_rest_settings,
    .memory = sizeof(struct mate_rest),
    .keeps_doubles = true,
    .check = mate_rest_check,
    .open = mate_rest_open,
    .close = mate_rest_close,
    .add = mate_rest_add,
    .send = mate_rest_send,
    .settle = mate_rest_settle,
    .forget = mate_rest_forget,
    .probe = mate_rest_probe,
};
