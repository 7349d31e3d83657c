/* The thread of a connection, and what waits for it (mqtt/client.h). */
#include "mqtt/client.h"

#include "base/backoff.h"
#include "base/clock.h"
#include "base/complaint.h"
#include "base/log.h"
#include "mqtt/session.h"

#include <poll.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

enum { GUESTS_MAX = 8, WAITING_BYTES = 4 << 20, STACK_BYTES = 256 * 1024, FIGHTS_MOST = 6 };
static const int64_t TICK_US = 1000000, PAUSE_LEAST_US = 200000, PAUSE_FIRST_US = 1000000,
                     PAUSE_MOST_US = 30000000, ALARM_MOST_US = 300000000, FIGHT_US = 10000000;

/* One message on its way: waiting in the outbox, or sent and not acknowledged yet. */
struct parcel {
    struct parcel *next;
    unsigned count_of; /* the count it belongs to; 0: nobody waits for it */
    int mid;
    bool is_retained;
    size_t length;
    char *topic; /* behind the payload */
    char payload[];
};

struct parcels {
    struct parcel *first, **end;
};

struct client {
    struct client_plan plan;
    char id[64]; /* the one in use: the plan's, unless somebody else uses that */
    char id_of_plan[64];
    struct client_guest guests[GUESTS_MAX];
    size_t guest_count;
    int wake_fd;
    pthread_t thread;
    bool is_started;

    pthread_mutex_t lock; /* guards what follows */
    pthread_cond_t changed;
    bool is_up, is_stopping, is_to_cut;
    int64_t stop_us;
    struct parcels outbox;
    size_t waiting_bytes;
    unsigned count_of, counted; /* the count that runs, and how many of it are open */
    struct client_result result;

    /* the thread's own */
    struct session *session;
    struct parcels sent;
    struct chance chance;
    struct complaint denied;
    unsigned attempts, fights;
    bool has_just_come;
    int64_t up_us, tick_us;
};

static void parcels_empty(struct parcels *p)
{
    p->first = NULL;
    p->end = &p->first;
}

static void parcels_add(struct parcels *p, struct parcel *one)
{
    one->next = NULL;
    *p->end = one;
    p->end = &one->next;
}

static struct parcel *parcels_take(struct parcels *p, struct parcel **at)
{
    struct parcel *one = *at;

    *at = one->next;
    if (p->end == &one->next)
        p->end = at;
    return one;
}

static void parcels_drop(struct parcels *p)
{
    while (p->first)
        free(parcels_take(p, &p->first));
}

static void wake(struct client *c)
{
    uint64_t one = 1;

    if (write(c->wake_fd, &one, sizeof one) < 0)
        return; /* it is awake already */
}

static bool is_stopping(struct client *c)
{
    pthread_mutex_lock(&c->lock);
    bool is = c->is_stopping;
    pthread_mutex_unlock(&c->lock);
    return is;
}

/* ---- counting what is waited for ----------------------------------------------------------- */

/* With the lock held. */
static void settle_one(struct client *c, const struct parcel *one, int reason)
{
    if (!one->count_of || one->count_of != c->count_of || !c->counted)
        return;
    c->counted--;
    c->result.refused += reason != 0;
    c->result.reason = reason ? reason : c->result.reason;
    if (!c->counted)
        pthread_cond_broadcast(&c->changed);
}

static void note_loss(struct client *c, const char *why, bool is_alarm)
{
    pthread_mutex_lock(&c->lock);
    c->is_up = c->is_to_cut = false;
    parcels_drop(&c->outbox);
    c->waiting_bytes = 0;
    c->result.is_lost = true;
    c->result.is_alarm = is_alarm;
    snprintf(c->result.why, sizeof c->result.why, "%s", why);
    pthread_cond_broadcast(&c->changed);
    pthread_mutex_unlock(&c->lock);
    parcels_drop(&c->sent);
}

/* ---- what the session tells ---------------------------------------------------------------- */

static void take_up(void *who)
{
    ((struct client *)who)->has_just_come = true;
}

static void take_acknowledgement(void *who, int mid, int reason)
{
    struct client *c = who;

    for (struct parcel **at = &c->sent.first; *at; at = &(*at)->next) {
        if ((*at)->mid != mid)
            continue;
        struct parcel *one = parcels_take(&c->sent, at);
        pthread_mutex_lock(&c->lock);
        settle_one(c, one, reason);
        pthread_mutex_unlock(&c->lock);
        if (reason && !one->count_of)
            complain_rarely(&c->denied, c->plan.name, session_reason(reason));
        free(one);
        return;
    }
}

static void take_denial(void *who, const char *filter)
{
    struct client *c = who;
    char words[200];

    snprintf(words, sizeof words, "the broker's access list does not let us listen to %.120s",
             filter);
    complain_rarely(&c->denied, c->plan.name, words);
}

/* Does the filter, which may end in # and have + levels, fit? */
static bool is_for(const char *filter, const char *topic)
{
    while (*filter && *topic) {
        if (*filter == '#')
            return true;
        if (*filter == '+') {
            filter++;
            topic += strcspn(topic, "/");
        } else if (*filter++ != *topic++) {
            return false;
        }
    }
    return *filter == *topic || !strcmp(filter, "/#") || !strcmp(filter, "#");
}

static void take_word(void *who, const struct client_word *w)
{
    struct client *c = who;

    for (size_t i = 0; i < c->guest_count; i++)
        for (int k = 0; k < FILTERS_MAX && c->guests[i].filters[k]; k++)
            if (c->guests[i].hear && is_for(c->guests[i].filters[k], w->topic)) {
                c->guests[i].hear(c->guests[i].who, c, w);
                break;
            }
}

/* ---- while it lasts ------------------------------------------------------------------------ */

static void arrive(struct client *c)
{
    c->has_just_come = false;
    c->attempts = 0;
    c->up_us = c->tick_us = clock_us();
    for (size_t i = 0; i < c->guest_count; i++)
        for (int k = 0; k < FILTERS_MAX && c->guests[i].filters[k]; k++)
            if (session_subscribe(c->session, c->guests[i].filters[k]))
                log_debug(c->plan.name, "%s could not be asked for", c->guests[i].filters[k]);
    pthread_mutex_lock(&c->lock);
    c->is_up = true;
    c->is_to_cut = false;
    pthread_cond_broadcast(&c->changed);
    pthread_mutex_unlock(&c->lock);
    log_info(c->plan.name, "connected as %s", c->id);
    for (size_t i = 0; i < c->guest_count; i++)
        if (c->guests[i].up)
            c->guests[i].up(c->guests[i].who, c);
}

static void tick(struct client *c)
{
    if (clock_us() < c->tick_us + TICK_US)
        return;
    c->tick_us = clock_us();
    for (size_t i = 0; i < c->guest_count; i++)
        if (c->guests[i].tick)
            c->guests[i].tick(c->guests[i].who, c);
}

/* Hands the outbox to the library. */
static void send_parcels(struct client *c)
{
    struct parcels all;

    pthread_mutex_lock(&c->lock);
    all.first = c->outbox.first;
    all.end = &all.first;
    c->waiting_bytes = 0;
    parcels_empty(&c->outbox);
    pthread_mutex_unlock(&c->lock);
    while (all.first) {
        struct parcel *one = all.first;
        all.first = one->next;
        one->mid =
            session_publish(c->session, one->topic, one->payload, one->length, one->is_retained);
        if (one->mid > 0) {
            parcels_add(&c->sent, one);
            continue;
        }
        pthread_mutex_lock(&c->lock);
        if (one->mid == ERR_REFUSED)
            settle_one(c, one, 149);
        pthread_mutex_unlock(&c->lock);
        free(one); /* the connection broke: all is forgotten soon */
    }
}

/* Says the last words, and waits until the broker has them. True: that is done. */
static bool part(struct client *c, bool *has_said)
{
    bool is_empty;

    if (!*has_said)
        for (size_t i = 0; i < c->guest_count; i++)
            if (c->guests[i].last)
                c->guests[i].last(c->guests[i].who, c);
    *has_said = true;
    send_parcels(c);
    pthread_mutex_lock(&c->lock);
    is_empty = (!c->sent.first && !c->outbox.first) || clock_us() >= c->stop_us;
    pthread_mutex_unlock(&c->lock);
    if (is_empty)
        session_goodbye(c->session);
    return is_empty;
}

static bool is_cut(struct client *c)
{
    pthread_mutex_lock(&c->lock);
    bool is = c->is_to_cut;
    pthread_mutex_unlock(&c->lock);
    return is;
}

/* From the first packet to the last. */
static void live(struct client *c)
{
    int64_t until = clock_us() + (int64_t)(c->plan.timeout_s * 1e6);
    bool is_up = false, is_alarm = false, has_said_goodbye = false, is_over = false;
    const char *why = "";

    while (!is_over) {
        is_over = session_step(c->session, c->wake_fd, 200) != OK;
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
            send_parcels(c);
        }
        if (is_up && is_cut(c)) {
            why = "the broker acknowledged nothing in time";
            break;
        }
        if (is_stopping(c))
            is_over = !is_up || part(c, &has_said_goodbye);
    }
    note_loss(c, why, is_alarm);
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
        if (poll(&fd, 1, (int)(left / 1000) + 1) > 0 && read(c->wake_fd, &count, sizeof count) < 0)
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
            note_loss(c, why, is_alarm);
        pthread_mutex_lock(&c->lock);
        is_alarm = c->result.is_alarm;
        pthread_mutex_unlock(&c->lock);
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
    pthread_condattr_t monotonic;

    if (!c)
        return ERR_FULL;
    c->plan = *plan;
    snprintf(c->id, sizeof c->id, "%s", plan->id);
    snprintf(c->id_of_plan, sizeof c->id_of_plan, "%s", plan->id);
    c->plan.id = c->id_of_plan;
    c->chance = chance_seeded(0);
    parcels_empty(&c->outbox);
    parcels_empty(&c->sent);
    pthread_mutex_init(&c->lock, NULL);
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&c->changed, &monotonic);
    pthread_condattr_destroy(&monotonic);
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
    if (c->guest_count == GUESTS_MAX)
        return ERR_FULL;
    c->guests[c->guest_count++] = *g;
    return OK;
}

int client_start(struct client *c)
{
    pthread_attr_t small;

    if (c->is_started)
        return OK;
    pthread_attr_init(&small);
    pthread_attr_setstacksize(&small, STACK_BYTES);
    int rc = pthread_create(&c->thread, &small, run, c) ? ERR_SYSTEM : OK;
    pthread_attr_destroy(&small);
    c->is_started = !rc;
    return rc;
}

void client_stop(struct client *c, int64_t deadline_us)
{
    if (!c || !c->is_started)
        return;
    pthread_mutex_lock(&c->lock);
    c->is_stopping = true;
    c->stop_us = deadline_us;
    pthread_mutex_unlock(&c->lock);
    wake(c);
    pthread_join(c->thread, NULL);
    c->is_started = false;
}

void client_free(struct client *c)
{
    if (!c)
        return;
    parcels_drop(&c->outbox);
    parcels_drop(&c->sent);
    if (c->wake_fd >= 0)
        close(c->wake_fd);
    pthread_cond_destroy(&c->changed);
    pthread_mutex_destroy(&c->lock);
    free(c);
}

static uint64_t stir(uint64_t sum, const char *words)
{
    do
        sum = (sum ^ (unsigned char)*words) * 0x100000001b3;
    while (*words++);
    return sum;
}

void client_id(char to[24], const char *site, const char *sink, const char *store)
{
    char machine[80] = "";
    FILE *f = fopen("/etc/machine-id", "re");

    if (!f || !fgets(machine, sizeof machine, f))
        (void)gethostname(machine, sizeof machine - 1);
    if (f)
        fclose(f);
    uint64_t sum = stir(stir(stir(stir(0xcbf29ce484222325, machine), site), sink), store);
    snprintf(to, 24, "helio-%012llx", (unsigned long long)(sum & 0xffffffffffff));
}

int client_say(struct client *c, unsigned how, const char *topic, const char *payload,
               size_t length)
{
    size_t topic_size = strlen(topic) + 1;
    struct parcel *one = malloc(sizeof *one + length + topic_size);
    int rc = OK;

    if (!one)
        return ERR_FULL;
    *one = (struct parcel){.is_retained = (how & SAY_RETAINED) != 0, .length = length};
    one->topic = one->payload + length;
    memcpy(one->payload, payload, length);
    memcpy(one->topic, topic, topic_size);
    pthread_mutex_lock(&c->lock);
    if (!c->is_up)
        rc = ERR_GONE;
    else if (c->waiting_bytes + length + topic_size > WAITING_BYTES)
        rc = ERR_FULL;
    if (!rc) {
        one->count_of = how & SAY_COUNTED ? c->count_of : 0;
        c->counted += (how & SAY_COUNTED) != 0;
        c->waiting_bytes += length + topic_size;
        parcels_add(&c->outbox, one);
    } else if (how & SAY_COUNTED) {
        c->result.is_lost = true;
    }
    pthread_mutex_unlock(&c->lock);
    if (rc)
        free(one);
    else
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
    pthread_mutex_lock(&c->lock);
    bool is = !c->outbox.first && !c->sent.first;
    pthread_mutex_unlock(&c->lock);
    return is;
}

void client_count_anew(struct client *c)
{
    pthread_mutex_lock(&c->lock);
    c->count_of += c->count_of == UINT32_MAX ? 2 : 1; /* never 0 */
    c->counted = 0;
    c->result.refused = 0;
    c->result.reason = 0;
    c->result.is_lost = !c->is_up;
    pthread_mutex_unlock(&c->lock);
}

static void wait_until(struct client *c, int64_t us)
{
    struct timespec ts = {us / 1000000, us % 1000000 * 1000};

    pthread_cond_timedwait(&c->changed, &c->lock, &ts);
}

void client_settle(struct client *c, int64_t deadline_us, struct client_result *to)
{
    pthread_mutex_lock(&c->lock);
    while (c->counted && !c->result.is_lost && clock_us() < deadline_us)
        wait_until(c, deadline_us);
    *to = c->result;
    to->is_settled = !c->counted && !c->result.is_lost;
    if (c->counted && !c->result.is_lost) { /* such a connection is worth nothing: make another */
        c->is_to_cut = true;
        snprintf(to->why, sizeof to->why, "the broker acknowledged nothing in time");
    }
    if (to->reason) {
        to->is_alarm = to->reason == 135;
        snprintf(to->why, sizeof to->why, "%s", session_reason(to->reason));
    }
    pthread_mutex_unlock(&c->lock);
    wake(c);
}

void client_wait_up(struct client *c, int64_t deadline_us, bool is_patient,
                    struct client_result *to)
{
    pthread_mutex_lock(&c->lock);
    while (!c->is_up && (is_patient || !*c->result.why) && clock_us() < deadline_us)
        wait_until(c, deadline_us);
    *to = c->result;
    to->is_lost = !c->is_up;
    if (!c->is_up && !*to->why)
        snprintf(to->why, sizeof to->why, "not connected yet");
    pthread_mutex_unlock(&c->lock);
}
