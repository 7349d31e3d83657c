/* The box of a bus: a job that its thread does between two rounds (collector/rounds.h). */
#include "collector/rounds_inside.h"

#include "base/clock.h"

void round_do_job(struct round_thread *t)
{
    pthread_mutex_lock(&t->lock);
    struct job *job = t->job;
    t->job = NULL;
    pthread_mutex_unlock(&t->lock);
    if (!job)
        return;
    job->result = job->run(t->rounds, t->bus, job->to);
    job->is_done = true;
}

int rounds_post(struct rounds *r, size_t bus, struct job *job)
{
    struct round_thread *t = round_thread_of(r, bus);

    if (!t || !t->is_running)
        return ERR_ABSENT;
    job->is_done = false;
    pthread_mutex_lock(&t->lock);
    bool is_posted = !t->job;
    if (is_posted)
        t->job = job;
    pthread_mutex_unlock(&t->lock);
    if (!is_posted)
        return ERR_BUSY;
    bell_nudge(&t->stop);
    return OK;
}

bool rounds_take_back(struct rounds *r, size_t bus, struct job *job)
{
    struct round_thread *t = round_thread_of(r, bus);
    bool is_back;

    if (!t)
        return true;
    pthread_mutex_lock(&t->lock);
    is_back = t->job == job;
    if (is_back)
        t->job = NULL;
    pthread_mutex_unlock(&t->lock);
    return is_back;
}

int rounds_do(struct rounds *r, size_t bus, struct job *job, int64_t wait_us)
{
    int64_t until = clock_us() + wait_us;
    int rc;

    while ((rc = rounds_post(r, bus, job)) == ERR_BUSY && clock_us() <= until)
        clock_sleep_us(5000);
    if (rc)
        return rc;
    while (!job->is_done) {
        if (clock_us() > until && rounds_take_back(r, bus, job))
            return ERR_BUSY;
        clock_sleep_us(2000);
    }
    return job->result;
}
