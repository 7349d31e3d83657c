/* MATEnet's packets: made, judged, heard. */
#include "drivers/mate/mate.h"

#include "base/chance.h"
#include "drivers/driver.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

/* ---- packets ------------------------------------------------------------------------------ */

static size_t bytes_of(const char *text, uint8_t *to)
{
    size_t n = 0;
    char *end;

    for (;;) {
        unsigned long byte = strtoul(text, &end, 16);
        if (end == text)
            return n;
        to[n++] = (uint8_t)byte;
        text = end;
    }
}

static void a_sum(uint8_t *bytes, size_t length) /* puts it behind */
{
    uint16_t sum = mate_sum(bytes, length);

    bytes[length] = (uint8_t)(sum >> 8);
    bytes[length + 1] = (uint8_t)sum;
}

static void questions(void **state)
{
    static const struct {
        uint8_t port, command;
        uint16_t at, value;
        const char *bytes;
    } rows[] = {
        {1, MATE_STATUS, 1, 0xff, "01 04 00 01 00 ff 01 05"},
        {3, MATE_STATUS, 0x0b, 0, "03 04 00 0b 00 00 00 12"},
        {1, MATE_LOG, 0, 0x7f, "01 16 00 00 00 7f 00 96"},
        {3, MATE_WRITE, REG_DATE, 0x0d3d, "03 03 40 05 0d 3d 00 95"},
        {10, MATE_READ, 0xffff, 0xffff, "0a 02 ff ff ff ff 04 08"},
    };
    uint8_t made[ASK_MAX], expected[ASK_MAX];

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        assert_int_equal(mate_ask(made, rows[i].port, rows[i].command, rows[i].at, rows[i].value),
                         MATE_ASKED);
        assert_int_equal(bytes_of(rows[i].bytes, expected), MATE_ASKED);
        assert_memory_equal(made, expected, MATE_ASKED);
        assert_int_equal(mate_heard(made, MATE_ASKED), MATE_ASKED);
        assert_int_equal(mate_heard(made, MATE_ASKED - 1), 0);
        made[2] ^= 0x10;
        assert_true(mate_heard(made, MATE_ASKED) < 0);
    }
}

#define READ "01 02 00 00 00 00 00 03"
#define STATUS "01 04 00 01 00 ff 01 05"
#define LOG "01 16 00 00 00 00 00 17"
#define WRITE "03 03 40 05 0d 3d 00 95"

/* What may follow a question, and what may not. */
static void answers_are_judged(void **state)
{
    static const struct {
        const char *asked, *answered;
        int result;
        size_t skipped;
    } rows[] = {
        {READ, "02 00 03 00 05", OK, 0},
        {READ, "00 00 01 00 01", OK, 0}, /* a hub's */
        {READ, "03 00 03 00 06", ERR_FUNCTION, 0},
        {READ, "16 00 03 00 19", ERR_FUNCTION, 0},
        {READ, "02 00 03 00 06", ERR_CRC, 0},
        {READ, "02 00 60 f0", ERR_TIMEOUT, 0},
        {READ, "", ERR_TIMEOUT, 0},
        {READ, "00 00 02 11 03 00 16", OK, 2}, /* an old unit's */
        {READ, "00 00 02 11 03", ERR_TIMEOUT, 0},
        {READ, "00 02 11 03 00 16", ERR_TIMEOUT, 0}, /* one zero: the rest does not come */
        {READ, "00 00 00 02 11 03 00 16", ERR_GARBAGE, 0},
        {READ, "00 01 02 11 03 00 16", ERR_GARBAGE, 0},
        {READ, "01 00 02 11 03 00 16", ERR_GARBAGE, 0},
        {READ, "02 00 03 00 05 00 00", ERR_GARBAGE, 0}, /* zeros behind it are none of its */
        {READ, "00 00 02 11 03 00 17", ERR_GARBAGE, 0},
        {READ, "82 00 00 00 82", ERR_REFUSED, 0},
        {READ, "82 00 00 00", ERR_TIMEOUT, 0},
        {READ, "82 00 00 00 83", ERR_TIMEOUT, 0},
        {READ, "00 00 82 00 00 00 82", ERR_REFUSED, 0}, /* an old unit's */
        {STATUS, "00 00 84 00 00 00 84", ERR_REFUSED, 0},
        {STATUS, "00 00 05 00 00 00 00 00 00 00 00 00 00 00 00 00 00 05", ERR_FUNCTION, 0},
        {READ, "84 00 00 00 84", ERR_FUNCTION, 0}, /* a refusal of something else is none */
        {STATUS, "03 89 84 89 00 55 3f 02 00 15 00 fe 02 a8 03 ec", OK, 0},
        {STATUS, "03 89 84 89 00 55 3f 02 00 15 00 fe 02 a8 03", ERR_TIMEOUT, 0},
        {STATUS, "03 89 84 89 00 55 3f 02 00 15 00 fe 02 a8 03 eb", ERR_CRC, 0},
        {STATUS, "00 00 03 89 84 89 00 55 3f 02 00 15 00 fe 02 a8 03 ec", OK, 2},
        {STATUS, "02 00 03 00 05", ERR_TIMEOUT, 0}, /* a register's: too short */
        {STATUS, "05 00 00 00 00 00 00 00 00 00 00 00 00 00 00 05", ERR_FUNCTION, 0},
        {STATUS, "84 00 00 00 84", ERR_REFUSED, 0},
        {LOG, "16 9f 39 64 01 55 00 00 00 59 c0 38 10 5c 00 03 65", OK, 0},
        {LOG, "00 00 2a 11 22 33 00 00 00 00 00 00 00 00 00 00 90", ERR_FUNCTION, 0},
        {LOG, "96 00 00 00 96", ERR_REFUSED, 0},
        {WRITE, "03 0d 3d 00 4d", OK, 0},
        {WRITE, "03 00 3d 00 40", OK, 0}, /* an MX gives the lower byte only */
        {WRITE, "02 0d 3d 00 4c", ERR_FUNCTION, 0},
    };
    uint8_t asked[ASK_MAX], answered[64];

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        size_t skipped = 99, length = bytes_of(rows[i].answered, answered);
        bytes_of(rows[i].asked, asked);
        int rc = mate_judge(asked, answered, length, &skipped);
        if (rc != rows[i].result || skipped != rows[i].skipped)
            print_error("%s: %d, %zu skipped\n", rows[i].answered, rc, skipped);
        assert_int_equal(rc, rows[i].result);
        assert_int_equal(skipped, rows[i].skipped);
    }
}

/* Bytes come one by one: an answer is whole at its end and never before, whatever it says. */
static void whole_only_at_the_end(void **state)
{
    struct chance c = chance_seeded(3);
    struct block b;
    struct ask ask = {0};
    uint8_t asked[ASK_MAX], page[18] = {0};
    unsigned early = 0;

    (void)state;
    assert_int_equal(mate_speech.parse("status", &b), OK);
    assert_int_equal(mate_speech.question(1, &b, asked, &ask), OK);
    ask.bytes = asked;
    for (int n = 0; n < 200000; n++) { /* pages like an MX's by day, old units and new ones */
        size_t zeros = n % 2 ? 2 : 0;
        uint8_t *p = page + zeros;
        page[0] = page[1] = 0;
        p[0] = MATE_MX;
        for (int i = 1; i < 13; i++)
            p[i] = (uint8_t)chance_between(&c, 0, 255);
        p[12] = (uint8_t)chance_between(&c, 0, 5);
        p[13] = (uint8_t)chance_between(&c, 0, 255);
        if (n % 4 == 1) { /* a voltage that is the sum of what comes before it */
            p[12] = (uint8_t)(mate_sum(page, 14) >> 8);
            p[13] = (uint8_t)mate_sum(page, 14);
        }
        a_sum(p, 14);
        for (size_t i = 1; i < 16 + zeros; i++)
            early += ask.whole(&ask, page, i) != 0;
        assert_int_equal(ask.whole(&ask, page, 16 + zeros), 16 + zeros);
    }
    assert_int_equal(early, 0);
}

/* A sum sees every single flipped bit. (Two may cancel out: tests/contract/mate_noise_test.c.) */
static void any_flipped_bit_is_no_answer(void **state)
{
    uint8_t asked[ASK_MAX], good[32];
    size_t skipped, length = bytes_of("03 89 84 89 00 55 3f 02 00 15 00 fe 02 a8 03 ec", good);

    (void)state;
    bytes_of(STATUS, asked);
    for (size_t bit = 0; bit < 8 * length; bit++) {
        good[bit / 8] ^= (uint8_t)(1 << bit % 8);
        assert_int_not_equal(mate_judge(asked, good, length, &skipped), OK);
        good[bit / 8] ^= (uint8_t)(1 << bit % 8);
    }
}

static void time_and_temperature(void **state)
{
    (void)state;
    assert_int_equal(mate_time_word(21, 9, 49), 0xa938);
    assert_int_equal(mate_time_word(0, 0, 0), 0);
    assert_int_equal(mate_time_word(23, 59, 59), 23 << 11 | 59 << 5 | 29);
    assert_int_equal(mate_time_word(12, 30, 33), 12 << 11 | 30 << 5 | 16); /* halved, then cut */
    assert_int_equal(mate_date_word(2006, 9, 29), 0x0d3d);
    assert_float_equal(mate_celsius(118), 28, 0);
    assert_float_equal(mate_celsius(139), 20, 0);
    assert_float_equal(mate_celsius(154), 15, 0);
}

static void words_of_the_command_line(void **state)
{
    static const struct {
        const char *words;
        int result;
        uint8_t function;
        uint16_t at, value;
    } rows[] = {
        {"0x016a", OK, MATE_READ, 0x16a, 0},
        {"status", OK, MATE_STATUS, 1, 0},
        {"status:0x0b", OK, MATE_STATUS, 11, 0},
        {"log:128", ERR_USAGE, 0, 0, 0},
        {"log:127", OK, MATE_LOG, 0, 127},
        {"log", OK, MATE_LOG, 0, 0},
        {"log:-1", ERR_USAGE, 0, 0, 0},
        {"logs", ERR_USAGE, 0, 0, 0},
        {"status:256", ERR_USAGE, 0, 0, 0},
        {"statusx", ERR_USAGE, 0, 0, 0},
        {"0x10000", ERR_USAGE, 0, 0, 0},
        {"-1", ERR_USAGE, 0, 0, 0},
        {"", ERR_USAGE, 0, 0, 0},
        {"log:", ERR_USAGE, 0, 0, 0},
    };
    uint8_t asked[ASK_MAX];

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct block b;
        struct ask ask = {0};
        int rc = mate_speech.parse(rows[i].words, &b);
        if (rc != rows[i].result)
            print_error("\"%s\"\n", rows[i].words);
        assert_int_equal(rc, rows[i].result);
        if (rc)
            continue;
        assert_int_equal(mate_speech.question(3, &b, asked, &ask), OK);
        assert_int_equal(asked[1], rows[i].function);
        assert_int_equal(asked[2] << 8 | asked[3], rows[i].at);
        assert_int_equal(asked[4] << 8 | asked[5], rows[i].value);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(questions),
        cmocka_unit_test(answers_are_judged),
        cmocka_unit_test(whole_only_at_the_end),
        cmocka_unit_test(any_flipped_bit_is_no_answer),
        cmocka_unit_test(time_and_temperature),
        cmocka_unit_test(words_of_the_command_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
