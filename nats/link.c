/* Connected to whichever server is there (nats/link.h). */
#include "nats/link_inside.h"

#include "nats/identity.h"
#include "nats/verdict.h"

#include "base/clock.h"
#include "base/lock.h"
#include "base/log.h"
#include "base/thread.h"

#include <stdio.h>
#include <string.h>

enum { CONNECT_MS = 5000, WRITE_MS = 5000, PING_MS = 20000, RECONNECT_MS = 250, JITTER_MS = 1000 };
static const int64_t LOOK_US = 100000;

struct lock link_lock = LOCK_INITIAL(LOCK_LINK);
static struct link *links;
static uintptr_t last_number;

/* ---- what the library's threads tell ------------------------------------------------------- */

struct link *link_of(const void *number)
{
    struct link *l = links;

    while (l && l->number != (uintptr_t)number)
        l = l->next;
    return l;
}

static void on_cut(natsConnection *nc, void *number)
{
    (void)nc;
    lock_take(&link_lock);
    struct link *l = link_of(number);
    if (l) {
        l->is_cut = true;
        pthread_cond_broadcast(&l->news);
    }
    lock_give(&link_lock);
}

static void on_back(natsConnection *nc, void *number)
{
    char url[256] = "";

    (void)natsConnection_GetConnectedUrl(nc, url, sizeof url);
    lock_take(&link_lock);
    struct link *l = link_of(number);
    if (l) {
        log_info(l->who, "connected again: %s", url);
        pthread_cond_broadcast(&l->news);
    }
    lock_give(&link_lock);
}

/* What nobody asked for: mostly that we may not publish there. Nothing will be acknowledged. */
static void on_error(natsConnection *nc, natsSubscription *sub, natsStatus status, void *number)
{
    const char *text = NULL;

    (void)sub;
    (void)natsConnection_GetLastError(nc, &text);
    lock_take(&link_lock);
    struct link *l = link_of(number);
    if (l && status == NATS_NOT_PERMITTED) {
        link_tell(l, status, 0, text);
        l->is_cut = true;
        pthread_cond_broadcast(&l->news);
    }
    lock_give(&link_lock);
}

/* ---- opening and closing ------------------------------------------------------------------- */

static int64_t real_ms(int64_t ms)
{
    return clock_real_us(ms * US_PER_MS) / US_PER_MS;
}

static natsStatus set_options(struct link *l, const char *site)
{
    natsOptions *o = l->options;
    void *number = (void *)l->number;
    char name[120];
    natsStatus rc = natsOptions_SetTimeout(o, real_ms(CONNECT_MS));

    snprintf(name, sizeof name, "helio %.100s", site);
    if (rc == NATS_OK)
        rc = natsOptions_SetName(o, name);
    if (rc == NATS_OK)
        rc = natsOptions_SetMaxReconnect(o, -1); /* for ever */
    if (rc == NATS_OK)
        rc = natsOptions_SetReconnectWait(o, real_ms(RECONNECT_MS));
    if (rc == NATS_OK) /* a thousand sites that lost a server do not come back at once */
        rc = natsOptions_SetReconnectJitter(o, real_ms(JITTER_MS), real_ms(2 * JITTER_MS));
    if (rc == NATS_OK)
        rc = natsOptions_SetPingInterval(o, real_ms(PING_MS));
    if (rc == NATS_OK)
        rc = natsOptions_SetWriteDeadline(o, real_ms(WRITE_MS));
    if (rc == NATS_OK)
        rc = natsOptions_UseGlobalMessageDelivery(o, true);
    if (rc == NATS_OK)
        rc = natsOptions_SetDisconnectedCB(o, on_cut, number);
    if (rc == NATS_OK)
        rc = natsOptions_SetReconnectedCB(o, on_back, number);
    if (rc == NATS_OK)
        rc = natsOptions_SetErrorHandler(o, on_error, number);
    return rc;
}

int link_open(struct link *l, const char *who, const char *site, const struct section *s)
{
    int rc;

    l->who = who;
    l->section = s;
    l->stream = section_text(s, "stream");
    l->subject = section_text(s, "subject");
    condition_init(&l->news);
    lock_take(&link_lock);
    l->number = ++last_number;
    l->next = links;
    links = l;
    lock_give(&link_lock);
    if (natsOptions_Create(&l->options) != NATS_OK)
        return ERR_FULL;
    rc = identity_set(l->options, who, s);
    if (!rc)
        rc = set_options(l, site) == NATS_OK ? OK : ERR_SYSTEM;
    return rc;
}

static void hang_up(struct link *l)
{
    jsCtx_Destroy(l->js);
    natsConnection_Destroy(l->connection);
    l->js = NULL;
    l->connection = NULL;
}

void link_close(struct link *l)
{
    if (!l->number)
        return;
    lock_take(&link_lock);
    for (struct link **at = &links; *at; at = &(*at)->next)
        if (*at == l) {
            *at = l->next;
            break;
        }
    lock_give(&link_lock);
    hang_up(l);
    natsOptions_Destroy(l->options);
    pthread_cond_destroy(&l->news);
}

/* ---- being connected ----------------------------------------------------------------------- */

/* With the lock: until there is news, or a moment is over. */
void link_wait_a_moment(struct link *l, int64_t deadline_us)
{
    int64_t look = clock_us() + LOOK_US;

    lock_wait_until(&link_lock, &l->news, look < deadline_us ? look : deadline_us);
}

static natsStatus connect_now(struct link *l)
{
    jsOptions jso;
    natsStatus rc = natsConnection_Connect(&l->connection, l->options);

    if (rc == NATS_OK)
        rc = jsOptions_Init(&jso);
    if (rc == NATS_OK) {
        jso.PublishAsync.AckHandler = link_on_ack;
        jso.PublishAsync.AckHandlerClosure = (void *)l->number;
        jso.Wait = real_ms(CONNECT_MS);
        rc = natsConnection_JetStream(&l->js, l->connection, &jso);
    }
    if (rc != NATS_OK)
        hang_up(l);
    return rc;
}

bool link_is_up(const struct link *l)
{
    return l->connection && natsConnection_Status(l->connection) == NATS_CONN_STATUS_CONNECTED &&
           (l->is_made || !section_yes(l->section, "create_stream"));
}

bool link_ready(struct link *l, int64_t deadline_us, bool may_make, struct outcome *o)
{
    natsStatus rc = NATS_OK;
    const char *text = NULL;

    *o = (struct outcome){.verdict = LATER};
    if (l->connection && natsConnection_IsClosed(l->connection))
        hang_up(l);
    if (!l->connection)
        rc = connect_now(l);
    if (rc != NATS_OK) {
        nats_judge(rc, 0, nats_GetLastError(NULL), l->stream, o);
        return false;
    }
    lock_take(&link_lock);
    while (natsConnection_Status(l->connection) != NATS_CONN_STATUS_CONNECTED &&
           !natsConnection_IsClosed(l->connection) &&
           clock_us() < seat_until(l->stop_us, deadline_us))
        link_wait_a_moment(l, deadline_us);
    lock_give(&link_lock);
    if (natsConnection_Status(l->connection) != NATS_CONN_STATUS_CONNECTED) {
        rc = natsConnection_GetLastError(l->connection, &text);
        nats_judge(rc == NATS_OK ? NATS_NO_SERVER : rc, 0, text, l->stream, o);
        return false;
    }
    return l->is_made || !may_make || link_make_stream(l, o);
}
