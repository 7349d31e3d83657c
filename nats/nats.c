/*
 * The NATS JetStream sink. Each reading is one message; all of a batch travel together, and the
 * batch is taken when the stream has acknowledged every one of them: then as many servers keep it
 * as the stream has replicas. Otherwise all are sent again, and the stream drops by their ids what
 * it has already.
 *
 *   add ──▶ [messages being filled] ──send──▶ published ──▶ settle: every acknowledgement
 */
#include "nats/link.h"
#include "nats/message.h"
#include "nats/settings.h"

#include "base/clock.h"
#include "base/log.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* One message within the bytes of its batch. */
struct message {
    size_t at;
    int length;
    char id[NATS_ID], subject[NATS_SUBJECT];
};

struct batch {
    char *bytes;
    size_t used;
    unsigned count;
    struct message *messages;
    int64_t *seqs;
};

struct nats_sink {
    struct link link;
    const char *site;
    bool is_json;
    void *maker; /* of lines */
    size_t most_bytes, room;
    unsigned most;

    struct batch batches[2];
    unsigned filling; /* which of them */
    uint8_t *fates;   /* of the one that travels */
    bool is_away;     /* it is published; else settle does it, when there is a connection */
};

static const struct nats_lines *lines;

void nats_lines_by(const struct nats_lines *by)
{
    lines = by;
}

/* ---- opening ------------------------------------------------------------------------------- */

static bool batch_make(struct batch *b, size_t room, unsigned most)
{
    b->bytes = malloc(room);
    b->messages = calloc(most, sizeof *b->messages);
    b->seqs = calloc(most, sizeof *b->seqs);
    return b->bytes && b->messages && b->seqs;
}

static int make_lines(struct nats_sink *n, const struct section *s)
{
    if (n->is_json)
        return OK;
    if (!lines) {
        log_err(n->link.who, "format = line was left out of this build: use json");
        return ERR_CONFIG;
    }
    n->maker = calloc(1, lines->memory);
    if (n->maker)
        lines->begin(n->maker, section_text(s, "measurement"), n->site);
    return n->maker ? OK : ERR_FULL;
}

static int nats_sink_open(struct seat *s)
{
    struct nats_sink *n = s->memory;
    int rc = link_open(&n->link, s->name, s->site, s->section);

    n->link.stop_us = &s->stop_us;
    n->site = s->site;
    n->is_json = !strcmp(section_text(s->section, "format"), "json");
    n->most = (unsigned)section_number(s->section, "batch");
    n->most_bytes = (size_t)section_number(s->section, "bytes");
    n->room = n->most_bytes + NATS_PAYLOAD;
    n->fates = calloc(n->most, sizeof *n->fates);
    if (!rc && (!n->fates || !batch_make(&n->batches[0], n->room, n->most) ||
                !batch_make(&n->batches[1], n->room, n->most)))
        rc = ERR_FULL;
    return rc ? rc : make_lines(n, s->section);
}

static void nats_sink_close(struct seat *s)
{
    struct nats_sink *n = s->memory;

    link_close(&n->link);
    if (n->maker)
        lines->done(n->maker);
    free(n->maker);
    free(n->fates);
    for (int i = 0; i < 2; i++) {
        free(n->batches[i].bytes);
        free(n->batches[i].messages);
        free(n->batches[i].seqs);
    }
}

/* ---- filling ------------------------------------------------------------------------------- */

static enum added nats_sink_add(struct seat *s, const struct record *r)
{
    struct nats_sink *n = s->memory;
    struct batch *b = &n->batches[n->filling];
    size_t left = n->room - b->used;
    int length;

    if (b->count == n->most || (b->count && b->used >= n->most_bytes))
        return IS_FULL;
    length = n->is_json ? nats_json(r, n->site, b->bytes + b->used, left)
                        : lines->make(n->maker, r, b->bytes + b->used, left);
    if (length == ERR_FULL && b->count)
        return IS_FULL;
    if (length <= 0)
        return SKIPPED;
    struct message *m = &b->messages[b->count];
    m->at = b->used;
    m->length = b->bytes[b->used + (size_t)length - 1] == '\n' ? length - 1 : length;
    nats_id(n->site, r, m->id);
    nats_subject(n->link.subject, n->site, r->from->name, m->subject);
    b->seqs[b->count++] = r->seq;
    b->used += (size_t)length;
    return ADDED;
}

static void nats_sink_forget(struct seat *s)
{
    struct nats_sink *n = s->memory;

    n->batches[n->filling].used = n->batches[n->filling].count = 0;
}

/* ---- sending ------------------------------------------------------------------------------- */

static void publish(struct nats_sink *n)
{
    const struct batch *b = &n->batches[n->filling ^ 1];

    link_begin(&n->link, b->seqs, n->fates, b->count);
    for (unsigned i = 0; i < b->count; i++) {
        const struct message *m = &b->messages[i];
        if (!link_publish(&n->link, m->subject, m->id, b->bytes + m->at, m->length))
            break; /* settle tells why */
    }
    n->is_away = true;
}

static void nats_sink_send(struct seat *s)
{
    struct nats_sink *n = s->memory;

    n->filling ^= 1;
    n->batches[n->filling].used = n->batches[n->filling].count = 0;
    n->is_away = false;
    if (link_is_up(&n->link)) /* else settle has the time to wait */
        publish(n);
}

static void nats_sink_settle(struct seat *s, int64_t deadline_us, struct outcome *o)
{
    struct nats_sink *n = s->memory;

    if (!n->is_away) {
        if (!link_ready(&n->link, deadline_us, section_yes(s->section, "create_stream"), o))
            return;
        publish(n);
    }
    n->is_away = false;
    link_wait(&n->link, deadline_us, o);
}

static void nats_sink_probe(struct seat *s, struct outcome *o)
{
    struct nats_sink *n = s->memory;
    char subject[NATS_SUBJECT];

    if (!link_ready(&n->link, clock_us() + (int64_t)(s->timeout_s * 1e6), false, o))
        return;
    nats_subject(n->link.subject, s->site, "device", subject);
    link_look(&n->link, subject, o);
}

const struct sink sink_nats = {
    .name = "nats",
    .title = "a NATS JetStream stream, for many sites",
    .proof = "nats-server 2.9.10, three of them",
    .settings = nats_settings,
    .memory = sizeof(struct nats_sink),
    .keeps_doubles = true,
    .check = nats_check,
    .open = nats_sink_open,
    .close = nats_sink_close,
    .add = nats_sink_add,
    .send = nats_sink_send,
    .settle = nats_sink_settle,
    .forget = nats_sink_forget,
    .probe = nats_sink_probe,
};
