/* One simulated Axpert with the clock taken, for tests: a twin, or answers of the test's own. */
#ifndef TESTS_UNIT_AXPERT_STAGE_H
#define TESTS_UNIT_AXPERT_STAGE_H

#include "collector/run/house.h"
#include "drivers/axpert/axpert.h"

#include "base/clock.h"
#include "base/log.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

static const int64_t STAGE_NOON_MS = INT64_C(1777723200000); /* 2026-05-02T12:00:00Z */
static const int64_t STAGE_ROUND_US = 10000000;

/* What the wire heard, and what is to happen there. */
struct stage {
    struct plan *plan;
    struct house house;
    struct device *device;
    struct bus *bus;
    struct twin *twin;
    struct section own; /* of the device, when it has one of the test's own */

    unsigned asked; /* questions and orders the wire heard */
    char heard[64][AXPERT_REQUEST_MAX + 1];
    const char *refused;      /* "QET QFLAG", "*": answered with NAK */
    const char *refused_once; /* the same, and then forgotten */
    const char *silent;       /* never answered */
    const char *silences_all; /* when it is not answered, nothing is any more */
    const char *late;         /* answered when nobody waits any more: after so long */
    int64_t late_us;
    bool is_too_quick;
    int64_t last_byte_late_us; /* after all the others of an answer */
    const char *swallow;       /* carried out, and the answer lost */
    const char *yes_only;      /* acknowledged, and not carried out */
    struct {
        const char *command, *payload;
    } said[8]; /* answered in these words instead */
};

static inline bool stage_lists(const char *list, const char *command)
{
    const char *at = list ? strstr(list, command) : NULL;

    if (list && *list == '*')
        return true;
    size_t length = strlen(command);
    return at && (at == list || at[-1] == ' ') && (!at[length] || at[length] == ' ');
}

static inline void stage_say(struct answer *a, const char *payload)
{
    bool has_caret = *payload == '^'; /* another family's frame */
    size_t length = strlen(payload) + !has_caret;

    a->bytes[0] = '(';
    memcpy(a->bytes + !has_caret, payload, strlen(payload));
    uint16_t crc = axpert_crc(a->bytes, length);
    a->bytes[length] = (uint8_t)(crc >> 8);
    a->bytes[length + 1] = (uint8_t)crc;
    a->bytes[length + 2] = '\r';
    a->length = length + 3;
}

static inline int stage_answer(void *far, const uint8_t *asked, size_t length,
                               struct far_answer *to)
{
    struct stage *s = far;
    char command[AXPERT_REQUEST_MAX + 1];

    int behind = asked[0] == '^' && asked[4] == '3' ? 1 : 3; /* PI17 has no sum there */
    snprintf(command, sizeof command, "%.*s", (int)length - behind, (const char *)asked);
    snprintf(s->heard[s->asked++ % 64], sizeof s->heard[0], "%s", command);
    to->delay_us = stage_lists(s->late, command) ? s->late_us : 40000;
    if (stage_lists(s->silent, command)) {
        if (stage_lists(s->silences_all, command))
            s->silent = "*";
        return ERR_TIMEOUT;
    }
    if (stage_lists(s->refused, command)) {
        stage_say(&to->answer, "NAK");
        return OK;
    }
    if (stage_lists(s->refused_once, command)) {
        s->refused_once = NULL;
        stage_say(&to->answer, "NAK");
        return OK;
    }
    if (stage_lists(s->yes_only, command)) {
        stage_say(&to->answer, "ACK");
        return OK;
    }
    for (size_t i = 0; i < sizeof s->said / sizeof *s->said; i++)
        if (s->said[i].command && !strcmp(s->said[i].command, command)) {
            stage_say(&to->answer, s->said[i].payload);
            return OK;
        }
    int rc = cast_answer(s->house.casts[0], asked, length, to);
    if (s->is_too_quick)
        to->delay_us = -(int64_t)length * s->bus->byte_us; /* with the question's first byte */
    if (s->last_byte_late_us) {
        to->pause_after = to->answer.length - 1;
        to->pause_us = s->last_byte_late_us;
    }
    return stage_lists(s->swallow, command) ? ERR_TIMEOUT : rc;
}

/* How often the wire heard it, of the last 64. */
static inline unsigned stage_heard(const struct stage *s, const char *command)
{
    unsigned count = 0;

    for (unsigned i = 0; i < s->asked && i < 64; i++)
        count += !strcmp(s->heard[i], command);
    return count;
}

static inline void stage_begin(struct stage *s, const char *options)
{
    char text[300];
    size_t at;

    log_set_level(LOG_LEVEL_ERR);
    clock_take(STAGE_NOON_MS);
    *s = (struct stage){0};
    s->plan = plan_new();
    assert_non_null(s->plan);
    snprintf(text, sizeof text, "axpert@sim:,at=12:00,day=clear,time_scale=0%s%s",
             *options ? "," : "", options);
    assert_int_equal(plan_add_bare(s->plan, text, &at), OK);
    assert_int_equal(house_build(&s->house, s->plan), OK);
    s->device = &s->house.devices[at];
    s->bus = s->device->bus;
    s->bus->chance = chance_seeded(3);
    s->twin = &s->house.casts[0]->twins[0];
    s->bus->far = stage_answer;
    s->bus->far_who = s;
    assert_int_equal(bus_borrow(s->bus, 0), OK);
}

/* Settings of the device itself: "kind=gk". */
static inline void stage_set(struct stage *s, const char *words)
{
    const struct setting *const tables[] = {device_settings, axpert_settings};

    char all[100];

    snprintf(all, sizeof all, "driver=axpert,bus=roof,%s", words);
    assert_int_equal(section_from_words("device", "south", all, &s->own), OK);
    assert_int_equal(section_check(&s->own, tables, 2), OK);
    s->device->section = &s->own;
}

static inline void stage_end(struct stage *s)
{
    section_done(&s->own);
    bus_return(s->bus);
    house_raze(&s->house);
    plan_free(s->plan);
    clock_give_back();
}

/* A round, ten seconds after the last one; in between the wire is given back. */
static inline int stage_round(struct stage *s, enum depth depth, struct reading *r)
{
    bus_return(s->bus);
    clock_sleep_us(STAGE_ROUND_US);
    assert_int_equal(bus_borrow(s->bus, 0), OK);
    return device_round(s->device, depth, 0, r);
}

static inline struct knowledge *stage_knowledge(const struct stage *s, enum axpert_block which)
{
    return &s->device->knowledge[axpert_block(which) - axpert_blocks];
}

#endif
