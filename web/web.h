/*
 * The web floor: an HTTP server of its own thread, off by default, on loopback by default. It
 * knows no device and writes no store: what is uploaded is handed to the house, and the answer
 * waits until the house has settled it, while the thread serves others.
 *
 *   request ──▶ route ──▶ token ──▶ handler ──▶ answer
 *                                      └──▶ house.take ··· web_settle ──▶ answer
 */
#ifndef WEB_WEB_H
#define WEB_WEB_H

#include "base/section.h"
#include "web/mate_row.h"

struct web;

/* An uploaded row on its way; the server's own until settled. */
struct web_upload {
    struct mate_row row;
    int result;
};

struct view; /* store/view.h */

struct web_house {
    const struct view *front; /* NULL: only uploads */
    void *who;
    /* OK: it will be settled later, by web_settle from any thread. ERR_FULL: not now. */
    int (*take)(void *who, struct web_upload *upload);
};

extern const struct setting web_settings[];

/* Beyond what setting rows can say; complains by section_fault. */
void web_check(struct section *s);

/* Reads its token file and begins to listen. Logs what is wrong. */
int web_start(struct web **to, const struct section *s, const struct web_house *house) MUST_CHECK;

/* OK: kept. ERR_DATA: such a row cannot be true. Anything else: not now, again later. */
void web_settle(struct web_upload *upload, int result);

/* Listens no more. Everything taken must be settled before web_stop. */
void web_quiet(struct web *w);
void web_stop(struct web *w);

#endif
