/* Start in order, stop in reverse (collector/daemon/daemon.h). */
#include "collector/daemon/daemon_inside.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/notify.h"
#include "collector/daemon/alive.h"

#include <malloc.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

enum { NEWS_WAITING = 16 }; /* and two for each bus */
static const int64_t LOOK_US = 500000, TEND_US = 1000000, SLICE_US = 5000;

/* How long an end may take, part by part: what is raised is lowered, threads end after the exchange
 * in hand, the last readings go out. What takes longer is left behind. */
static const int64_t RULES_LAST_US = 10000000, BUSES_LAST_US = 600000, SERVERS_LAST_US = 200000,
                     SINKS_LAST_US = 600000, REST_LAST_US = 300000;

static volatile sig_atomic_t is_asked_to_stop, is_asked_to_reload;

static void take_signal(int number)
{
    if (number == SIGHUP)
        is_asked_to_reload = 1;
    else
        is_asked_to_stop = 1;
}

static bool is_to_end(void)
{
    return is_asked_to_stop;
}

void daemon_catch_signals(void)
{
    struct sigaction act = {.sa_handler = take_signal};

    sigaction(SIGINT, &act, NULL);
    sigaction(SIGTERM, &act, NULL);
    act.sa_flags = SA_RESTART; /* what is being opened or read for the start goes on */
    sigaction(SIGHUP, &act, NULL);
    store_end_when(is_to_end);
}

/* ---- opening ----------------------------------------------------------------------------- */

static int open_store(struct daemon *d)
{
    char path[400], holder[64] = "";
    int rc = store_open(&d->store, plan_store_path(d->plan, path, sizeof path), d->plan->store,
                        holder, sizeof holder);

    if (rc == ERR_BUSY)
        log_err("run", "%s belongs to another helio already (process %s); there can be one only",
                path, holder);
    if (!rc)
        store_care_beside(d->store);
    return rc;
}

static int open_house(struct daemon *d)
{
    int rc;

    d->news = queue_new(sizeof(struct news), NEWS_WAITING + 2 * d->plan->bus_count);
    rc = d->news ? keeper_init(&d->keeper, d->plan, d->store) : ERR_FULL;
    if (rc)
        return rc;
    rules_init(&d->rules, d->store);
    d->keeper.hear = rules_hear;
    d->keeper.who = &d->rules;
    rc = wishes_open(&d->wishes, d);
    if (!rc)
        rc = received_open(&d->received, d->store, d->news);
    return rc;
}

int daemon_open(struct daemon *d, struct plan *take_plan, const char *config)
{
    struct followed *now;
    struct wing *wing;
    int rc;

    *d = (struct daemon){.config = config, .plan = take_plan, .started_us = clock_us()};
    d->control.fd = -1;
    front_init(&d->front);
    wings_init(&d->wings);
    deliver_init(&d->deliver, NULL, NULL);
    rc = open_store(d);
    if (!rc)
        rc = open_house(d);
    if (rc)
        return rc;
    wing = wings_prepare(&d->wings, take_plan, d->news, &rc);
    now = wing ? daemon_followed(d, take_plan) : NULL;
    if (!now) {
        if (wing)
            wing_close(wing);
        return rc ? rc : ERR_FULL;
    }
    rules_follow(&d->rules, take_plan);
    wishes_follow(&d->wishes, take_plan);
    d->deliver.store = d->store;
    d->deliver.view = &now->view;
    if (deliver_follow(&d->deliver, take_plan))
        log_warn("run", "not every sink could begin");
    keeper_pace(&d->keeper, &wing->rounds);
    wings_add(&d->wings, wing);
    if (received_follow(&d->received, take_plan, &now->view))
        log_warn("run", "the web does not listen");
    return OK;
}

/* ---- running ----------------------------------------------------------------------------- */

void daemon_take(struct daemon *d, const struct news *n)
{
    if (n->from) {
        keeper_take(&d->keeper, n);
        front_hear(&d->front, n);
    }
    received_keep(&d->received);
}

void daemon_take_all(struct daemon *d)
{
    static struct news n;

    while (d->news && queue_get(d->news, &n, 0) == OK)
        daemon_take(d, &n);
}

/* One news, or a while without any; returns how long the next may be waited for. */
static int64_t step(struct daemon *d, int64_t wait_us, bool may_tidy)
{
    static struct news n;
    int rc = queue_get(d->news, &n, wait_us);

    if (rc == OK)
        daemon_take(d, &n);
    else
        received_keep(&d->received);
    wait_us = keeper_settle(&d->keeper, may_tidy && rc != OK);
    alive_tell(d);
    return wait_us;
}

bool daemon_until(struct daemon *d, bool (*is_done)(void *), void *context, int64_t until_us)
{
    bool is = is_done(context);

    while (!is && clock_us() < until_us) {
        (void)step(d, SLICE_US, false);
        is = is_done(context);
    }
    return is;
}

void daemon_tend(struct daemon *d)
{
    struct wing *w;

    d->tended_us = clock_us();
    if (wings_have_left(&d->wings)) {
        daemon_take_all(d);
        while ((w = wings_take_empty(&d->wings, d->plan)))
            wing_close(w);
    }
    deliver_tend(&d->deliver);
    received_tend(&d->received);
    daemon_free_plans(d);
}

int daemon_run(struct daemon *d, int64_t until_us)
{
    int64_t wait = 0;

    daemon_catch_signals();
    malloc_trim(0); /* what only starting needed goes back */
    if (control_open(&d->control, d))
        log_warn("run", "no control socket: once, tell, resend and import cannot reach this one");
    store_event(d->store, LOG_LEVEL_NOTE, "run", "started");
    notify("READY=1");
    while (!is_asked_to_stop && clock_us() < until_us) {
        wait = step(d, wait < LOOK_US ? wait : LOOK_US, true);
        rules_look(&d->rules, d);
        if (is_asked_to_reload) {
            is_asked_to_reload = 0;
            (void)!daemon_reload(d); /* it has said so */
        }
        if (clock_us() - d->tended_us > TEND_US)
            daemon_tend(d);
    }
    notify("STOPPING=1");
    d->is_stopping = true; /* whoever waits for something of the house gives up */
    return OK;
}

/* ---- ending ------------------------------------------------------------------------------ */

static bool has_everybody_left(void *who)
{
    struct daemon *d = who;

    return rules_have_left(&d->rules, d, NULL);
}

static bool are_buses_done(void *who)
{
    struct daemon *d = who;

    return wings_are_done(&d->wings);
}

static bool have_servers_left(void *who)
{
    struct daemon *d = who;
    bool is_idle = wishes_are_idle(&d->wishes);

    if (is_idle)
        received_leave(&d->received); /* what waits for a wish must have its answer before */
    return is_idle && received_has_left(&d->received) && control_has_ended(&d->control);
}

static bool have_sinks_ended(void *who)
{
    struct daemon *d = who;

    return deliver_has_ended(&d->deliver);
}

static bool has_all_ended(void *who)
{
    struct daemon *d = who;

    return are_buses_done(d) && have_servers_left(d) && have_sinks_ended(d) &&
           wishes_have_ended(&d->wishes);
}

/* Everybody is told to end at once; then each gets its while. What bus threads tell meanwhile is
 * taken, and goes out with the last of the sinks. */
static bool end_all(struct daemon *d)
{
    wishes_leave(&d->wishes);
    control_stop(&d->control);
    (void)daemon_until(d, has_everybody_left, d, clock_us() + RULES_LAST_US);
    rules_say_left(&d->rules, d, NULL);
    wings_ring(&d->wings);
    (void)daemon_until(d, are_buses_done, d, clock_us() + BUSES_LAST_US);
    (void)daemon_until(d, have_servers_left, d, clock_us() + SERVERS_LAST_US);
    daemon_take_all(d);
    if (keeper_finish(&d->keeper))
        log_err("run", "the last readings could not be written");
    deliver_ask_stop(&d->deliver, clock_us() + SINKS_LAST_US);
    wishes_ask_end(&d->wishes);
    return daemon_until(d, has_all_ended, d, clock_us() + SINKS_LAST_US + REST_LAST_US);
}

static void free_all(struct daemon *d)
{
    wishes_close(&d->wishes);
    received_close(&d->received);
    control_close(&d->control);
    deliver_stop(&d->deliver, 0);
    daemon_take_all(d);
    for (size_t i = d->wings.count; i-- > 0;)
        wing_close(d->wings.list[i]);
    wings_done(&d->wings);
    deliver_done(&d->deliver);
    rules_done(&d->rules);
    keeper_done(&d->keeper);
    store_close(d->store);
    queue_free(d->news);
    front_done(&d->front);
    d->plan = d->followed_count ? NULL : d->plan; /* the newest is among them */
    plan_free(d->plan);
    d->plan = NULL;
    daemon_free_plans(d);
    free(d->followed);
    *d = (struct daemon){0};
}

bool daemon_close(struct daemon *d)
{
    bool has_ended = true;

    d->is_stopping = true;
    if (d->keeper.board && d->news)
        has_ended = end_all(d);
    if (has_ended) {
        free_all(d);
        return true;
    }
    log_warn("run", "something still waits for a wire or a far side; it is left behind");
    if (store_commit(d->store))
        log_err("run", "the last readings could not be written");
    return false;
}
