/*
 * Answers that need not be given anew (web/inside.h): what somebody has already is only confirmed,
 * and what nothing has happened to since is given once more. Writing the board takes thirty times
 * as long as sending it.
 */
#include "web/inside.h"

#include "base/clock.h"

#include <string.h>

/* A huge house's board is not worth its memory. */
enum { KEPT_US = 100000, KEPT_BYTES = 256 * 1024 };

/* ---- who has it already ---------------------------------------------------------------------- */

/* Marks stand in quotes, so that none is within another. */
bool mark_is_known(const char *known, const char *mark)
{
    return known && (!strcmp(known, "*") || strstr(known, mark));
}

bool answer_is_known(struct MHD_Connection *c, const char *mark)
{
    return mark_is_known(
        MHD_lookup_connection_value(c, MHD_HEADER_KIND, MHD_HTTP_HEADER_IF_NONE_MATCH), mark);
}

/* FNV-1a. Nobody gains by making two answers look alike. */
static uint64_t sum_of(const char *bytes, size_t length)
{
    uint64_t sum = UINT64_C(0xcbf29ce484222325);

    for (size_t i = 0; i < length; i++)
        sum = (sum ^ (unsigned char)bytes[i]) * UINT64_C(0x100000001b3);
    return sum;
}

enum MHD_Result answer_bytes_marked(struct exchange *x, const char *type, char *bytes,
                                    size_t length)
{
    struct manners m = {"no-cache", manners_live.policy}; /* kept, but asked for again */
    char mark[32];
    struct text t = text_on(mark, sizeof mark);
    struct MHD_Response *r;

    /* Weak: it is the same whether it was packed or not. */
    text_format(&t, "W/\"%016llx\"", (unsigned long long)sum_of(bytes, length));
    bool is_known = answer_is_known(x->connection, mark + strlen("W/"));
    if (is_known) {
        memory_free(bytes);
        r = MHD_create_response_from_buffer(0, NULL, MHD_RESPMEM_PERSISTENT);
    } else {
        r = pack_response(x->connection, bytes, length);
    }
    if (r && MHD_add_response_header(r, MHD_HTTP_HEADER_ETAG, mark) != MHD_YES) {
        MHD_destroy_response(r);
        r = NULL;
    }
    return answer_response(x->connection, is_known ? MHD_HTTP_NOT_MODIFIED : MHD_HTTP_OK,
                           is_known ? NULL : type, r, &m);
}

enum MHD_Result answer_marked(struct exchange *x, const char *type, sheet_fn *write)
{
    char *bytes;
    size_t length;
    int rc = sheet_write(x, write, &bytes, &length);

    return rc ? answer_error(x, rc) : answer_bytes_marked(x, type, bytes, length);
}

/* ---- what nothing has happened to since ------------------------------------------------------ */

static void drop(struct kept *k)
{
    if (k->response)
        MHD_destroy_response(k->response); /* those on their way keep it until they are sent */
    *k = (struct kept){0};
}

void kept_drop(struct web *w)
{
    for (size_t i = 0; i < WEB_KEPT; i++)
        drop(&w->kept[i]);
}

static bool is_same_question(const struct kept *a, const struct kept *b)
{
    return a->response && a->route == b->route && a->form == b->form &&
           a->is_packed == b->is_packed && !strcmp(a->device, b->device);
}

/* The one that answers this question, or else the oldest. */
static struct kept *place_for(struct web *w, const struct kept *asked)
{
    struct kept *oldest = &w->kept[0];

    for (struct kept *k = w->kept; k < w->kept + WEB_KEPT; k++) {
        if (is_same_question(k, asked))
            return k;
        if (k->made_us < oldest->made_us)
            oldest = k;
    }
    return oldest;
}

/* Changes are counted before the board is read: what comes in between makes it old at once. */
static struct kept question_of(const struct exchange *x)
{
    struct kept asked = {.route = x->route,
                         .form = x->query.form,
                         .is_packed = pack_wanted(x->connection),
                         .changes = board_changes(x->web->house.front->board),
                         .made_us = clock_us()};
    struct text device = text_on(asked.device, sizeof asked.device);

    text_add(&device, x->query.device ? x->query.device->name : "");
    return asked;
}

static int renew(struct exchange *x, const char *type, sheet_fn *write, struct kept *k,
                 const struct kept *asked, bool *is_small)
{
    char *bytes;
    size_t length;
    int rc = sheet_write(x, write, &bytes, &length);

    drop(k);
    if (rc)
        return rc;
    *k = *asked;
    *is_small = length <= KEPT_BYTES;
    k->response = pack_response(x->connection, bytes, length);
    if (!k->response || !answer_dress(k->response, type, &manners_live)) {
        drop(k);
        return ERR_SYSTEM;
    }
    return OK;
}

enum MHD_Result answer_kept(struct exchange *x, const char *type, sheet_fn *write)
{
    struct kept asked = question_of(x), *k = place_for(x->web, &asked);
    bool is_small = true;

    if (!is_same_question(k, &asked) || k->changes != asked.changes ||
        asked.made_us - k->made_us >= KEPT_US) {
        int rc = renew(x, type, write, k, &asked, &is_small);
        if (rc)
            return answer_error(x, rc);
    }
    enum MHD_Result answered = MHD_queue_response(x->connection, MHD_HTTP_OK, k->response);
    if (!is_small)
        drop(k);
    return answered;
}
