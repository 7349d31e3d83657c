/* For tests of MATEnet: a house whose wire is listened to, question by question. */
#ifndef TESTS_MATE_STAGE_H
#define TESTS_MATE_STAGE_H

#include "collector/run/house.h"

#include "base/clock.h"
#include "base/log.h"
#include "drivers/mate/mate.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

static const int64_t NOON_MS = INT64_C(1777723200000); /* 2026-05-02T12:00:00Z */
static const int64_t S_US = 1000000;

/* A house whose wire is listened to, and bent where a test wants it. */
struct stage {
    struct plan *plan;
    struct house house;
    struct bus *bus;
    struct device *hub;
    unsigned asked[MATE_PORTS + 2]; /* by port */
    unsigned pages[16];             /* by number, of all ports */
    uint8_t made_up_port, made_up_type;
    bool has_news; /* page B says that D, E and F have changed */
    uint8_t late_port;
    int64_t late_us;
};

static void set_sum(struct answer *a)
{
    uint16_t sum = mate_sum(a->bytes, a->length - 2);

    a->bytes[a->length - 2] = (uint8_t)(sum >> 8);
    a->bytes[a->length - 1] = (uint8_t)sum;
}

static int listen_in(void *stage, const uint8_t *asked, size_t length, struct far_answer *said)
{
    struct stage *s = stage;

    assert_int_equal(length, MATE_ASKED);
    assert_in_range(asked[0], 0, MATE_PORTS);
    s->asked[asked[0]]++;
    if (asked[1] == MATE_STATUS)
        s->pages[asked[3]]++;
    int rc = cast_answer(s->house.casts[0], asked, length, said);
    if (s->made_up_port == asked[0] && s->made_up_type) {
        rc = OK;
        said->answer.length = 5;
        memcpy(said->answer.bytes, (uint8_t[]){2, 0, s->made_up_type, 0, 0}, 5);
        set_sum(&said->answer);
    }
    if (s->late_us && asked[0] == s->late_port)
        said->delay_us += s->late_us;
    if (s->has_news && asked[1] == MATE_STATUS && asked[3] == 0x0b && !rc) {
        said->answer.bytes[4] |= 0x40;
        set_sum(&said->answer);
    }
    return rc;
}

static inline void stage_begin(struct stage *s, const char *first, const char *second)
{
    size_t at;

    *s = (struct stage){.plan = plan_new()};
    log_set_level(LOG_LEVEL_ERR);
    clock_take(NOON_MS);
    assert_non_null(s->plan);
    assert_int_equal(plan_add_bare(s->plan, first, &at), OK);
    if (second)
        assert_int_equal(plan_add_bare(s->plan, second, &at), OK);
    assert_int_equal(house_build(&s->house, s->plan), OK);
    s->hub = &s->house.devices[0];
    s->bus = s->hub->bus;
    s->bus->chance = chance_seeded(5);
    s->bus->far = listen_in;
    s->bus->far_who = s;
    assert_int_equal(bus_borrow(s->bus, 0), OK);
}

static inline void stage_end(struct stage *s)
{
    bus_return(s->bus);
    house_raze(&s->house);
    plan_free(s->plan);
    clock_give_back();
}

#endif
