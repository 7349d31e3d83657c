/* What systemd is told (collector/daemon/alive.h). */
#include "collector/daemon/alive.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/notify.h"
#include "collector/daemon/daemon.h"

#include <stdio.h>
#include <stdlib.h>

static const int64_t STATUS_US = 10000000, BEAT_OLDEST_US = 60000000, BEAT_PATIENCE_US = 20000000;

/* The watchdog is fed only while every bus thread shows that it lives; that the keeper does is
 * shown by coming here. Sinks are not asked: one that is stuck is no reason to begin anew. A thread
 * may have to wait a while for a lent wire or a name server. */
static bool lives(struct daemon *d, int64_t watchdog_us)
{
    int64_t oldest = 2 * watchdog_us;

    oldest = oldest > BEAT_OLDEST_US     ? BEAT_OLDEST_US
             : oldest < BEAT_PATIENCE_US ? BEAT_PATIENCE_US
                                         : oldest;
    return clock_us() - wings_beat(&d->wings) <= oldest;
}

static int64_t waiting_for_sinks(struct daemon *d)
{
    struct pump_state states[VIEW_SINKS];
    size_t count = deliver_states(&d->deliver, states, VIEW_SINKS);
    int64_t most = 0;

    for (size_t i = 0; i < count; i++)
        most = states[i].backlog > most ? states[i].backlog : most;
    return most;
}

bool watchdog_is_due(int64_t now_us, int64_t fed_us, int64_t period_us)
{
    return period_us && now_us - fed_us >= period_us / 2;
}

static void feed_watchdog(struct daemon *d, int64_t now)
{
    static int64_t fed_us;
    static bool is_starving;
    int64_t watchdog = notify_watchdog_us();

    if (!watchdog_is_due(now, fed_us, watchdog))
        return;
    bool is_alive = lives(d, 2 * watchdog);
    if (is_alive) {
        notify("WATCHDOG=1");
        fed_us = now;
    } else if (!is_starving) {
        log_err("run", "a wire has not moved for long; the watchdog will start this anew");
    }
    is_starving = !is_alive;
}

static unsigned count_online(struct daemon *d, int64_t now)
{
    unsigned online = 0;

    for (size_t i = 0; i < d->keeper.count; i++) {
        int64_t age;
        int error;
        online += board_state(d->keeper.board, (unsigned)i, now, &age, &error) == HEARD;
    }
    return online;
}

void alive_tell(struct daemon *d)
{
    static int64_t status_us;
    int64_t now = clock_us();
    struct store_counts counts;
    char state[200];

    feed_watchdog(d, now);
    if (now - status_us < STATUS_US || !getenv("NOTIFY_SOCKET"))
        return;
    status_us = now;
    store_count(d->store, &counts);
    snprintf(state, sizeof state,
             "STATUS=%u of %zu devices and groups online, %llu readings kept, %lld not delivered",
             count_online(d, now), d->keeper.count, (unsigned long long)counts.committed,
             (long long)waiting_for_sinks(d));
    notify(state);
}
