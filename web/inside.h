/* The parts of the web floor, for its own files only. */
#ifndef WEB_INSIDE_H
#define WEB_INSIDE_H

#include "base/lock.h"
#include "base/text.h"
#include "metrics/catalogue.h"
#include "store/energy.h"
#include "store/view.h"
#include "web/memory.h"
#include "web/visitors.h"
#include "web/web.h"

#include <microhttpd.h>
#include <pthread.h>
#include <stdbool.h>

enum {
    WEB_TOKENS = 2,
    WEB_ADDRESS = VISITOR_ADDRESS,
    WEB_WHO = 80,
    WEB_STRANGERS = 16,
    WEB_TOLD = 32,
    WEB_KEY = 65
};
enum { WEB_TOKEN = 400, MATE_TYPES = 4, QUERY_METRICS = 12, POINTS_MOST = 5000, WEB_OLD_PORTS = 4 };

struct exchange;

/* ---- what may stand behind the question mark (query.c) */

enum param {
    PARAM_DEVICE = 1,  /* one device or group */
    PARAM_METRICS = 2, /* metric=pv_power, several with commas or repeated */
    PARAM_SPAN = 4,    /* from, to */
    PARAM_POINTS = 8,  /* how many at most */
    PARAM_BY = 16,     /* day, month, year */
    PARAM_FORMAT = 32, /* json, csv, jsonl */
    PARAM_NEEDS = 64,  /* device and metric may not be missing */
    PARAM_LIMIT = 128, /* so many lines at most */
    PARAM_KNOWN = 256, /* in If-None-Match: what is known already */
    PARAM_EVERY = 512, /* seconds from one row to the next */
};

/* One of them; `choices` stand in the order of the enum they mean. */
struct asking;
struct param_row {
    enum param is;
    const char *name, *type, *help;
    const char *const *choices; /* NULL ends them; NULL: any */
    enum MHD_Result (*take)(struct asking *a, const struct param_row *row, const char *value);
};
extern const struct param_row params[]; /* name NULL ends it */

enum form { FORM_JSON, FORM_CSV, FORM_JSONL };

struct query {
    const struct view_device *device; /* NULL: all */
    enum metric metrics[QUERY_METRICS];
    unsigned metric_count;
    int64_t from_ms, to_ms;
    unsigned points, limit, every_s;
    enum by by;
    enum form form;
};

/* ---- routes */

struct route {
    const char *method, *path; /* with a star at its end: whatever begins so */
    size_t most_body;
    const char *token_key; /* the setting that names the token's file; NULL: open to all */
    const void *detail;    /* for the handler: which of its kind */
    /* Answers, or hands over and leaves the exchange waiting. Called once the body is whole. */
    enum MHD_Result (*serve)(struct exchange *x);
    /* What was handed over is settled. NULL: it never waits. */
    enum MHD_Result (*settled)(struct exchange *x);

    /* Of the API: what it is for, and what may be asked. NULL: not part of it. */
    const char *summary;
    unsigned params; /* enum param */
    bool is_old;     /* only where old_addresses are wanted */
    bool has_device; /* one is named in the path */
    bool may_tell;   /* changes devices: only where allow_tell says so, and never across sites */
};
extern const struct route routes[]; /* method NULL ends it */
bool route_is(const struct route *r, const char *path);

/* An answer that many may get (kept.c). */
struct kept {
    struct MHD_Response *response; /* NULL: none */
    char device[64];               /* "": all of them */
    const struct route *route;
    enum form form;
    bool is_packed;
    uint64_t changes; /* of the board */
    int64_t made_us;
};
enum { WEB_KEPT = 4 };

/* Whoever brought wrong tokens, and how many in the minute that began at `since_us`. */
struct stranger {
    char address[WEB_WHO]; /* and for which token: "192.0.2.7 (token_file)" */
    unsigned wrong;
    int64_t since_us;
};

/* What was told under an Idempotency-Key. */
struct told_before {
    char key[WEB_KEY]; /* "": free */
    uint64_t sum;      /* of what was asked */
    bool is_done;
    int result;
    struct told told;
};

struct web {
    const struct section *section;
    struct web_house house;
    struct MHD_Daemon *daemons[1 + WEB_OLD_PORTS]; /* each has a thread; NULL ends them early */
    MHD_socket ears[1 + WEB_OLD_PORTS]; /* of the quiet; closed when their threads are gone */
    struct lock lock;                   /* held while a request is served */
    _Atomic bool is_stopping;           /* whoever makes an answer leaves it */
    char tokens[WEB_TOKENS][WEB_TOKEN]; /* in the order of token_keys; "": none */
    struct stranger strangers[WEB_STRANGERS];
    struct told_before told[WEB_TOLD]; /* the newest in place of the oldest */
    unsigned told_next;
    struct mate_row latest[MATE_TYPES]; /* by type */

    /* As of the request in hand. */
    struct view_list devices;
    struct live *live;
    struct kept kept[WEB_KEPT];
    struct reader
        *reader; /* the server's own, for what is found at once; NULL until it is needed */
    struct memory memory, long_memory; /* of all answers */
    struct pool *pool;                 /* who writes long ones */
    struct visitors *visitors;
};

/* ---- where to listen (settings.c) */
struct addrinfo;
int web_address(const struct section *s, double number, struct addrinfo **to) MUST_CHECK;
/* Its own port first, then those of the old program. Returns how many; -1: one is none. */
int web_ports(const struct section *s, double to[1 + WEB_OLD_PORTS]);

enum stage { STAGE_BODY, STAGE_WAITING, STAGE_LONG };

/* One request. */
struct exchange {
    struct web_upload upload; /* first, so that it leads back here */
    struct web *web;
    const struct route *route;
    const char *path; /* the library's, for as long as the request lasts */
    struct MHD_Connection *connection;
    enum stage stage;
    struct query query;
    struct wish *wish;          /* what is told; NULL: nothing */
    struct long_answer *answer; /* one that a worker writes (web/long.h); NULL: none */
    char *body;
    size_t length, room;
    bool is_too_large;
};

/* ---- requests (request.c), as the library wants to hand them over; `who` is the web. Several
 * ports have a thread each; what they share is used by one at a time. */
enum MHD_Result request_serve(void *who, struct MHD_Connection *c, const char *path,
                              const char *method, const char *version, const char *bytes,
                              size_t *length, void **memory);
void request_end(void *who, struct MHD_Connection *c, void **memory,
                 enum MHD_RequestTerminationCode why);
/* "%41" in place; what would end the text within it stays as it stands. */
size_t request_unescape(void *who, struct MHD_Connection *c, char *text);

/* ---- answers (answer.c): each may be given once an exchange */

/* What browsers are told to do with an answer. */
struct manners {
    const char *cache;  /* Cache-Control */
    const char *policy; /* Content-Security-Policy */
};

extern const struct manners manners_live; /* for data that is another one the next moment */

/* Adds what every answer has. False: no memory. */
bool answer_dress(struct MHD_Response *r, const char *type, const struct manners *m);

/* The same, and takes the response over. `type` NULL: it has no body. */
enum MHD_Result answer_response(struct MHD_Connection *c, unsigned status, const char *type,
                                struct MHD_Response *r, const struct manners *m);

enum MHD_Result answer_json(struct MHD_Connection *c, unsigned status, const char *json);

/* What is wrong, as RFC 9457 has it. */
struct problem {
    unsigned status;
    const char *detail;
    const char *key;    /* says it once more under another key; NULL: none */
    const char *reason; /* one word for programs; NULL: none */
    bool has_range;
    double least, most;
    unsigned retry_s; /* 0: as is usual for the status */
};
enum MHD_Result answer_trouble(struct MHD_Connection *c, const struct problem *p);

/* RFC 9457: {"status": 403, "title": "Forbidden", "detail": "..."} */
enum MHD_Result answer_problem(struct MHD_Connection *c, unsigned status, const char *detail);

/* The same, and once more under another key, for who knows no RFC 9457. */
enum MHD_Result answer_problem_as(struct MHD_Connection *c, unsigned status, const char *detail,
                                  const char *key);

/* With its Age: it is as old as what it was made of. */
enum MHD_Result answer_json_aged(struct MHD_Connection *c, const char *json, int64_t age_us);

/* Events without an end; takes the response over. */
enum MHD_Result answer_stream(struct MHD_Connection *c, struct MHD_Response *r);

/* 405 with the methods that this path takes, or 204 with them. */
enum MHD_Result answer_methods(struct MHD_Connection *c, unsigned status, const char *path);

/* The same of another form, which may be packed already. */
enum MHD_Result answer_packed(struct MHD_Connection *c, const char *type, struct MHD_Response *r,
                              bool is_packed);

/* The answer is this text of web/memory.h, which is taken over. */
enum MHD_Result answer_bytes(struct exchange *x, const char *type, char *bytes, size_t length);

/* A page as long as it turns out to be: its room grows while it is written. */
typedef int sheet_fn(struct exchange *x, struct text *to);
enum MHD_Result answer_sheet(struct exchange *x, const char *type, sheet_fn *write);

enum MHD_Result answer_form(struct exchange *x, sheet_fn *write); /* by the form asked for */
const char *form_type(const struct exchange *x);

/* OK: *bytes hold *length of them, and are the caller's (web/memory.h). ERR_USAGE: too much was
 * asked for. ERR_FULL: too much is on its way to others. */
int sheet_write(struct exchange *x, sheet_fn *write, char **bytes, size_t *length) MUST_CHECK;

/* A question that cannot be answered as it is: logged nowhere, told in the answer. */
enum MHD_Result answer_error(struct exchange *x, int rc);

/* ---- answers that need not be given anew (kept.c) */

/* Does whoever asks have what is marked so? */
bool answer_is_known(struct MHD_Connection *c, const char *mark);
bool mark_is_known(const char *known, const char *mark); /* by its If-None-Match, or NULL */

/* With an ETag made of what it says: whoever has it already is only told so. The bytes are taken
 * over. */
enum MHD_Result answer_bytes_marked(struct exchange *x, const char *type, char *bytes,
                                    size_t length);
enum MHD_Result answer_marked(struct exchange *x, const char *type, sheet_fn *write);

/* What is on the board, written once for all who ask within a tenth of a second, or until the
 * board changes. */
enum MHD_Result answer_kept(struct exchange *x, const char *type, sheet_fn *write);
void kept_drop(struct web *w);

/* ---- small answers (pack.c) */

bool pack_wanted(struct MHD_Connection *c);   /* can it unpack gzip? */
bool pack_is_accepted(const char *encodings); /* by its Accept-Encoding; NULL: there is none */

/* Takes the body over, a block of web/memory.h; packed if that is wanted and worth it. NULL: no
 * memory. */
struct MHD_Response *pack_response(struct MHD_Connection *c, char *body, size_t length);

/* Piece by piece. NULL: no room for it. */
struct packer;
struct packer *packer_new(struct memory *m);
void packer_free(struct packer *p); /* NULL is fine */
/* The piece in the text becomes its packed form; there may be nothing to send yet. */
int packer_pack(struct packer *p, struct text *piece, bool is_last) MUST_CHECK;

/* ---- who may (token.c, guard.c) */

/* Is it this token? Takes as long for every wrong one of a length. */
bool token_is(const char *given, const char *token);

/* The settings that name files of tokens; NULL ends them. The files are read once: one that cannot
 * be is logged, and leaves its doors closed. */
extern const char *const token_keys[];
const char *token_of(const struct web *w, const char *key); /* "": there is none */
int tokens_read(struct web *w) MUST_CHECK;

/* OK, or the problem is answered and *answered holds what came of it. */
int token_check(const struct exchange *x, enum MHD_Result *answered);

/* ---- who guesses (strangers.c): ten wrong tokens of a kind a minute from one address, and no
 * more. The right one is always taken: nobody is locked out by others. */
unsigned stranger_waits_s(struct web *w, const char *address); /* 0: it may try */
void stranger_note(struct web *w, const char *address);

/* Is it a name or an address, with a port or without? Nothing else may stand there. */
bool guard_is_host(const char *host);

/* Can a line of a head be called so? */
bool guard_is_field(const char *name);

/* Was it us that the browser meant? Names that lead here from elsewhere are not ours. */
bool guard_knows_host(const struct web *w, const char *host);

/* Was it a page of ours that sent this? Programs say nothing of pages, and may. */
bool guard_is_own_page(const struct exchange *x);
/* The same by what its head says; NULL: it does not. */
bool guard_is_ours(const struct web *w, const char *site, const char *origin, const char *host);

/* ---- telling (api_commands.c, api_tell.c, wish_read.c) */

/* Why nothing may be told here, and what to do about it; NULL: it may. */
const char *tell_is_closed(const struct web *w);

/* Did this request come before? SAME: the wish has what became of it then. */
enum replay { REPLAY_NEW, REPLAY_SAME, REPLAY_SOON, REPLAY_OTHER, REPLAY_BAD };
enum replay replay_check(struct exchange *x);
void replay_note(struct exchange *x); /* it is settled */
/* The same for a key that is in hand; NULL: there is none. */
enum replay replay_check_key(struct exchange *x, const char *key);
void replay_note_key(struct exchange *x, const char *key);

/* A body to a wish; `why` says what is wrong with it. ERR_GARBAGE: it is no JSON. */
int wish_read(const char *json, size_t length, struct wish *to, char *why, size_t size) MUST_CHECK;

/* ---- questions (query.c): `why` says what is wrong with one */
int query_read(struct exchange *x, char *why, size_t size) MUST_CHECK;
/* The device that the path names, or NULL; it is the one asked for from then on. */
const struct view_device *query_device_of_path(struct exchange *x);
const struct view_device *web_device_named(struct web *w, const char *name);

/* ---- the server's own reader (web.c): valid until it is asked for again */
int web_reader(struct web *w, struct reader **to) MUST_CHECK;

/* ---- charts (step.c): the step between their points, which people can read on an axis; so long
 * that no more than `points` of them touch the span */
int64_t step_between(int64_t from_ms, int64_t to_ms, unsigned points);

/* ---- the board of one device, as /api/v1/board and /api/v1/live have it (api_house.c) */
struct json;
void words_write(struct json *j, enum words set, int least, int most); /* "words": {"0": "off"} */
void board_write(struct web *w, const struct view_device *d,
                 struct board_value values[METRIC_COUNT], struct json *j);

/* ---- who listens to /api/v1/live (live.c): they are let go before the server ends */
int live_open(struct web *w) MUST_CHECK;
void live_end(struct web *w);
void live_close(struct web *w);

/* ---- handlers */

enum MHD_Result mate_upload(struct exchange *x);
enum MHD_Result mate_settled(struct exchange *x);
enum MHD_Result mate_latest(struct exchange *x);

enum MHD_Result api_catalogue(struct exchange *x);
enum MHD_Result api_devices(struct exchange *x);
enum MHD_Result api_board(struct exchange *x);
enum MHD_Result api_sinks(struct exchange *x);
enum MHD_Result api_health(struct exchange *x);
enum MHD_Result api_history(struct exchange *x);
enum MHD_Result api_live(struct exchange *x);
enum MHD_Result api_energy(struct exchange *x);
enum MHD_Result api_table(struct exchange *x);
enum MHD_Result api_events(struct exchange *x);
enum MHD_Result api_commands(struct exchange *x);
enum MHD_Result api_tell(struct exchange *x);
enum MHD_Result api_told(struct exchange *x);
enum MHD_Result api_description(struct exchange *x);
enum MHD_Result page_home(struct exchange *x);
enum MHD_Result page_part(struct exchange *x);
enum MHD_Result healthz(struct exchange *x);
enum MHD_Result readyz(struct exchange *x);
enum MHD_Result prometheus(struct exchange *x);
enum MHD_Result old_cmds(struct exchange *x);
enum MHD_Result old_page(struct exchange *x);
enum MHD_Result old_graph(struct exchange *x);

#endif
