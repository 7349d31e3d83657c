/*
 * Requests that come twice (web/inside.h). A browser, a proxy or a script may send a request again
 * because it heard no answer. With an Idempotency-Key it gets the answer of the first one, and the
 * device is not written to again.
 */
#include "web/inside.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

/* FNV-1a: only to notice that one key came with two bodies. */
static uint64_t sum_of(const struct exchange *x)
{
    uint64_t sum = 14695981039346656037u;

    for (const char *c = x->path; *c; c++)
        sum = (sum ^ (unsigned char)*c) * 1099511628211u;
    for (size_t i = 0; i < x->length; i++)
        sum = (sum ^ (unsigned char)x->body[i]) * 1099511628211u;
    return sum;
}

static const char *key_of(const struct exchange *x)
{
    return MHD_lookup_connection_value(x->connection, MHD_HEADER_KIND, "Idempotency-Key");
}

static struct told_before *find(struct web *w, const char *key)
{
    for (size_t i = 0; i < WEB_TOLD; i++)
        if (*w->told[i].key && !strcmp(w->told[i].key, key))
            return &w->told[i];
    return NULL;
}

static bool is_plain(const char *key)
{
    size_t length = strlen(key);

    for (size_t i = 0; i < length; i++)
        if (!isgraph((unsigned char)key[i]))
            return false;
    return length && length < WEB_KEY;
}

enum replay replay_check_key(struct exchange *x, const char *key)
{
    if (!key)
        return REPLAY_NEW;
    if (!is_plain(key))
        return REPLAY_BAD;
    struct told_before *t = find(x->web, key);
    if (t && t->sum != sum_of(x))
        return REPLAY_OTHER;
    if (t && !t->is_done)
        return REPLAY_SOON;
    if (t) {
        x->wish->told = t->told;
        x->wish->result = t->result;
        return REPLAY_SAME;
    }
    t = &x->web->told[x->web->told_next++ % WEB_TOLD];
    *t = (struct told_before){.sum = sum_of(x)};
    snprintf(t->key, sizeof t->key, "%s", key);
    return REPLAY_NEW;
}

enum replay replay_check(struct exchange *x)
{
    return replay_check_key(x, key_of(x));
}

void replay_note_key(struct exchange *x, const char *key)
{
    struct told_before *t = key ? find(x->web, key) : NULL;
    int rc = x->wish->result;

    if (!t)
        return;
    if (rc == ERR_FULL || rc == ERR_STOPPED || rc == ERR_BUSY) {
        t->key[0] = '\0'; /* nothing was begun: again is the first time */
        return;
    }
    t->is_done = true;
    t->result = rc;
    t->told = x->wish->told;
}

void replay_note(struct exchange *x)
{
    replay_note_key(x, key_of(x));
}
