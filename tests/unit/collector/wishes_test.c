/* Wishes from outside: carried out once, one after the other, and settled whatever happens. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/clock.h"
#include "collector/daemon/daemon.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const int64_t MOST_US = 30000000;

static struct daemon house;
static char folder[] = "/tmp/wishes-XXXXXX", config[80];

static void write_config(const char *every)
{
    FILE *f = fopen(config, "w");

    assert_non_null(f);
    fprintf(f,
            "[store]\npath = %s/helio.db\n"
            "[bus roof]\nline = sim\nspeed = 115200\nturnaround = 1\nevery = %s\n"
            "[device south]\ndriver = tracer\nbus = roof\naddress = 1\nallow_tell = yes\n"
            "[device north]\ndriver = tracer\nbus = roof\naddress = 2\n",
            folder, every);
    assert_int_equal(fclose(f), 0);
}

static struct plan *read_config(const char *every)
{
    struct plan *plan = plan_new();

    write_config(every);
    assert_non_null(plan);
    assert_int_equal(plan_load(plan, config), OK);
    return plan;
}

static int begin(void **unused)
{
    (void)unused;
    assert_non_null(mkdtemp(folder));
    setenv("HELIO_RUN_DIR", folder, 1);
    snprintf(config, sizeof config, "%s/a.ini", folder);
    return daemon_open(&house, read_config("0.2"), config);
}

static int end(void **unused)
{
    char command[80];

    (void)unused;
    daemon_close(&house);
    snprintf(command, sizeof command, "rm -rf '%s'", folder);
    return system(command);
}

/* ---- wishes -------------------------------------------------------------------------------- */

static _Atomic unsigned done_count;
static struct wish *order_of[64];

static void note_done(struct wish *w)
{
    order_of[done_count % 64] = w;
    *(_Atomic int *)w->who += 1;
    done_count++;
}

static _Atomic int times[64];

static struct wish wish_for(unsigned n, const char *device, const char *word)
{
    struct wish w = {.count = 1, .by = "a test", .done = note_done};

    times[n] = 0;
    w.who = (void *)(uintptr_t)&times[n];
    snprintf(w.device, sizeof w.device, "%s", device);
    snprintf(w.words[0], sizeof w.words[0], "%s", word);
    return w;
}

static int tell(struct wish *w)
{
    return house.wishes.control.tell(house.wishes.control.who, w);
}

/* As the main thread does it: news are taken while others wait. */
static void run_until(unsigned count)
{
    static struct news n;
    int64_t until = clock_us() + MOST_US;

    while (done_count < count && clock_us() < until)
        if (queue_get(house.news, &n, 5000) == OK)
            daemon_take(&house, &n);
    assert_int_equal(done_count, count);
}

static void a_wish_is_carried_out_once(void **unused)
{
    struct wish w = wish_for(0, "south", "load_manual=on");

    (void)unused;
    done_count = 0;
    assert_int_equal(tell(&w), OK);
    run_until(1);
    assert_int_equal(w.result, OK);
    assert_non_null(strstr(w.told.why, "read back"));
    assert_int_equal(times[0], 1);
}

static void refusals_have_their_reason(void **unused)
{
    struct wish far = wish_for(0, "south", "float_voltage=99"),
                closed = wish_for(1, "north", "load_manual=on"),
                strange = wish_for(2, "south", "no_such_thing=1"),
                nobody = wish_for(3, "west", "load_manual=on"),
                dry = wish_for(4, "north", "load_manual=on");

    (void)unused;
    done_count = 0;
    dry.told.is_dry = true;
    assert_int_equal(tell(&nobody), ERR_ABSENT);
    assert_int_equal(tell(&far), OK);
    assert_int_equal(tell(&closed), OK);
    assert_int_equal(tell(&strange), OK);
    assert_int_equal(tell(&dry), OK);
    run_until(4);
    assert_int_equal(far.result, ERR_USAGE);
    assert_int_equal(closed.result, ERR_DENIED);
    assert_int_equal(closed.told.denial, DENIED_BY_SETTINGS);
    assert_non_null(strstr(closed.told.why, "allow_tell"));
    assert_int_equal(strange.result, ERR_USAGE);
    assert_int_equal(dry.result, OK);
    assert_int_equal(times[3], 0);
}

static void the_box_is_bounded_and_in_order(void **unused)
{
    static struct wish w[WISHES_WAITING * 2 + 2];
    unsigned taken = 0;
    int rc = OK;

    (void)unused;
    done_count = 0;
    for (unsigned i = 0; i < sizeof w / sizeof *w && !rc; i++) {
        w[i] = wish_for(i, "south", i % 2 ? "load_manual=on" : "load_manual=off");
        w[i].told.is_dry = true;
        rc = tell(&w[i]);
        taken += !rc;
    }
    assert_int_equal(rc, ERR_FULL);
    assert_in_range(taken, WISHES_WAITING, WISHES_WAITING + 2);
    run_until(taken);
    for (unsigned i = 0; i < taken; i++)
        assert_ptr_equal(order_of[i], &w[i]);
}

static void offers_know_range_and_permission(void **unused)
{
    struct offer offers[64];
    const struct control *c = &house.wishes.control;
    bool is_allowed = false;
    size_t count = c->offers(c->who, "south", offers, 64, &is_allowed), at = 0;

    (void)unused;
    assert_true(is_allowed);
    while (at < count && strcmp(offers[at].name, "float_voltage") != 0)
        at++;
    assert_true(at < count);
    assert_int_equal((int)offers[at].least, 18); /* 9 V for 12 V; the twin has 24 V */
    assert_int_equal((int)offers[at].most, 34);
    assert_int_equal(c->offers(c->who, "north", offers, 64, &is_allowed), count);
    assert_false(is_allowed);
    assert_int_equal(c->offers(c->who, "west", offers, 64, &is_allowed), 0);
    assert_int_equal(c->offers(c->who, "south", offers, 2, &is_allowed), 2);
}

static bool are_idle(void *unused)
{
    (void)unused;
    return wishes_are_idle(&house.wishes);
}

static void who_leaves_settles_everything(void **unused)
{
    static struct wish w[WISHES_WAITING];
    unsigned stopped = 0;

    (void)unused;
    done_count = 0;
    for (unsigned i = 0; i < WISHES_WAITING; i++) {
        w[i] = wish_for(i, "south", i % 2 ? "load_manual=on" : "load_manual=off");
        w[i].told.is_dry = true;
        assert_int_equal(tell(&w[i]), OK);
    }
    wishes_leave(&house.wishes);
    assert_true(daemon_until(&house, are_idle, NULL, clock_us() + MOST_US));
    assert_int_equal(done_count, WISHES_WAITING);
    for (unsigned i = 0; i < WISHES_WAITING; i++) {
        assert_int_equal(times[i], 1);
        stopped += w[i].result == ERR_STOPPED;
    }
    assert_in_range(stopped, 1, WISHES_WAITING);
    assert_int_equal(tell(&w[0]), ERR_STOPPED);
    wishes_follow(&house.wishes, house.plan);
    done_count = 0;
    assert_int_equal(tell(&w[0]), OK);
    run_until(1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_wish_is_carried_out_once),
        cmocka_unit_test(refusals_have_their_reason),
        cmocka_unit_test(the_box_is_bounded_and_in_order),
        cmocka_unit_test(offers_know_range_and_permission),
        cmocka_unit_test(who_leaves_settles_everything),
    };

    return cmocka_run_group_tests(tests, begin, end);
}
