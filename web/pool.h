/*
 * A few threads for questions that may take long, so that the server's own thread never does. A job
 * is run in turns: it puts itself behind the others when its turn is over.
 *
 *   server's thread ──pool_put──▶ queue ──▶ worker: run ──▶ resumes the connection, or pool_put
 */
#ifndef WEB_POOL_H
#define WEB_POOL_H

#include "base/error.h"

#include <stdbool.h>

struct pool;
struct reader;

struct job {
    struct job *next;
    /* In a worker's thread. `reader` is the worker's own, and valid in this turn only; NULL: `rc`
     * says why. It is not run any more when ERR_STOPPED comes: the web ends. */
    void (*run)(struct job *job, struct reader *reader, int rc);
};

/* `path` of the store must last as long as the pool. Its threads begin with the first job. */
int pool_open(struct pool **to, const char *path) MUST_CHECK;

/* False: it ends, and the job was not taken. */
bool pool_put(struct pool *p, struct job *job);

bool pool_is_ending(const struct pool *p);

/* Every job in it is run once more with ERR_STOPPED; then none is taken. */
void pool_end(struct pool *p);
void pool_close(struct pool *p);

#endif
