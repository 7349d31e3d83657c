/* A hub and what is behind it, with every question counted: nothing is asked for nothing. */
#include "tests/contract/mate_stage.h"

#include "base/text.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* A round of the hub and of all behind it: how many of them there are. */
static unsigned whole_round(struct device *hub, char names[][IDENTITY_TEXT])
{
    struct reading r;
    unsigned count = 0;

    if (device_round(hub, LIVE_ONLY, 0, &r))
        return 0;
    for (; count <= MATE_PORTS; count++) {
        struct identity who = {.vendor = ""};
        if (hub->driver->others(hub, count, &r, &who))
            break;
        assert_int_equal(who.result, OK);
        assert_true(r.count > 10);
        if (names)
            strcpy(names[count], who.serial);
    }
    return count;
}

static unsigned asked_of_empty(const struct stage *s, uint8_t first, uint8_t last)
{
    unsigned sum = 0;

    for (uint8_t port = first; port <= last; port++)
        sum += s->asked[port];
    return sum;
}

/* ---- what is there ----------------------------------------------------------------------------
 */

static void ports_are_looked_at_once(void **state)
{
    struct stage s;
    char names[MATE_PORTS + 1][IDENTITY_TEXT];

    (void)state;
    stage_begin(&s, "mate@sim:,at=12:00,time_scale=0", NULL);
    assert_int_equal(whole_round(s.hub, names), 3);
    assert_string_equal(names[0], "mx1");
    assert_string_equal(names[1], "fx2");
    assert_string_equal(names[2], "dc3");
    for (uint8_t port = 4; port <= MATE_PORTS; port++)
        assert_int_equal(s.asked[port], 1);
    for (unsigned round = 0; round < 20; round++) {
        clock_sleep_us(10 * S_US);
        assert_int_equal(whole_round(s.hub, NULL), 3);
    }
    assert_int_equal(asked_of_empty(&s, 4, MATE_PORTS), 7);
    assert_int_equal(s.bus->counts.retried, 0);
    stage_end(&s);
}

static void an_empty_port_costs_a_short_silence(void **state)
{
    struct stage s;
    unsigned type;

    (void)state;
    stage_begin(&s, "mate@sim:,at=12:00,time_scale=0", NULL);
    assert_int_equal(whole_round(s.hub, NULL), 3);
    int64_t before = clock_us();
    for (uint8_t port = 4; port <= MATE_PORTS; port++)
        assert_int_equal(mate_knock(s.hub, port, &type), ERR_TIMEOUT);
    int64_t each = (clock_us() - before) / (MATE_PORTS - 3);
    print_message("%.0f ms\n", (double)each / 1e3);
    assert_true(each <= 150000);
    stage_end(&s);
}

/* An answer that comes when the next port was asked already must not stand for that one. */
static void a_late_answer_is_not_the_next_ports(void **state)
{
    struct stage s;
    char names[MATE_PORTS + 1][IDENTITY_TEXT];
    struct reading r;

    (void)state;
    for (unsigned delay_ms = 5; delay_ms < 400; delay_ms += 5) {
        stage_begin(&s, "mate@sim:,at=12:00,time_scale=0", NULL);
        s.late_port = 2;
        s.late_us = delay_ms * 1000;
        assert_int_equal(device_round(s.hub, LIVE_ONLY, 0, &r), OK);
        for (unsigned i = 0; i <= MATE_PORTS; i++) {
            struct identity who = {.vendor = ""};
            if (s.hub->driver->others(s.hub, i, &r, &who))
                break;
            strcpy(names[i], who.serial);
            if (strcmp(names[i], "mx1") && strcmp(names[i], "fx2") && strcmp(names[i], "dc3"))
                fail_msg("%u ms late: %s", delay_ms, names[i]);
        }
        stage_end(&s);
    }
}

/* Somebody plugs in a device: it is found, and costs no more questions than the empty ports do. */
static void plugged_in_later(void **state)
{
    struct stage s;
    char names[MATE_PORTS + 1][IDENTITY_TEXT];
    unsigned rounds = 0;

    (void)state;
    stage_begin(&s, "mate@sim:,at=12:00,time_scale=0,dead=2", NULL);
    assert_int_equal(whole_round(s.hub, names), 2);
    assert_string_equal(names[1], "dc3");
    int64_t plugged = clock_us();
    s.house.casts[0]->moods.dead = 0;
    unsigned before = asked_of_empty(&s, 4, MATE_PORTS);
    while (whole_round(s.hub, names) == 2) {
        rounds++;
        assert_true(clock_us() - plugged < 620 * S_US);
        clock_sleep_us(10 * S_US);
    }
    print_message("found after %.0f s\n", (double)(clock_us() - plugged) / 1e6);
    assert_string_equal(names[1], "fx2");
    assert_true(rounds > 1);
    assert_true(asked_of_empty(&s, 4, MATE_PORTS) - before <= 7);
    for (unsigned more = 0; more < 60; more++) { /* and never more than one of them a round */
        before = asked_of_empty(&s, 4, MATE_PORTS);
        assert_int_equal(whole_round(s.hub, NULL), 3);
        assert_true(asked_of_empty(&s, 4, MATE_PORTS) - before <= 1);
        clock_sleep_us(10 * S_US);
    }
    stage_end(&s);
}

/* Whatever it is, nobody has described it: it is told once, and then left alone. */
static void an_unknown_type(void **state)
{
    struct stage s;
    char text[4096];
    FILE *heard = tmpfile();
    int kept = dup(STDERR_FILENO);

    (void)state;
    assert_non_null(heard);
    stage_begin(&s, "mate@sim:,at=12:00,time_scale=0", NULL);
    s.made_up_port = 7;
    s.made_up_type = 9;
    log_set_level(LOG_LEVEL_WARN);
    assert_true(dup2(fileno(heard), STDERR_FILENO) >= 0);
    for (unsigned round = 0; round < 200; round++) {
        assert_int_equal(whole_round(s.hub, NULL), 3);
        clock_sleep_us(10 * S_US);
    }
    assert_true(dup2(kept, STDERR_FILENO) >= 0);
    log_set_level(LOG_LEVEL_ERR);
    close(kept);
    assert_in_range(s.asked[7], 2, 20); /* once in a few minutes */
    rewind(heard);
    text[fread(text, 1, sizeof text - 1, heard)] = '\0';
    assert_int_equal(fclose(heard), 0);
    char *told = strstr(text, "port 7: a device of type 9");
    assert_non_null(told);
    assert_null(strstr(told + 1, "port 7"));
    stage_end(&s);
}

static void every_house(void **state)
{
    static const struct {
        const char *model, *names;
    } rows[] = {{"house", "mx1 fx2 dc3 "}, {"large", "fx1 fx2 mx3 mx4 dc5 mx10 "}, {"old", "mx3 "}};

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct stage s;
        char words[100], found[100] = "", names[MATE_PORTS + 1][IDENTITY_TEXT];
        struct text said = text_on(found, sizeof found);
        snprintf(words, sizeof words, "mate@sim:,at=12:00,time_scale=0,model=%s", rows[i].model);
        stage_begin(&s, words, NULL);
        unsigned count = whole_round(s.hub, names);
        for (unsigned n = 0; n < count; n++)
            text_format(&said, "%s ", names[n]);
        assert_string_equal(found, rows[i].names);
        stage_end(&s);
    }
}

/* Without a hub the one device is port 0, and no other port is asked. */
static void one_kind_only(void **state)
{
    struct stage s;
    struct device hub;
    char names[MATE_PORTS + 1][IDENTITY_TEXT];

    (void)state;
    stage_begin(&s, "mate_dc@sim:,at=12:00,time_scale=0", NULL);
    assert_int_equal(device_init(&hub, "south", &driver_mate, s.bus, 0, s.hub->section), OK);
    for (unsigned round = 0; round < 100; round++) {
        assert_int_equal(whole_round(&hub, names), 1);
        assert_string_equal(names[0], "dc0");
        clock_sleep_us(10 * S_US);
    }
    assert_int_equal(asked_of_empty(&s, 1, MATE_PORTS), 0);
    device_done(&hub);
    stage_end(&s);
}

/* ---- a device without a port -------------------------------------------------------------------
 */

static void found_by_its_kind(void **state)
{
    struct stage s;
    struct reading r;

    (void)state;
    stage_begin(&s, "mate_mx@sim:,at=12:00,time_scale=0:1", "mate_fx@sim:,at=12:00,time_scale=0:4");
    struct device lost;
    assert_int_equal(device_init(&lost, "south", &driver_mate_fx, s.bus, 0, s.hub->section), OK);
    assert_int_equal(device_round(&lost, LIVE_ONLY, 0, &r), OK);
    assert_int_equal(lost.address, 4);
    assert_true(reading_has(&r, M_OUTPUT_VOLTAGE));
    unsigned before = asked_of_empty(&s, 0, 3) + asked_of_empty(&s, 5, MATE_PORTS);
    for (unsigned round = 0; round < 10; round++)
        assert_int_equal(device_round(&lost, LIVE_ONLY, 0, &r), OK);
    assert_int_equal(asked_of_empty(&s, 0, 3) + asked_of_empty(&s, 5, MATE_PORTS), before);
    device_done(&lost);

    assert_int_equal(device_init(&lost, "south", &driver_mate_dc, s.bus, 0, s.hub->section), OK);
    assert_int_not_equal(device_round(&lost, LIVE_ONLY, 0, &r), OK); /* there is none */
    assert_int_equal(r.count, 0);
    assert_int_equal(lost.address, 0);
    device_done(&lost);
    stage_end(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ports_are_looked_at_once),
        cmocka_unit_test(an_empty_port_costs_a_short_silence),
        cmocka_unit_test(a_late_answer_is_not_the_next_ports),
        cmocka_unit_test(plugged_in_later),
        cmocka_unit_test(an_unknown_type),
        cmocka_unit_test(every_house),
        cmocka_unit_test(one_kind_only),
        cmocka_unit_test(found_by_its_kind),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
