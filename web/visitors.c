/* Connections by address, and heads that take too long (web/visitors.h). */
#include "web/visitors.h"

#include "base/clock.h"
#include "base/lock.h"
#include "base/thread.h"
#include "web/whence.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/socket.h>

enum { TRUSTED = 16, LOOK_S = 1 };
/* How finely the kernel knows when bytes came. */
static const int64_t TRUST_US = INT64_C(3600000000), TICK_US = 20000;

struct visitor {
    struct visitor *next;
    struct whence from;
    MHD_socket socket;
    int64_t due_us;  /* by then there must be more; 0: nothing is waited for */
    int64_t done_us; /* the last answer was given then, and nothing has come since; 0: not so */
};

struct visitors {
    struct lock lock;
    pthread_cond_t ring;
    pthread_t watch;
    bool has_watch, is_ending;
    const char *proxies;
    struct visitor *first;
    struct trusted {
        struct whence from;
        int64_t until_us;
    } trusted[TRUSTED];
    unsigned trusted_next;
};

static const struct sockaddr *peer_of(struct MHD_Connection *c)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(c, MHD_CONNECTION_INFO_CLIENT_ADDRESS);

    return info ? info->client_addr : NULL;
}

void visitor_address(const struct visitors *v, struct MHD_Connection *c, char to[VISITOR_ADDRESS])
{
    const char *words = MHD_lookup_connection_value(c, MHD_HEADER_KIND, "X-Forwarded-For");

    whence_figures(peer_of(c), to);
    if (words && whence_lists(v->proxies, to))
        (void)whence_forwarded(words, to); /* else it is the proxy itself */
}

/* ---- who comes in -----------------------------------------------------------------------------*/

/* With the lock held. */
static unsigned most_from(const struct visitors *v, const struct whence *from, bool is_many)
{
    int64_t now = clock_us();

    if (is_many)
        return VISITORS;
    for (unsigned i = 0; i < TRUSTED; i++)
        if (v->trusted[i].until_us > now && whence_is(&v->trusted[i].from, from))
            return VISITORS_TRUSTED;
    return VISITORS_EACH;
}

enum MHD_Result visitors_let_in(void *who, const struct sockaddr *from, socklen_t length)
{
    struct visitors *v = who;
    struct whence w = whence_of(from);
    char figures[VISITOR_ADDRESS];
    unsigned all = 0, same = 0;

    (void)length;
    whence_figures(from, figures);
    lock_take(&v->lock);
    for (const struct visitor *one = v->first; one; one = one->next, all++)
        same += whence_is(&one->from, &w);
    bool may = same < most_from(v, &w, whence_lists(v->proxies, figures)) &&
               (same < VISITORS_FEW || all < VISITORS - VISITORS_NEW);
    lock_give(&v->lock);
    return may ? MHD_YES : MHD_NO;
}

static struct visitor *visitor_of(struct MHD_Connection *c)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(c, MHD_CONNECTION_INFO_SOCKET_CONTEXT);

    return info ? info->socket_context : NULL;
}

static struct visitor *enter(struct visitors *v, struct MHD_Connection *c)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(c, MHD_CONNECTION_INFO_CONNECTION_FD);
    int socket = info ? info->connect_fd : -1; /* the next answer may lie in the same place */
    const struct sockaddr *from = peer_of(c);
    struct visitor *one = calloc(1, sizeof *one);

    if (!one || socket < 0 || !from) { /* nobody minds it then, but the library's own limits */
        free(one);
        return NULL;
    }
    one->from = whence_of(from);
    one->socket = socket;
    one->due_us = clock_us() + HEAD_US;
    lock_take(&v->lock);
    one->next = v->first;
    v->first = one;
    if (!one->next)
        pthread_cond_signal(&v->ring);
    lock_give(&v->lock);
    return one;
}

/* Before its socket is closed, which may be shut only while it is here. */
static void leave(struct visitors *v, struct visitor *one)
{
    lock_take(&v->lock);
    struct visitor **at = &v->first;
    while (*at && *at != one)
        at = &(*at)->next;
    if (*at)
        *at = one->next;
    lock_give(&v->lock);
    free(one);
}

void visitors_note(void *who, struct MHD_Connection *c, void **visitor,
                   enum MHD_ConnectionNotificationCode what)
{
    if (what == MHD_CONNECTION_NOTIFY_STARTED)
        *visitor = enter(who, c);
    else if (*visitor)
        leave(who, *visitor);
}

/* ---- what is waited for -----------------------------------------------------------------------*/

static void set(struct visitors *v, struct MHD_Connection *c, int64_t due_us, int64_t done_us)
{
    struct visitor *one = visitor_of(c);

    if (!one)
        return;
    lock_take(&v->lock);
    one->due_us = due_us;
    one->done_us = done_us;
    lock_give(&v->lock);
}

void visitor_has_head(struct visitors *v, struct MHD_Connection *c)
{
    set(v, c, clock_us() + BODY_US, 0);
}

void visitor_has_all(struct visitors *v, struct MHD_Connection *c)
{
    set(v, c, 0, 0);
}

void visitor_is_done(struct visitors *v, struct MHD_Connection *c)
{
    set(v, c, 0, clock_us());
}

void visitor_trust(struct visitors *v, struct MHD_Connection *c)
{
    const struct visitor *one = visitor_of(c);
    int64_t until = clock_us() + TRUST_US;

    if (!one)
        return;
    lock_take(&v->lock);
    struct trusted *t = NULL;
    for (unsigned i = 0; i < TRUSTED; i++)
        if (whence_is(&v->trusted[i].from, &one->from))
            t = &v->trusted[i];
    if (!t)
        t = &v->trusted[v->trusted_next++ % TRUSTED];
    *t = (struct trusted){one->from, until};
    lock_give(&v->lock);
}

/* Has the next head begun? The library does not say so before it is whole; the kernel knows when
 * the last byte came. */
static bool has_begun(const struct visitor *one, int64_t now_us)
{
    struct tcp_info info;
    socklen_t length = sizeof info;

    return !getsockopt(one->socket, IPPROTO_TCP, TCP_INFO, &info, &length) &&
           now_us - (int64_t)info.tcpi_last_data_recv * US_PER_MS > one->done_us + TICK_US;
}

/* Whose time is over is shut; the library sees an end, and closes it. With the lock held. */
static void look_at(struct visitor *one, int64_t now_us)
{
    if (one->done_us && has_begun(one, now_us)) {
        one->due_us =
            now_us + HEAD_US - LOOK_S * INT64_C(1000000); /* it began since the last look */
        one->done_us = 0;
    }
    if (one->due_us && now_us > one->due_us) {
        shutdown(one->socket, SHUT_RDWR);
        one->due_us = 0;
    }
}

static void *watch(void *who)
{
    struct visitors *v = who;

    lock_take(&v->lock);
    while (!v->is_ending) {
        int64_t until_us = clock_us() + LOOK_S * INT64_C(1000000);
        bool is_early = true;
        while (!v->is_ending && is_early)
            if (v->first)
                is_early = lock_wait_until(&v->lock, &v->ring, until_us);
            else
                lock_wait(&v->lock, &v->ring);
        for (struct visitor *one = v->first; one; one = one->next)
            look_at(one, clock_us());
    }
    lock_give(&v->lock);
    return NULL;
}

/* ---- beginning and ending ---------------------------------------------------------------------*/

int visitors_open(struct visitors **to, const struct section *s)
{
    struct visitors *v = calloc(1, sizeof *v);

    *to = v;
    if (!v)
        return ERR_FULL;
    v->proxies = section_text(s, "trusted_proxy");
    lock_init(&v->lock, LOCK_VISITORS);
    condition_init(&v->ring);
    v->has_watch = thread_begin(&v->watch, "web visitors", watch, v) == OK;
    return v->has_watch ? OK : ERR_SYSTEM;
}

void visitors_close(struct visitors *v)
{
    if (!v)
        return;
    lock_take(&v->lock);
    v->is_ending = true;
    pthread_cond_signal(&v->ring);
    lock_give(&v->lock);
    if (v->has_watch)
        thread_join(v->watch);
    while (v->first)
        leave(v, v->first);
    pthread_cond_destroy(&v->ring);
    lock_done(&v->lock);
    free(v);
}
