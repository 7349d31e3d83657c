/* Whoever guesses tokens is slowed down (web/inside.h). */
#include "web/inside.h"

#include "base/clock.h"
#include "base/log.h"

#include <stdio.h>
#include <string.h>

enum { WRONG_MOST = 10 };
static const int64_t MINUTE_US = 60000000;

static struct stranger *known(struct web *w, const char *address)
{
    for (size_t i = 0; i < WEB_STRANGERS; i++)
        if (!strcmp(w->strangers[i].address, address))
            return &w->strangers[i];
    return NULL;
}

unsigned stranger_waits_s(struct web *w, const char *address)
{
    const struct stranger *s = known(w, address);
    int64_t left = s ? s->since_us + MINUTE_US - clock_us() : 0;

    return s && s->wrong >= WRONG_MOST && left > 0 ? (unsigned)(left / US_PER_MS / MS_PER_S) + 1
                                                   : 0;
}

/* A new one takes the place of whoever was quiet longest. */
static struct stranger *seat_for(struct web *w, const char *address)
{
    struct stranger *s = known(w, address);

    for (size_t i = 0; !s && i < WEB_STRANGERS; i++)
        if (!*w->strangers[i].address)
            s = &w->strangers[i];
    if (!s)
        s = &w->strangers[0];
    for (size_t i = 1; strcmp(s->address, address) != 0 && *s->address && i < WEB_STRANGERS; i++)
        if (w->strangers[i].since_us < s->since_us)
            s = &w->strangers[i];
    return s;
}

void stranger_note(struct web *w, const char *address)
{
    struct stranger *s = seat_for(w, address);
    int64_t now = clock_us();

    if (strcmp(s->address, address) != 0 || now - s->since_us > MINUTE_US) {
        *s = (struct stranger){.since_us = now};
        snprintf(s->address, sizeof s->address, "%s", address);
    }
    if (++s->wrong == WRONG_MOST)
        log_warn("web", "%u wrong tokens within a minute from %s: it has to wait", s->wrong,
                 address);
}
