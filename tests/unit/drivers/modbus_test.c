/* Modbus frames: questions, answers as they grow, and every way in which one can be wrong. */
#include "base/text.h"
#include "bus/crc16.h"
#include "drivers/modbus.h"
#include "drivers/modbus_twin.h"
#include "drivers/tracer/tracer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

static size_t bytes_of(const char *hex, uint8_t *to)
{
    int n = hex_read(hex, to, ANSWER_MAX);

    assert_true(n >= 0);
    return (size_t)n;
}

/* ---- questions --------------------------------------------------------------------------- */

static void question_is(uint8_t address, const struct block *b, const char *hex)
{
    uint8_t bytes[ASK_MAX], expected[ANSWER_MAX];
    struct ask ask = {0};

    assert_int_equal(modbus_speech.question(address, b, bytes, &ask), OK);
    assert_int_equal(ask.length, bytes_of(hex, expected));
    assert_memory_equal(bytes, expected, ask.length);
    assert_ptr_equal(ask.whole, modbus_whole);
    assert_true(ask.shape != 0);
}

static void questions(void **state)
{
    const struct block voltage = {.function = READ_INPUT, .start = 0x3104, .count = 1},
                       battery = {.function = READ_HOLDING, .start = 0x9000, .count = 15},
                       identity = {.function = READ_IDENTITY, .start = 1};

    (void)state;
    question_is(1, &voltage, "01 04 31 04 00 01 7e f7");
    question_is(1, &battery, "01 03 90 00 00 0f 28 ce");
    question_is(1, &identity, "01 2b 0e 01 00 70 77");
}

static uint32_t shape_of(uint8_t address, uint8_t function, uint16_t start, uint16_t count)
{
    const struct block b = {.function = function, .start = start, .count = count};
    uint8_t bytes[ASK_MAX];
    struct ask ask = {0};

    assert_int_equal(modbus_speech.question(address, &b, bytes, &ask), OK);
    return ask.shape;
}

static void answers_that_could_be_mistaken(void **state)
{
    uint32_t shape = shape_of(1, 4, 0x3100, 5);

    (void)state;
    assert_int_equal(shape_of(1, 4, 0x3300, 5), shape); /* an answer names no register */
    assert_int_not_equal(shape_of(2, 4, 0x3100, 5), shape);
    assert_int_not_equal(shape_of(1, 3, 0x3100, 5), shape);
    assert_int_not_equal(shape_of(1, 4, 0x3100, 6), shape);
}

static void words_are(const char *words, uint8_t function, uint16_t start, uint16_t count)
{
    struct block b;

    assert_int_equal(modbus_speech.parse(words, &b), OK);
    assert_int_equal(b.function, function);
    assert_int_equal(b.start, start);
    assert_int_equal(b.count, count);
}

static void words_of_the_command_line(void **state)
{
    static const char *const bad[] = {"",
                                      "+",
                                      "0x3100+",
                                      "0x3100+0",
                                      "0x3100+126",
                                      "0x10000",
                                      "-1",
                                      "nonsense",
                                      ":",
                                      "4:",
                                      ":0x3100",
                                      "0x3100 + 2",
                                      "0xffff+2",
                                      "zz:0x3100",
                                      "2b:0x9000",
                                      "-1:0x3100",
                                      "04:0x3100+x",
                                      "0x3100+5+5",
                                      "4:0x31000000000000000000000000000"};
    static const char *const writing[] = {"5:2", "6:0x9000", "16:0x9000+3", "0x10:0x9000", "0:1"};
    struct block b;

    (void)state;
    words_are("0x3100", READ_INPUT, 0x3100, 1);
    words_are("0x3100+5", READ_INPUT, 0x3100, 5);
    words_are("03:0x9000+15", READ_HOLDING, 0x9000, 15);
    words_are("0x9013+3", READ_HOLDING, 0x9013, 3);
    words_are("2", READ_COILS, 2, 1);
    words_are("0x200c", READ_DISCRETE, 0x200c, 1);
    words_are("0x43:0x3100+27", READ_SPARSE, 0x3100, 27);
    words_are("0xffff", READ_HOLDING, 0xffff, 1);
    words_are("Identity", READ_IDENTITY, 1, 0);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        if (modbus_speech.parse(bad[i], &b) != ERR_USAGE)
            print_error("\"%s\"\n", bad[i]);
        assert_int_equal(modbus_speech.parse(bad[i], &b), ERR_USAGE);
    }
    for (size_t i = 0; i < sizeof writing / sizeof *writing; i++)
        assert_int_equal(modbus_speech.parse(writing[i], &b), ERR_DENIED);
}

/* ---- answers, byte by byte --------------------------------------------------------------- */

static const struct {
    const char *asked, *answered;
} good[] = {
    {"01 04 31 04 00 01 7e f7", "01 04 02 04 ce 3a 64"},
    {"01 03 90 13 00 03 d9 0e", "01 03 06 06 33 13 01 0f 06 f5 a1"},
    {"01 02 20 00 00 01 b2 0a", "01 02 01 00 a1 88"},
    {"01 05 00 02 ff 00 2d fa", "01 05 00 02 ff 00 2d fa"},
    {"01 10 90 3d 00 03 06 00 02 02 00 02 00 f3 9f", "01 10 90 3d 00 03 3c c4"},
    {"01 43 30 05 00 0a db 03", "01 43 14 02 0f 07 d0 c3 50 00 00 00 02 07 d0 a8 c8"},
    {"01 2b 0e 01 00 70 77",
     "01 2b 0e 01 01 00 00 03 00 15 45 50 73 6f 6c 61 72 20 54 65 63 68 20 63 6f 2e 2c 20 4c 74 64 "
     "01 0c 54 72 61 63 65 72 32 32 31 35 42 4e 02 0d 56 30 32 2e 30 35 2b 56 30 37 2e 31 32 d7 "
     "d8"},
};

static int whole(const char *asked, const uint8_t *bytes, size_t length)
{
    uint8_t question[ANSWER_MAX];
    struct ask ask = {.bytes = question};

    ask.length = bytes_of(asked, question);
    return modbus_whole(&ask, bytes, length);
}

static void whole_only_at_the_end(void **state)
{
    uint8_t bytes[ANSWER_MAX];

    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        size_t length = bytes_of(good[i].answered, bytes);
        for (size_t n = 0; n < length; n++)
            assert_int_equal(whole(good[i].asked, bytes, n), 0);
        assert_int_equal(whole(good[i].asked, bytes, length), length);
        bytes[length] = 0x55; /* what follows is the caller's business */
        assert_int_equal(whole(good[i].asked, bytes, length + 1), length);
    }
}

static void a_refusal_is_whole(void **state)
{
    uint8_t bytes[ANSWER_MAX];
    size_t length = bytes_of("01 83 02 c0 f1", bytes);

    (void)state;
    for (size_t n = 0; n < length; n++)
        assert_int_equal(whole("01 03 30 00 00 01 8b 0a", bytes, n), 0);
    assert_int_equal(whole("01 03 30 00 00 01 8b 0a", bytes, length), ERR_REFUSED);
}

static void any_flipped_bit_is_no_answer(void **state)
{
    uint8_t bytes[ANSWER_MAX];

    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        size_t length = bytes_of(good[i].answered, bytes);
        for (size_t bit = 0; bit < 8 * length; bit++) {
            bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
            assert_true(whole(good[i].asked, bytes, length) <= 0);
            bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
        }
    }
}

/* ---- decoding ---------------------------------------------------------------------------- */

struct found {
    const char *name;
    unsigned count;
    double value;
    char text[100];
};

static void find(void *to, const struct field *f)
{
    struct found *found = to;

    if (strcmp(f->name, found->name))
        return;
    found->count++;
    found->value = f->value;
    snprintf(found->text, sizeof found->text, "%s", f->text ? f->text : "");
}

static int decode(const char *asked, const char *answered, struct found *to, int *detail)
{
    uint8_t question[ANSWER_MAX], answer[ANSWER_MAX];
    size_t asked_length = bytes_of(asked, question), length = bytes_of(answered, answer);

    return modbus_speech.decode(&(struct decoding){.rows = tracer_rows}, question, asked_length,
                                answer, length, find, to, detail);
}

static void says(unsigned exchange, const char *name, double value, const char *text)
{
    struct found found = {.name = name};
    int detail = 0;

    assert_int_equal(decode(good[exchange].asked, good[exchange].answered, &found, &detail), OK);
    assert_int_equal(found.count, 1);
    assert_true(found.value == value);
    assert_string_equal(found.text, text);
}

static void what_answers_say(void **state)
{
    (void)state;
    says(0, "bavolt", 12.3, "");
    says(0, "raw", 0x04ce, "");
    says(1, "clock", 0x0633, "2015-06-19T01:06:51");
    says(2, "bit2000", 0, "");
    says(2, "overheated", 0, "");
    says(3, "coil0002", 1, "");
    says(3, "loadswitch", 1, "");
    says(4, "loadmode", 2, "by light and timer"); /* what was written, once it was agreed to */
    says(5, "ratedbaa", 20, "");
    says(5, "ratedbaw", 500, "");
    says(5, "ratedloada", 20, "");
    says(6, "vendor", 0, "EPsolar Tech co., Ltd");
    says(6, "modelname", 0, "Tracer2215BN");
    says(6, "version", 0, "V02.05+V07.12");
}

static void fails(const char *asked, const char *answered, int error)
{
    struct found found = {.name = "bavolt"};
    int detail = 0, rc = decode(asked, answered, &found, &detail);

    if (rc != error)
        print_error("%s: %s\n", answered, error_word(rc));
    assert_int_equal(rc, error);
    assert_int_equal(found.count, 0); /* nothing is told by half */
}

static void every_class_of_error(void **state)
{
    static const char asked[] = "01 04 31 00 00 04 ff 35", load[] = "01 05 00 02 ff 00 2d fa";

    (void)state;
    fails(asked, "", ERR_TIMEOUT);
    fails(asked, "01", ERR_GARBAGE);
    fails(asked, "01 04", ERR_SHORT);
    fails(asked, "01 04 08 1c 34 02 87 b6 da", ERR_SHORT);
    fails(asked, "01 04 08 1c 24 02 87 b6 da 00 00 e2 d8", ERR_CRC);
    fails(asked, "01 04 06 1c 34 02 87 00 01 a3 5a", ERR_LENGTH);
    fails(asked, "01 03 08 1c 34 02 87 b6 da 00 00 53 02", ERR_FUNCTION);
    fails(asked, "03 04 08 0a 1a 00 01 00 02 00 03 c8 0a", ERR_FOREIGN);
    fails(asked, "02 04 31 04 00 04 be c7 01 04 08 1c 34 02 87 b6 da 00 00 e2 d8", ERR_BEFORE);
    fails(asked, "01 04 31 00 00 04 ff 35", ERR_ECHO);
    fails(asked, "55 aa 55", ERR_GARBAGE);
    fails(asked, "01 04 08 1c 34 02 87 b6 da 00 00 e2 d8 00", ERR_GARBAGE);
    fails(asked, "01 84 02 c2 c1 00", ERR_GARBAGE);
    fails(load, "01 01 05 00 02 ff 00 2d fa f3", ERR_GARBAGE);
    fails(load, "01 05 00 02 00 00 6c 0a", ERR_FUNCTION); /* the other way round: not ours */
    fails("01 04 31 00 00 04 ff 36", "01 04 02 04 ce 3a 64", ERR_DATA); /* no question at all */
    fails("01 04", "01 04 02 04 ce 3a 64", ERR_DATA);
}

static void a_refusal_has_a_number(void **state)
{
    struct found found = {.name = "raw"};
    int detail = 0;

    (void)state;
    assert_int_equal(decode("01 03 30 00 00 01 8b 0a", "01 83 02 c0 f1", &found, &detail),
                     ERR_REFUSED);
    assert_int_equal(detail, NOT_KNOWN_ADDRESS);
    assert_true(modbus_speech.is_hole(detail));
    assert_true(modbus_speech.is_hole(NOT_GOOD_VALUE));
    assert_false(modbus_speech.is_hole(DEVICE_FAILED));
}

struct listed {
    char text[200];
};

static void list(void *to, const struct field *f)
{
    struct listed *l = to;
    size_t used = strlen(l->text);

    (void)snprintf(l->text + used, sizeof l->text - used, "%s=%g ", f->name, f->value);
}

static void lists(const char *asked, const char *answered, const char *expected)
{
    uint8_t question[ANSWER_MAX], answer[ANSWER_MAX];
    struct decoding how = {.rows = tracer_rows};
    struct listed l = {""};
    int detail = 0;
    size_t q = bytes_of(asked, question), a = bytes_of(answered, answer);

    assert_int_equal(modbus_decode(&how, question, q, answer, a, list, &l, &detail), OK);
    assert_string_equal(l.text, expected);
}

/* Registers that no row has are shown as they are, one or several. */
static void unknown_registers(void **state)
{
    (void)state;
    lists("01 04 50 00 00 03 a1 0b", "01 04 06 00 01 00 02 00 ff bc d3",
          "raw5000=1 raw5001=2 raw5002=255 ");
    lists("01 04 31 04 00 01 7e f7", "01 04 02 04 ce 3a 64", "bavolt=12.3 raw=1230 ");
}

/* A unit is told its address, or asked for it. */
static void addresses(void **state)
{
    (void)state;
    lists("f8 45 00 01 01 05 48 3f", "f8 45 05 02 a2", "address=5 ");
    lists("f8 45 00 01 01 f8 89 be", "f8 45 03 82 a0", "address=3 ");
    fails("f8 45 00 01 01 05 48 3f", "f8 45 03 82 a0", ERR_FUNCTION); /* another than it was told */
    fails("f8 45 00 01 01 05 48 3f", "f8 c5 01 62 a1", ERR_REFUSED);
    fails("01 04 31 04 00 01 7e f7", "f8 45 05 02 a2", ERR_GARBAGE);
}

/* ---- the other end ----------------------------------------------------------------------- */

static void questions_are_heard(void **state)
{
    static const char *const frames[] = {"01 04 31 04 00 01 7e f7", "01 05 00 02 ff 00 2d fa",
                                         "01 10 90 3d 00 03 06 00 02 02 00 02 00 f3 9f",
                                         "01 2b 0e 01 00 70 77", "01 43 30 05 00 0a db 03"};
    uint8_t bytes[ANSWER_MAX];

    (void)state;
    for (size_t i = 0; i < sizeof frames / sizeof *frames; i++) {
        size_t length = bytes_of(frames[i], bytes);
        for (size_t n = 0; n < length; n++)
            assert_int_equal(modbus_speech.heard(bytes, n), 0);
        assert_int_equal(modbus_speech.heard(bytes, length), length);
        assert_int_equal(modbus_speech.heard(bytes, length + 3), length);
        bytes[length - 1] ^= 1;
        assert_int_equal(modbus_speech.heard(bytes, length), ERR_CRC);
    }
    assert_true(modbus_speech.heard((const uint8_t *)"\x01\x77", 2) < 0);
}

static void a_stranger_is_good_in_itself(void **state)
{
    struct chance c = chance_seeded(3);
    uint8_t frame[64];

    (void)state;
    for (int i = 0; i < 200; i++) {
        size_t length = modbus_speech.stranger(&c, frame);
        assert_in_range(length, 5, sizeof frame);
        assert_true(crc16_is_right(frame, length));
    }
}

static void a_busy_device_refuses(void **state)
{
    uint8_t asked[ANSWER_MAX];
    size_t length = bytes_of("01 04 31 04 00 01 7e f7", asked);
    struct answer a = {0};

    (void)state;
    modbus_speech.refuse(asked, length, &a);
    assert_int_equal(a.length, 5);
    assert_int_equal(whole("01 04 31 04 00 01 7e f7", a.bytes, a.length), ERR_REFUSED);
    assert_int_equal(a.bytes[2], DEVICE_FAILED);
}

static void memory_keeps_what_was_written(void **state)
{
    static struct modbus_memory m;
    uint16_t word = 0;

    (void)state;
    assert_false(memory_get(&m, READ_HOLDING, 1, &word));
    for (uint16_t i = 0; i < 160; i++)
        assert_true(memory_put(&m, READ_HOLDING, i, (uint16_t)(1000 + i)));
    assert_false(memory_put(&m, READ_HOLDING, 160, 1)); /* full */
    assert_true(memory_put(&m, READ_HOLDING, 7, 77));   /* but what is there may change */
    assert_true(memory_get(&m, READ_HOLDING, 7, &word));
    assert_int_equal(word, 77);
    assert_true(memory_get(&m, READ_HOLDING, 159, &word));
    assert_int_equal(word, 1159);
    assert_false(memory_get(&m, READ_COILS, 7, &word));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(questions),
        cmocka_unit_test(answers_that_could_be_mistaken),
        cmocka_unit_test(words_of_the_command_line),
        cmocka_unit_test(whole_only_at_the_end),
        cmocka_unit_test(a_refusal_is_whole),
        cmocka_unit_test(any_flipped_bit_is_no_answer),
        cmocka_unit_test(what_answers_say),
        cmocka_unit_test(every_class_of_error),
        cmocka_unit_test(unknown_registers),
        cmocka_unit_test(addresses),
        cmocka_unit_test(a_refusal_has_a_number),
        cmocka_unit_test(questions_are_heard),
        cmocka_unit_test(a_stranger_is_good_in_itself),
        cmocka_unit_test(a_busy_device_refuses),
        cmocka_unit_test(memory_keeps_what_was_written),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
