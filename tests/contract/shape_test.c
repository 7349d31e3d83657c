/*
 * A late answer must not pass for the answer to what was asked next. The bus sees to that for
 * questions of one shape, so questions whose answers could be mistaken must have the same.
 */
#include "collector/plan/plan.h"
#include "collector/run/house.h"

#include "base/clock.h"
#include "base/log.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

struct question {
    const struct block *block;
    uint8_t bytes[ASK_MAX];
    struct ask ask;
};

static bool make_question(const struct driver *d, const struct block *b, struct question *to)
{
    to->block = b;
    to->ask = (struct ask){.bytes = to->bytes};
    return d->speech->question(d->addresses.usual, b, to->bytes, &to->ask) == OK;
}

static bool is_same(const struct question *a, const struct question *b)
{
    return a->ask.length == b->ask.length && !memcmp(a->bytes, b->bytes, a->ask.length);
}

/* Who would take this answer for its own? */
static unsigned offer(const struct driver *d, const struct question *asked, const struct answer *a)
{
    unsigned takers = 0;

    for (const struct block *b = d->blocks; b->name; b++) {
        struct question other;
        if (!make_question(d, b, &other) || is_same(asked, &other) ||
            other.ask.whole(&other.ask, a->bytes, a->length) <= 0)
            continue;
        takers++;
        if (!other.ask.shape || other.ask.shape != asked->ask.shape)
            fail_msg("%s: an answer to \"%s\" passes for one to \"%s\"", d->name,
                     asked->block->name, b->name);
    }
    return takers;
}

static unsigned offer_all(const struct driver *d, const char *model)
{
    struct house house;
    struct plan *plan = plan_new();
    unsigned takers = 0;
    char text[200];
    size_t at;

    assert_non_null(plan);
    snprintf(text, sizeof text, "%s@sim:,at=12:00,time_scale=0,model=%s:%u", d->name, model,
             d->addresses.usual);
    assert_int_equal(plan_add_bare(plan, text, &at), OK);
    assert_int_equal(house_build(&house, plan), OK);
    for (const struct block *b = d->blocks; b->name; b++) {
        struct question q;
        struct answer a = {0};
        struct twin *twin = &house.casts[0]->twins[0];
        if (make_question(d, b, &q) && d->speech->answer(twin, q.bytes, q.ask.length, &a) == OK &&
            a.length)
            takers += offer(d, &q, &a);
    }
    house_raze(&house);
    plan_free(plan);
    return takers;
}

static void what_could_be_mistaken_has_one_shape(void **state)
{
    unsigned takers = 0;

    (void)state;
    log_set_level(LOG_LEVEL_ERR);
    clock_take(INT64_C(1777723200000)); /* 2026-05-02T12:00:00Z */
    for (const struct driver *const *d = drivers; *d; d++)
        for (const char *const *model = (*d)->twin_models; *model; model++)
            takers += offer_all(*d, *model);
    clock_give_back();
    assert_true(takers > 0); /* else nothing was tried */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_could_be_mistaken_has_one_shape),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
