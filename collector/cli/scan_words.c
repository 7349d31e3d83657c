/* Why nothing can be found, and what to do then (collector/cli/scan_inside.h). */
#include "collector/cli/scan_inside.h"

#include "base/log.h"
#include "base/text.h"
#include "bus/lines.h"

#include <string.h>

bool scan_seeks(const struct search *s, const struct driver *d, const char *scheme)
{
    if (s->only_driver && strcmp(s->only_driver, d->name) != 0)
        return false;
    for (const struct place *place = d->places; place->scheme; place++)
        if (!strcmp(place->scheme, scheme) && (place->usb_ids || s->only_driver))
            return true;
    return false;
}

/* The kinds that may sit on such a line, as words. */
static void put_kinds(struct text *to, const char *scheme)
{
    unsigned count = 0;

    for (size_t i = 0; drivers[i]; i++)
        for (const struct place *place = drivers[i]->places; place->scheme; place++)
            if (!strcmp(place->scheme, scheme)) {
                text_format(to, "%s%s", count++ ? ", " : "", drivers[i]->name);
                break;
            }
}

int scan_check_line(const struct search *s, const char *word)
{
    struct wire wire;
    char why[300], kinds[200];
    struct text t = text_on(kinds, sizeof kinds);

    if (wire_parse(word, &wire, why, sizeof why))
        return bad_call(s->call, "%s", why);
    if (wire.address >= 0)
        return bad_call(s->call, "\"%s\": addresses are given as --addresses %d", word,
                        wire.address);
    for (size_t i = 0; drivers[i]; i++)
        if (scan_seeks(s, drivers[i], wire.line->scheme))
            return OK;
    put_kinds(&t, wire.line->scheme);
    if (s->only_driver)
        return bad_call(s->call, "no %s speaks over a %s line; these do: %s", s->only_driver,
                        wire.line->scheme, kinds);
    return bad_call(s->call,
                    "on a %s line only the kind that you name is looked for: --driver, one of %s",
                    wire.line->scheme, kinds);
}

int scan_nobody(const struct search *s)
{
    if (s->trouble)
        return s->trouble; /* told already, with its remedy */
    if (!s->asked && s->ports)
        log_note("scan",
                 "none of the %u serial ports here is an adapter that helio knows (see: helio scan "
                 "-v); name the one to look at: helio scan rtu:/dev/ttyS0",
                 s->ports);
    else if (!s->asked)
        log_note("scan", "no adapter is plugged in: lsusb lists what is; helio check looks at the "
                         "rest; a gateway is named: helio scan tcp:HOST:PORT --driver tracer");
    else
        log_note("scan",
                 "nobody answered: is the device powered, is the cable the right one, are A "
                 "and B the right way round? Other addresses: --addresses FIRST-LAST");
    return ERR_TIMEOUT;
}

int scan_bad_driver(const struct search *s)
{
    struct nearest n = {.word = s->only_driver};

    for (size_t i = 0; drivers[i]; i++)
        nearest_try(&n, drivers[i]->name);
    if (n.best)
        return bad_call(s->call, "--driver: \"%s\" is no driver; did you mean \"%s\"?", n.word,
                        n.best);
    return bad_call(s->call, "--driver: \"%s\" is no driver; see: helio list drivers", n.word);
}
