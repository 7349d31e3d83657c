/* What is far from the last time is doubted, and whatever was heard is remembered. */
#include "drivers/mate/kinds.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static bool doubts(struct device *d, uint16_t watts)
{
    uint8_t asked[ASK_MAX], said[5] = {MATE_READ, (uint8_t)(watts >> 8), (uint8_t)watts};
    uint16_t sum = mate_sum(said, 3);

    said[3] = (uint8_t)(sum >> 8);
    said[4] = (uint8_t)sum;
    (void)mate_ask(asked, 1, MATE_READ, 0x016a, 0);
    return mate_doubts(d, asked, said, sizeof said);
}

/* 0x016A is an MX's power. A spoilt 9100 is doubted, and the true one fits its page of 28 V and
 * 33 A: when 9094 comes an hour later, the spoilt one is not its witness. */
static void a_spoilt_number_is_no_witness(void **state)
{
    struct mate_memory memory = {0};
    struct device d = {.memory = &memory};

    (void)state;
    d.how.rows = mate_mx_rows;
    d.how.pages[2] = 33 ^ 0x80;
    d.how.pages[9] = 280 >> 8;
    d.how.pages[10] = 280 & 0xff;
    assert_true(doubts(&d, 9100));
    assert_false(doubts(&d, 934));
    assert_true(doubts(&d, 9094));
    assert_false(doubts(&d, 9094)); /* twice: it is so */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_spoilt_number_is_no_witness),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
