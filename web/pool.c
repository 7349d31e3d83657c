/* The workers (web/pool.h). */
#include "web/pool.h"

#include "base/lock.h"
#include "base/thread.h"
#include "store/reader.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/resource.h>

/* Two: one question that waits for the disk does not keep the next one from the processor. They
 * give way to whoever reads devices. */
enum { WORKERS = 2, NICER = 5 };

struct pool {
    struct lock lock;
    pthread_cond_t ring;
    const char *path;
    struct job *first, *last;
    pthread_t workers[WORKERS];
    unsigned count;
    atomic_bool is_ending; /* written under the lock */
};

/* ---- a worker ---------------------------------------------------------------------------------*/

/* The store may have been set aside since the last turn. */
static int fresh_reader(const struct pool *p, struct reader **r)
{
    if (*r && reader_is_left(*r, p->path)) {
        reader_close(*r);
        *r = NULL;
    }
    return *r ? OK : reader_open(r, p->path);
}

static struct job *next_job(struct pool *p)
{
    lock_take(&p->lock);
    while (!p->first && !p->is_ending)
        lock_wait(&p->lock, &p->ring);
    struct job *job = p->is_ending ? NULL : p->first;
    if (job)
        p->first = job->next;
    lock_give(&p->lock);
    return job;
}

static void *work(void *who)
{
    struct pool *p = who;
    struct reader *reader = NULL;

    /* of this thread alone, as Linux has it; what cannot be set is no trouble */
    (void)setpriority(PRIO_PROCESS, 0, getpriority(PRIO_PROCESS, 0) + NICER);
    for (struct job *job = next_job(p); job; job = next_job(p)) {
        int rc = fresh_reader(p, &reader);
        job->run(job, rc ? NULL : reader, rc);
    }
    reader_close(reader);
    return NULL;
}

/* With the lock held. */
static void begin_workers(struct pool *p)
{
    while (p->count < WORKERS && thread_begin(&p->workers[p->count], "web", work, p) == OK)
        p->count++;
}

/* ---- from outside -----------------------------------------------------------------------------*/

int pool_open(struct pool **to, const char *path)
{
    struct pool *p = calloc(1, sizeof *p);

    *to = p;
    if (!p)
        return ERR_FULL;
    p->path = path;
    lock_init(&p->lock, LOCK_POOL);
    pthread_cond_init(&p->ring, NULL);
    return OK;
}

bool pool_put(struct pool *p, struct job *job)
{
    lock_take(&p->lock);
    if (!p->is_ending)
        begin_workers(p);
    bool is_taken = !p->is_ending && p->count;
    job->next = NULL;
    if (is_taken && p->first)
        p->last->next = job;
    else if (is_taken)
        p->first = job;
    if (is_taken)
        p->last = job;
    pthread_cond_signal(&p->ring);
    lock_give(&p->lock);
    return is_taken;
}

bool pool_is_ending(const struct pool *p)
{
    return p->is_ending;
}

void pool_end(struct pool *p)
{
    if (!p)
        return;
    lock_take(&p->lock);
    p->is_ending = true;
    pthread_cond_broadcast(&p->ring);
    lock_give(&p->lock);
    for (unsigned i = 0; i < p->count; i++)
        thread_join(p->workers[i]);
    p->count = 0;
    while (p->first) {
        struct job *job = p->first;
        p->first = job->next;
        job->run(job, NULL, ERR_STOPPED);
    }
}

void pool_close(struct pool *p)
{
    if (!p)
        return;
    pthread_cond_destroy(&p->ring);
    lock_done(&p->lock);
    free(p);
}
