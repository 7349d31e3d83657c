/* Answers in pieces (web/long.h). */
#include "web/long.h"

#include "base/clock.h"
#include "web/memory.h"
#include "web/pool.h"

#include <poll.h>
#include <string.h>

enum {
    TEXT_FIRST = 64 * 1024,
    PIECE_BYTES = 48 * 1024, /* of a stream */
    WHOLE_BYTES = 96 * 1024, /* up to here an answer is held until it is whole, to be marked */
    FEED_BYTES = 16 * 1024,
    TURN_US = 50000,
    TURN_MOST_US = 200000,
    ALL_US = 60000000 /* of processor, for one question */
};

struct long_answer {
    struct job job; /* first, so that it leads back here */
    struct exchange *x;
    struct web *web;
    struct MHD_Connection *connection;
    MHD_socket socket;
    const struct long_kind *kind;
    const char *type, *why;
    struct view_device device;
    struct query query;
    struct turn turn;
    int64_t begun_us, used_us; /* of processor: this turn's begin, and the turns before */
    int64_t until_us;          /* this turn, by the clock: it may wait for the disk */
    struct text text;
    struct packer *packer; /* NULL: it goes as it is */
    size_t sent;
    int rc; /* OK: all is written. ERR_STOPPED: there is more */
    bool is_begun, is_marked, is_packed, is_stream;
    char own[] __attribute__((aligned(16)));
};

/* ---- for whoever writes it --------------------------------------------------------------------*/

void *long_own(struct long_answer *a)
{
    return a->own;
}

const struct query *long_query(const struct long_answer *a)
{
    return &a->query;
}

struct text *long_text(struct long_answer *a)
{
    return &a->text;
}

const struct turn *long_turn(struct long_answer *a)
{
    return &a->turn;
}

bool long_is_full(const struct long_answer *a)
{
    size_t most = a->is_marked ? (size_t)WHOLE_BYTES : (size_t)PIECE_BYTES;

    return a->text.used >= most;
}

int long_refuse(struct long_answer *a, const char *why)
{
    a->why = why;
    return ERR_USAGE;
}

static bool is_over(void *who)
{
    const struct long_answer *a = who;

    return long_is_full(a) || pool_is_ending(a->web->pool) ||
           clock_worked_us() - a->begun_us > TURN_US || clock_us() > a->until_us;
}

/* Whoever closed its end waits for nothing. */
static bool has_left(const struct long_answer *a)
{
    struct pollfd p = {.fd = a->socket, .events = POLLRDHUP};

    return clock_poll(&p, 1, 0) == 1 && p.revents & (POLLRDHUP | POLLHUP | POLLERR);
}

/* ---- in a worker's thread ---------------------------------------------------------------------*/

static int write_some(struct long_answer *a, struct reader *r)
{
    int rc = a->is_begun || !a->kind->begin ? OK : a->kind->begin(a, r);

    a->is_begun = true;
    if (!rc)
        rc = a->kind->go_on(a, r);
    reader_rest(r);
    if ((!rc || rc == ERR_STOPPED) && a->text.is_cut)
        rc = ERR_FULL;
    return rc;
}

/* A piece that is full goes out; a turn that is over without one comes again. */
static bool comes_again(struct long_answer *a)
{
    return a->rc == ERR_STOPPED && !long_is_full(a) && pool_put(a->web->pool, &a->job);
}

/* What does not fit into one piece becomes a stream, and is packed as it comes. */
static void make_stream(struct long_answer *a)
{
    if (!a->is_stream && a->is_packed) {
        a->packer = packer_new(&a->web->long_memory);
        a->is_packed = a->packer != NULL; /* no room for it: as it is */
    }
    a->is_stream = true;
    a->is_marked = false;
}

static int finish_piece(struct long_answer *a)
{
    if (a->rc && a->rc != ERR_STOPPED)
        return a->rc;
    if (a->rc == ERR_STOPPED)
        make_stream(a);
    a->sent = 0;
    if (a->rc == OK && !a->is_stream)
        memory_fit(&a->text);
    if (a->packer && packer_pack(a->packer, &a->text, a->rc == OK))
        return ERR_FULL;
    return a->rc;
}

static void run(struct job *job, struct reader *reader, int rc)
{
    struct long_answer *a = (struct long_answer *)(void *)job;

    a->begun_us = clock_worked_us();
    a->until_us = clock_us() + TURN_MOST_US;
    if (!rc && has_left(a))
        rc = ERR_GONE;
    if (!rc && a->used_us > ALL_US)
        rc = ERR_TIMEOUT;
    a->rc = rc ? rc : write_some(a, reader);
    a->used_us += clock_worked_us() - a->begun_us;
    if (!rc && comes_again(a))
        return;
    if (a->rc == ERR_STOPPED && pool_is_ending(a->web->pool))
        a->rc = ERR_FULL; /* no more of it comes */
    a->rc = finish_piece(a);
    MHD_resume_connection(a->connection); /* from here on it is the server's */
}

/* ---- in the server's thread -------------------------------------------------------------------*/

struct long_answer *long_new(struct exchange *x, const struct long_kind *kind, const char *type,
                             enum MHD_Result *answered)
{
    struct long_answer *a = memory_block(&x->web->long_memory, sizeof *a + kind->memory);

    if (a && !memory_text(&x->web->long_memory, &a->text, TEXT_FIRST)) {
        memory_free(a);
        a = NULL;
    }
    if (!a) {
        *answered = answer_error(x, ERR_FULL);
        return NULL;
    }
    a->job.run = run;
    a->x = x;
    a->web = x->web;
    a->connection = x->connection;
    a->socket =
        MHD_get_connection_info(x->connection, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd;
    a->kind = kind;
    a->type = type;
    a->query = x->query;
    if (x->query.device) { /* the web's list is another one with the next request */
        a->device = *x->query.device;
        a->query.device = &a->device;
    }
    a->turn = (struct turn){is_over, a};
    a->is_packed = pack_wanted(x->connection);
    x->answer = a;
    return a;
}

void long_mark(struct long_answer *a)
{
    a->is_marked = true;
}

void long_free(struct long_answer *a)
{
    if (!a)
        return;
    packer_free(a->packer);
    memory_free(a->text.to);
    memory_free(a);
}

/* The web ends. */
static bool hand_over(struct long_answer *a)
{
    MHD_suspend_connection(a->connection);
    if (pool_put(a->web->pool, &a->job))
        return true;
    MHD_resume_connection(a->connection);
    return false;
}

enum MHD_Result long_ask(struct long_answer *a)
{
    a->x->stage = STAGE_LONG;
    a->rc = ERR_FULL;
    (void)hand_over(a); /* else it is settled at once, as what cannot be answered now */
    return MHD_YES;
}

static ssize_t feed(void *who, uint64_t position, char *to, size_t size)
{
    struct long_answer *a = who;
    size_t length = a->text.used - a->sent;

    (void)position;
    if (length) {
        length = length < size ? length : size;
        memcpy(to, a->text.to + a->sent, length);
        a->sent += length;
        return (ssize_t)length;
    }
    if (a->rc != ERR_STOPPED)
        return a->rc ? MHD_CONTENT_READER_END_WITH_ERROR : MHD_CONTENT_READER_END_OF_STREAM;
    a->text.used = a->sent = 0;
    if (!hand_over(a))
        a->rc = ERR_FULL; /* said when it is asked again */
    return 0;
}

static void free_stream(void *who)
{
    long_free(who);
}

static enum MHD_Result begin_stream(struct exchange *x)
{
    struct long_answer *a = x->answer;
    struct MHD_Response *r =
        MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, FEED_BYTES, feed, a, free_stream);

    if (!r)
        return MHD_NO;
    x->answer = NULL;
    return answer_packed(x->connection, a->type, r, a->packer != NULL);
}

enum MHD_Result long_settled(struct exchange *x)
{
    struct long_answer *a = x->answer;

    if (a->rc == ERR_STOPPED)
        return begin_stream(x);
    if (a->rc)
        return a->why            ? answer_problem(x->connection, MHD_HTTP_BAD_REQUEST, a->why)
               : a->kind->refuse ? a->kind->refuse(x, a->rc)
                                 : answer_error(x, a->rc);
    char *bytes = a->text.to;
    a->text.to = NULL; /* it is the answer's */
    return a->is_marked ? answer_bytes_marked(x, a->type, bytes, a->text.used)
                        : answer_bytes(x, a->type, bytes, a->text.used);
}
