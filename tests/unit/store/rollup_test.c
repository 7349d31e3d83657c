/* Slots of a day: what they say of their values, as bytes and back, and bytes that are damaged. */
#include "store/rollup.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static struct slot slots[SLOTS_MAX], back[SLOTS_MAX];
static uint8_t bytes[ROLLUP_BYTES];

static void counts_come_back(void **state)
{
    static const struct {
        uint32_t count, back;
    } rows[] = {
        {0, 0},         {1, 1},         {127, 127},           {128, 128},
        {16383, 16383}, {16384, 16384}, {0x1fffff, 0x1fffff}, {0x200000, 0x1fffff},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        slots[0] = (struct slot){rows[i].count, -1.5, 12.25, 7, 0.1};
        size_t length = rollup_write(slots, 1, bytes);
        assert_int_equal(rollup_read(bytes, length, back), 1);
        assert_int_equal(back[0].count, rows[i].back);
        if (rows[i].count)
            assert_true(back[0].low == -1.5 && back[0].sum == 12.25 && back[0].high == 7 &&
                        back[0].last == 0.1);
    }
}

/* The longest day: 100 slots, every second one silent. */
static size_t longest(void)
{
    for (unsigned i = 0; i < SLOTS_MAX; i++)
        slots[i] = i % 2 ? (struct slot){0} : (struct slot){300, i, 300.0 * i, i + 1, i};
    return rollup_write(slots, SLOTS_MAX, bytes);
}

static void damage_is_seen(void **state)
{
    size_t length = longest();

    (void)state;
    assert_int_equal(rollup_read(bytes, length, back), SLOTS_MAX);
    assert_memory_equal(back, slots, sizeof slots);
    for (size_t at = 0; at < length; at++)
        for (int bit = 0; bit < 8; bit++) {
            bytes[at] ^= (uint8_t)(1 << bit);
            if (rollup_read(bytes, length, back) != -1)
                fail_msg("byte %zu, bit %d", at, bit);
            bytes[at] ^= (uint8_t)(1 << bit);
        }
    for (size_t cut = 0; cut < length; cut++)
        assert_int_equal(rollup_read(bytes, cut, back), -1);
}

static void what_a_slot_says(void **state)
{
    struct slot first = {0}, later = {0}, none = {0};

    (void)state;
    slot_add(&first, 5);
    slot_add(&first, 2);
    slot_add(&later, 9);
    slot_add(&later, -1);
    slot_join(&first, &none);
    slot_join(&none, &later);
    assert_true(none.count == 2 && none.low == -1 && none.high == 9 && none.last == -1);
    slot_join(&first, &later);
    assert_true(first.count == 4 && first.low == -1 && first.high == 9 && first.last == -1);
    assert_true(first.sum == 15 && slot_mean(&first) == 3.75);
    assert_true(slot_worth(&first, M_PV_POWER) == 3.75);
    assert_true(slot_worth(&first, M_PV_ENERGY) == -1);
    assert_true(slot_worth(&first, M_CHARGE_STAGE) == -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(counts_come_back),
        cmocka_unit_test(damage_is_seen),
        cmocka_unit_test(what_a_slot_says),
    };

    return cmocka_run_group_tests_name("rollup", tests, NULL, NULL);
}
