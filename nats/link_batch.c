/* A batch on its way: published, acknowledged, waited for (nats/link.h). */
#include "nats/link_inside.h"

#include "nats/message.h"
#include "nats/verdict.h"

#include "base/clock.h"

#include <stdio.h>
#include <string.h>

/* ---- what became of each message ----------------------------------------------------------- */

/* While a stream chooses a new leader, nobody answers for it: that is no missing stream, and
 * passes. */
void link_tell(struct link *l, natsStatus status, jsErrCode code, const char *text)
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

void link_on_ack(jsCtx *js, natsMsg *msg, jsPubAck *ack, jsPubAckErr *error, void *number)
{
    const char *id = NULL;

    (void)js;
    lock_take(&link_lock);
    struct link *l = link_of(number);
    if (l && natsMsgHeader_Get(msg, "Nats-Msg-Id", &id) == NATS_OK) {
        set_fate(&l->window, nats_id_seq(id), is_kept(ack) ? ACKED : FAILED);
        l->doubles += ack && ack->Duplicate;
        if (error)
            link_tell(l, error->Err, error->ErrCode, error->ErrText);
        else if (!is_kept(ack))
            link_tell(l, NATS_TIMEOUT, 0, "not kept yet");
        if (l->window.acked + l->window.failed == l->window.count)
            pthread_cond_broadcast(&l->news);
    }
    lock_give(&link_lock);
    natsMsg_Destroy(msg);
}

/* ---- all of them --------------------------------------------------------------------------- */

void link_begin(struct link *l, const int64_t *seqs, uint8_t *fates, unsigned count)
{
    memset(fates, OPEN, count);
    lock_take(&link_lock);
    l->window = (struct window){.seqs = seqs, .fates = fates, .count = count};
    l->is_cut = l->is_told = false;
    lock_give(&link_lock);
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
    lock_take(&link_lock);
    link_tell(l, rc, 0, NULL);
    l->is_cut = true; /* the rest would fare no better */
    lock_give(&link_lock);
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

    lock_take(&link_lock);
    while (w->acked + w->failed < w->count && !l->is_cut &&
           clock_us() < seat_until(l->stop_us, deadline_us))
        link_wait_a_moment(l, deadline_us);
    bool is_taken = w->acked == w->count, is_told = l->is_told, is_cut = l->is_cut;
    unsigned acked = w->acked, count = w->count;
    *w = (struct window){0};
    l->has_taken |= is_taken;
    if (is_taken)
        *o = (struct outcome){.verdict = TAKEN};
    else if (is_told)
        *o = l->trouble;
    lock_give(&link_lock);
    if (is_taken)
        return;
    let_go(l);
    if (is_told)
        return;
    nats_judge(is_cut ? NATS_CONNECTION_DISCONNECTED : NATS_TIMEOUT, 0, NULL, l->stream, o);
    snprintf(o->why + strlen(o->why), sizeof o->why - strlen(o->why), " (%u of %u acknowledged)",
             acked, count);
}
