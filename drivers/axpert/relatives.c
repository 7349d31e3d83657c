/*
 * Which relative is it? PI17 and PI18 frame their words otherwise, and some pass over questions of
 * PI30 in silence. Each is asked for its protocol in its own frame (drivers/axpert/axpert.h). That
 * they are so is known from papers and from samples of other programs, not from a unit of ours.
 */
#include "drivers/axpert/axpert.h"

#include <string.h>

static const struct block protocols[AXPERT_RELATIVES] = {
    {.name = "PI18's protocol", .text = "^P005PI", .refresh = ON_DEMAND},
    {.name = "PI17's protocol", .text = AXPERT_PI17_QUESTION, .refresh = ON_DEMAND},
};

/* What stands behind "^D005", else "": a refusal names nobody. */
static const char *said(const struct misheard *m)
{
    static const char *const ids[] = {"17", "18"};

    for (size_t i = 0; i < sizeof ids / sizeof *ids; i++)
        if (m->length > 7 && !memcmp(m->bytes, "^D005", 5) && !memcmp(m->bytes + 5, ids[i], 2))
            return ids[i];
    return "";
}

int axpert_relative(struct device *d, unsigned which)
{
    struct answer a;
    int rc = device_send(d, &protocols[which], &a);

    if (rc == ERR_PROTOCOL)
        d->speaks = axpert_stranger_text(said(&d->bus->misheard));
    return rc;
}

void axpert_name_relative(struct device *d)
{
    d->speaks = axpert_stranger_text("");
    for (unsigned i = 0; i < AXPERT_RELATIVES && !*said(&d->bus->misheard); i++)
        (void)!axpert_relative(d, i); /* nobody says more */
}
