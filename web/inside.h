/* The parts of the web floor, for its own files only. */
#ifndef WEB_INSIDE_H
#define WEB_INSIDE_H

#include "web/web.h"

#include <microhttpd.h>
#include <stdbool.h>

enum { WEB_TOKEN = 400, MATE_TYPES = 4 };

struct exchange;

struct route {
    const char *method, *path;
    size_t most_body;
    const char *token_key; /* the setting that names the token's file; NULL: open to all */
    const void *detail;    /* for the handler: which of its kind */
    /* Answers, or hands over and leaves the exchange waiting. Called once the body is whole. */
    enum MHD_Result (*serve)(struct exchange *x);
    /* What was handed over is settled. NULL: it never waits. */
    enum MHD_Result (*settled)(struct exchange *x);
};
extern const struct route routes[]; /* method NULL ends it */

struct web {
    const struct section *section;
    struct web_house house;
    struct MHD_Daemon *daemon;
    char mate_token[WEB_TOKEN];
    struct mate_row latest[MATE_TYPES]; /* by type; the server's thread alone uses them */
};

enum stage { STAGE_BODY, STAGE_WAITING };

/* One request. */
struct exchange {
    struct web_upload upload; /* first, so that it leads back here */
    struct web *web;
    const struct route *route;
    struct MHD_Connection *connection;
    enum stage stage;
    char *body;
    size_t length, room;
    bool is_too_large;
};

/* ---- answers (answer.c): each may be given once an exchange */

enum MHD_Result answer_json(struct MHD_Connection *c, unsigned status, const char *json);

/* RFC 9457: {"status": 403, "title": "Forbidden", "detail": "..."} */
enum MHD_Result answer_problem(struct MHD_Connection *c, unsigned status, const char *detail);

/* ---- who may (token.c) */

/* Is it this token? Takes as long for every wrong one of a length. */
bool token_is(const char *given, const char *token);

/* OK, or the problem is answered and *answered holds what came of it. */
int token_check(const struct exchange *x, enum MHD_Result *answered);

/* ---- handlers */

enum MHD_Result mate_upload(struct exchange *x);
enum MHD_Result mate_settled(struct exchange *x);
enum MHD_Result mate_latest(struct exchange *x);

#endif
