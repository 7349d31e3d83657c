/* Connecting, publishing, waiting (nats/link.h). */
#include "nats/link.h"

#include "nats/identity.h"
#include "nats/message.h"
#include "nats/verdict.h"

#include "base/clock.h"
#include "base/log.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

enum { CONNECT_MS = 5000, WRITE_MS = 5000, PING_MS = 20000, RECONNECT_MS = 250, JITTER_MS = 1000 };
static const int64_t LOOK_US = 100000, DAY_NS = 86400LL * 1000000000, SECOND_NS = 1000000000;

/* One lock for all links: a callback holds it for the time of a search among a thousand. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct link *links;
static uintptr_t last_number;

/* ---- what the library's threads tell ------------------------------------------------------- */

static struct link *link_of(const void *number)
{
    struct link *l = links;

    while (l && l->number != (uintptr_t)number)
        l = l->next;
    return l;
}

/* The first trouble of a batch. While a stream chooses a new leader, nobody answers for it: that is
 * no missing stream, and passes. */
static void tell(struct link *l, natsStatus status, jsErrCode code, const char *text)
{
    if (!l->is_told && status == NATS_NO_RESPONDERS && l->has_taken)
        nats_judge(NATS_TIMEOUT, 0, "nobody answers for it now", l->stream, &l->trouble);
    else if (!l->is_told)
        nats_judge(status, code, text, l->stream, &l->trouble);
    l->is_told = true;
}

static void set_fate(struct window *w, int64_t seq, enum fate fate)
{
    unsigned least = 0, most = w->count;

    while (least < most) {
        unsigned middle = (least + most) / 2;
        if (w->seqs[middle] < seq)
            least = middle + 1;
        else
            most = middle;
    }
    /* What is acknowledged is in the stream, whichever try it belongs to; a failure counts once. */
    if (least == w->count || w->seqs[least] != seq || w->fates[least] == ACKED ||
        w->fates[least] == fate)
        return;
    w->failed += (fate == FAILED) - (w->fates[least] == FAILED ? 1U : 0U);
    w->acked += fate == ACKED;
    w->fates[least] = (uint8_t)fate;
}

/*
 * A message of which the leader knows that it came, and not yet where it is kept, is called a
 * duplicate with the place 0 when it comes again. That is no promise: it is asked once more.
 */
static bool is_kept(const jsPubAck *ack)
{
    return ack && (!ack->Duplicate || ack->Sequence > 0);
}

static void on_ack(jsCtx *js, natsMsg *msg, jsPubAck *ack, jsPubAckErr *error, void *number)
{
    const char *id = NULL;

    (void)js;
    pthread_mutex_lock(&lock);
    struct link *l = link_of(number);
    if (l && natsMsgHeader_Get(msg, "Nats-Msg-Id", &id) == NATS_OK) {
        set_fate(&l->window, nats_id_seq(id), is_kept(ack) ? ACKED : FAILED);
        l->doubles += ack && ack->Duplicate;
        if (error)
            tell(l, error->Err, error->ErrCode, error->ErrText);
        else if (!is_kept(ack))
            tell(l, NATS_TIMEOUT, 0, "not kept yet");
        if (l->window.acked + l->window.failed == l->window.count)
            pthread_cond_broadcast(&l->news);
    }
    pthread_mutex_unlock(&lock);
    natsMsg_Destroy(msg);
}

static void on_cut(natsConnection *nc, void *number)
{
    (void)nc;
    pthread_mutex_lock(&lock);
    struct link *l = link_of(number);
    if (l) {
        l->is_cut = true;
        pthread_cond_broadcast(&l->news);
    }
    pthread_mutex_unlock(&lock);
}

static void on_back(natsConnection *nc, void *number)
{
    char url[256] = "";

    (void)natsConnection_GetConnectedUrl(nc, url, sizeof url);
    pthread_mutex_lock(&lock);
    struct link *l = link_of(number);
    if (l) {
        log_info(l->who, "connected again: %s", url);
        pthread_cond_broadcast(&l->news);
    }
    pthread_mutex_unlock(&lock);
}

/* What nobody asked for: mostly that we may not publish there. Nothing will be acknowledged. */
static void on_error(natsConnection *nc, natsSubscription *sub, natsStatus status, void *number)
{
    const char *text = NULL;

    (void)sub;
    (void)natsConnection_GetLastError(nc, &text);
    pthread_mutex_lock(&lock);
    struct link *l = link_of(number);
    if (l && status == NATS_NOT_PERMITTED) {
        tell(l, status, 0, text);
        l->is_cut = true;
        pthread_cond_broadcast(&l->news);
    }
    pthread_mutex_unlock(&lock);
}

/* ---- opening and closing ------------------------------------------------------------------- */

static natsStatus set_options(struct link *l, const char *site)
{
    natsOptions *o = l->options;
    void *number = (void *)l->number;
    char name[120];
    natsStatus rc = natsOptions_SetTimeout(o, CONNECT_MS);

    snprintf(name, sizeof name, "helio %.100s", site);
    if (rc == NATS_OK)
        rc = natsOptions_SetName(o, name);
    if (rc == NATS_OK)
        rc = natsOptions_SetMaxReconnect(o, -1); /* for ever */
    if (rc == NATS_OK)
        rc = natsOptions_SetReconnectWait(o, RECONNECT_MS);
    if (rc == NATS_OK) /* a thousand sites that lost a server do not come back at once */
        rc = natsOptions_SetReconnectJitter(o, JITTER_MS, 2 * JITTER_MS);
    if (rc == NATS_OK)
        rc = natsOptions_SetPingInterval(o, PING_MS);
    if (rc == NATS_OK)
        rc = natsOptions_SetWriteDeadline(o, WRITE_MS);
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
    pthread_condattr_t monotonic;
    int rc;

    l->who = who;
    l->section = s;
    l->stream = section_text(s, "stream");
    l->subject = section_text(s, "subject");
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&l->news, &monotonic);
    pthread_condattr_destroy(&monotonic);
    pthread_mutex_lock(&lock);
    l->number = ++last_number;
    l->next = links;
    links = l;
    pthread_mutex_unlock(&lock);
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
    pthread_mutex_lock(&lock);
    for (struct link **at = &links; *at; at = &(*at)->next)
        if (*at == l) {
            *at = l->next;
            break;
        }
    pthread_mutex_unlock(&lock);
    hang_up(l);
    natsOptions_Destroy(l->options);
    pthread_cond_destroy(&l->news);
}

/* ---- being connected ----------------------------------------------------------------------- */

/* With the lock: until there is news, or a moment is over. */
static void wait_a_moment(struct link *l, int64_t deadline_us)
{
    int64_t left = deadline_us - clock_us();
    struct timespec ts;

    left = left < LOOK_US ? left : LOOK_US;
    clock_gettime(CLOCK_MONOTONIC, &ts);
    ts.tv_nsec += left > 0 ? left * 1000 : 0;
    ts.tv_sec += ts.tv_nsec / 1000000000;
    ts.tv_nsec %= 1000000000;
    pthread_cond_timedwait(&l->news, &lock, &ts);
}

static natsStatus connect_now(struct link *l)
{
    jsOptions jso;
    natsStatus rc = natsConnection_Connect(&l->connection, l->options);

    if (rc == NATS_OK)
        rc = jsOptions_Init(&jso);
    if (rc == NATS_OK) {
        jso.PublishAsync.AckHandler = on_ack;
        jso.PublishAsync.AckHandlerClosure = (void *)l->number;
        jso.Wait = CONNECT_MS;
        rc = natsConnection_JetStream(&l->js, l->connection, &jso);
    }
    if (rc != NATS_OK)
        hang_up(l);
    return rc;
}

static bool make_stream(struct link *l, struct outcome *o)
{
    char subjects[160];
    const char *list[] = {subjects};
    jsStreamConfig c;
    jsStreamInfo *info = NULL;
    jsErrCode code = 0;
    natsStatus rc = jsStreamConfig_Init(&c);

    snprintf(subjects, sizeof subjects, "%s.>", l->subject);
    c.Name = l->stream;
    c.Subjects = list;
    c.SubjectsLen = 1;
    c.Storage = js_FileStorage;
    c.Replicas = (int64_t)section_number(l->section, "replicas");
    c.MaxAge = (int64_t)(section_number(l->section, "keep_days") * (double)DAY_NS);
    c.Duplicates = (int64_t)(section_number(l->section, "duplicate_window") * (double)SECOND_NS);
    if (rc == NATS_OK) /* first looked for: a stream that is there stays as it is */
        rc = js_GetStreamInfo(&info, l->js, l->stream, NULL, &code);
    jsStreamInfo_Destroy(info);
    if (rc == NATS_NOT_FOUND) {
        rc = js_AddStream(NULL, l->js, &c, NULL, &code);
        if (rc == NATS_OK)
            log_note(l->who, "stream %s is made", l->stream);
    }
    l->is_made = rc == NATS_OK || code == JSStreamNameExistErr;
    if (!l->is_made)
        nats_judge(rc, code, nats_GetLastError(NULL), l->stream, o);
    return l->is_made;
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
    pthread_mutex_lock(&lock);
    while (natsConnection_Status(l->connection) != NATS_CONN_STATUS_CONNECTED &&
           !natsConnection_IsClosed(l->connection) && clock_us() < deadline_us)
        wait_a_moment(l, deadline_us);
    pthread_mutex_unlock(&lock);
    if (natsConnection_Status(l->connection) != NATS_CONN_STATUS_CONNECTED) {
        rc = natsConnection_GetLastError(l->connection, &text);
        nats_judge(rc == NATS_OK ? NATS_NO_SERVER : rc, 0, text, l->stream, o);
        return false;
    }
    return l->is_made || !may_make || make_stream(l, o);
}

/* ---- a batch ------------------------------------------------------------------------------- */

void link_begin(struct link *l, const int64_t *seqs, uint8_t *fates, unsigned count)
{
    memset(fates, OPEN, count);
    pthread_mutex_lock(&lock);
    l->window = (struct window){.seqs = seqs, .fates = fates, .count = count};
    l->is_cut = l->is_told = false;
    pthread_mutex_unlock(&lock);
}

bool link_publish(struct link *l, const char *subject, const char *id, const char *words,
                  int length)
{
    natsMsg *msg = NULL;
    jsPubOptions po;
    natsStatus rc = jsPubOptions_Init(&po);

    po.MsgId = id;
    po.ExpectStream = l->stream;
    if (rc == NATS_OK)
        rc = natsMsg_Create(&msg, subject, NULL, words, length);
    if (rc == NATS_OK)
        rc = js_PublishMsgAsync(l->js, &msg, &po);
    natsMsg_Destroy(msg);
    if (rc == NATS_OK)
        return true;
    pthread_mutex_lock(&lock);
    tell(l, rc, 0, NULL);
    l->is_cut = true; /* the rest would fare no better */
    pthread_mutex_unlock(&lock);
    return false;
}

/* What is still owed will be sent again: the library shall not wait for it, nor tell. */
static void let_go(struct link *l)
{
    natsMsgList owed = {0};

    if (l->js && js_PublishAsyncGetPendingList(&owed, l->js) == NATS_OK)
        natsMsgList_Destroy(&owed);
}

void link_wait(struct link *l, int64_t deadline_us, struct outcome *o)
{
    struct window *w = &l->window;

    pthread_mutex_lock(&lock);
    while (w->acked + w->failed < w->count && !l->is_cut && clock_us() < deadline_us)
        wait_a_moment(l, deadline_us);
    bool is_taken = w->acked == w->count, is_told = l->is_told, is_cut = l->is_cut;
    unsigned acked = w->acked, count = w->count;
    *w = (struct window){0};
    l->has_taken |= is_taken;
    if (is_taken)
        *o = (struct outcome){.verdict = TAKEN};
    else if (is_told)
        *o = l->trouble;
    pthread_mutex_unlock(&lock);
    if (is_taken)
        return;
    let_go(l);
    if (is_told)
        return;
    nats_judge(is_cut ? NATS_CONNECTION_DISCONNECTED : NATS_TIMEOUT, 0, NULL, l->stream, o);
    snprintf(o->why + strlen(o->why), sizeof o->why - strlen(o->why), " (%u of %u acknowledged)",
             acked, count);
}

void link_look(struct link *l, const char *subject, struct outcome *o)
{
    jsStreamInfo *info = NULL;
    jsErrCode code = 0;
    natsStatus rc = js_GetStreamInfo(&info, l->js, l->stream, NULL, &code);
    bool is_covered = false;

    for (int i = 0; rc == NATS_OK && i < info->Config->SubjectsLen; i++)
        is_covered |= nats_covers(info->Config->Subjects[i], subject);
    jsStreamInfo_Destroy(info);
    *o = (struct outcome){.verdict = TAKEN};
    if (rc == NATS_NOT_FOUND && section_yes(l->section, "create_stream"))
        return; /* it is made with the first reading */
    if (rc != NATS_OK)
        nats_judge(rc, code, NULL, l->stream, o);
    else if (!is_covered) {
        o->verdict = LATER;
        o->is_alarm = true;
        snprintf(o->why, sizeof o->why,
                 "stream %.60s does not take %.60s: mend its subjects, or ours", l->stream,
                 subject);
    }
}
