/* Answers in words, both ways: every form, its width, and what is not what it seems. */
#include "drivers/words.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- cutting -------------------------------------------------------------------------------- */

static void words_are_cut_at_blanks(void **state)
{
    static const struct {
        const char *text;
        unsigned count;
        const char *last;
    } rows[] = {
        {"", 0, NULL},
        {" ", 0, NULL},
        {"B", 1, "B"},
        {"1 2 3", 3, "3"},
        {"1  2 3", 3, "3"},
        {" 1 2", 2, "2"},
        {"03.1 327.3 ", 2, "327.3"},
        {"a\x7e b", 2, "b"},
    };
    struct word_list w;

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        assert_int_equal(words_cut(&w, rows[i].text, strlen(rows[i].text)), OK);
        assert_int_equal(w.count, rows[i].count);
        if (rows[i].last)
            assert_string_equal(w.at[w.count - 1], rows[i].last);
    }
}

static void what_is_too_much_or_not_text(void **state)
{
    char text[WORDS_TEXT + 10];
    struct word_list w;

    (void)state;
    memset(text, '1', sizeof text);
    assert_int_equal(words_cut(&w, text, WORDS_TEXT - 1), OK);
    assert_int_equal(words_cut(&w, text, WORDS_TEXT), ERR_GARBAGE);
    for (size_t i = 1; i < sizeof text; i += 2)
        text[i] = ' ';
    assert_int_equal(words_cut(&w, text, 2 * WORDS_MAX), OK);
    assert_int_equal(w.count, WORDS_MAX);
    assert_int_equal(words_cut(&w, text, 2 * WORDS_MAX + 1), ERR_GARBAGE);
    assert_int_equal(words_cut(&w, "1\t2", 3), ERR_GARBAGE);
    assert_int_equal(words_cut(&w, "1\0002", 3), ERR_GARBAGE);
    assert_int_equal(words_cut(&w, "1\xe9", 2), ERR_GARBAGE);
}

/* ---- one row at a time ------------------------------------------------------------------------
 */

enum { IN = 7, KIND_A = 1, KIND_B = 2 };

static const struct code_word codes[] = {
    {1, 5, "five"}, {2, MEANS_NOTHING, "well"}, {.text = NULL}};
static const struct code_word letters[] = {{'B', 3, "battery"}, {.text = NULL}};

struct heard {
    unsigned count;
    char text[WORDS_TEXT], all[WORDS_TEXT];
    double value;
    bool is_text;
};

static void hear(void *to, const struct field *f)
{
    struct heard *h = to;

    h->count++;
    if (f->is_text)
        snprintf(h->all, sizeof h->all, "%s", f->text);
    if (h->count > 1)
        return;
    h->value = f->value;
    h->is_text = f->is_text;
    snprintf(h->text, sizeof h->text, "%s", f->text ? f->text : "");
}

static struct heard decode_one(const struct row *row, unsigned kind, const char *answer)
{
    struct row rows[2] = {*row, {.native = NULL}};
    struct heard h = {0};
    struct word_list w;

    assert_int_equal(words_cut(&w, answer, strlen(answer)), OK);
    words_decode(rows, IN, kind, &w, hear, &h);
    return h;
}

#define ROW(form_, ...)                                                                            \
    {                                                                                              \
        .in = IN, .form = form_, .native = "it", .per = 1, __VA_ARGS__                             \
    }

/* NULL text: a number. count 0: nothing comes out. */
static const struct {
    struct row row;
    const char *answer;
    unsigned count;
    double value;
    const char *text;
} decoded[] = {
    {ROW(WORD, .at = 0), "230.5", 1, 230.5, NULL},
    {ROW(WORD, .at = 1), "1 -12.5", 1, -12.5, NULL},
    {ROW(WORD, .at = 1), "1 +7", 1, 7, NULL},
    {ROW(WORD, .at = 2), "1 2", 0, 0, NULL}, /* not so many words: absent, not 0 */
    {ROW(WORD, .at = 0), "-", 0, 0, NULL},
    {ROW(WORD, .at = 0), "---.-", 0, 0, NULL},
    {ROW(WORD, .at = 0), "1.2.3", 0, 0, NULL},
    {ROW(WORD, .at = 0), "0x10", 0, 0, NULL},
    {ROW(WORD, .at = 0), "1e3", 0, 0, NULL},
    {ROW(WORD, .at = 0), "nan", 0, 0, NULL},
    {ROW(WORD, .at = 0), "inf", 0, 0, NULL},
    {ROW(WORD, .at = 0), "12V", 0, 0, NULL},
    {ROW(WORD, .at = 0), ".", 0, 0, NULL},
    {ROW(WORD, .at = 0), ".5", 1, 0.5, NULL},
    {ROW(WORD, .at = 0), "--5", 0, 0, NULL},
    {{.in = IN, .form = WORD, .native = "it", .per = 10}, "123", 1, 12.3, NULL},
    {ROW(WORD, .of = 2), "1 2 3", 0, 0, NULL},
    {ROW(WORD, .of = 3), "1 2 3", 1, 1, NULL},
    {ROW(WORD, .words = codes), "1", 1, 1, "five"},
    {ROW(WORD, .words = codes), "9", 1, 9, ""},
    {ROW(WORD, .kinds = KIND_A), "1", 1, 1, NULL},
    {ROW(WORD, .kinds = KIND_B), "1", 0, 0, NULL},
    {ROW(WORD_POINTED, .at = 0), "02.7", 1, 2.7, NULL},
    {ROW(WORD_POINTED, .at = 0), "0027", 0, 0, NULL},
    {ROW(WORD_PLAIN, .at = 0), "0027", 1, 27, NULL},
    {ROW(WORD_PLAIN, .at = 0), "02.7", 0, 0, NULL},
    {ROW(WORD_TEXT, .width = 1), "00010110 1", 1, 0, "00010110"},
    {ROW(WORD_TEXT, .at = 1), "1 some more words", 1, 0, "some more words"},
    {ROW(WORD_TEXT, .at = 0), "VERFW:00072.70", 1, 0, "00072.70"},
    {ROW(WORD_TEXT, .at = 0), "VERFW: 00072.70", 1, 0, "00072.70"},
    {ROW(WORD_TEXT, .shift = 2, .width = 1), "PI30", 1, 0, "30"},
    {ROW(WORD_TEXT, .shift = 2, .width = 1), "P", 1, 0, ""},
    {ROW(WORD_SIZED, .at = 0), "0312345000", 1, 0, "123"},
    {ROW(WORD_SIZED, .at = 0), "141234", 0, 0, NULL},
    {ROW(WORD_SIZED, .at = 0), "xx1234", 0, 0, NULL},
    {ROW(WORD_SIZED, .at = 0), "00", 1, 0, ""},
    {ROW(LETTER, .words = letters), "B", 1, 'B', "battery"},
    {ROW(LETTER, .words = letters), "?", 1, '?', ""},
    {ROW(LETTER, .words = letters), "BB", 0, 0, NULL},
    {ROW(MARK, .shift = 2), "001", 1, 1, NULL},
    {ROW(MARK, .shift = 1), "001", 1, 0, NULL},
    {ROW(MARK, .shift = 3), "001", 0, 0, NULL},
    {ROW(MARK, .shift = 1), "0-1", 0, 0, NULL},
    {ROW(MARK, .shift = 1), "051", 0, 0, NULL},
    {ROW(MARKS, .shift = 1, .width = 2), "0100", 1, 2, NULL},
    {ROW(MARKS, .shift = 3, .width = 2), "0100", 0, 0, NULL},
    {ROW(MARKS, .shift = 1, .width = 2), "0120", 0, 0, NULL},
    {ROW(DIGITS, .shift = 2, .width = 2), "0059", 1, 59, NULL},
    {ROW(DIGITS, .shift = 2, .width = 2), "00-9", 0, 0, NULL},
    {ROW(DIGITS, .shift = 3, .width = 2), "0059", 0, 0, NULL},
    {ROW(SWITCH_LIST, .shift = 'x'), "EakxyDbjuvz", 1, 1, NULL},
    {ROW(SWITCH_LIST, .shift = 'z'), "EakxyDbjuvz", 1, 0, NULL},
    {ROW(SWITCH_LIST, .shift = 'd'), "EakxyDbjuvz", 0, 0, NULL},
    {ROW(SWITCH_LIST, .shift = 'd'), "EadDbjuvz", 1, 1, NULL},
    {ROW(SWITCH_LIST, .shift = 'a'), "EDa", 1, 0, NULL},
    {ROW(SWITCH_LIST, .shift = 'a'), "ED", 0, 0, NULL},
    {ROW(STAMP, .at = 0), "20210726122606", 1, 0, "2021-07-26T12:26:06"},
    {ROW(STAMP, .at = 0), "20211326122606", 0, 0, NULL},
    {ROW(STAMP, .at = 0), "20210700122606", 0, 0, NULL},
    {ROW(STAMP, .at = 0), "2021072612260", 0, 0, NULL},
    {ROW(STAMP, .at = 0), "2021072612260x", 0, 0, NULL},
    {ROW(STAMP, .at = 0), "20210726242606", 0, 0, NULL},
    {ROW(COUNT, .at = 0), "00000000", 1, 8, NULL},
    {ROW(NO_MARK, .at = 0), "00-0", 1, 1, NULL},
    {ROW(NO_MARK, .at = 0), "0010", 1, 0, NULL},
    {ROW(CHOICES, .at = 0), "002 010 120 060", 2, 120, NULL},
    {ROW(CHOICES, .at = 0), "002 xx 120", 0, 0, NULL},
};

static void forms_decoded(void **state)
{
    unsigned wrong = 0;

    (void)state;
    for (size_t i = 0; i < sizeof decoded / sizeof *decoded; i++) {
        struct heard h = decode_one(&decoded[i].row, KIND_A, decoded[i].answer);
        bool is_well = h.count == decoded[i].count;
        if (is_well && h.count)
            is_well = decoded[i].text ? !strcmp(h.text, decoded[i].text) &&
                                            (h.is_text || (h.value >= decoded[i].value - 1e-9 &&
                                                           h.value <= decoded[i].value + 1e-9))
                                      : h.value >= decoded[i].value - 1e-9 &&
                                            h.value <= decoded[i].value + 1e-9;
        if (!is_well)
            print_error("row %zu, \"%s\": %u fields, %g \"%s\"\n", i, decoded[i].answer, h.count,
                        h.value, h.text);
        wrong += !is_well;
    }
    assert_int_equal(wrong, 0);
    struct row choices = ROW(CHOICES, .at = 0);
    assert_string_equal(decode_one(&choices, KIND_A, "002 010 120").all, "2 10 120");
}

/* ---- the other direction ----------------------------------------------------------------------
 */

static const char *encode_one(const struct row *row, const char *sample, double value)
{
    static char said[WORDS_TEXT];
    struct row rows[2] = {*row, {.native = NULL}};
    struct reading r = {0};
    struct text text = text_on(said, sizeof said);

    assert_true(reading_put(&r, row->metric, value));
    words_encode(rows, IN, KIND_A, sample, &r, &text);
    return said;
}

#define OF(form_, m, ...)                                                                          \
    {                                                                                              \
        .in = IN, .form = form_, .native = "it", .per = 1, .metric = m, __VA_ARGS__                \
    }

static const struct {
    struct row row;
    const char *sample;
    double value;
    const char *said;
} encoded[] = {
    {OF(WORD, M_BATTERY_VOLTAGE, .at = 0), "57.50", 52.126, "52.13"},
    {OF(WORD, M_BATTERY_VOLTAGE, .at = 0), "57.50", 5.1, "05.10"},
    {OF(WORD, M_BATTERY_VOLTAGE, .at = 0), "57.50", 123.4,
     "99.50"}, /* no more room: the real ones, too */
    {OF(WORD, M_OUTPUT_POWER, .at = 0), "0119 x", 10200, "9999 x"},
    {OF(WORD, M_OUTPUT_POWER, .at = 0), "0119", 7.4, "0007"},
    {OF(WORD, M_OUTPUT_POWER, .at = 0), "0119", -7, "-007"},
    {OF(WORD, M_BATTERY_SOC, .at = 1), "a 100", 5, "a 005"},
    {OF(WORD, M_BATTERY_SOC, .at = 3), "a 100", 5, "a 100"},
    {OF(WORD, M_PV_ENERGY, .scale = 1000), "00238800", 12.3456, "00012346"},
    {OF(WORD, M_BATTERY_SOC, .kinds = KIND_B), "100", 5, "100"},
    {OF(WORD_POINTED, M_PV_CURRENT, .at = 0), "02.7", 12.34, "12.3"},
    {OF(WORD_POINTED, M_PV_CURRENT, .at = 0), "0027", 12.34, "0027"},
    {OF(WORD_PLAIN, M_CHARGER_CURRENT, .at = 0), "0027", 12.34, "0012"},
    {OF(WORD_PLAIN, M_CHARGER_CURRENT, .at = 0), "02.7", 12.34, "02.7"},
    {OF(LETTER, M_DEVICE_MODE, .words = letters), "L", 3, "B"},
    {OF(LETTER, M_DEVICE_MODE, .words = letters), "L", 4, "L"},
    {OF(MARK, M_OUTPUT_ON, .shift = 1), "000", 1, "010"},
    {OF(MARK, M_OUTPUT_ON, .shift = 1), "111", 0, "101"},
    {OF(MARK, M_OUTPUT_ON, .shift = 5), "111", 0, "111"},
    {OF(MARKS, M_FAULT_CODE, .shift = 1, .width = 2), "0000", 2, "0100"},
    {OF(SWITCH_LIST, M_BUZZER_ENABLED, .shift = 'a'), "EakDb", 0, "EkDab"},
    {OF(SWITCH_LIST, M_BUZZER_ENABLED, .shift = 'a'), "EkDab", 1, "EakDb"},
    {OF(SWITCH_LIST, M_BUZZER_ENABLED, .shift = 'a'), "EkDb", 1, "EkDb"},
    {OF(WORD_TEXT, M_BATTERY_SOC, .at = 0), "PI30", 5, "PI30"},
};

static void forms_encoded(void **state)
{
    unsigned wrong = 0;

    (void)state;
    for (size_t i = 0; i < sizeof encoded / sizeof *encoded; i++) {
        const char *said = encode_one(&encoded[i].row, encoded[i].sample, encoded[i].value);
        if (strcmp(said, encoded[i].said) != 0) {
            print_error("row %zu: %g in \"%s\" is \"%s\", not \"%s\"\n", i, encoded[i].value,
                        encoded[i].sample, said, encoded[i].said);
            wrong++;
        }
    }
    assert_int_equal(wrong, 0);
}

/* What is not known of stays as the sample has it, and the answer keeps its length. */
static void a_sample_stays_a_sample(void **state)
{
    static const char sample[] = "230.0 50.0 0161";
    const struct row rows[] = {OF(WORD, M_OUTPUT_VOLTAGE, .at = 0),
                               OF(WORD, M_OUTPUT_FREQUENCY, .at = 1),
                               {.native = NULL}};
    struct reading r = {0};
    char said[WORDS_TEXT];
    struct text text = text_on(said, sizeof said);

    (void)state;
    words_encode(rows, IN, KIND_A, sample, &r, &text);
    assert_string_equal(said, sample);
    assert_true(reading_put(&r, M_OUTPUT_FREQUENCY, 49.94));
    text = text_on(said, sizeof said);
    words_encode(rows, IN, KIND_A, sample, &r, &text);
    assert_string_equal(said, "230.0 49.9 0161");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_are_cut_at_blanks), cmocka_unit_test(what_is_too_much_or_not_text),
        cmocka_unit_test(forms_decoded),           cmocka_unit_test(forms_encoded),
        cmocka_unit_test(a_sample_stays_a_sample),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
