/* The box of a bus: a job that its thread does between two rounds (collector/run/rounds.h). */
#include "collector/run/rounds_inside.h"

#include "base/clock.h"
#include "base/thread.h"

/* ---- the bus's thread ------------------------------------------------------------------------ */

static struct job *take_out(struct round_thread *t, bool is_last)
{
    lock_take(&t->lock);
    struct job *job = t->job;
    t->job = NULL;
    t->is_box_closed |= is_last;
    if (job)
        pthread_cond_broadcast(&t->moved); /* there is room again */
    lock_give(&t->lock);
    return job;
}

/* From its end on a job belongs to whoever waits for it: nothing of it may be looked at here. */
static void carry_out(struct round_thread *t, struct job *job)
{
    int result = job->run(t->rounds, t->bus, job->to);

    lock_take(&t->lock);
    job->result = result;
    job->is_done = true;
    pthread_cond_broadcast(&t->moved);
    lock_give(&t->lock);
}

void round_do_job(struct round_thread *t)
{
    struct job *job = take_out(t, false);

    if (job)
        carry_out(t, job);
}

void round_close_box(struct round_thread *t)
{
    struct job *job = take_out(t, true);

    if (job)
        carry_out(t, job); /* who waits for it must not wait in vain */
}

/* ---- from other threads ---------------------------------------------------------------------- */

int rounds_post(struct rounds *r, size_t bus, struct job *job)
{
    struct round_thread *t = round_thread_of(r, bus);

    if (!t || !t->is_running)
        return ERR_ABSENT;
    job->is_done = false;
    lock_take(&t->lock);
    int rc = t->is_box_closed ? ERR_ABSENT : t->job ? ERR_BUSY : OK;
    if (!rc)
        t->job = job;
    lock_give(&t->lock);
    if (!rc)
        bell_nudge(&t->stop);
    return rc;
}

bool rounds_take_back(struct rounds *r, size_t bus, struct job *job)
{
    struct round_thread *t = round_thread_of(r, bus);
    bool is_back;

    if (!t)
        return true;
    lock_take(&t->lock);
    is_back = t->job == job;
    if (is_back)
        t->job = NULL;
    lock_give(&t->lock);
    return is_back;
}

/* Somebody else's job is in the box: until it is taken out. */
static void wait_for_room(struct round_thread *t, const struct limit *limit)
{
    lock_take(&t->lock);
    while (t->job && !limit_is_over(limit))
        (void)lock_wait_until(&t->lock, &t->moved, limit_next_look(limit));
    lock_give(&t->lock);
}

int rounds_put(struct rounds *r, size_t bus, struct job *job, const struct limit *limit)
{
    int rc;

    while ((rc = rounds_post(r, bus, job)) == ERR_BUSY && !limit_is_over(limit))
        wait_for_room(round_thread_of(r, bus), limit);
    return rc;
}

bool rounds_await(struct rounds *r, size_t bus, struct job *job, const struct limit *limit)
{
    struct round_thread *t = round_thread_of(r, bus);

    if (!t)
        return job->is_done;
    lock_take(&t->lock);
    while (!job->is_done && !(limit && limit_is_over(limit))) {
        if (limit)
            (void)lock_wait_until(&t->lock, &t->moved, limit_next_look(limit));
        else
            lock_wait(&t->lock, &t->moved);
    }
    bool is_done = job->is_done;
    lock_give(&t->lock);
    return is_done;
}

int rounds_finish(struct rounds *r, size_t bus, struct job *job, const struct limit *limit)
{
    if (!rounds_await(r, bus, job, limit)) {
        if (rounds_take_back(r, bus, job))
            return ERR_BUSY;
        (void)rounds_await(r, bus, job, NULL); /* it has begun: the thread has it until its end */
    }
    return job->result;
}

int rounds_do(struct rounds *r, size_t bus, struct job *job, const struct limit *limit)
{
    int rc = rounds_put(r, bus, job, limit);

    return rc ? rc : rounds_finish(r, bus, job, limit);
}
