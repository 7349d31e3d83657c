/* Start in order, stop in reverse, reload in between (collector/daemon.h). */
#include "collector/daemon.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/notify.h"
#include "base/plural.h"
#include "collector/alive.h"
#include "collector/control_socket.h"
#include "collector/logbook.h"

#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NEWS_WAITING = 16 }; /* and two for each bus */
static const int64_t SINKS_LAST_US = 3000000, LOOK_US = 500000, RULES_LAST_US = 10000000;

static volatile sig_atomic_t is_asked_to_stop, is_asked_to_reload;

static void take_signal(int number)
{
    if (number == SIGHUP)
        is_asked_to_reload = 1;
    else
        is_asked_to_stop = 1;
}

static void catch_signals(void)
{
    struct sigaction act = {.sa_handler = take_signal};

    sigaction(SIGINT, &act, NULL);
    sigaction(SIGTERM, &act, NULL);
    sigaction(SIGHUP, &act, NULL);
}

/* ---- opening ----------------------------------------------------------------------------- */

static int add_wing(struct daemon *d, struct plan *plan)
{
    struct wing *w = calloc(1, sizeof *w);
    int rc;

    if (!w || d->wing_count == WINGS_MAX) {
        free(w);
        return ERR_FULL;
    }
    rc = wing_open(w, plan, d->wings, d->wing_count, d->news);
    d->wings[d->wing_count++] = w;
    for (size_t i = 0; i < d->wing_count; i++)
        keeper_pace(&d->keeper, &d->wings[i]->rounds);
    return rc;
}

int daemon_open(struct daemon *d, struct plan *take_plan, const char *config)
{
    char path[400], holder[64] = "";
    int rc;

    *d = (struct daemon){.config = config, .plan = take_plan, .started_us = clock_us()};
    pthread_mutex_init(&d->lock, NULL);
    front_init(&d->front);
    rc = store_open(&d->store, plan_store_path(take_plan, path, sizeof path), take_plan->store,
                    holder, sizeof holder);
    if (rc == ERR_BUSY)
        log_err("run", "%s belongs to another helio already (process %s); there can be one only",
                path, holder);
    if (rc)
        return rc;
    store_care_beside(d->store);
    d->news = queue_new(sizeof(struct news), NEWS_WAITING + 2 * take_plan->bus_count);
    rc = d->news ? keeper_init(&d->keeper, take_plan, d->store) : ERR_FULL;
    if (rc)
        return rc;
    rules_init(&d->rules, d->store);
    d->keeper.hear = rules_hear;
    d->keeper.who = &d->rules;
    rules_follow(&d->rules, take_plan);
    rc = wishes_open(&d->wishes, d);
    if (rc)
        return rc;
    wishes_follow(&d->wishes, take_plan);
    rc = received_open(&d->received, d->store, d->news);
    if (rc)
        return rc;
    d->deliver.view = front_of(d);
    if (deliver_follow(&d->deliver, take_plan, d->store))
        log_warn("run", "not every sink could begin");
    if (received_follow(&d->received, take_plan, front_of(d)))
        log_warn("run", "the web does not listen");
    pthread_mutex_lock(&d->lock); /* the web listens already */
    rc = add_wing(d, take_plan);
    pthread_mutex_unlock(&d->lock);
    return rc;
}

/* ---- reloading --------------------------------------------------------------------------- */

static bool is_used(const struct daemon *d, const struct plan *plan)
{
    bool is = d->plan == plan || deliver_uses(&d->deliver, plan);

    for (size_t i = 0; i < d->wing_count; i++)
        is |= d->wings[i]->plan == plan;
    return is;
}

/* A plan that no wing runs by any longer may still have the section of a sink. */
static void free_unused(struct daemon *d)
{
    size_t kept = 0;

    for (size_t i = 0; i < d->kept_count; i++) {
        if (is_used(d, d->kept[i]))
            d->kept[kept++] = d->kept[i];
        else
            plan_free(d->kept[i]);
    }
    d->kept_count = kept;
}

static void drop_empty_wings(struct daemon *d)
{
    free_unused(d);
    for (size_t i = d->wing_count; i-- > 0;) {
        struct wing *w = d->wings[i];
        struct plan *plan = w->plan;
        if (plan == d->plan || !wing_is_empty(w))
            continue;
        wing_close(w);
        free(w);
        d->wing_count--;
        memmove(&d->wings[i], &d->wings[i + 1], (d->wing_count - i) * sizeof *d->wings);
        if (is_used(d, plan))
            d->kept[d->kept_count++] = plan; /* by a sink: there are no more of these than sinks */
        else
            plan_free(plan);
    }
}

void daemon_take(struct daemon *d, const struct news *n)
{
    if (n->from) {
        keeper_take(&d->keeper, n);
        front_hear(&d->front, n);
    }
    received_keep(&d->received);
}

/* What a bus thread told before it ended still refers to its house. */
static void take_all(struct daemon *d)
{
    static struct news n;

    while (queue_get(d->news, &n, 0) == OK)
        daemon_take(d, &n);
}

static void follow(struct daemon *d, struct plan *plan)
{
    for (size_t i = 0; i < d->wing_count; i++)
        wing_leave(d->wings[i], plan);
    take_all(d);
    d->plan = plan;
    if (keeper_learn(&d->keeper, plan) || add_wing(d, plan))
        log_err("run", "the new settings could not be followed in full");
    rules_follow(&d->rules, plan);
    wishes_follow(&d->wishes, plan);
    if (deliver_follow(&d->deliver, plan, d->store))
        log_warn("run", "not every sink could begin");
    if (received_follow(&d->received, plan, front_of(d)))
        log_warn("run", "the web does not listen");
    drop_empty_wings(d);
}

static void reload(struct daemon *d)
{
    struct plan *plan = plan_new();
    char state[80];

    is_asked_to_reload = 0;
    if (!d->config || !plan) {
        log_warn("run", "there is no settings file to read again");
        plan_free(plan);
        return;
    }
    snprintf(state, sizeof state, "RELOADING=1\nMONOTONIC_USEC=%lld", (long long)clock_us());
    notify(state);
    if (plan_load(plan, d->config) || d->wing_count == WINGS_MAX) {
        log_err("run", "%s cannot be used as it is; the old settings hold", d->config);
        store_event(d->store, LOG_LEVEL_ERR, "run", "reload refused: the old settings hold");
        plan_free(plan);
    } else {
        rules_leave(&d->rules, d, plan, clock_us() + RULES_LAST_US);
        wishes_leave(&d->wishes);
        received_leave(&d->received);
        pthread_mutex_lock(&d->lock);
        follow(d, plan);
        pthread_mutex_unlock(&d->lock);
        if (logbook_follow(plan, d->keeps_level))
            log_warn("run", "the log goes on where it was");
        log_note("run", "settings read again: %zu device%s, %zu group%s, %zu sink%s",
                 plan->device_count, plural_s((int64_t)plan->device_count), plan->group_count,
                 plural_s((int64_t)plan->group_count), plan->sink_count,
                 plural_s((int64_t)plan->sink_count));
        store_event(d->store, LOG_LEVEL_NOTE, "run", "settings read again");
    }
    notify("READY=1");
}

/* ---- running ----------------------------------------------------------------------------- */

int daemon_run(struct daemon *d, int64_t until_us)
{
    static struct news n;
    struct control_socket socket = {.fd = -1};
    int64_t wait = 0;

    catch_signals();
    malloc_trim(0); /* what only starting needed goes back */
    if (control_open(&socket, d))
        log_warn("run", "no control socket: once, tell, resend and import cannot reach this one");
    notify("READY=1");
    while (!is_asked_to_stop && clock_us() < until_us) {
        int64_t most = wait < LOOK_US ? wait : LOOK_US;
        int rc = queue_get(d->news, &n, most);
        if (rc == OK)
            daemon_take(d, &n);
        else
            received_keep(&d->received);
        wait = keeper_settle(&d->keeper, rc != OK);
        rules_look(&d->rules, d);
        if (is_asked_to_reload)
            reload(d);
        alive_tell(d);
    }
    notify("STOPPING=1");
    d->is_stopping = true;
    control_close(&socket);
    return OK;
}

/* Threads end after the exchange in hand; what they tell meanwhile is taken. */
static void stop_wings(struct daemon *d)
{
    bool is_done = false;

    for (size_t i = 0; i < d->wing_count; i++)
        rounds_ring(&d->wings[i]->rounds);
    while (!is_done) {
        is_done = true;
        for (size_t i = 0; i < d->wing_count; i++)
            is_done &= rounds_are_done(&d->wings[i]->rounds);
        take_all(d);
        if (!is_done)
            clock_sleep_us(2000);
    }
    take_all(d);
}

void daemon_close(struct daemon *d)
{
    wishes_leave(&d->wishes);
    received_close(&d->received);
    rules_leave(&d->rules, d, NULL, clock_us() + RULES_LAST_US);
    if (d->news)
        stop_wings(d);
    if (d->keeper.board && keeper_finish(&d->keeper))
        log_err("run", "the last readings could not be written");
    deliver_stop(&d->deliver, clock_us() + SINKS_LAST_US);
    wishes_close(&d->wishes);
    for (size_t i = d->wing_count; i-- > 0;) {
        struct plan *plan = d->wings[i]->plan;
        wing_close(d->wings[i]);
        free(d->wings[i]);
        d->wing_count--;
        if (!is_used(d, plan))
            plan_free(plan);
    }
    free_unused(d);
    rules_done(&d->rules);
    keeper_done(&d->keeper);
    store_close(d->store);
    queue_free(d->news);
    front_done(&d->front);
    pthread_mutex_destroy(&d->lock);
    plan_free(d->plan);
    *d = (struct daemon){0};
}

struct wing *daemon_wing(struct daemon *d, const char *device, size_t *at)
{
    for (size_t i = d->wing_count; i-- > 0;) {
        const struct plan *p = d->wings[i]->plan;
        for (size_t k = 0; k < p->device_count; k++)
            if (!strcmp(p->devices[k].name, device) &&
                rounds_has_bus(&d->wings[i]->rounds, (size_t)(p->devices[k].bus - p->buses))) {
                *at = k;
                return d->wings[i];
            }
    }
    return NULL;
}
