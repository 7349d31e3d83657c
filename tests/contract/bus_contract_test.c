/* The one verb on a wire, and everything that may go wrong around it. Time is ours here. */
#include "bus/bus.h"
#include "bus/lines.h"

#include "base/clock.h"
#include "base/log.h"
#include "bus/crc16.h"
#include "drivers/modbus.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

enum { UNIT = 1, SAID_MAX = 64, MS = 1000 };

/* A device written by hand: register N holds N. What a test wants else, it says here. */
struct far {
    unsigned heard;
    int64_t heard_us[SAID_MAX];
    int64_t delay_us, pause_us;
    size_t pause_after;
    bool is_silent, is_refusing, is_echoing;
    unsigned spoils; /* so many answers are spoiled first, */
    unsigned mutes;  /* or so many are not given at all, */
    unsigned hastes; /* or so many stood there before the question, */
    unsigned passes; /* or so many are refused, */
    uint8_t number;  /* with this exception; 0: 2 */
    unsigned cuts;   /* or so many lack their last register */
    int64_t late_us; /* ...and the register that answers only after so long */
    uint16_t late_at;
};

static int far_answers(void *who, const uint8_t *asked, size_t length, struct far_answer *a)
{
    struct far *f = who;
    uint16_t start = (uint16_t)(asked[2] << 8 | asked[3]),
             count = (uint16_t)(asked[4] << 8 | asked[5]);
    uint8_t *to = a->answer.bytes;
    size_t n = 0;

    if (f->heard < SAID_MAX)
        f->heard_us[f->heard] = clock_us();
    f->heard++;
    if (f->is_echoing) {
        memcpy(to, asked, length);
        n = length;
    }
    a->delay_us = f->late_us && start == f->late_at ? f->late_us : f->delay_us;
    if (f->hastes) {
        f->hastes--;
        a->delay_us = -100 * MS;
    }
    a->pause_us = f->pause_us;
    a->pause_after = f->pause_after;
    a->answer.length = n;
    if (f->is_silent)
        return n ? OK : ERR_TIMEOUT;
    if (f->mutes) {
        f->mutes--;
        return ERR_TIMEOUT;
    }
    uint8_t *frame = to + n;
    size_t at = 0;
    frame[at++] = asked[0];
    if (f->is_refusing || f->passes) {
        f->passes -= f->passes > 0;
        frame[at++] = asked[1] | 0x80;
        frame[at++] = f->number ? f->number : 2;
    } else {
        count = (uint16_t)(count - (f->cuts > 0));
        f->cuts -= f->cuts > 0;
        frame[at++] = asked[1];
        frame[at++] = (uint8_t)(2 * count);
        for (unsigned i = 0; i < count; i++) {
            frame[at++] = (uint8_t)((start + i) >> 8);
            frame[at++] = (uint8_t)(start + i);
        }
    }
    at = crc16_append(frame, at);
    if (f->spoils) {
        f->spoils--;
        frame[at - 1] ^= 0x55;
    }
    a->answer.length = n + at;
    return OK;
}

struct stand {
    struct section section;
    struct bus bus;
    struct far far;
    struct pace pace;
};

static struct stand *stand_on(const struct line *line, const char *words)
{
    static struct stand s;
    const struct setting *tables[] = {bus_settings, line_sim.settings};

    log_set_level(LOG_LEVEL_ERR);
    clock_take(INT64_C(1777723200000));
    s = (struct stand){.far = {.delay_us = 10 * MS}};
    assert_int_equal(section_from_words("bus", "stand", words, &s.section), OK);
    assert_int_equal(section_check(&s.section, tables, 2), OK);
    assert_int_equal(bus_init(&s.bus, "stand", line, "", &s.section), OK);
    s.bus.chance = chance_seeded(3);
    s.bus.far = far_answers;
    s.bus.far_who = &s.far;
    assert_int_equal(bus_borrow(&s.bus, 0), OK);
    return &s;
}

static struct stand *stand_begin(const char *words)
{
    return stand_on(&line_sim, words);
}

static void stand_end(struct stand *s)
{
    bus_done(&s->bus);
    section_done(&s->section);
    clock_give_back();
}

static int talk(struct stand *s, uint16_t start, uint16_t count, unsigned tries, struct answer *a)
{
    const struct block block = {.function = READ_INPUT, .start = start, .count = count};
    uint8_t bytes[ASK_MAX];
    struct ask ask = {0};

    assert_int_equal(modbus_speech.question(UNIT, &block, bytes, &ask), OK);
    ask.bytes = bytes;
    ask.pace = &s->pace;
    ask.tries = tries;
    return bus_talk(&s->bus, &ask, a);
}

/* The answer is whole, and holds this register's number and no other's. */
static void assert_answers(const struct answer *a, uint16_t start, uint16_t count)
{
    assert_int_equal(a->length, 5 + 2 * count);
    for (unsigned i = 0; i < count; i++)
        assert_int_equal(a->bytes[3 + 2 * i] << 8 | a->bytes[4 + 2 * i], start + i);
}

static void patience_is_learned(void **state)
{
    struct stand *s = stand_begin("line=given");
    struct answer a;
    int64_t before = clock_us();

    (void)state;
    s->far.is_silent = true; /* nobody known yet: a long wait */
    assert_int_equal(talk(s, 0x3100, 1, 1, &a), ERR_TIMEOUT);
    assert_in_range(clock_us() - before, 500 * MS, 700 * MS);

    s->far.is_silent = false;
    for (unsigned i = 0; i < 30; i++)
        assert_int_equal(talk(s, 0x3100, 1, 0, &a), OK);
    assert_int_equal(s->bus.counts.retried, 0);
    s->far.is_silent = true; /* a quick one is given up soon, */
    before = clock_us();
    assert_int_equal(talk(s, 0x3100, 1, 1, &a), ERR_TIMEOUT);
    assert_in_range(clock_us() - before, 30 * MS, 120 * MS);

    s->far.is_silent = false;
    s->far.delay_us = 400 * MS; /* and if it has become slow, the retries wait longer */
    assert_int_equal(talk(s, 0x3200, 1, 0, &a), OK);
    assert_answers(&a, 0x3200, 1);
    for (unsigned i = 0; i < 30; i++)
        assert_int_equal(talk(s, 0x3200, 1, 0, &a), OK);
    uint64_t retried = s->bus.counts.retried;
    assert_int_equal(talk(s, 0x3200, 1, 1, &a), OK);
    assert_int_equal(s->bus.counts.retried, retried);
    stand_end(s);
}

static void echoes(void **state)
{
    struct answer a;
    struct stand *s = stand_begin("line=given,echo=yes");

    (void)state;
    s->far.is_echoing = true;
    for (unsigned i = 0; i < 3; i++) {
        assert_int_equal(talk(s, 0x3100, (uint16_t)(i + 1), 1, &a), OK);
        assert_answers(&a, 0x3100, (uint16_t)(i + 1));
    }
    /* A slow device: between echo and answer lies its whole turn-around. */
    s->pace = s->bus.pace = (struct pace){0};
    s->far.delay_us = 0;
    s->far.pause_after = 8;
    s->far.pause_us = 400 * MS;
    assert_int_equal(talk(s, 0x3100, 5, 1, &a), OK);
    assert_answers(&a, 0x3100, 5);
    s->far.is_silent = true;
    assert_int_equal(talk(s, 0x3100, 5, 1, &a), ERR_TIMEOUT);
    stand_end(s);

    s = stand_begin("line=given");
    s->far.is_echoing = s->far.is_silent = true;
    assert_int_equal(talk(s, 0x3100, 5, 1, &a), ERR_ECHO);
    s->far.is_silent = false; /* told as an echo with an answer behind it, too */
    assert_int_equal(talk(s, 0x3100, 5, 1, &a), ERR_ECHO);
    assert_int_equal(talk(s, 0x0000, 5, 1, &a), ERR_ECHO);
    assert_int_equal(s->bus.counts.failed[error_index(ERR_ECHO)], 3);
    stand_end(s);
}

/* Whoever answers before the question has ended answers something else. */
static void answers_before_their_time(void **state)
{
    struct stand *s = stand_begin("line=given,speed=2400");
    struct answer a;

    (void)state;
    s->far.hastes = 1;
    assert_int_equal(talk(s, 0x3100, 1, 1, &a), OK); /* where nothing is known of the speed */
    s->bus.has_true_speed = true;
    s->far.hastes = 1;
    assert_int_equal(talk(s, 0x3100, 1, 1, &a), ERR_FOREIGN);
    s->far.hastes = 2;
    assert_int_equal(talk(s, 0x3104, 1, 0, &a), OK); /* the third one is in time */
    assert_answers(&a, 0x3104, 1);
    assert_int_equal(s->bus.counts.failed[error_index(ERR_FOREIGN)], 3);
    s->far.delay_us = 0; /* nobody is that quick, but it could be */
    assert_int_equal(talk(s, 0x3100, 1, 1, &a), OK);
    stand_end(s);

    s = stand_begin("line=given,speed=2400,echo=yes"); /* an adapter's echo may be that quick */
    s->bus.has_true_speed = s->far.is_echoing = true;
    s->far.delay_us = -70 * MS;
    s->far.pause_after = 8;
    s->far.pause_us = 60 * MS;
    assert_int_equal(talk(s, 0x3100, 1, 1, &a), OK);
    assert_answers(&a, 0x3100, 1);
    s->far.pause_us = 1; /* what comes right behind it may not */
    assert_int_equal(talk(s, 0x3100, 1, 1, &a), ERR_FOREIGN);
    stand_end(s);

    s = stand_begin("line=given,paced=no");
    s->bus.has_true_speed = true;
    s->far.hastes = 1;
    assert_int_equal(talk(s, 0x3100, 1, 1, &a), OK); /* no speed, no end to wait for */
    stand_end(s);
}

/* Of two questions that look alike, the first one's late answer is not the second one's. */
static void late_answers(void **state)
{
    struct stand *s = stand_begin("line=given");
    struct answer a;

    (void)state;
    s->far.late_at = 0x3100;
    s->far.late_us = 800 * MS;
    assert_int_equal(talk(s, 0x3100, 1, 1, &a), ERR_TIMEOUT);
    assert_int_equal(talk(s, 0x311d, 1, 0, &a), OK);
    assert_answers(&a, 0x311d, 1);
    assert_int_equal(s->far.heard, 2);
    stand_end(s);

    s = stand_begin("line=given"); /* however slow the second one is */
    for (int64_t slow = 10; slow < 600; slow += 10) {
        s->pace = s->bus.pace = (struct pace){0};
        s->far.late_at = 0x3100;
        s->far.late_us = 800 * MS;
        s->far.delay_us = slow * MS;
        assert_int_equal(talk(s, 0x3100, 1, 1, &a), ERR_TIMEOUT);
        assert_int_equal(talk(s, 0x311d, 1, 0, &a), OK);
        assert_answers(&a, 0x311d, 1);
    }
    stand_end(s);
}

/* Another question that failed in between does not make the first one's debt forgotten. */
static void late_answers_behind_another_failure(void **state)
{
    struct answer a;

    (void)state;
    for (int64_t slow = 10; slow < 600; slow += 10) {
        struct stand *s = stand_begin("line=given");
        s->far.late_at = 0x3100;
        s->far.late_us = 800 * MS;
        assert_int_equal(talk(s, 0x3100, 1, 1, &a), ERR_TIMEOUT);
        s->far.delay_us = 10 * MS;
        s->far.spoils = 1;
        assert_int_not_equal(talk(s, 0x3200, 2, 1, &a), OK);
        s->far.delay_us = slow * MS;
        assert_int_equal(talk(s, 0x311d, 1, 0, &a), OK);
        assert_answers(&a, 0x311d, 1);
        stand_end(s);
    }
}

/* A question that was asked more than once is owed more than one answer. */
static void late_answers_to_every_try(void **state)
{
    struct answer a;

    (void)state;
    for (int64_t late = 50; late < 900; late += 10) {
        struct stand *s = stand_begin("line=given");
        for (unsigned i = 0; i < 20; i++) /* a quick one */
            assert_int_equal(talk(s, 0x3200, 2, 0, &a), OK);
        s->far.late_at = 0x3100;
        s->far.late_us = late * MS;
        int rc = talk(s, 0x3100, 1, 0, &a);
        if (rc == OK)
            assert_answers(&a, 0x3100, 1);
        for (uint16_t at = 0x3110; at < 0x3120; at++) {
            assert_int_equal(talk(s, at, 1, 0, &a), OK);
            assert_answers(&a, at, 1);
        }
        stand_end(s);
    }
}

static void a_refusal_is_final(void **state)
{
    struct stand *s = stand_begin("line=given");
    struct answer a;

    (void)state;
    s->far.is_refusing = true;
    assert_int_equal(talk(s, 0x3100, 5, 0, &a), ERR_REFUSED);
    assert_int_equal(s->far.heard, 1);
    assert_int_equal(a.length, 5);
    assert_int_equal(a.bytes[2], 2);
    assert_int_equal(s->bus.counts.answered, 1);
    assert_int_equal(s->bus.counts.retried, 0);
    stand_end(s);
}

/* "Busy" and "still at work" pass; a gateway's "no answer" is a silence like any other. */
static void some_refusals_pass(void **state)
{
    static const struct {
        uint8_t number;
        int then;
    } all[] = {{STILL_AT_WORK, ERR_REFUSED}, {BUSY_JUST_NOW, ERR_REFUSED}, {11, ERR_TIMEOUT}};

    (void)state;
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        struct stand *s = stand_begin("line=given");
        struct answer a;
        s->far.number = all[i].number;
        s->far.passes = 3;
        assert_int_equal(talk(s, 0x3100, 5, 0, &a), OK);
        assert_answers(&a, 0x3100, 5);
        assert_int_equal(s->far.heard, 4);
        s->far.is_refusing = true; /* for ever: not longer than any other trouble */
        int64_t before = clock_us();
        assert_int_equal(talk(s, 0x3100, 5, 0, &a), all[i].then);
        assert_int_equal(s->far.heard, 4 + 6);
        assert_in_range(clock_us() - before, 1, 3000 * MS);
        assert_int_equal(talk(s, 0x3100, 5, 1, &a), all[i].then); /* what changes something */
        assert_int_equal(s->far.heard, 4 + 6 + 1);
        stand_end(s);
    }
}

/* Another length once is a collision; the same again is how the device says that it has no more. */
static void short_twice_is_short(void **state)
{
    struct stand *s = stand_begin("line=given");
    struct answer a;

    (void)state;
    s->far.cuts = 1;
    assert_int_equal(talk(s, 0x3100, 5, 0, &a), OK);
    assert_int_equal(s->far.heard, 2);
    s->far.cuts = 100;
    assert_int_equal(talk(s, 0x3100, 5, 0, &a), ERR_LENGTH);
    assert_int_equal(s->far.heard, 4);
    assert_int_equal(talk(s, 0x3100, 5, 1, &a), ERR_GARBAGE); /* heard once */
    stand_end(s);
}

/* How long an answer may take to begin is for the wire to say. */
static void a_slow_device_is_waited_for(void **state)
{
    struct stand *s = stand_begin("line=given");
    struct answer a;

    (void)state;
    s->far.delay_us = 700 * MS;
    assert_int_equal(talk(s, 0x3100, 5, 1, &a), ERR_TIMEOUT);
    stand_end(s);

    s = stand_begin("line=given,wait=3.5");
    s->far.delay_us = 3000 * MS;
    for (int i = 0; i < 5; i++) {
        assert_int_equal(talk(s, 0x3100, 5, 0, &a), OK);
        assert_answers(&a, 0x3100, 5);
    }
    assert_int_equal(s->far.heard, 5);
    stand_end(s);
}

static void once_is_once(void **state)
{
    struct stand *s = stand_begin("line=given");
    struct answer a;

    (void)state;
    s->far.is_silent = true;
    assert_int_equal(talk(s, 0x3100, 5, 1, &a), ERR_TIMEOUT);
    assert_int_equal(s->far.heard, 1);
    s->far.is_silent = false;
    s->far.spoils = 1;
    assert_int_not_equal(talk(s, 0x3100, 5, 1, &a), OK);
    assert_int_equal(s->far.heard, 2);
    stand_end(s);

    s = stand_begin("line=given,tries=3,patience=60"); /* and the bus's own number holds else */
    s->far.is_silent = true;
    assert_int_equal(talk(s, 0x3100, 5, 0, &a), ERR_TIMEOUT);
    assert_int_equal(s->far.heard, 3);
    stand_end(s);

    s = stand_begin("line=given,tries=20,patience=1");
    s->far.is_silent = true;
    int64_t before = clock_us();
    assert_int_equal(talk(s, 0x3100, 5, 0, &a), ERR_TIMEOUT);
    assert_in_range(clock_us() - before, 1000 * MS, 1900 * MS);
    stand_end(s);
}

/* What follows a spoiled answer is waited out: nobody speaks into it. */
static void the_wire_comes_to_rest(void **state)
{
    struct stand *s = stand_begin("line=given");
    struct answer a;

    (void)state;
    s->far.is_echoing = true; /* nine bytes of nonsense, a pause, and the rest */
    s->far.pause_after = 9;
    s->far.pause_us = 20 * MS;
    s->far.spoils = 1;
    for (unsigned i = 0; i < 5; i++)
        assert_int_equal(talk(s, 0x0000, 20, 1, &a), ERR_ECHO);
    s->far.is_echoing = false;
    s->far.pause_us = 0;
    assert_int_equal(talk(s, 0x0000, 20, 0, &a), OK);
    assert_answers(&a, 0x0000, 20);
    int64_t bytes_us = (8 + 8 + 45) * s->bus.byte_us; /* question, echo and answer */
    assert_true(s->bus.counts.stray_bytes >= 5 * 40);
    for (unsigned i = 1; i <= 5; i++) /* asked, turn-around, pause inside, and silence */
        assert_true(s->far.heard_us[i] - s->far.heard_us[i - 1] >=
                    bytes_us + 10 * MS + 20 * MS + s->bus.drain_us);
    stand_end(s);

    s = stand_begin("line=given"); /* within one talk as well, with a pause of chance on top */
    s->far.spoils = 3;
    assert_int_equal(talk(s, 0x3100, 5, 0, &a), OK);
    assert_answers(&a, 0x3100, 5);
    assert_int_equal(s->far.heard, 4);
    for (unsigned i = 1; i < 4; i++)
        assert_true(s->far.heard_us[i] - s->far.heard_us[i - 1] >=
                    10 * MS + s->bus.drain_us + 5 * MS);
    stand_end(s);
}

/* ---- somebody who never stops ------------------------------------------------------------ */

static unsigned jam_sent;

static int jam_open(struct bus *bus)
{
    bus->byte_us = 1000;
    bus->gap_us = 3500;
    return OK;
}

static int jam_send(struct bus *bus, const uint8_t *bytes, size_t length)
{
    (void)bus;
    (void)bytes;
    (void)length;
    jam_sent++;
    return OK;
}

static int jam_receive(struct bus *bus, uint8_t *to, size_t size, int64_t wait_us)
{
    if (!size || wait_us < bus->byte_us) {
        clock_sleep_us(wait_us);
        return 0;
    }
    clock_sleep_us(bus->byte_us);
    *to = 0xaa;
    return 1;
}

static void jam_close(struct bus *bus)
{
    (void)bus;
}

static void a_jammed_line_ends(void **state)
{
    static const struct line jam = {
        .scheme = "jam",
        .open = jam_open,
        .send = jam_send,
        .receive = jam_receive,
        .close = jam_close,
        .memory = 1,
    };
    struct stand *s = stand_on(&jam, "line=given");
    struct answer a;
    int64_t before = clock_us();

    (void)state;
    assert_int_equal(talk(s, 0x3100, 5, 0, &a), ERR_GARBAGE);
    assert_int_equal(jam_sent, 0); /* we do not speak into it */
    assert_in_range(clock_us() - before, 500 * MS, 5000 * MS);
    stand_end(s);
}

/* A report of garbage now and then, as some bridges give: the line is quiet in between. */
static int drip_open(struct bus *bus)
{
    bus->byte_us = bus->gap_us = 0;
    return OK;
}

static int drip_receive(struct bus *bus, uint8_t *to, size_t size, int64_t wait_us)
{
    enum { REPORT = 8 };

    (void)bus;
    if (size < REPORT || wait_us < 200 * MS) {
        clock_sleep_us(wait_us);
        return 0;
    }
    clock_sleep_us(200 * MS);
    memset(to, 0xaa, REPORT);
    return REPORT;
}

static int never_whole(const struct ask *ask, const uint8_t *bytes, size_t length)
{
    (void)ask;
    (void)bytes;
    (void)length;
    return 0;
}

static void garbage_without_end_is_no_answer(void **state)
{
    static const struct line drip = {
        .open = drip_open,
        .send = jam_send,
        .receive = drip_receive,
        .close = jam_close,
        .memory = 1,
    };
    static const uint8_t question[] = {1, 2, 3};
    const struct ask ask = {
        .bytes = question, .length = sizeof question, .whole = never_whole, .tries = 1};
    struct stand *s = stand_on(&drip, "line=given");
    struct answer a;
    int64_t before = clock_us();

    (void)state;
    assert_int_equal(bus_talk(&s->bus, &ask, &a), ERR_GARBAGE);
    assert_in_range(clock_us() - before, 1000 * MS,
                    2500 * MS); /* not until nothing fits any more */
    stand_end(s);
}

static void a_pause_inside_is_waited_for(void **state)
{
    struct stand *s = stand_begin("line=given");
    struct answer a;

    (void)state;
    s->far.pause_us = 250 * MS;
    for (size_t after = 1; after < 43; after++) { /* of one we know nothing about */
        s->pace = s->bus.pace = (struct pace){0};
        s->far.pause_after = after;
        assert_int_equal(talk(s, 0x3300, 19, 1, &a), OK);
        assert_answers(&a, 0x3300, 19);
    }
    assert_int_equal(s->bus.counts.retried, 0);
    stand_end(s);

    s = stand_begin("line=given"); /* of one known by short answers only */
    for (unsigned i = 0; i < 20; i++)
        assert_int_equal(talk(s, 0x3200, 2, 0, &a), OK);
    s->far.pause_us = 250 * MS;
    s->far.pause_after = 20;
    assert_int_equal(talk(s, 0x3300, 19, 0, &a), OK);
    assert_answers(&a, 0x3300, 19);
    uint64_t retried = s->bus.counts.retried;
    for (unsigned i = 0; i < 20; i++) /* learned, and kept over many short ones */
        assert_int_equal(talk(s, 0x3200, 2, 0, &a), OK);
    assert_int_equal(talk(s, 0x3300, 19, 0, &a), OK);
    assert_int_equal(s->bus.counts.retried, retried);
    stand_end(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(patience_is_learned),
        cmocka_unit_test(echoes),
        cmocka_unit_test(answers_before_their_time),
        cmocka_unit_test(late_answers),
        cmocka_unit_test(late_answers_behind_another_failure),
        cmocka_unit_test(late_answers_to_every_try),
        cmocka_unit_test(a_refusal_is_final),
        cmocka_unit_test(some_refusals_pass),
        cmocka_unit_test(short_twice_is_short),
        cmocka_unit_test(a_slow_device_is_waited_for),
        cmocka_unit_test(once_is_once),
        cmocka_unit_test(the_wire_comes_to_rest),
        cmocka_unit_test(a_jammed_line_ends),
        cmocka_unit_test(garbage_without_end_is_no_answer),
        cmocka_unit_test(a_pause_inside_is_waited_for),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
