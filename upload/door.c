/* Requests (upload/door.h). */
#include "upload/door.h"

#include "base/clock.h"
#include "base/lock.h"
#include "base/secret.h"
#include "base/text.h"
#include "base/version.h"
#include "upload/verdict.h"

#include <stdio.h>
#include <string.h>

enum { URL_MOST = 400 };

static int set_headers(struct upload_door *d, const char *token_file)
{
    char secret[400], line[440];
    struct curl_slist *h;
    int rc = *token_file ? secret_read(d->who, token_file, secret, sizeof secret) : OK;

    if (rc)
        return rc;
    d->headers = curl_slist_append(NULL, "Expect:"); /* no asking before sending */
    h = d->headers ? curl_slist_append(d->headers, "Content-Type: application/json") : NULL;
    if (h && *token_file) {
        snprintf(line, sizeof line, "Authorization: Bearer %s", secret);
        h = curl_slist_append(h, line);
    }
    return h ? OK : ERR_FULL;
}

static size_t take_answer(char *bytes, size_t one, size_t count, void *to)
{
    struct upload_door *d = to;
    size_t room = sizeof d->answer - 1 - d->used, taken = one * count;

    taken = taken < room ? taken : room;
    memcpy(d->answer + d->used, bytes, taken);
    d->used += taken;
    d->answer[d->used] = '\0';
    return one * count; /* what is longer than a message is not needed */
}

static size_t take_header(char *bytes, size_t one, size_t count, void *to)
{
    static const char name[] = "retry-after:";
    struct upload_door *d = to;
    size_t length = one * count;

    if (length > strlen(name) && !strncasecmp(bytes, name, strlen(name))) {
        snprintf(d->retry_after, sizeof d->retry_after, "%.*s", (int)(length - strlen(name)),
                 bytes + strlen(name));
        char *trimmed = text_trim(d->retry_after);
        memmove(d->retry_after, trimmed, strlen(trimmed) + 1);
    }
    return length;
}

/* Asked by the library about once a second, and whenever something moves. */
static int is_called_off(void *who, curl_off_t a, curl_off_t b, curl_off_t c, curl_off_t e)
{
    const struct upload_door *d = who;

    (void)a, (void)b, (void)c, (void)e;
    return clock_us() >= seat_until(d->stop_us, INT64_MAX);
}

int upload_door_open(struct upload_door *d, const struct seat *s)
{
    const char *ca = section_text(s->section, "ca_file");
    int rc;

    *d = (struct upload_door){
        .who = s->name, .url = section_text(s->section, "url"), .stop_us = &s->stop_us};
    rc = set_headers(d, section_text(s->section, "token_file"));
    d->curl = rc ? NULL : curl_easy_init();
    if (!d->curl) {
        upload_door_close(d);
        return rc ? rc : ERR_FULL;
    }
    curl_easy_setopt(d->curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(d->curl, CURLOPT_USERAGENT, program_agent);
    curl_easy_setopt(d->curl, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(d->curl, CURLOPT_FOLLOWLOCATION, 0L); /* the token goes nowhere else */
    curl_easy_setopt(d->curl, CURLOPT_TCP_KEEPALIVE, 1L);
    curl_easy_setopt(d->curl, CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1);
    curl_easy_setopt(d->curl, CURLOPT_HTTPHEADER, d->headers);
    curl_easy_setopt(d->curl, CURLOPT_WRITEFUNCTION, take_answer);
    curl_easy_setopt(d->curl, CURLOPT_WRITEDATA, d);
    curl_easy_setopt(d->curl, CURLOPT_HEADERFUNCTION, take_header);
    curl_easy_setopt(d->curl, CURLOPT_HEADERDATA, d);
    curl_easy_setopt(d->curl, CURLOPT_ERRORBUFFER, d->detail);
    curl_easy_setopt(d->curl, CURLOPT_NOPROGRESS, 0L);
    curl_easy_setopt(d->curl, CURLOPT_XFERINFOFUNCTION, is_called_off);
    curl_easy_setopt(d->curl, CURLOPT_XFERINFODATA, d);
    if (*ca)
        curl_easy_setopt(d->curl, CURLOPT_CAINFO, ca);
    return OK;
}

void upload_door_close(struct upload_door *d)
{
    curl_easy_cleanup(d->curl);
    curl_slist_free_all(d->headers);
    d->curl = NULL;
    d->headers = NULL;
}

static void say_trouble(const struct upload_door *d, CURLcode code, struct outcome *o)
{
    const char *words = *d->detail ? d->detail : curl_easy_strerror(code), *remedy = "";

    if (code == CURLE_COULDNT_CONNECT)
        words = "does not answer (is the server running?)";
    if (code == CURLE_OPERATION_TIMEDOUT)
        words = "no answer in time";
    if (code == CURLE_PEER_FAILED_VERIFICATION || code == CURLE_SSL_CACERT_BADFILE)
        remedy = "; name its authority with ca_file";
    o->verdict = LATER;
    snprintf(o->why, sizeof o->why, "%.80s: %.80s%s", d->url, words, remedy);
}

void upload_door_send(struct upload_door *d, const char *path, const char *json,
                      int64_t deadline_us, struct outcome *o)
{
    char address[URL_MOST + 80];
    int64_t left_ms = clock_real_us(deadline_us - clock_us()) / US_PER_MS;
    size_t length = strlen(d->url);
    bool has_slash = length && d->url[length - 1] == '/';
    long status = 0;

    snprintf(address, sizeof address, "%s%s%s", d->url, has_slash ? "" : "/", path);
    d->used = 0;
    d->answer[0] = d->retry_after[0] = d->detail[0] = '\0';
    curl_easy_setopt(d->curl, CURLOPT_URL, address);
    curl_easy_setopt(d->curl, CURLOPT_TIMEOUT_MS, (long)(left_ms > 1 ? left_ms : 1));
    if (json) {
        curl_easy_setopt(d->curl, CURLOPT_POSTFIELDSIZE, (long)strlen(json));
        curl_easy_setopt(d->curl, CURLOPT_POSTFIELDS, json);
    } else {
        curl_easy_setopt(d->curl, CURLOPT_HTTPGET, 1L);
    }
    lock_hold_none("a far side");
    CURLcode code = curl_easy_perform(d->curl);
    if (code != CURLE_OK) {
        say_trouble(d, code, o);
        return;
    }
    curl_easy_getinfo(d->curl, CURLINFO_RESPONSE_CODE, &status);
    upload_judge(status, d->answer, d->retry_after, o);
}
