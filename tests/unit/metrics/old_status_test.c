/* An old program's signs: the bits at their places, and nothing made up. */
#include "metrics/old_status.h"
#include "metrics/reading.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static bool get(const void *who, enum metric m, double *value)
{
    return reading_get(who, m, value);
}

static void put(struct reading *r, enum metric m, double value)
{
    reading_drop(r, m);
    assert_true(reading_put(r, m, value));
}

static void bits_at_their_places(void **state)
{
    static const enum metric bits[] = {M_SBU_PRIORITY_VERSION,
                                       M_CONFIGURATION_CHANGED,
                                       M_CHARGER_FIRMWARE_UPDATED,
                                       M_OUTPUT_ON,
                                       M_BATTERY_VOLTAGE_STEADY,
                                       M_SOLAR_CHARGING,
                                       M_GRID_CHARGING};
    static const char *const alone[] = {"10000000", "01000000", "00100000", "00010000",
                                        "00001000", "00000110", "00000101"};
    struct reading r = {0};
    char to[OLD_STATUS];

    (void)state;
    for (size_t i = 0; i < sizeof bits / sizeof *bits; i++) {
        assert_false(old_status(get, &r, to)); /* one is not known */
        put(&r, bits[i], 0);
    }
    assert_true(old_status(get, &r, to));
    assert_string_equal(to, "00000000");
    for (size_t i = 0; i < sizeof bits / sizeof *bits; i++) {
        put(&r, bits[i], 1);
        assert_true(old_status(get, &r, to));
        assert_string_equal(to, alone[i]);
        put(&r, bits[i], 0);
    }
    put(&r, M_SOLAR_CHARGING, 1);
    put(&r, M_GRID_CHARGING, 1);
    assert_true(old_status(get, &r, to));
    assert_string_equal(to, "00000111");
}

static void masks(void **state)
{
    struct reading r = {0};
    char to[OLD_MASK];

    (void)state;
    assert_false(old_fan_offset(get, &r, to) || old_eeprom(get, &r, to) ||
                 old_status2(get, &r, to));
    put(&r, M_FAN_ON_VOLTAGE_OFFSET, 0.07);
    put(&r, M_EEPROM_VERSION, 12);
    assert_true(old_fan_offset(get, &r, to));
    assert_string_equal(to, "07");
    assert_true(old_eeprom(get, &r, to));
    assert_string_equal(to, "12");
    put(&r, M_EEPROM_VERSION, 255);
    assert_false(old_eeprom(get, &r, to));
    put(&r, M_CHARGE_STAGE, CHARGE_STAGE_FLOAT);
    put(&r, M_SWITCHED_ON, 1);
    put(&r, M_DUSTPROOF_INSTALLED, 0);
    assert_true(old_status2(get, &r, to));
    assert_string_equal(to, "110");
    put(&r, M_CHARGE_STAGE, CHARGE_STAGE_CHARGING);
    put(&r, M_DUSTPROOF_INSTALLED, 1);
    assert_true(old_status2(get, &r, to));
    assert_string_equal(to, "011");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bits_at_their_places),
        cmocka_unit_test(masks),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
