/* How far a gauge may move: each allowance at its edge, what confirms a jump, what is the highest.
 */
#include "collector/intake/gauge.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static const int64_t S = 1000000;

/* One after the other through a gauge that is new: when, what is said, is it believed? */
struct event {
    int second;
    double value;
    bool is_believed;
};

enum { EVENTS_MOST = 6 };
struct history {
    const char *what;
    enum metric metric;
    struct event events[EVENTS_MOST]; /* up to one at the second 0 that is not the first */
};

static void play(const struct history *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct gauge g = {0};
        for (int k = 0; k < EVENTS_MOST && (k == 0 || rows[i].events[k].second); k++) {
            const struct event *e = &rows[i].events[k];
            if (gauge_judge(&g, rows[i].metric, e->value, (1000 + e->second) * S) != e->is_believed)
                fail_msg("%s: %g after %d s is %sbelieved", rows[i].what, e->value, e->second,
                         e->is_believed ? "not " : "");
        }
    }
}

#define PLAY(rows) play(rows, sizeof(rows) / sizeof *(rows))

static void the_edges_of_each_allowance(void **state)
{
    static const struct history rows[] = {
        {"voltage up", M_BATTERY_VOLTAGE, {{0, 26, true}, {5, 33.5, true}}},
        {"voltage up, too far", M_BATTERY_VOLTAGE, {{0, 26, true}, {5, 33.51, false}}},
        {"voltage down", M_BATTERY_VOLTAGE, {{0, 26, true}, {5, 18.5, true}}},
        {"voltage down, too far", M_BATTERY_VOLTAGE, {{0, 26, true}, {5, 18.49, false}}},
        {"charge up", M_BATTERY_SOC, {{0, 70, true}, {5, 95, true}}},
        {"charge up, too far", M_BATTERY_SOC, {{0, 70, true}, {5, 96, false}}},
        {"charge down", M_BATTERY_SOC, {{0, 70, true}, {5, 45, true}}},
        {"charge down, too far", M_BATTERY_SOC, {{0, 70, true}, {5, 44, false}}},
        {"hertz", M_OUTPUT_FREQUENCY, {{0, 50, true}, {5, 60, true}}},
        {"hertz, too many", M_OUTPUT_FREQUENCY, {{0, 50, true}, {5, 60.1, false}}},
        {"warmer", M_BATTERY_TEMPERATURE, {{0, 25, true}, {5, 45, true}}},
        {"warmer, too much", M_BATTERY_TEMPERATURE, {{0, 25, true}, {5, 45.1, false}}},
        {"watts", M_PV_POWER, {{0, 1000, true}, {5, 1000, true}, {10, 3500, true}}},
        {"watts, too many", M_PV_POWER, {{0, 1000, true}, {5, 1000, true}, {10, 3501, false}}},
        {"watts the other way",
         M_GRID_POWER,
         {{0, 1000, true}, {5, 1000, true}, {10, -3500, true}}},
        {"watts the other way, too many",
         M_GRID_POWER,
         {{0, 1000, true}, {5, 1000, true}, {10, -3501, false}}},
        {"volt-amperes",
         M_OUTPUT_APPARENT_POWER,
         {{0, 1000, true}, {5, 1000, true}, {10, 3500, true}}},
        {"volt-amperes, too many",
         M_OUTPUT_APPARENT_POWER,
         {{0, 1000, true}, {5, 1000, true}, {10, 3501, false}}},
        {"amperes", M_BATTERY_CURRENT, {{0, 20, true}, {5, 20, true}, {10, 80, true}}},
        {"amperes, too many", M_BATTERY_CURRENT, {{0, 20, true}, {5, 20, true}, {10, 80.1, false}}},
        {"no gauge", M_PV_ENERGY_TODAY, {{0, 1, true}, {5, 9999, true}}},
    };

    (void)state;
    PLAY(rows);
}

static void readings_far_apart_say_nothing(void **state)
{
    static const struct history rows[] = {
        {"near", M_BATTERY_VOLTAGE, {{0, 26, true}, {30, 50, false}}},
        {"far", M_BATTERY_VOLTAGE, {{0, 26, true}, {31, 50, true}}},
        {"what is held makes no reading nearer",
         M_BATTERY_VOLTAGE,
         {{0, 26, true}, {20, 50, false}, {31, 12, true}}},
    };

    (void)state;
    PLAY(rows);
}

/* The next reading must be as near to what was held as readings are to each other. */
static void what_confirms_a_jump(void **state)
{
    static const struct history rows[] = {
        {"the same",
         M_PV_POWER,
         {{0, 1000, true}, {4, 1000, true}, {5, 4000, false}, {10, 4000, true}}},
        {"watts up",
         M_PV_POWER,
         {{0, 1000, true}, {4, 1000, true}, {5, 4000, false}, {10, 5500, true}}},
        {"watts up, too far",
         M_PV_POWER,
         {{0, 1000, true}, {4, 1000, true}, {5, 4000, false}, {10, 5501, false}}},
        {"watts down",
         M_PV_POWER,
         {{0, 100, true}, {4, 100, true}, {5, 8000, false}, {10, 5500, true}}},
        {"watts down, too far",
         M_PV_POWER,
         {{0, 100, true}, {4, 100, true}, {5, 8000, false}, {10, 5499, false}}},
        {"amperes", M_BATTERY_CURRENT, {{0, 0, true}, {5, 100, false}, {10, 145, true}}},
        {"amperes, too far",
         M_BATTERY_CURRENT,
         {{0, 0, true}, {5, 100, false}, {10, 145.1, false}}},
        {"amperes turn", M_BATTERY_CURRENT, {{0, 0, true}, {5, 100, false}, {10, -100, false}}},
        {"volts", M_BATTERY_VOLTAGE, {{0, 26, true}, {5, 12, false}, {10, 16, true}}},
        {"volts, too far", M_BATTERY_VOLTAGE, {{0, 26, true}, {5, 12, false}, {10, 16.1, false}}},
        {"the newest of two strays counts",
         M_BATTERY_VOLTAGE,
         {{0, 26, true}, {5, 12, false}, {10, 60, false}, {15, 12, false}, {20, 12, true}}},
        {"a stray between is forgotten",
         M_BATTERY_VOLTAGE,
         {{0, 26, true}, {5, 12, false}, {10, 26, true}, {15, 12, false}}},
    };

    (void)state;
    PLAY(rows);
}

/* Two in a row must reach it, whatever their sign. */
static void what_is_the_highest(void **state)
{
    static const struct history rows[] = {
        {"one alone is not",
         M_PV_POWER,
         {{0, 1000, true}, {4, 1000, true}, {5, 3500, true}, {10, 3501, false}}},
        {"the lower of two is",
         M_PV_POWER,
         {{0, 1000, true}, {4, 1000, true}, {5, 3500, true}, {10, 2000, true}, {15, 6501, false}}},
        {"up to three times that",
         M_PV_POWER,
         {{0, 1000, true}, {4, 1000, true}, {5, 3500, true}, {10, 2000, true}, {15, 6500, true}}},
        {"a stray that was held is not",
         M_PV_POWER,
         {{0, 1000, true}, {4, 1000, true}, {5, 60000, false}, {10, 900, true}, {15, 3501, false}}},
        {"a jump that was confirmed is",
         M_PV_POWER,
         {{0, 1000, true}, {4, 1000, true}, {5, 4000, false}, {10, 4100, true}, {15, 12500, true}}},
        {"nor is it lowered",
         M_PV_POWER,
         {{0, 1000, true}, {4, 1000, true}, {5, 0, true}, {10, 0, true}, {15, 3500, true}}},
        {"whatever the sign",
         M_GRID_POWER,
         {{0, -1000, true},
          {5, -1000, true},
          {10, 3500, true},
          {15, -1000, true},
          {20, 3501, false}}},
    };

    (void)state;
    PLAY(rows);
}

/* The very first is believed, since nothing is known; but it may be a stray itself, and must not
 * open the door to others. */
static void what_the_first_says(void **state)
{
    static const struct history rows[] = {
        {"a quarter more", M_PV_POWER, {{0, 1000, true}, {5, 1750, true}}},
        {"more than that", M_PV_POWER, {{0, 1000, true}, {5, 1751, false}}},
        {"less is always possible", M_PV_POWER, {{0, 1000, true}, {5, 0, true}}},
        {"high from the start", M_PV_POWER, {{0, 5000, true}, {5, 5000, true}, {10, 15500, true}}},
        {"a stray, then the truth",
         M_PV_POWER,
         {{0, 60000, true}, {5, 300, true}, {10, 1400, true}}},
        {"a stray, the truth, a stray",
         M_PV_POWER,
         {{0, 60000, true},
          {5, 300, true},
          {10, 1401, false},
          {15, 300, true},
          {20, 60000, false}}},
        {"nothing, then the first kettle",
         M_PV_POWER,
         {{0, 0, true}, {5, 501, false}, {10, 501, true}}},
    };

    (void)state;
    PLAY(rows);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_edges_of_each_allowance),
        cmocka_unit_test(readings_far_apart_say_nothing),
        cmocka_unit_test(what_confirms_a_jump),
        cmocka_unit_test(what_is_the_highest),
        cmocka_unit_test(what_the_first_says),
    };

    return cmocka_run_group_tests_name("gauge", tests, NULL, NULL);
}
