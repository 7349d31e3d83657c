/* One device on a simulated MATEnet, and somebody who listens to what is written there. */
#ifndef TESTS_UNIT_MATE_CASE_H
#define TESTS_UNIT_MATE_CASE_H

#include "collector/run/house.h"
#include "collector/run/telling.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/section.h"
#include "drivers/mate/kinds.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

enum { WRITES_MAX = 400 };

struct written {
    uint8_t port;
    uint16_t at, value, reply;
    int64_t us; /* when */
};

struct stage {
    struct plan *plan;
    struct house house;
    struct device *device;
    answer_fn *far;
    void *far_who;
    bool loses_writes; /* they are done, but what is said to them is lost */
    struct written writes[WRITES_MAX];
    unsigned count;
    struct told told;
};

static int listen_in(void *who, const uint8_t *asked, size_t length, struct far_answer *a)
{
    struct stage *s = who;
    int rc = s->far(s->far_who, asked, length, a);

    if (length != MATE_ASKED || asked[1] != MATE_WRITE)
        return rc;
    assert_true(s->count < WRITES_MAX);
    s->writes[s->count++] =
        (struct written){.port = asked[0],
                         .at = (uint16_t)(asked[2] << 8 | asked[3]),
                         .value = (uint16_t)(asked[4] << 8 | asked[5]),
                         .reply = (uint16_t)(a->answer.bytes[1] << 8 | a->answer.bytes[2]),
                         .us = clock_us()};
    return s->loses_writes ? ERR_TIMEOUT : rc;
}

/* The device as on a command line: "mate_dc", "ignores", its port. */
static inline void stage_begin(struct stage *s, const char *driver, const char *model,
                               unsigned port, const char *settings, int64_t wall_ms)
{
    char text[160];
    size_t at;

    *s = (struct stage){.count = 0};
    log_set_level(LOG_LEVEL_ERR);
    clock_take(wall_ms);
    s->plan = plan_new();
    assert_non_null(s->plan);
    snprintf(text, sizeof text, "%s@sim:,at=12:00,day=clear,time_scale=0%s%s:%u", driver,
             *model ? ",model=" : "", model, port);
    assert_int_equal(plan_add_bare(s->plan, text, &at), OK);
    if (*settings)
        assert_int_equal(section_join(s->plan->devices[at].section, settings, false), OK);
    assert_int_equal(house_build(&s->house, s->plan), OK);
    s->device = &s->house.devices[at];
    s->far = s->device->bus->far;
    s->far_who = s->device->bus->far_who;
    s->device->bus->far = listen_in;
    s->device->bus->far_who = s;
    assert_int_equal(bus_borrow(s->device->bus, 0), OK);
}

static inline void stage_end(struct stage *s)
{
    bus_return(s->device->bus);
    house_raze(&s->house);
    plan_free(s->plan);
    clock_give_back();
}

#endif
