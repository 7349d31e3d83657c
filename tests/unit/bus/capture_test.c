/* The capture format: every kind of line, ninth bits, and what is no line of it. */
#include "bus/capture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

static void line_is(const char *line, enum capture_kind kind, const char *text)
{
    static struct capture_line part;

    assert_int_equal(capture_read_line(line, &part), OK);
    assert_int_equal(part.kind, kind);
    assert_string_equal(part.text, text);
    assert_int_equal(part.length, 0);
}

static void lines_of_words(void **state)
{
    (void)state;
    line_is("", CAPTURE_NOTHING, "");
    line_is("  \t\r\n", CAPTURE_NOTHING, "");
    line_is("# Device: any\n", CAPTURE_NOTHING, "");
    line_is("@ battery_voltage\n", CAPTURE_CASE, "battery_voltage");
    line_is("@\n", CAPTURE_CASE, "");
    line_is("  @two words \r\n", CAPTURE_CASE, "two words");
    line_is("! timeout\n", CAPTURE_FAILED, "timeout");
    line_is("! exception 2\n", CAPTURE_FAILED, "exception 2");
    line_is("= bavolt 12.3", CAPTURE_MEANING, "bavolt 12.3");
    line_is("= vendor EPsolar # 1\n", CAPTURE_MEANING, "vendor EPsolar # 1");
}

static void bytes_are(const char *line, enum capture_kind kind, const uint8_t *bytes, size_t length)
{
    static struct capture_line part;

    assert_int_equal(capture_read_line(line, &part), OK);
    assert_int_equal(part.kind, kind);
    assert_int_equal(part.length, length);
    assert_memory_equal(part.bytes, bytes, length);
}

static void lines_of_bytes(void **state)
{
    static const uint8_t bytes[] = {0x01, 0x04, 0xfe};

    (void)state;
    bytes_are("> 01 04 fe\n", CAPTURE_ASKED, bytes, 3);
    bytes_are("< 0104FE\r\n", CAPTURE_ANSWERED, bytes, 3);
    bytes_are(">01\t04  fe   # a remark\n", CAPTURE_ASKED, bytes, 3);
    bytes_are("< -\n", CAPTURE_ANSWERED, bytes, 0);
    bytes_are("<\n", CAPTURE_ANSWERED, bytes, 0);
    bytes_are("< ^01 04 ^fe\n", CAPTURE_ANSWERED, bytes, 3);
}

static void ninth_bits(void **state)
{
    static struct capture_line part;
    uint8_t bytes[10], ninth[2];

    (void)state;
    assert_int_equal(capture_read_line("> ^01 04 ^fe 00 00 00 00 00 ^07\n", &part), OK);
    assert_int_equal(part.length, 9);
    assert_int_equal(part.ninth[0], 0x05);
    assert_int_equal(part.ninth[1], 0x01);
    assert_int_equal(capture_read_line("> 01 04\n", &part), OK);
    assert_int_equal(part.ninth[0], 0); /* nothing left of the line before */
    assert_int_equal(capture_read_bytes("^0102^03", bytes, ninth, sizeof bytes), 3);
    assert_int_equal(ninth[0], 0x05);
    assert_int_equal(capture_read_bytes("^ff", bytes, NULL, sizeof bytes), 1);
    assert_int_equal(bytes[0], 0xff);
    assert_int_equal(capture_read_bytes("-", bytes, ninth, sizeof bytes), 0);
}

static void bad_lines(void **state)
{
    static const char *const bad[] = {"01 04\n",  "hello\n", "> 0\n",     "> 01 4\n", "> 0g\n",
                                      "> ^\n",    "> ^0\n",  "> ^^01\n",  "> 01 ^\n", "< 01,02\n",
                                      "< 01 -\n", "> 0x01",  "? 01 02\n", "> 0 1\n",  "* x\n"};
    static struct capture_line part;

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_int_equal(capture_read_line(bad[i], &part), ERR_DATA);
}

static void too_long_is_refused(void **state)
{
    static struct capture_line part;
    char line[CAPTURE_LINE] = "> ";
    uint8_t bytes[2], ninth[1];

    (void)state;
    for (int i = 0; i < ANSWER_MAX; i++)
        strcat(line, "aa ");
    assert_int_equal(capture_read_line(line, &part), OK);
    assert_int_equal(part.length, ANSWER_MAX);
    strcat(line, "aa");
    assert_int_equal(capture_read_line(line, &part), ERR_FULL);
    assert_int_equal(capture_read_bytes("01 02 03", bytes, ninth, 2), ERR_FULL);
    memset(line, 'x', 1000);
    memcpy(line, "@ ", 2);
    line[1000] = '\0';
    assert_int_equal(capture_read_line(line, &part), ERR_FULL);
}

static void what_is_written_reads_back(void **state)
{
    static const uint8_t asked[] = {1, 4, 0x31}, answered[] = {0xff, 0x00};
    char *text = NULL;
    size_t size = 0;
    FILE *to = open_memstream(&text, &size);

    (void)state;
    assert_non_null(to);
    capture_write(to, asked, sizeof asked, answered, sizeof answered, OK);
    capture_write(to, asked, sizeof asked, answered, 0, ERR_TIMEOUT);
    assert_int_equal(fclose(to), 0);
    assert_string_equal(text, "> 01 04 31\n< ff 00\n> 01 04 31\n! timeout\n");
    bytes_are(text, CAPTURE_ASKED, asked, sizeof asked);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_of_words),      cmocka_unit_test(lines_of_bytes),
        cmocka_unit_test(ninth_bits),          cmocka_unit_test(bad_lines),
        cmocka_unit_test(too_long_is_refused), cmocka_unit_test(what_is_written_reads_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
