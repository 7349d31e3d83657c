/* The server: ports that are listened at (web/web.h). */
#include "web/inside.h"

#include "base/log.h"
#include "store/reader.h"
#include "web/pool.h"

#include <errno.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* So little memory for each that all of them together are nothing. */
enum { CONNECTION_BYTES = 16 * 1024, IDLE_S = 20 };
static const double MB = 1024 * 1024;

/* The library's own words: few, and none of them for the owner's eyes unless asked for. */
static void on_words(void *who, const char *format, va_list args)
{
    char words[200];

    (void)who;
    vsnprintf(words, sizeof words, format, args);
    words[strcspn(words, "\r\n")] = '\0';
    log_debug("web", "%s", words);
}

/* Newer ones join a line that goes on in the next one without a trace (request.c), unless told. */
#if MHD_VERSION >= 0x00097701
#define STRICT MHD_OPTION_CLIENT_DISCIPLINE_LVL, 1,
#else
#define STRICT
#endif

static struct MHD_Daemon *listen_at(struct web *w, const struct addrinfo *at)
{
    unsigned flags = MHD_USE_AUTO_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ERROR_LOG;

    if (at->ai_family == AF_INET6)
        flags |= MHD_USE_IPv6;
    return MHD_start_daemon(
        flags, 0, visitors_let_in, w->visitors, request_serve, w, MHD_OPTION_EXTERNAL_LOGGER,
        on_words, NULL, MHD_OPTION_UNESCAPE_CALLBACK, request_unescape, NULL, MHD_OPTION_SOCK_ADDR,
        at->ai_addr, MHD_OPTION_NOTIFY_COMPLETED, request_end, w, MHD_OPTION_NOTIFY_CONNECTION,
        visitors_note, w->visitors, MHD_OPTION_CONNECTION_LIMIT, (unsigned)VISITORS,
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)CONNECTION_BYTES, MHD_OPTION_CONNECTION_TIMEOUT,
        (unsigned)IDLE_S, STRICT MHD_OPTION_END);
}

static int listen_all(struct web *w)
{
    double ports[1 + WEB_OLD_PORTS];
    int count = web_ports(w->section, ports), rc = count < 0 ? ERR_CONFIG : OK;

    for (int i = 0; i < count && !rc; i++) {
        struct addrinfo *at = NULL;
        rc = web_address(w->section, ports[i], &at);
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
    lock_init(&w->lock, LOCK_WEB);
    for (size_t i = 0; i < sizeof w->ears / sizeof *w->ears; i++)
        w->ears[i] = MHD_INVALID_SOCKET;
    w->section = s;
    w->house = *house;
    if (tokens_read(w))
        log_err("web", "without its token nobody comes in where one is needed");
    w->memory.most = (size_t)(section_number(s, "answers_mb") * MB);
    w->long_memory.most = w->memory.most / 4 * 3; /* the board is answered all the same */
    w->long_memory.within = &w->memory;
    rc = visitors_open(&w->visitors, s);
    if (!rc)
        rc = live_open(w);
    if (!rc)
        rc = pool_open(&w->pool, house->front ? house->front->store_path : "");
    if (!rc)
        rc = listen_all(w);
    if (rc)
        web_stop(w);
    *to = rc ? NULL : w;
    return rc;
}

int web_reader(struct web *w, struct reader **to)
{
    const char *path = w->house.front->store_path;

    if (w->reader && reader_is_left(w->reader, path)) {
        reader_close(w->reader);
        w->reader = NULL;
    }
    int rc = w->reader ? OK : reader_open(&w->reader, path);

    *to = w->reader;
    return rc;
}

void web_quiet(struct web *w)
{
    w->is_stopping = true;
    for (size_t i = 0; i < sizeof w->daemons / sizeof *w->daemons && w->daemons[i]; i++)
        w->ears[i] = MHD_quiesce_daemon(w->daemons[i]);
}

void web_stop(struct web *w)
{
    if (!w)
        return;
    w->is_stopping = true;
    live_end(w);
    pool_end(w->pool); /* a connection may not be suspended when its server ends */
    for (size_t i = 0; i < sizeof w->daemons / sizeof *w->daemons && w->daemons[i]; i++) {
        MHD_stop_daemon(w->daemons[i]);
        if (w->ears[i] != MHD_INVALID_SOCKET)
            close(w->ears[i]);
    }
    visitors_close(w->visitors);
    live_close(w);
    pool_close(w->pool);
    kept_drop(w);
    reader_close(w->reader);
    view_forget(&w->devices);
    lock_done(&w->lock);
    explicit_bzero(w->tokens, sizeof w->tokens);
    free(w);
}
