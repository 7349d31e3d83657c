/* Lines of a MATE that does not exist: one for each of its devices (drivers/mate/line.h). */
#include "drivers/mate/kinds.h"
#include "drivers/mate/line.h"

#include <string.h>

static int say_line(struct twin *t, uint64_t round, struct answer *a)
{
    struct mate_line line = {.port = mate_twin_port(t)};
    uint8_t all[PAGES_MAX];

    if (t->driver->twin_now)
        t->driver->twin_now(t);
    line.type = mate_twin_pages(t, all);
    if (line.type == MATE_DC)
        bytes_encode(mate_dc_line_rows, MATE_STATUS, 0, &t->state, 0x0a00, PAGES_MAX, all);
    mate_pages_to_line(all, (unsigned)(round % MATE_EXTRAS), &line);
    line.is_old = line.type == MATE_MX && !strcmp(t->model, "old");
    if (line.is_old)
        line.numbers[10] = 0;
    a->length = mate_line_write(&line, a->bytes, sizeof a->bytes);
    return a->length ? OK : ERR_ABSENT;
}

int mate_announce(struct twin *t, unsigned which, uint64_t round, struct answer *a)
{
    if (t->driver != &driver_mate)
        return which == 0 && !(t->dead && t->dead == t->address) ? say_line(t, round, a)
                                                                 : ERR_ABSENT;
    for (unsigned i = 0;; i++) {
        struct twin *seat = mate_hub_seat(t, i);
        if (!seat)
            return ERR_ABSENT;
        seat->wall_ms = t->wall_ms;
        if ((t->dead && t->dead == seat->address) || which-- > 0)
            continue;
        return say_line(seat, round, a);
    }
}
