/* Settings that are read again (collector/daemon/daemon.h): built first, then followed, or refused.
 */
#include "collector/daemon/daemon_inside.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/notify.h"
#include "base/plural.h"
#include "collector/plan/logbook.h"
#include "store/days.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static const int64_t RULES_LAST_US = 10000000, WISHES_LAST_US = 2000000, BUSES_LAST_US = 3000000,
                     WEB_LAST_US = 1000000;

/* ---- plans that somebody goes by ----------------------------------------------------------- */

struct followed *daemon_followed(struct daemon *d, struct plan *plan)
{
    struct followed *f = calloc(1, sizeof *f);
    size_t room = d->followed_room ? 2 * d->followed_room : 4;

    if (f && d->followed_count == d->followed_room) {
        struct followed **more = realloc(d->followed, room * sizeof(struct followed *));
        if (!more) {
            free(f);
            return NULL;
        }
        d->followed = more;
        d->followed_room = room;
    }
    if (!f)
        return NULL;
    f->plan = plan;
    front_view(d, plan, &f->view);
    d->followed[d->followed_count++] = f;
    return f;
}

static bool is_used(const struct daemon *d, const struct plan *plan)
{
    bool is =
        d->plan == plan || deliver_uses(&d->deliver, plan) || received_uses(&d->received, plan);

    for (size_t i = 0; i < d->wings.count; i++)
        is |= d->wings.list[i]->plan == plan;
    return is;
}

void daemon_free_plans(struct daemon *d)
{
    size_t kept = 0;

    for (size_t i = 0; i < d->followed_count; i++) {
        struct followed *f = d->followed[i];
        if (is_used(d, f->plan)) {
            d->followed[kept++] = f;
            continue;
        }
        plan_free(f->plan);
        free(f);
    }
    d->followed_count = kept;
}

/* ---- may it be followed? ------------------------------------------------------------------- */

/* One file, however its path is spelled. */
static bool is_same_file(const char *a, const char *b)
{
    struct stat one, other;

    return !strcmp(a, b) || (!stat(a, &one) && !stat(b, &other) && one.st_dev == other.st_dev &&
                             one.st_ino == other.st_ino);
}

static int check_store(const struct daemon *d, const struct plan *plan)
{
    char path[400];

    plan_store_path(plan, path, sizeof path);
    if (is_same_file(path, store_path(d->store)))
        return OK;
    log_err(
        "run",
        "[store] path is %s now, but a running daemon stays with its store (%s): start it again "
        "to change the store, or put the path back",
        path, store_path(d->store));
    return ERR_CONFIG;
}

/* Everything that following may want and not get. Nothing has changed when it fails. */
static struct wing *prepare(struct daemon *d, struct plan *plan, int *rc)
{
    struct wing *wing = NULL;

    *rc = plan_load(plan, d->config);
    if (!*rc)
        *rc = check_store(d, plan);
    if (!*rc)
        wing = wings_prepare(&d->wings, plan, d->news, rc);
    if (wing)
        *rc = keeper_prepare(&d->keeper, plan);
    if (wing && !*rc && !daemon_followed(d, plan))
        *rc = ERR_FULL;
    if (wing && *rc) {
        wing_close(wing);
        wing = NULL;
    }
    return wing;
}

/* ---- following ------------------------------------------------------------------------------- */

struct change {
    struct daemon *daemon;
    struct plan *plan;
};

static bool have_rules_left(void *who)
{
    struct change *c = who;

    return rules_have_left(&c->daemon->rules, c->daemon, c->plan);
}

static bool are_wishes_idle(void *who)
{
    struct change *c = who;

    return wishes_are_idle(&c->daemon->wishes);
}

static bool have_buses_left(void *who)
{
    struct change *c = who;

    return wings_have_left(&c->daemon->wings);
}

static bool has_web_left(void *who)
{
    struct change *c = who;

    return received_has_left(&c->daemon->received);
}

/* What will not be as it was ends first. Whatever takes longer than its while is looked after
 * later: a bus thread's wire is lent to one at a time, a sink waits for its old pump, the web for
 * its old server. */
static void leave(struct change *c)
{
    struct daemon *d = c->daemon;

    (void)daemon_until(d, have_rules_left, c, clock_us() + RULES_LAST_US);
    rules_say_left(&d->rules, d, c->plan);
    wishes_leave(&d->wishes);
    if (daemon_until(d, are_wishes_idle, c, clock_us() + WISHES_LAST_US))
        received_leave(&d->received);
    wings_leave(&d->wings, c->plan);
    (void)daemon_until(d, have_buses_left, c, clock_us() + BUSES_LAST_US);
    (void)daemon_until(d, has_web_left, c, clock_us() + WEB_LAST_US);
    daemon_take_all(d);
}

static void follow(struct daemon *d, struct plan *plan, struct wing *wing)
{
    struct change change = {d, plan};
    const struct view *view = &d->followed[d->followed_count - 1]->view;

    leave(&change);
    d->plan = plan;
    keeper_follow(&d->keeper, plan);
    wings_add(&d->wings, wing);
    for (size_t i = 0; i < d->wings.count; i++)
        keeper_pace(&d->keeper, &d->wings.list[i]->rounds);
    store_follow(d->store, plan->store);
    rules_follow(&d->rules, plan);
    wishes_follow(&d->wishes, plan);
    d->deliver.view = view;
    if (deliver_follow(&d->deliver, plan))
        log_warn("run", "not every sink could begin");
    if (received_follow(&d->received, plan, view))
        log_warn("run", "the web does not listen");
    daemon_tend(d);
}

static void tell_followed(struct daemon *d, const struct plan *plan)
{
    if (logbook_follow(plan, d->keeps_level))
        log_warn("run", "the log goes on where it was");
    log_note("run", "settings read again: %zu device%s, %zu group%s, %zu sink%s",
             plan->device_count, plural_s((int64_t)plan->device_count), plan->group_count,
             plural_s((int64_t)plan->group_count), plan->sink_count,
             plural_s((int64_t)plan->sink_count));
    store_event(d->store, LOG_LEVEL_NOTE, "run", "settings read again");
}

int daemon_reload(struct daemon *d)
{
    struct plan *plan = d->config ? plan_new() : NULL;
    struct wing *wing;
    char state[80], zone[300];
    int rc;

    if (!d->config) {
        log_warn("run", "there is no settings file to read again");
        return ERR_ABSENT;
    }
    snprintf(state, sizeof state, "RELOADING=1\nMONOTONIC_USEC=%lld",
             (long long)clock_real_us(clock_us()));
    notify(state);
    const char *was = getenv("TZ");
    snprintf(zone, sizeof zone, "%s", was ? was : "");
    rc = plan ? OK : ERR_FULL;
    wing = plan ? prepare(d, plan, &rc) : NULL;
    if (wing) {
        follow(d, plan, wing);
        tell_followed(d, plan);
    } else {
        log_err("run", "%s cannot be used as it is (%s); the old settings hold", d->config,
                error_text(rc));
        store_event(d->store, LOG_LEVEL_ERR, "run", "reload refused: the old settings hold");
        zone_put_back(was ? zone : NULL);
        plan_free(plan);
    }
    notify("READY=1");
    return rc;
}
