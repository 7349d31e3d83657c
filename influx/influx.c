/*
 * The InfluxDB sink. One batch is filled while another travels: libcurl's multi interface sends in
 * this same thread, a little whenever a few more lines were made.
 *
 *   add ──▶ [lines being filled] ──send──▶ [packed] ──▶ the wire ──▶ settle: the verdict
 */
#include "influx/life.h"
#include "influx/line_protocol.h"
#include "influx/settings.h"
#include "influx/verdict.h"
#include "store/sink.h"

#include "base/clock.h"
#include "base/lock.h"
#include "base/log.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

enum { PUSH_EVERY = 32, ANSWER_BYTES = 16 * 1024, GZIP_FROM = 1000, GZIP_LEVEL = 1, LOOK_MS = 100 };
static const int64_t DAY_US = 86400000000;
static const double LIFE_S = 5;

struct batch {
    char *bytes;
    size_t used;
    unsigned lines;
};

struct influx {
    struct door door;
    struct life life;
    struct line_maker lines;
    char address[ADDRESS_MAX];
    size_t most_bytes, room; /* as much as the far side takes; as much as there is place for */
    unsigned most_lines;
    bool may_pack;

    struct batch batches[2];
    unsigned filling; /* which of them */
    uint8_t *packed;
    z_stream packer;
    bool has_packer;

    CURLM *multi;
    CURL *curl;
    bool is_away; /* a request travels */
    struct curl_slist *plain, *gzip;
    char answer[ANSWER_BYTES];
    size_t answer_used;
    char retry_after[64], detail[CURL_ERROR_SIZE];
    int64_t dropped_told_us;
};

/* ---- opening ----------------------------------------------------------------------------- */

static int make_address(struct influx *x)
{
    static const char *const paths[API_COUNT] = {"/write", "/api/v2/write", "/api/v3/write_lp",
                                                 "/write"};
    const struct section *s = x->door.section;
    bool is_v3 = x->door.api == API_V3, is_v2 = x->door.api == API_V2;
    const char *const parameters[] = {
        "db",
        is_v2 ? "" : section_text(s, "database"),
        "rp",
        x->door.api == API_V1 ? section_text(s, "retention_policy") : "",
        "org",
        is_v2 ? section_text(s, "org") : "",
        "bucket",
        is_v2 ? section_text(s, "bucket") : "",
        "precision",
        is_v3 ? "millisecond" : "ms",
        "accept_partial",
        is_v3 ? "true" : "",
        "no_sync",
        is_v3 ? "false" : "",
        NULL,
    };

    return door_address(&x->door, paths[x->door.api], parameters, x->address, sizeof x->address);
}

static size_t take_answer(char *bytes, size_t one, size_t count, void *to)
{
    struct influx *x = to;
    size_t room = sizeof x->answer - 1 - x->answer_used;
    size_t taken = one * count < room ? one * count : room;

    memcpy(x->answer + x->answer_used, bytes, taken);
    x->answer_used += taken;
    x->answer[x->answer_used] = '\0';
    return one * count; /* what is longer than any message is not needed */
}

static size_t take_header(char *bytes, size_t one, size_t count, void *to)
{
    static const char name[] = "retry-after:";
    struct influx *x = to;
    size_t length = one * count;

    if (length > strlen(name) && !strncasecmp(bytes, name, strlen(name)))
        snprintf(x->retry_after, sizeof x->retry_after, "%.*s", (int)(length - strlen(name)),
                 bytes + strlen(name) + strspn(bytes + strlen(name), " "));
    return length;
}

static struct curl_slist *copy_headers(const struct curl_slist *from, const char *more)
{
    struct curl_slist *to = curl_slist_append(NULL, "Content-Type: text/plain; charset=utf-8");

    for (; from && to; from = from->next)
        to = curl_slist_append(to, from->data);
    return to && *more ? curl_slist_append(to, more) : to;
}

static int open_curl(struct influx *x)
{
    x->multi = curl_multi_init();
    x->curl = door_handle(&x->door);
    x->plain = copy_headers(x->door.headers, "");
    x->gzip = copy_headers(x->door.headers, "Content-Encoding: gzip");
    if (!x->multi || !x->curl || !x->plain || !x->gzip)
        return ERR_FULL;
    curl_easy_setopt(x->curl, CURLOPT_URL, x->address);
    curl_easy_setopt(x->curl, CURLOPT_WRITEFUNCTION, take_answer);
    curl_easy_setopt(x->curl, CURLOPT_WRITEDATA, x);
    curl_easy_setopt(x->curl, CURLOPT_HEADERFUNCTION, take_header);
    curl_easy_setopt(x->curl, CURLOPT_HEADERDATA, x);
    curl_easy_setopt(x->curl, CURLOPT_ERRORBUFFER, x->detail);
    curl_easy_setopt(x->curl, CURLOPT_BUFFERSIZE, 4096L);
    curl_easy_setopt(x->curl, CURLOPT_UPLOAD_BUFFERSIZE, 32768L);
    return OK;
}

static enum line_layout layout_of(const struct section *s)
{
    if (!strcmp(section_text(s, "layout"), "helio"))
        return LAYOUT_HELIO;
    return !strcmp(section_text(s, "mode"), "aggregate") ? LAYOUT_AGGREGATE : LAYOUT_INDIVIDUAL;
}

static int influx_open(struct seat *s)
{
    struct influx *x = s->memory;
    int rc = door_open(&x->door, s->name, s->section);

    if (rc)
        return rc;
    x->door.stop_us = &s->stop_us;
    x->lines.layout = layout_of(s->section);
    x->lines.measurement = section_text(s->section, "measurement");
    x->lines.group = section_text(s->section, "group");
    x->lines.site = s->site;
    x->most_lines = (unsigned)section_number(s->section, "batch");
    x->most_bytes = (size_t)section_number(s->section, "bytes");
    x->room = x->most_bytes + LINE_BYTES;
    x->may_pack = section_yes(s->section, "gzip");
    s->hold_s = section_number(s->section, "confirm_after");
    life_open(&x->life, &x->door);
    /* A batch takes at least one line, however small it is set; pages never written cost nothing.
     */
    for (int i = 0; i < 2; i++)
        x->batches[i].bytes = malloc(x->room);
    if (!x->batches[0].bytes || !x->batches[1].bytes)
        return ERR_FULL;
    rc = make_address(x);
    return rc ? rc : open_curl(x);
}

static void influx_close(struct seat *s)
{
    struct influx *x = s->memory;

    if (x->is_away)
        curl_multi_remove_handle(x->multi, x->curl);
    curl_easy_cleanup(x->curl);
    curl_multi_cleanup(x->multi);
    curl_slist_free_all(x->plain);
    curl_slist_free_all(x->gzip);
    if (x->has_packer)
        deflateEnd(&x->packer);
    free(x->packed);
    free(x->batches[0].bytes);
    free(x->batches[1].bytes);
    line_maker_done(&x->lines);
    life_close(&x->life);
    door_close(&x->door);
}

/* ---- filling ----------------------------------------------------------------------------- */

static enum added influx_add(struct seat *s, const struct record *r)
{
    struct influx *x = s->memory;
    struct batch *b = &x->batches[x->filling];
    int running, length;

    /* The next line will be about as long as those before it. */
    if (b->lines == x->most_lines || (b->lines && b->used + b->used / b->lines > x->most_bytes))
        return IS_FULL;
    length = line_make(&x->lines, r, b->bytes + b->used, x->room - b->used);
    if (length == ERR_FULL && b->lines)
        return IS_FULL;
    if (length <= 0)
        return SKIPPED;
    b->used += (size_t)length;
    b->lines++;
    if (x->is_away && b->lines % PUSH_EVERY == 0)
        curl_multi_perform(x->multi, &running); /* its trouble is told by settle */
    return ADDED;
}

static void influx_forget(struct seat *s)
{
    struct influx *x = s->memory;

    x->batches[x->filling].used = x->batches[x->filling].lines = 0;
}

/* ---- sending ----------------------------------------------------------------------------- */

static bool begin_packing(struct influx *x)
{
    if (x->has_packer)
        return deflateReset(&x->packer) == Z_OK;
    x->packed = malloc(compressBound((uLong)x->room) + 64);
    x->has_packer = x->packed && deflateInit2(&x->packer, GZIP_LEVEL, Z_DEFLATED, 13 + 16, 6,
                                              Z_DEFAULT_STRATEGY) == Z_OK;
    return x->has_packer;
}

/* Packed bytes, or 0: then it goes as it is. */
static size_t pack(struct influx *x, const struct batch *b)
{
    size_t room = compressBound((uLong)x->room) + 64;

    if (!x->may_pack || b->used < GZIP_FROM || !begin_packing(x))
        return 0;
    x->packer.next_in = (Bytef *)b->bytes;
    x->packer.avail_in = (uInt)b->used;
    x->packer.next_out = x->packed;
    x->packer.avail_out = (uInt)room;
    return deflate(&x->packer, Z_FINISH) == Z_STREAM_END ? room - x->packer.avail_out : 0;
}

static void influx_send(struct seat *s)
{
    struct influx *x = s->memory;
    struct batch *b = &x->batches[x->filling];
    size_t packed = pack(x, b);
    int running;

    x->filling ^= 1;
    x->batches[x->filling].used = x->batches[x->filling].lines = 0;
    x->answer_used = 0;
    x->answer[0] = x->retry_after[0] = x->detail[0] = '\0';
    curl_easy_setopt(x->curl, CURLOPT_HTTPHEADER, packed ? x->gzip : x->plain);
    curl_easy_setopt(x->curl, CURLOPT_POSTFIELDSIZE, (long)(packed ? packed : b->used));
    curl_easy_setopt(x->curl, CURLOPT_POSTFIELDS,
                     packed ? (const char *)x->packed : (const char *)b->bytes);
    x->is_away = curl_multi_add_handle(x->multi, x->curl) == CURLM_OK;
    if (x->is_away)
        curl_multi_perform(x->multi, &running); /* its trouble is told by settle */
}

/* ---- the verdict ------------------------------------------------------------------------- */

/* Waits for the end of the transfer; false when time is over first. */
static bool wait_for_end(const struct seat *s, int64_t deadline_us, CURLcode *code)
{
    struct influx *x = s->memory;

    lock_hold_none("a far side");
    for (;;) {
        int running = 0, left, waiting;
        curl_multi_perform(x->multi, &running);
        CURLMsg *message = curl_multi_info_read(x->multi, &left);
        if (message && message->msg == CURLMSG_DONE) {
            *code = message->data.result;
            return true;
        }
        int64_t rest_ms = (seat_until(&s->stop_us, deadline_us) - clock_us()) / US_PER_MS;
        if (rest_ms <= 0)
            return false;
        waiting = rest_ms < LOOK_MS ? (int)rest_ms : LOOK_MS;
        curl_multi_poll(x->multi, NULL, 0, waiting, NULL);
    }
}

static void create_database(struct seat *s, struct judged *j)
{
    struct influx *x = s->memory;
    char statement[300], address[ADDRESS_MAX];
    const char *const parameters[] = {"q", statement, NULL};
    struct door_reply reply;

    snprintf(statement, sizeof statement, "CREATE DATABASE \"%s\"",
             section_text(s->section, "database"));
    if (door_address(&x->door, "/query", parameters, address, sizeof address) ||
        door_ask(&x->door, address, "", NULL, NULL, s->timeout_s, &reply))
        return;
    if (reply.status == 200 && reply.body && strstr(reply.body, "\"results\"")) {
        log_note(s->name, "database %s is made", section_text(s->section, "database"));
        j->outcome.verdict = AGAIN;
    }
    door_reply_done(&reply);
}

/* A field of another type there: the line without it is better than no line. */
static void learn_field(struct seat *s, struct judged *j)
{
    struct influx *x = s->memory;

    if (line_leave_out(&x->lines, j->field, clock_us())) {
        log_err(s->name,
                "%s is left out from now on: %.150s (it is kept here; drop the field "
                "there, then: helio resend %s)",
                j->field, j->outcome.why, s->name);
        return;
    }
    j->outcome.verdict = REFUSED; /* it was left out already: something else is wrong */
}

/* Too large for them: batches are smaller from now on, which costs less than halving each. */
static void learn_size(struct seat *s, struct judged *j)
{
    struct influx *x = s->memory;
    const struct batch *b = &x->batches[x->filling ^ 1];

    if (s->is_single || b->lines < 2)
        return;
    x->most_bytes = b->used / 2;
    j->outcome.verdict = AGAIN;
    log_info(s->name, "takes no %zu bytes at once; batches are of %zu now", b->used, x->most_bytes);
}

static void react(struct seat *s, struct judged *j)
{
    struct influx *x = s->memory;

    if (j->is_too_large)
        learn_size(s, j);
    if (*j->field)
        learn_field(s, j);
    if (j->is_database_missing && section_yes(s->section, "create") && x->door.api == API_V1)
        create_database(s, j);
    if (j->outcome.dropped && (!x->dropped_told_us || clock_us() - x->dropped_told_us > DAY_US)) {
        log_warn(s->name, "%u points were thrown away there, %s: %.200s", j->outcome.dropped,
                 j->dropped_why, j->outcome.why);
        x->dropped_told_us = clock_us();
    }
    j->outcome.left_out = (unsigned)x->lines.left_out_count;
    x->lines.left_out_count = 0;
}

static void influx_settle(struct seat *s, int64_t deadline_us, struct outcome *o)
{
    struct influx *x = s->memory;
    struct judged judged;
    CURLcode code = CURLE_OK;
    bool is_over = x->is_away && wait_for_end(s, deadline_us, &code);
    long status = 0;

    *o = (struct outcome){.verdict = LATER};
    if (x->is_away)
        curl_multi_remove_handle(x->multi, x->curl);
    if (!x->is_away)
        snprintf(o->why, sizeof o->why, "libcurl refused to begin");
    else if (!is_over)
        snprintf(o->why, sizeof o->why, "%.150s: no answer in %g s", x->door.url, s->timeout_s);
    else if (code != CURLE_OK)
        door_trouble(code, x->detail, x->door.url, o->why, sizeof o->why);
    x->is_away = false;
    if (code == CURLE_PEER_FAILED_VERIFICATION || code == CURLE_SSL_CACERT_BADFILE)
        o->is_alarm = true;
    if (*o->why)
        return;
    curl_easy_getinfo(x->curl, CURLINFO_RESPONSE_CODE, &status);
    struct answer_seen seen = {.api = x->door.api,
                               .status = status,
                               .body = x->answer,
                               .retry_after = x->retry_after,
                               .now_ms = clock_wall_ms(),
                               .is_single = s->is_single};
    verdict_judge(&seen, &judged);
    react(s, &judged);
    *o = judged.outcome;
}

/* An empty batch: nothing is written, but address, database and rights are looked at. */
static void influx_probe(struct seat *s, struct outcome *o)
{
    struct influx *x = s->memory;
    struct answer_seen seen = {.api = x->door.api, .body = "", .retry_after = ""};
    struct door_reply reply;
    struct judged judged;
    int rc = door_ask(&x->door, x->address, "", "text/plain", NULL, s->timeout_s, &reply);

    *o = (struct outcome){.verdict = LATER};
    snprintf(o->why, sizeof o->why, "%s", rc ? reply.why : "");
    if (rc)
        return;
    seen.status = reply.status;
    seen.body = reply.body ? reply.body : "";
    verdict_judge(&seen, &judged);
    *o = judged.outcome;
    /* Some refuse an empty batch as such: then they are there, and know us. */
    if (o->verdict == REFUSED)
        *o = (struct outcome){.verdict = TAKEN};
    door_reply_done(&reply);
}

static bool influx_life(struct seat *s, uint64_t *to, char why[WHY_MAX])
{
    struct influx *x = s->memory;

    return life_ask(&x->life, s->timeout_s < LIFE_S ? s->timeout_s : LIFE_S, to, why, WHY_MAX);
}

const struct sink sink_influx = {
    .name = "influx",
    .title = "InfluxDB 1.x, 2.x, 3, and VictoriaMetrics",
    .proof = "InfluxDB 1.6.7 and 2.8.0, VictoriaMetrics 1.79 and 1.151; v3 unproven",
    .settings = influx_settings,
    .memory = sizeof(struct influx),
    .check = influx_check,
    .open = influx_open,
    .close = influx_close,
    .add = influx_add,
    .send = influx_send,
    .settle = influx_settle,
    .forget = influx_forget,
    .probe = influx_probe,
    .life = influx_life,
};
