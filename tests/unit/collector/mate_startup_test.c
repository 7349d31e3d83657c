/*
 * A MATE that is switched on finds the simulated house as it would find a real one: every question
 * of its start-up and of its rounds is answered in kind, and empty ports are silent. A record of a
 * real one is asked again when it is there: HELIO_MATE_RECORD, or beside the checkout.
 */
#include "collector/run/cast.h"
#include "drivers/mate/mate.h"

#include "base/section.h"
#include "bus/capture.h"
#include "bus/lines.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NOBODY = 0, MX_PORT = 1, FX_PORT = 2, DC_PORT = 3, PATH_LENGTH = 512 };

static struct cast house;
static struct section section;

static int begin(void **state)
{
    const struct setting *tables[] = {line_find("sim")->settings};

    (void)state;
    section = (struct section){0};
    if (section_from_words("bus", "house", "at=12:00,turnaround=0", &section) ||
        section_check(&section, tables, 1) || cast_init(&house, &section))
        return -1;
    return cast_add(&house, &driver_mate, 0, &section);
}

static int end(void **state)
{
    (void)state;
    cast_done(&house);
    section_done(&section);
    return 0;
}

/* What comes back, judged as a MATE would; 0 bytes: silence. */
static size_t ask(const uint8_t *question, uint8_t reply[ANSWER_MAX])
{
    static struct far_answer said;
    size_t skipped;

    assert_int_equal(mate_speech.heard(question, MATE_ASKED), MATE_ASKED);
    if (cast_answer(&house, question, MATE_ASKED, &said))
        return 0;
    memcpy(reply, said.answer.bytes, said.answer.length);
    assert_int_equal(mate_judge(question, reply, said.answer.length, &skipped), OK);
    return said.answer.length;
}

static size_t ask_for(uint8_t port, uint8_t command, uint16_t at, uint16_t value, uint8_t *reply)
{
    uint8_t question[ASK_MAX];

    (void)mate_ask(question, port, command, at, value);
    return ask(question, reply);
}

static unsigned word(const uint8_t *reply)
{
    return (unsigned)(reply[1] << 8 | reply[2]);
}

static void its_search_finds_the_house(void **state)
{
    static const uint8_t types[] = {MATE_HUB, MATE_MX, MATE_FX, MATE_DC};
    uint8_t reply[ANSWER_MAX];

    (void)state;
    for (uint8_t port = 0; port <= MATE_PORTS + 1; port++) {
        size_t length = ask_for(port, MATE_READ, REG_TYPE, 0, reply);
        if (port >= sizeof types) {
            assert_int_equal(length, NOBODY);
            continue;
        }
        assert_int_equal(length, 5);
        assert_int_equal(reply[0], port ? MATE_READ : 0); /* a hub says 0 */
        assert_int_equal(word(reply) & 0xff, types[port]);
        for (uint16_t i = 0; i < 3; i++)
            assert_int_equal(ask_for(port, MATE_READ, (uint16_t)(REG_REVISION + i), 0, reply), 5);
    }
    assert_int_equal(ask_for(MX_PORT, MATE_READ, 0x003c, 0, reply), 5);
}

static void its_rounds_are_answered(void **state)
{
    uint8_t reply[ANSWER_MAX];

    (void)state;
    assert_int_equal(ask_for(MX_PORT, MATE_STATUS, 1, 0xff, reply), 16);
    assert_int_equal(reply[0], MATE_MX);
    assert_int_equal(ask_for(FX_PORT, MATE_STATUS, 1, 0, reply), 16);
    assert_int_equal(reply[0], MATE_FX);
    for (uint16_t page = 0x0a; page <= 0x0f; page++) {
        assert_int_equal(ask_for(DC_PORT, MATE_STATUS, page, 0, reply), 16);
        assert_int_equal(reply[0], MATE_DC);
    }
    assert_int_equal(ask_for(DC_PORT, MATE_STATUS, 0x10, 0, reply), NOBODY);
    assert_int_equal(ask_for(MX_PORT, MATE_LOG, 0, 1, reply), 17);
    assert_int_equal(reply[14], 1); /* the day it is of */
}

static void its_writes_are_taken(void **state)
{
    uint8_t reply[ANSWER_MAX];
    uint16_t time = mate_time_word(21, 9, 50), date = mate_date_word(2018, 10, 21);

    (void)state;
    assert_int_equal(ask_for(MX_PORT, MATE_WRITE, REG_TIME, time, reply), 5);
    assert_int_equal(word(reply), time & 0xff); /* an MX gives back the lower byte */
    assert_int_equal(ask_for(DC_PORT, MATE_WRITE, REG_TIME, time, reply), 5);
    assert_int_equal(word(reply), time);
    assert_int_equal(ask_for(DC_PORT, MATE_WRITE, REG_DATE, date, reply), 5);
    assert_int_equal(word(reply), date);
    assert_int_equal(ask_for(MX_PORT, MATE_READ, REG_TEMPERATURE, 0, reply), 5);
    unsigned raw = word(reply);
    assert_in_range(raw, 1, 254);
    for (uint8_t port = FX_PORT; port <= DC_PORT; port++) {
        assert_int_equal(ask_for(port, MATE_WRITE, REG_TELL_TEMPERATURE, (uint16_t)raw, reply), 5);
        assert_int_equal(word(reply), raw);
    }
    assert_int_equal(ask_for(4, MATE_WRITE, REG_TIME, time, reply), NOBODY);
}

/* ---- the record ------------------------------------------------------------------------------ */

static FILE *open_record(void)
{
    const char *named = getenv("HELIO_MATE_RECORD"), *source = getenv("HELIO_SOURCE");
    char path[PATH_LENGTH];

    if (named)
        return fopen(named, "r");
    snprintf(path, sizeof path, "%s/../shared/vectors/mate/stream.tsv", source ? source : ".");
    return fopen(path, "r");
}

/* Lines of SECONDS<TAB>QUESTION<TAB>ANSWER. The same shape of answer from us as from them. */
static void a_real_one_is_answered(void **state)
{
    FILE *record = open_record();
    char line[512];
    unsigned asked = 0, silent = 0;

    (void)state;
    if (!record)
        skip();
    while (fgets(line, sizeof line, record)) {
        uint8_t question[ANSWER_MAX], theirs[ANSWER_MAX], ours[ANSWER_MAX];
        char *rest = line, *second = strsep(&rest, "\t"), *q = strsep(&rest, "\t"),
             *a = strsep(&rest, "\r\n");
        if (*second == '#' || !q || !a)
            continue;
        int length = capture_read_bytes(a, theirs, NULL, sizeof theirs);
        assert_int_equal(capture_read_bytes(q, question, NULL, sizeof question), MATE_ASKED);
        assert_true(length >= 0);
        size_t said = ask(question, ours);
        if (said != (size_t)length || (said && ours[0] != theirs[0]))
            fail_msg("%s: %zu bytes from %02x on, not %d from %02x on", q, said, ours[0], length,
                     theirs[0]);
        asked++;
        silent += !said;
    }
    fclose(record);
    print_message("%u questions of a real MATE: %u answered in kind, %u silent as theirs\n", asked,
                  asked - silent, silent);
    assert_true(asked > silent);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(its_search_finds_the_house),
        cmocka_unit_test(its_rounds_are_answered),
        cmocka_unit_test(its_writes_are_taken),
        cmocka_unit_test(a_real_one_is_answered),
    };

    return cmocka_run_group_tests(tests, begin, end);
}
