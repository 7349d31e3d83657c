/* One packet, one answer (drivers/goodwe/steps.h). */
#include "drivers/goodwe/steps.h"

#include <string.h>

static const int64_t PAUSE_US = 150000;

/* What is said while addresses are given: to whom, what, and how long its answer may take. */
struct step {
    uint8_t whom, function;
    const uint8_t *data;
    uint8_t length;
    int64_t wait_us;
};

/* Sent once, and its answer taken apart. The packet's data lies in `a`. How long is waited does not
 * follow what was learned of a running inverter: one that has just begun may be slower. */
static int take_step(struct device *d, const struct step *s, struct answer *a,
                     struct goodwe_packet *p)
{
    uint8_t bytes[ASK_MAX];
    struct pace patience = {.is_known = true, .usual_us = s->wait_us, .pause_us = PAUSE_US};
    struct ask ask = {
        .whole = goodwe_whole, .pace = &patience, .tries = 1, .again_us = GOODWE_AGAIN_US};

    ask.length = goodwe_make(bytes, GOODWE_MASTER, s->whom, GOODWE_REGISTER, s->function, s->data,
                             s->length);
    /* Who is given an address answers from it: that is nobody else's answer. */
    uint8_t answerer = s->function == GOODWE_ALLOCATE ? s->data[GOODWE_SERIAL] : s->whom;
    ask.shape = (uint32_t)answerer << 8 | s->function;
    goodwe_dress(d->speech, bytes, &ask);
    int rc = bus_talk(d->bus, &ask, a);
    return rc ? rc : goodwe_judge(goodwe_asked(bytes), a->bytes, a->length, p);
}

bool goodwe_is_end(int rc)
{
    return rc == ERR_GONE || rc == ERR_STOPPED || rc == ERR_IO;
}

/* On some adapters we hear ourselves. */
bool goodwe_is_silence(int rc)
{
    return rc == ERR_TIMEOUT || rc == ERR_ECHO;
}

/* Whoever has this address gives it back. OK: there was somebody. */
int goodwe_take_back(struct device *d, uint8_t address)
{
    struct step s = {.whom = address, .function = GOODWE_REMOVE, .wait_us = GOODWE_GLANCE_US};
    struct goodwe_packet p;
    struct answer a;

    return take_step(d, &s, &a, &p);
}

/* Its serial number, if it can be one: what several said at once may have a right sum by chance. */
int goodwe_read_serial(const struct goodwe_packet *p, char serial[GOODWE_SERIAL + 1])
{
    if (p->length < GOODWE_SERIAL)
        return ERR_SHORT;
    memcpy(serial, p->data, GOODWE_SERIAL);
    serial[GOODWE_SERIAL] = '\0';
    for (const char *at = serial; *at; at++)
        if (*at < ' ' || *at > '~')
            return ERR_GARBAGE;
    return *serial ? OK : ERR_GARBAGE;
}

/* Several may answer a search at once: then there is nothing to be understood. */
int goodwe_who_is_new(struct device *d, int64_t wait_us, char serial[GOODWE_SERIAL + 1])
{
    struct step s = {.whom = GOODWE_NOBODY, .function = GOODWE_OFFLINE, .wait_us = wait_us};
    struct goodwe_packet p;
    struct answer a;
    int rc = take_step(d, &s, &a, &p);

    return rc ? rc : goodwe_read_serial(&p, serial);
}

/* It said yes, but from another address than the one it was to have. */
static uint8_t misheard(const struct answer *a)
{
    struct goodwe_packet p;

    for (size_t at = 0; goodwe_hunt(a->bytes + at, a->length - at, &p) == OK; at += p.end)
        if (p.control == GOODWE_REGISTER && p.function == (GOODWE_ALLOCATE | GOODWE_ANSWER))
            return p.from;
    return 0;
}

/*
 * When its yes was lost it has the address all the same, and hears no second offer: the address is
 * taken back, and offered again. Not from who is talking to us under it: that one needs no other.
 */
int goodwe_allocate(struct device *d, const char *serial, uint8_t address, int tries,
                    int64_t wait_us)
{
    uint8_t given[GOODWE_SERIAL + 1] = {0};
    struct step s = {GOODWE_NOBODY, GOODWE_ALLOCATE, given, sizeof given, wait_us};
    struct goodwe_packet p;
    struct answer a;
    int rc = ERR_TIMEOUT;

    memcpy(given, serial, strnlen(serial, GOODWE_SERIAL));
    given[GOODWE_SERIAL] = address;
    for (int n = 0; n < tries; n++) {
        rc = take_step(d, &s, &a, &p);
        if (rc == OK || goodwe_is_end(rc))
            return rc;
        uint8_t other = misheard(&a);
        other = other ? other : address;
        bool is_back = !goodwe_is_taken(d->wire, other) && goodwe_take_back(d, other) == OK;
        tries += is_back && tries < GOODWE_ALLOCATIONS; /* somebody is there */
    }
    return rc;
}
