/* Payloads that become orders, at the edges of what may be in one. */
#include "mqtt/orders.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define BYTES(text) (text), sizeof(text) - 1

static void what_may_be_in_it(void **state)
{
    static const struct {
        const char *payload;
        size_t length;
        const char *word; /* NULL: it is no order */
    } rows[] = {
        {BYTES("1"), "a=1"},
        {BYTES("  1\r\n"), "a=1"},
        {BYTES("solar first"), "a=solar first"},
        {BYTES("a=b"), "a=a=b"},
        {BYTES("d\xc3\xa4"), "a=d\xc3\xa4"},
        {BYTES("~"), "a=~"},
        {BYTES(""), NULL},
        {BYTES(" \r\n "), NULL},
        {BYTES("\0"), NULL},
        {BYTES("1\0"), NULL},
        {BYTES("1\0002"), NULL},
        {BYTES("\t1"), NULL},
        {BYTES("1\n2"), NULL},
        {BYTES("\x1f"), NULL},
        {BYTES("1\x7f"), NULL},
        {BYTES("\x7f"), NULL},
        {BYTES("\x1b[2J"), NULL},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char word[WISH_WORD] = "";
        const char *why = NULL;
        int rc = order_word("a", rows[i].payload, rows[i].length, word, &why);
        if (rc != (rows[i].word ? OK : ERR_DATA) || (*why == '\0') != (rc == OK))
            fail_msg("row %zu: %d, \"%s\"", i, rc, why);
        if (!rc)
            assert_string_equal(word, rows[i].word);
    }
}

/* With its name and the sign between, it must find room. */
static void how_long_it_may_be(void **state)
{
    static const struct {
        size_t name, value;
        bool is_taken;
    } rows[] = {
        {1, ORDER_TEXT - 1, true},
        {1, ORDER_TEXT, false},
        {WISH_WORD - 3, 1, true},
        {WISH_WORD - 2, 1, false},
        {WISH_WORD - ORDER_TEXT - 1, ORDER_TEXT - 1, true},
        {WISH_WORD - ORDER_TEXT, ORDER_TEXT - 1, false},
    };
    char name[WISH_WORD + 1], value[ORDER_TEXT + 1], word[WISH_WORD];
    const char *why;

    (void)state;
    memset(value, '1', sizeof value);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        memset(name, 'n', sizeof name);
        name[rows[i].name] = '\0';
        int rc = order_word(name, value, rows[i].value, word, &why);
        if (rc != (rows[i].is_taken ? OK : ERR_DATA))
            fail_msg("row %zu: %d", i, rc);
        if (!rc)
            assert_int_equal(strlen(word), rows[i].name + 1 + rows[i].value);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_may_be_in_it),
        cmocka_unit_test(how_long_it_may_be),
    };

    return cmocka_run_group_tests_name("order words", tests, NULL, NULL);
}
