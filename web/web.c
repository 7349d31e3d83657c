/* The server: connections, routes, bodies (web/web.h). */
#include "web/inside.h"

#include "base/log.h"
#include "base/text.h"
#include "store/reader.h"

#include <ctype.h>
#include <errno.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

/* So many that a crowd of idle ones from one address does not lock out who has something to say,
 * and so little memory for each that all of them together are nothing. */
enum {
    CONNECTIONS = 256,
    CONNECTIONS_EACH = 128,
    CONNECTION_BYTES = 16 * 1024,
    IDLE_S = 20,
    WHY_BYTES = 400
};

// clang-format off
const struct setting web_settings[] = {
    /* key              type    default      least most   choices help */
    { "enabled",        YESNO,  "no",        0,    0,     NULL, "Listen at all" },
    { "listen",         TEXT,   "127.0.0.1", 0,    0,     NULL, "The address to listen at; from elsewhere come through a proxy that speaks https" },
    { "port",           NUMBER, "8080",      1,    65535, NULL, "The port" },
    { "hosts",          TEXT,   "",          0,    0,     NULL, "Names by which browsers may call it, beside localhost, addresses and the machine's own: \"solar.example.org\"" },
    { "allow_tell",     YESNO,  "no",        0,    0,     NULL, "Let the page and the API change settings of devices that allow it themselves" },
    { "token_file",     TEXT,   "",          0,    0,     NULL, "The file of the token that whoever changes a setting must bring (chmod 600)" },
    { "mate_token_file", TEXT,  "",          0,    0,     NULL, "The file of the token that an old MATE collector, or another helio, uploads with (chmod 600)" },
    { "mate_device",    TEXT,   "mate",      0,    0,     NULL, "What is uploaded belongs to devices of this name and -mx, -fx, -dc" },
    { "old_addresses",  YESNO,  "no",        0,    0,     NULL, "Answer at /cmds and /graph as the old inverter program did" },
    { "old_ports",      TEXT,   "",          0,    0,     NULL, "Listen at these ports too: the old program's were \"8889 8890\"" },
    { "old_device",     TEXT,   "",          0,    0,     NULL, "The inverter that old addresses speak of; else the first Axpert" },
    SETTINGS_END,
};

const struct route routes[] = {
#define API(p, handler, what, why)                                                                 \
    { .method = "GET", .path = p, .serve = handler, .params = what, .summary = why },
#define ROUTE(m, p, most, key, what, handler, later)                                               \
    { .method = m, .path = p, .most_body = most, .token_key = key, .detail = what,                 \
      .serve = handler, .settled = later },
#define CALL(m, p, most, key, handler, later, why)                                                 \
    { .method = m, .path = p, .most_body = most, .token_key = key, .serve = handler,               \
      .settled = later, .summary = why,                                                           \
      .has_device = true, .may_tell = (most) > 0 },
#define OLD(p, handler) { .method = "GET", .path = p, .serve = handler, .is_old = true },
#include "web/routes.def"
#undef OLD
#undef CALL
#undef ROUTE
#undef API
    { .method = NULL },
};
// clang-format on

/* ---- one request ------------------------------------------------------------------------- */

/* A star at the end stands for anything, {device} for one name. */
bool route_is(const struct route *r, const char *path)
{
    const char *brace = strchr(r->path, '{');
    size_t length = strlen(r->path);

    if (brace) {
        size_t before = (size_t)(brace - r->path);
        if (strncmp(r->path, path, before) != 0 || !path[before] || path[before] == '/')
            return false;
        return !strcmp(strchr(brace, '}') + 1, path + before + strcspn(path + before, "/"));
    }
    return r->path[length - 1] == '*' ? !strncmp(r->path, path, length - 1)
                                      : !strcmp(r->path, path);
}

/* The route, or what else there is: 404, or 405. The library leaves the body out for HEAD. */
static const struct route *find_route(const struct web *w, const char *method, const char *path,
                                      bool *has_path)
{
    bool has_old = section_yes(w->section, "old_addresses");

    *has_path = false;
    if (!strcmp(method, "HEAD"))
        method = "GET";
    for (const struct route *r = routes; r->method; r++) {
        if (!route_is(r, path) || (r->is_old && !has_old))
            continue;
        *has_path = true;
        if (!strcmp(r->method, method))
            return r;
    }
    return NULL;
}

static bool is_announced_too_large(const struct exchange *x)
{
    const char *length =
        MHD_lookup_connection_value(x->connection, MHD_HEADER_KIND, MHD_HTTP_HEADER_CONTENT_LENGTH);

    return length && strtoull(length, NULL, 10) > x->route->most_body;
}

static bool is_json(struct MHD_Connection *c)
{
    static const char wanted[] = "application/json";
    const char *type =
        MHD_lookup_connection_value(c, MHD_HEADER_KIND, MHD_HTTP_HEADER_CONTENT_TYPE);
    size_t length = strlen(wanted);

    return type && !strncasecmp(type, wanted, length) &&
           (!type[length] || type[length] == ';' || type[length] == ' ');
}

/* Before a token is looked at, and after it: what a page of somebody else could send is nothing. */
static int check_telling(const struct exchange *x, enum MHD_Result *answered)
{
    const char *closed = tell_is_closed(x->web);

    if (closed)
        *answered = answer_problem(x->connection, MHD_HTTP_FORBIDDEN, closed);
    else if (!guard_is_own_page(x))
        *answered = answer_problem(x->connection, MHD_HTTP_FORBIDDEN,
                                   "a page from elsewhere may change nothing here");
    else if (token_check(x, answered))
        return ERR_DENIED;
    else if (!is_json(x->connection))
        *answered = answer_problem(x->connection, MHD_HTTP_UNSUPPORTED_MEDIA_TYPE,
                                   "the body must be application/json");
    else
        return OK;
    return ERR_DENIED;
}

/* The head of a request is there: whoever may not is told so before a body is read. */
static enum MHD_Result begin(struct web *w, struct MHD_Connection *c, const char *path,
                             const char *method, void **memory)
{
    enum MHD_Result answered = MHD_NO;
    bool has_path;
    const struct route *route = find_route(w, method, path, &has_path);

    if (!guard_knows_host(w, MHD_lookup_connection_value(c, MHD_HEADER_KIND, MHD_HTTP_HEADER_HOST)))
        return answer_problem(c, MHD_HTTP_MISDIRECTED_REQUEST,
                              "this name is not known here: name it as hosts in [web]");
    if (has_path && !route)
        return answer_methods(
            c, strcmp(method, "OPTIONS") ? MHD_HTTP_METHOD_NOT_ALLOWED : MHD_HTTP_NO_CONTENT, path);
    if (!route)
        return answer_problem(c, MHD_HTTP_NOT_FOUND, "there is no such path");
    struct exchange *x = calloc(1, sizeof *x);
    if (!x)
        return MHD_NO;
    *x = (struct exchange){.web = w, .route = route, .path = path, .connection = c};
    *memory = x;
    if (route->may_tell ? check_telling(x, &answered) : token_check(x, &answered))
        return answered;
    if (is_announced_too_large(x))
        return answer_problem(c, MHD_HTTP_CONTENT_TOO_LARGE, "the body is too large");
    return MHD_YES;
}

static void take_body(struct exchange *x, const char *bytes, size_t length)
{
    if (x->length + length > x->route->most_body)
        x->is_too_large = true;
    if (!x->body && !x->is_too_large)
        x->body = malloc(x->route->most_body);
    if (!x->body || x->is_too_large) {
        x->is_too_large = true; /* the rest is read and thrown away */
        return;
    }
    memcpy(x->body + x->length, bytes, length);
    x->length += length;
}

/* Devices may have come since the last request. */
static enum MHD_Result serve_api(struct exchange *x)
{
    const struct view *front = x->web->house.front;
    char why[WHY_BYTES];

    if (!front)
        return answer_problem(x->connection, MHD_HTTP_NOT_FOUND, "there is no such path");
    x->web->device_count = front->devices(front->who, x->web->devices, VIEW_DEVICES);
    if (query_read(x, why, sizeof why))
        return answer_problem(x->connection, MHD_HTTP_BAD_REQUEST, why);
    return x->route->serve(x);
}

static enum MHD_Result serve_request(void *who, struct MHD_Connection *c, const char *path,
                                     const char *method, const char *version, const char *bytes,
                                     size_t *length, void **memory)
{
    struct exchange *x = *memory;

    (void)version;
    if (!x)
        return begin(who, c, path, method, memory);
    if (*length) {
        take_body(x, bytes, *length);
        *length = 0;
        return MHD_YES;
    }
    if (x->stage == STAGE_WAITING)
        return x->route->settled(x);
    if (x->is_too_large)
        return answer_problem(c, MHD_HTTP_CONTENT_TOO_LARGE, "the body is too large");
    return x->route->summary ? serve_api(x) : x->route->serve(x);
}

/* Several ports have a thread each; what they share is used by one at a time. */
static enum MHD_Result on_request(void *who, struct MHD_Connection *c, const char *path,
                                  const char *method, const char *version, const char *bytes,
                                  size_t *length, void **memory)
{
    struct web *w = who;

    pthread_mutex_lock(&w->lock);
    enum MHD_Result rc = serve_request(w, c, path, method, version, bytes, length, memory);
    pthread_mutex_unlock(&w->lock);
    return rc;
}

static void on_end(void *who, struct MHD_Connection *c, void **memory,
                   enum MHD_RequestTerminationCode why)
{
    struct exchange *x = *memory;

    (void)who;
    (void)c;
    (void)why;
    if (!x)
        return;
    free(x->body);
    free(x->wish);
    free(x);
    *memory = NULL;
}

void web_settle(struct web_upload *upload, int result)
{
    struct exchange *x = (struct exchange *)(void *)upload;

    upload->result = result;
    MHD_resume_connection(x->connection);
}

/* ---- starting and stopping --------------------------------------------------------------- */

static int find_address(const struct section *s, double number, struct addrinfo **to)
{
    const struct addrinfo hints = {.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV | AI_PASSIVE,
                                   .ai_socktype = SOCK_STREAM};
    char port[16];
    struct text t = text_on(port, sizeof port);

    text_number(&t, number);
    return getaddrinfo(section_text(s, "listen"), port, &hints, to) ? ERR_CONFIG : OK;
}

/* Its own port first, then those of the old program. Returns how many; -1: one is none. */
static int list_ports(const struct section *s, double to[1 + WEB_OLD_PORTS])
{
    char words[80];
    char *rest = words;
    struct text t = text_on(words, sizeof words);
    int count = 1;

    to[0] = section_number(s, "port");
    text_add(&t, section_text(s, "old_ports"));
    for (char *word = strsep(&rest, ", "); word; word = strsep(&rest, ", ")) {
        if (!*word)
            continue;
        if (t.is_cut || count > WEB_OLD_PORTS || !number_read(word, &to[count]) || to[count] < 1 ||
            to[count] > 65535 || to[count] != (int)to[count])
            return -1;
        for (int i = 0; i < count; i++)
            if (to[i] == to[count])
                return -1;
        count++;
    }
    return count;
}

void web_check(struct section *s)
{
    struct addrinfo *found = NULL;
    double ports[1 + WEB_OLD_PORTS];

    if (find_address(s, section_number(s, "port"), &found))
        section_fault(s, "listen", "must be an address, as 127.0.0.1 or ::1");
    else
        freeaddrinfo(found);
    if (list_ports(s, ports) < 0)
        section_fault(s, "old_ports", "must be up to %d ports from 1 to 65535, none of them twice",
                      WEB_OLD_PORTS);
    if (!*section_text(s, "mate_device"))
        section_fault(s, "mate_device", "must not be empty");
}

/* The library's own words: few, and none of them for the owner's eyes unless asked for. */
static void on_words(void *who, const char *format, va_list args)
{
    char words[200];

    (void)who;
    vsnprintf(words, sizeof words, format, args);
    words[strcspn(words, "\r\n")] = '\0';
    log_debug("web", "%s", words);
}

/* "%41" in place; what would end the text within it stays as it stands. */
static size_t unescape(void *who, struct MHD_Connection *c, char *text)
{
    char *to = text;

    (void)who;
    (void)c;
    for (const char *from = text; *from;) {
        uint8_t byte = 0;
        char pair[3] = "";
        if (*from == '%' && isxdigit((unsigned char)from[1]) && isxdigit((unsigned char)from[2]))
            memcpy(pair, from + 1, 2);
        if (*pair && hex_read(pair, &byte, 1) == 1 && byte) {
            *to++ = (char)byte;
            from += 3;
        } else {
            *to++ = *from++;
        }
    }
    *to = '\0';
    return (size_t)(to - text);
}

static struct MHD_Daemon *listen_at(struct web *w, const struct addrinfo *at)
{
    unsigned flags = MHD_USE_AUTO_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ERROR_LOG;

    if (at->ai_family == AF_INET6)
        flags |= MHD_USE_IPv6;
    return MHD_start_daemon(flags, 0, NULL, NULL, on_request, w, MHD_OPTION_EXTERNAL_LOGGER,
                            on_words, NULL, MHD_OPTION_UNESCAPE_CALLBACK, unescape, NULL,
                            MHD_OPTION_SOCK_ADDR, at->ai_addr, MHD_OPTION_NOTIFY_COMPLETED, on_end,
                            NULL, MHD_OPTION_CONNECTION_LIMIT, (unsigned)CONNECTIONS,
                            MHD_OPTION_PER_IP_CONNECTION_LIMIT, (unsigned)CONNECTIONS_EACH,
                            MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)CONNECTION_BYTES,
                            MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)IDLE_S, MHD_OPTION_END);
}

static int listen_all(struct web *w)
{
    double ports[1 + WEB_OLD_PORTS];
    int count = list_ports(w->section, ports), rc = count < 0 ? ERR_CONFIG : OK;

    for (int i = 0; i < count && !rc; i++) {
        struct addrinfo *at = NULL;
        rc = find_address(w->section, ports[i], &at);
        if (rc)
            break;
        w->daemons[i] = listen_at(w, at);
        rc = w->daemons[i] ? OK : ERR_IO;
        if (rc)
            log_err("web", "cannot listen at %s, port %.0f: %s", section_text(w->section, "listen"),
                    ports[i], strerror(errno));
        freeaddrinfo(at);
    }
    return rc;
}

int web_start(struct web **to, const struct section *s, const struct web_house *house)
{
    struct web *w = calloc(1, sizeof *w);
    int rc = w ? OK : ERR_FULL;

    *to = NULL;
    if (rc)
        return rc;
    pthread_mutex_init(&w->lock, NULL);
    for (size_t i = 0; i < sizeof w->ears / sizeof *w->ears; i++)
        w->ears[i] = MHD_INVALID_SOCKET;
    w->section = s;
    w->house = *house;
    if (tokens_read(w))
        log_err("web", "without its token nobody comes in where one is needed");
    rc = live_open(w);
    if (!rc)
        rc = listen_all(w);
    if (rc)
        web_stop(w);
    *to = rc ? NULL : w;
    return rc;
}

void web_quiet(struct web *w)
{
    for (size_t i = 0; i < sizeof w->daemons / sizeof *w->daemons && w->daemons[i]; i++)
        w->ears[i] = MHD_quiesce_daemon(w->daemons[i]);
}

void web_stop(struct web *w)
{
    if (!w)
        return;
    live_end(w);
    for (size_t i = 0; i < sizeof w->daemons / sizeof *w->daemons && w->daemons[i]; i++) {
        MHD_stop_daemon(w->daemons[i]);
        if (w->ears[i] != MHD_INVALID_SOCKET)
            close(w->ears[i]);
    }
    live_close(w);
    kept_drop(w);
    reader_close(w->reader);
    pthread_mutex_destroy(&w->lock);
    explicit_bzero(w->tokens, sizeof w->tokens);
    free(w);
}
