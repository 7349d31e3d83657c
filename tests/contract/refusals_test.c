/*
 * A unit that refuses what it has for a while: busy, starting, behind a moody gateway. Nothing of
 * it may outlast the moment, and no round that says nothing is called good.
 */
#include "drivers/device.h"

#include "base/clock.h"
#include "base/log.h"
#include "bus/crc16.h"
#include "bus/lines.h"
#include "drivers/modbus.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static const int64_t ROUND_US = 10000000, DAY_US = INT64_C(86400000000);

/* Every register holds 1000. */
struct far {
    unsigned asked, refused;
    uint8_t number;       /* the exception; 0: it answers */
    uint16_t first, last; /* of what is refused, */
    uint16_t longest;     /* or whatever is longer */
};

static size_t put_registers(uint16_t count, uint8_t function, uint8_t *to)
{
    size_t bytes = function <= READ_DISCRETE ? (count + 7u) / 8u : 2u * count;

    to[0] = (uint8_t)bytes;
    for (size_t i = 0; i < bytes; i++)
        to[1 + i] = function <= READ_DISCRETE ? 0 : i % 2 ? 0xe8 : 0x03;
    return 1 + bytes;
}

static int far_answers(void *who, const uint8_t *asked, size_t length, struct far_answer *a)
{
    struct far *f = who;
    uint16_t start = modbus_word(asked + 2), count = modbus_word(asked + 4);
    uint8_t *to = a->answer.bytes;
    bool is_no = f->number && start <= f->last && start + count > f->first;
    size_t n = 2;

    (void)length;
    is_no |= count > f->longest;
    f->asked++;
    f->refused += is_no;
    a->delay_us = 10000;
    to[0] = asked[0];
    to[1] = (uint8_t)(asked[1] | (is_no ? 0x80 : 0));
    if (is_no)
        to[n++] = f->number;
    else
        n += put_registers(count, asked[1], to + n);
    a->answer.length = crc16_append(to, n);
    return OK;
}

struct stand {
    struct section wire, unit;
    struct bus bus;
    struct device device;
    struct far far;
    struct reading r;
};

static struct stand *stand_begin(void)
{
    static struct stand s;
    const struct setting *tables[] = {bus_settings, line_sim.settings};

    log_set_level(LOG_LEVEL_ERR);
    clock_take(INT64_C(1777723200000));
    s = (struct stand){.far = {.last = 0xffff, .longest = 125}};
    assert_int_equal(section_from_words("bus", "stand", "line=given", &s.wire), OK);
    assert_int_equal(section_check(&s.wire, tables, 2), OK);
    assert_int_equal(section_from_words("device", "roof", "driver=tracer,bus=stand", &s.unit), OK);
    assert_int_equal(section_check(&s.unit, (const struct setting *[]){device_settings}, 1), OK);
    assert_int_equal(bus_init(&s.bus, "stand", &line_sim, "", &s.wire), OK);
    s.bus.chance = chance_seeded(3);
    s.bus.far = far_answers;
    s.bus.far_who = &s.far;
    assert_int_equal(device_init(&s.device, "roof", &driver_tracer, &s.bus, 1, &s.unit), OK);
    assert_int_equal(bus_borrow(&s.bus, 0), OK);
    return &s;
}

static void stand_end(struct stand *s)
{
    device_done(&s->device);
    bus_done(&s->bus);
    section_done(&s->unit);
    section_done(&s->wire);
    clock_give_back();
}

static int one_round(struct stand *s)
{
    clock_sleep_us(ROUND_US);
    s->far.asked = s->far.refused = 0;
    return device_round(&s->device, LIVE_ONLY, 0, &s->r);
}

/* As many values as an undisturbed round has. */
static unsigned all_there_is(struct stand *s)
{
    assert_int_equal(one_round(s), OK);
    assert_true(s->r.count > 20);
    return s->r.count;
}

/* It was never heard well before: after three such rounds everything is there. */
static void a_bad_beginning(void **state)
{
    struct stand *s = stand_begin();
    unsigned all = all_there_is(s);

    (void)state;
    stand_end(s);
    for (uint8_t number = 1; number <= 11; number++) {
        s = stand_begin();
        s->far.number = number;
        for (int i = 0; i < 3; i++) {
            assert_int_not_equal(one_round(s), OK);
            assert_int_equal(s->r.count, 0);
        }
        s->far.number = 0;
        clock_sleep_us(60000000); /* after silences it is asked more rarely */
        assert_int_equal(one_round(s), OK);
        assert_int_equal(s->r.count, all);
        assert_int_equal(s->far.asked, 4);
        stand_end(s);
    }
}

/* What it gave once is asked for in every round, and that it is missing is no good round. */
static void a_bad_hour(void **state)
{
    struct stand *s = stand_begin();
    unsigned all = all_there_is(s);

    (void)state;
    s->far.number = NOT_KNOWN_ADDRESS;
    s->far.first = 0x3100;
    s->far.last = 0x3112;
    for (int i = 0; i < 300; i++) {
        assert_int_equal(one_round(s), ERR_REFUSED);
        assert_in_range(s->r.count, 10, all - 1); /* the other blocks are there */
    }
    s->far.number = 0;
    assert_int_equal(one_round(s), OK);
    assert_int_equal(s->r.count, all);
    clock_sleep_us(DAY_US); /* in one piece as well, a day later at the most */
    assert_int_equal(one_round(s), OK);
    assert_int_equal(one_round(s), OK);
    assert_int_equal(s->far.asked, 4);
    stand_end(s);
}

/* One that refuses everything is not asked for every register again and again. */
static void a_stubborn_unit_costs_little(void **state)
{
    struct stand *s = stand_begin();

    (void)state;
    s->far.number = NOT_KNOWN_ADDRESS;
    for (int i = 0; i < 50; i++) {
        assert_int_equal(one_round(s), ERR_REFUSED);
        assert_in_range(s->far.asked, 1, 24);
    }
    stand_end(s);
}

/* "Too many at once", by whichever number, is learned. */
static void little_at_once(void **state)
{
    struct stand *s = stand_begin();
    unsigned all = all_there_is(s);

    (void)state;
    stand_end(s);
    for (uint8_t number = NOT_KNOWN_ADDRESS; number <= NOT_GOOD_VALUE; number++) {
        s = stand_begin();
        s->far.number = number;
        s->far.first = 0xffff;
        s->far.longest = 8;
        for (int i = 0; i < 8; i++) {
            assert_int_equal(one_round(s), OK);
            assert_int_equal(s->r.count, all);
        }
        assert_int_equal(one_round(s), OK);
        assert_int_equal(s->far.refused, 0);
        stand_end(s);
    }
}

/* It answers, but to no question of a round: that is no good round, however often it is so. */
static void nothing_to_say(void **state)
{
    struct stand *s = stand_begin();
    const struct block *rated = s->device.blocks;

    (void)state;
    while (rated->start != 0x3000)
        rated++;
    s->far.number = NOT_KNOWN_ADDRESS;
    s->far.first = 0x3100;
    s->far.last = 0x33ff;
    for (int i = 0; i < 20; i++) {
        struct reading r = {0};
        assert_int_equal(one_round(s), ERR_REFUSED);
        assert_int_equal(device_block(&s->device, rated, device_collect, &r), OK);
    }
    assert_int_equal(one_round(s), ERR_REFUSED);
    assert_int_equal(s->far.asked, 0); /* it was learned */
    s->far.number = 0;
    clock_sleep_us(DAY_US);
    (void)all_there_is(s);
    stand_end(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_bad_beginning),
        cmocka_unit_test(a_bad_hour),
        cmocka_unit_test(a_stubborn_unit_costs_little),
        cmocka_unit_test(little_at_once),
        cmocka_unit_test(nothing_to_say),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
