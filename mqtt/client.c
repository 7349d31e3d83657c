/* The thread of a connection (mqtt/client.h). */
#include "mqtt/client.h"

#include "base/backoff.h"
#include "base/clock.h"
#include "base/complaint.h"
#include "base/lock.h"
#include "base/log.h"
#include "base/thread.h"
#include "mqtt/guests.h"
#include "mqtt/outbox.h"
#include "mqtt/session.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

enum { FIGHTS_MOST = 6 };
static const int64_t STEP_US = 200000, TICK_US = 1000000, PAUSE_LEAST_US = 200000,
                     PAUSE_FIRST_US = 1000000, PAUSE_MOST_US = 30000000, ALARM_MOST_US = 300000000,
                     FIGHT_US = 10000000;

struct client {
    struct client_plan plan;
    char id[64]; /* the one in use: the plan's, unless somebody else uses that */
    char id_of_plan[64];
    struct guests guests;
    struct outbox outbox;
    int wake_fd;
    pthread_t thread;
    bool is_started;

    struct lock lock; /* guards these two */
    bool is_stopping;
    int64_t stop_us;

    /* the thread's own */
    struct session *session;
    struct chance chance;
    struct complaint denied;
    unsigned attempts, fights;
    bool has_just_come;
    int64_t up_us, tick_us;
};

static void wake(struct client *c)
{
    uint64_t one = 1;

    if (write(c->wake_fd, &one, sizeof one) < 0)
        return; /* it is awake already */
}

static bool is_stopping(struct client *c)
{
    lock_take(&c->lock);
    bool is = c->is_stopping;
    lock_give(&c->lock);
    return is;
}

/* ---- what the session tells ---------------------------------------------------------------- */

static void take_up(void *who)
{
    ((struct client *)who)->has_just_come = true;
}

static void take_acknowledgement(void *who, int mid, int reason)
{
    struct client *c = who;

    if (outbox_acknowledge(&c->outbox, mid, reason))
        complain_rarely(&c->denied, c->plan.name, session_reason(reason));
}

static void take_denial(void *who, const char *filter)
{
    struct client *c = who;
    char words[200];

    snprintf(words, sizeof words, "the broker's access list does not let us listen to %.120s",
             filter);
    complain_rarely(&c->denied, c->plan.name, words);
}

static void take_word(void *who, const struct client_word *w)
{
    struct client *c = who;

    guests_hear(&c->guests, c, w);
}

/* ---- while it lasts ------------------------------------------------------------------------ */

static void arrive(struct client *c)
{
    c->has_just_come = false;
    c->attempts = 0;
    c->up_us = c->tick_us = clock_us();
    guests_subscribe(&c->guests, c->session, c->plan.name);
    outbox_open(&c->outbox);
    log_info(c->plan.name, "connected as %s", c->id);
    guests_up(&c->guests, c);
}

static void tick(struct client *c)
{
    if (clock_us() < c->tick_us + TICK_US)
        return;
    c->tick_us = clock_us();
    guests_tick(&c->guests, c);
}

/* Says the last words, and waits until the broker has them. True: that is done. */
static bool part(struct client *c, bool *has_said)
{
    if (!*has_said)
        guests_last(&c->guests, c);
    *has_said = true;
    outbox_send(&c->outbox, c->session);
    lock_take(&c->lock);
    bool is_done = outbox_is_quiet(&c->outbox) || clock_us() >= c->stop_us;
    lock_give(&c->lock);
    if (is_done)
        session_goodbye(c->session);
    return is_done;
}

/* From the first packet to the last. */
static void live(struct client *c)
{
    int64_t until = clock_us() + (int64_t)(c->plan.timeout_s * 1e6);
    bool is_up = false, is_alarm = false, has_said_goodbye = false, is_over = false;
    const char *why = "";

    while (!is_over) {
        is_over = session_step(c->session, c->wake_fd, STEP_US) != OK;
        why = session_why(c->session, &is_alarm);
        if (is_over)
            break;
        if (c->has_just_come) {
            arrive(c);
            is_up = true;
        }
        if (!is_up && clock_us() > until) {
            why = "the broker did not answer in time";
            break;
        }
        if (is_up) {
            tick(c);
            outbox_send(&c->outbox, c->session);
        }
        if (is_up && outbox_is_to_cut(&c->outbox)) {
            why = "the broker acknowledged nothing in time";
            break;
        }
        if (is_stopping(c))
            is_over = !is_up || part(c, &has_said_goodbye);
    }
    outbox_lose(&c->outbox, why, is_alarm);
    if (is_up)
        log_info(c->plan.name, "no longer connected: %s", *why ? why : "ended");
}

/*
 * Two clients with one id throw each other out for ever, which is what a copied SD card leads to.
 * One that is thrown out again and again, soon after each first attempt, takes another.
 */
static void watch_for_a_double(struct client *c, bool was_first)
{
    bool was_short = c->up_us && clock_us() - c->up_us < FIGHT_US;

    c->fights = was_first && was_short ? c->fights + 1 : 0;
    c->up_us = 0;
    if (c->fights < FIGHTS_MOST)
        return;
    c->fights = 0;
    snprintf(c->id, sizeof c->id, "%.40s-%04x", c->plan.id,
             (unsigned)chance_between(&c->chance, 0, 0xffff));
    log_warn(c->plan.name,
             "thrown out again and again: another client seems to use the id %s; from now on %s",
             c->plan.id, c->id);
}

static void pause_for(struct client *c, bool is_alarm)
{
    int64_t until = clock_us() + backoff_us(&c->chance, c->attempts, PAUSE_LEAST_US, PAUSE_FIRST_US,
                                            is_alarm ? ALARM_MOST_US : PAUSE_MOST_US);
    int64_t left = until - clock_us();
    uint64_t count;

    while (left > 0 && !is_stopping(c)) {
        struct pollfd fd = {.fd = c->wake_fd, .events = POLLIN};
        if (clock_poll(&fd, 1, left) > 0 && read(c->wake_fd, &count, sizeof count) < 0)
            break;
        left = until - clock_us();
    }
}

static void *run(void *who)
{
    struct client *c = who;
    const struct session_events events = {c, take_up, take_acknowledgement, take_denial, take_word};
    char why[200];
    bool is_alarm;

    while (!is_stopping(c)) {
        struct client_plan plan = c->plan;
        bool was_first = c->attempts <= 1;
        plan.id = c->id;
        c->session = session_open(&plan, c->attempts++, &events, why, sizeof why, &is_alarm);
        if (c->session)
            live(c);
        else
            outbox_lose(&c->outbox, why, is_alarm);
        is_alarm = outbox_is_alarm(&c->outbox);
        session_close(c->session);
        c->session = NULL;
        watch_for_a_double(c, was_first);
        c->attempts += !c->attempts;
        pause_for(c, is_alarm);
    }
    return NULL;
}

/* ---- from outside -------------------------------------------------------------------------- */

int client_new(struct client **to, const struct client_plan *plan)
{
    struct client *c = calloc(1, sizeof *c);

    if (!c)
        return ERR_FULL;
    c->plan = *plan;
    snprintf(c->id, sizeof c->id, "%s", plan->id);
    snprintf(c->id_of_plan, sizeof c->id_of_plan, "%s", plan->id);
    c->plan.id = c->id_of_plan;
    c->chance = chance_seeded(0);
    outbox_init(&c->outbox, plan->stop_us);
    lock_init(&c->lock, LOCK_CLIENT);
    c->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (c->wake_fd < 0) {
        client_free(c);
        return ERR_SYSTEM;
    }
    *to = c;
    return OK;
}

int client_join(struct client *c, const struct client_guest *g)
{
    return guests_join(&c->guests, g);
}

int client_start(struct client *c)
{
    if (c->is_started)
        return OK;
    int rc = thread_begin(&c->thread, c->plan.name, run, c);
    c->is_started = !rc;
    return rc;
}

void client_stop(struct client *c, int64_t deadline_us)
{
    if (!c || !c->is_started)
        return;
    lock_take(&c->lock);
    c->is_stopping = true;
    c->stop_us = deadline_us;
    lock_give(&c->lock);
    wake(c);
    thread_join(c->thread);
    c->is_started = false;
}

void client_free(struct client *c)
{
    if (!c)
        return;
    outbox_done(&c->outbox);
    if (c->wake_fd >= 0)
        close(c->wake_fd);
    lock_done(&c->lock);
    free(c);
}

int client_say(struct client *c, unsigned how, const char *topic, const char *payload,
               size_t length)
{
    int rc = outbox_say(&c->outbox, how, topic, payload, length);

    if (!rc)
        wake(c);
    return rc;
}

void client_put(struct client *c, unsigned how, const char *topic, const char *payload)
{
    if (client_say(c, how, topic, payload, strlen(payload)))
        log_debug(c->plan.name, "%s has to wait for the next connection", topic);
}

bool client_is_quiet(struct client *c)
{
    return outbox_is_quiet(&c->outbox);
}

void client_count_anew(struct client *c)
{
    outbox_count_anew(&c->outbox);
}

void client_settle(struct client *c, int64_t deadline_us, struct client_result *to)
{
    outbox_settle(&c->outbox, deadline_us, to);
    wake(c);
}

void client_wait_up(struct client *c, int64_t deadline_us, bool is_patient,
                    struct client_result *to)
{
    outbox_wait_up(&c->outbox, deadline_us, is_patient, to);
}
