/* Addresses, secrets, and single requests (influx/door.h). */
#include "influx/door.h"

#include "base/clock.h"
#include "base/lock.h"
#include "base/secret.h"
#include "base/text.h"
#include "base/version.h"
#include "store/sink.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { REPLY_MOST = 64 << 20 };

/* ---- secrets ----------------------------------------------------------------------------- */

static int set_password(struct door *d)
{
    const char *user = section_text(d->section, "user"),
               *file = section_text(d->section, "password_file");
    char secret[256] = "";
    int rc = *file ? secret_read(d->who, file, secret, sizeof secret) : OK;

    if (rc || !*user)
        return rc;
    if (snprintf(d->password, sizeof d->password, "%s:%s", user, secret) >= (int)sizeof d->password)
        return ERR_FULL;
    return OK;
}

static int set_token(struct door *d)
{
    const char *file = section_text(d->section, "token_file");
    char secret[400], header[480];
    int rc = *file ? secret_read(d->who, file, secret, sizeof secret) : OK;

    if (rc || !*file)
        return rc;
    snprintf(header, sizeof header, "Authorization: %s %s", d->api == API_V2 ? "Token" : "Bearer",
             secret);
    d->headers = curl_slist_append(d->headers, header);
    return d->headers ? OK : ERR_FULL;
}

/* ---- opening ----------------------------------------------------------------------------- */

int door_open(struct door *d, const char *who, const struct section *s)
{
    int rc;

    *d = (struct door){.who = who, .section = s, .api = influx_api_of(s)};
    snprintf(d->url, sizeof d->url, "%s", section_text(s, "url"));
    for (size_t end = strlen(d->url); end && d->url[end - 1] == '/';)
        d->url[--end] = '\0';
    d->headers = curl_slist_append(NULL, "Expect:"); /* no asking before sending */
    rc = d->headers ? set_password(d) : ERR_FULL;
    if (!rc)
        rc = set_token(d);
    if (rc)
        door_close(d);
    return rc;
}

void door_close(struct door *d)
{
    curl_easy_cleanup(d->curl);
    curl_slist_free_all(d->headers);
    explicit_bzero(d->password, sizeof d->password);
    d->curl = NULL;
    d->headers = NULL;
}

/* Asked by the library about once a second, and whenever something moves. */
static int is_called_off(void *who, curl_off_t a, curl_off_t b, curl_off_t c, curl_off_t d)
{
    const struct door *door = who;

    (void)a, (void)b, (void)c, (void)d;
    return clock_us() >= seat_until(door->stop_us, INT64_MAX);
}

CURL *door_handle(struct door *d)
{
    const char *ca = section_text(d->section, "ca_file");
    CURL *curl = curl_easy_init();

    if (!curl)
        return NULL;
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_USERAGENT, program_agent);
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L); /* credentials go nowhere else */
    curl_easy_setopt(curl, CURLOPT_TCP_KEEPALIVE, 1L);
    curl_easy_setopt(curl, CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1);
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, d->headers);
    if (*d->password) {
        curl_easy_setopt(curl, CURLOPT_HTTPAUTH, (long)CURLAUTH_BASIC);
        curl_easy_setopt(curl, CURLOPT_USERPWD, d->password);
    }
    if (*ca)
        curl_easy_setopt(curl, CURLOPT_CAINFO, ca);
    if (d->stop_us) {
        curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
        curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, is_called_off);
        curl_easy_setopt(curl, CURLOPT_XFERINFODATA, d);
    }
    return curl;
}

/* ---- addresses --------------------------------------------------------------------------- */

static void add_escaped(struct text *t, const char *value)
{
    for (; *value; value++) {
        unsigned char c = (unsigned char)*value;
        if ((c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
            strchr("-._~", c))
            text_char(t, (char)c);
        else
            text_format(t, "%%%02X", c);
    }
}

int door_address(const struct door *d, const char *path, const char *const *parameters, char *to,
                 size_t size)
{
    struct text t = text_on(to, size);
    char between = '?';

    text_add(&t, d->url);
    text_add(&t, path);
    for (; parameters[0]; parameters += 2) {
        if (!*parameters[1])
            continue;
        text_char(&t, between);
        text_format(&t, "%s=", parameters[0]);
        add_escaped(&t, parameters[1]);
        between = '&';
    }
    return t.is_cut ? ERR_FULL : OK;
}

/* ---- words ------------------------------------------------------------------------------- */

void door_trouble(CURLcode code, const char *detail, const char *url, char *to, size_t size)
{
    switch (code) {
    case CURLE_COULDNT_CONNECT:
        snprintf(to, size, "%s does not answer (is the database running?)", url);
        return;
    case CURLE_COULDNT_RESOLVE_HOST:
        snprintf(to, size, "%s: the name cannot be resolved", url);
        return;
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
        snprintf(to, size,
                 "%s: its certificate is not trusted (%.80s); name its authority with "
                 "ca_file",
                 url, detail);
        return;
    case CURLE_OPERATION_TIMEDOUT:
        snprintf(to, size, "%s: no answer in time", url);
        return;
    default:
        snprintf(to, size, "%s: %s", url, *detail ? detail : curl_easy_strerror(code));
    }
}

/* The value of "error" or "message", as far as a message needs it. */
static const char *json_words(const char *body)
{
    static const char *const keys[] = {"\"error\":", "\"message\":"};

    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        const char *at = strstr(body, keys[i]);
        if (!at)
            continue;
        at += strlen(keys[i]);
        at += strspn(at, " ");
        if (*at == '"')
            return at + 1;
    }
    return NULL;
}

void door_words(const char *body, char *to, size_t size)
{
    const char *words = json_words(body);
    bool is_json = words != NULL;
    struct text t = text_on(to, size);

    for (words = is_json ? words : body; *words && t.used + 2 < size; words++) {
        if (is_json && *words == '"')
            break;
        if (is_json && *words == '\\' && words[1])
            words++;
        if (!is_json && (*words == '\n' || *words == '\r'))
            break;
        text_char(&t, (unsigned char)*words < 32 ? ' ' : *words);
    }
}

/* ---- one request ------------------------------------------------------------------------- */

static size_t take_body(char *bytes, size_t one, size_t count, void *to)
{
    struct door_reply *r = to;
    char *more;

    if (r->length + count > REPLY_MOST)
        return 0;
    more = realloc(r->body, r->length + one * count + 1);
    if (!more)
        return 0;
    r->body = more;
    memcpy(r->body + r->length, bytes, count);
    r->length += count;
    r->body[r->length] = '\0';
    return count;
}

void door_reply_done(struct door_reply *reply)
{
    free(reply->body);
    *reply = (struct door_reply){0};
}

int door_ask(struct door *d, const char *address, const char *body, const char *body_type,
             const char *accept, double timeout_s, struct door_reply *reply)
{
    char detail[CURL_ERROR_SIZE] = "", line[200];
    int64_t limit_us = clock_real_us((int64_t)(timeout_s * 1e6));
    struct curl_slist *headers = NULL;
    CURLcode code;

    *reply = (struct door_reply){0};
    if (!d->curl && !(d->curl = door_handle(d)))
        return ERR_FULL;
    for (const struct curl_slist *h = d->headers; h; h = h->next)
        headers = curl_slist_append(headers, h->data);
    snprintf(line, sizeof line, "Accept: %s", accept ? accept : "application/json");
    headers = curl_slist_append(headers, line);
    snprintf(line, sizeof line, "Content-Type: %s", body_type ? body_type : "text/plain");
    headers = curl_slist_append(headers, line);
    curl_easy_setopt(d->curl, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(d->curl, CURLOPT_URL, address);
    curl_easy_setopt(d->curl, CURLOPT_ERRORBUFFER, detail);
    curl_easy_setopt(d->curl, CURLOPT_TIMEOUT_MS, (long)(limit_us / US_PER_MS));
    curl_easy_setopt(d->curl, CURLOPT_WRITEFUNCTION, take_body);
    curl_easy_setopt(d->curl, CURLOPT_WRITEDATA, reply);
    if (body) {
        curl_easy_setopt(d->curl, CURLOPT_POSTFIELDSIZE, (long)strlen(body));
        curl_easy_setopt(d->curl, CURLOPT_POSTFIELDS, body);
    } else {
        curl_easy_setopt(d->curl, CURLOPT_HTTPGET, 1L);
    }
    lock_hold_none("a far side");
    code = curl_easy_perform(d->curl);
    curl_easy_getinfo(d->curl, CURLINFO_RESPONSE_CODE, &reply->status);
    curl_easy_setopt(d->curl, CURLOPT_ERRORBUFFER, NULL);
    curl_easy_setopt(d->curl, CURLOPT_HTTPHEADER, d->headers);
    curl_slist_free_all(headers);
    if (code != CURLE_OK) {
        door_trouble(code, detail, d->url, reply->why, sizeof reply->why);
        return ERR_GONE;
    }
    if (reply->status >= 300)
        door_words(reply->body ? reply->body : "", reply->why, sizeof reply->why);
    return OK;
}
