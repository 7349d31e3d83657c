/* Several GoodWe on one RS-485 wire: each gets its own address, whoever wakes, and when. */
#include "tests/contract/goodwe_stage.h"

enum { ORDERS = 6 };
static const char *const orders[ORDERS] = {"123", "132", "213", "231", "312", "321"};

/* Each has the address of its device, and nobody else's. */
static void expect_addresses(struct stage *s)
{
    for (size_t i = 0; i < s->plan->device_count; i++) {
        const struct device *d = &s->house.devices[i];
        const struct goodwe_twin *twin = twin_of(s, unit_of(d));
        assert_true(twin->is_registered);
        assert_int_equal(twin->address, d->address);
        assert_string_equal(d->identity.serial, s->cast.twins[unit_of(d)].serial);
    }
}

static unsigned rounds_until_all(struct stage *s, unsigned most, struct tally *t)
{
    unsigned n = 1;

    while (!all_round(s, 10 * S_US, t) && n < most)
        n++;
    return n;
}

static const struct goodwe_wire *wire_of(const struct stage *s)
{
    return s->house.devices[0].wire;
}

/* In the morning: the first search is answered by all of them at once. */
static void all_at_once(void **state)
{
    static const char *const whose[] = {"12", "123", "654321", "12345678"};

    (void)state;
    for (size_t i = 0; i < sizeof whose / sizeof *whose; i++) {
        struct stage s;
        struct tally t = {0};
        stage_begin(&s, (unsigned)strlen(whose[i]), whose[i], "", "");
        int64_t before = clock_us();
        assert_true(all_round(&s, 0, &t));
        print_message("%zu wake at once: all read after %.1f s, %u searches\n", strlen(whose[i]),
                      (double)(clock_us() - before) / 1e6, s.searches);
        assert_true(clock_us() - before < 10 * S_US);
        expect_addresses(&s);
        assert_int_equal(wire_of(&s)->told, 0); /* what they said together is nobody's number */
        assert_int_equal(t.wrong + t.misattributed, 0);
        stage_end(&s);
    }
}

/* One after the other, in every order; and again after a restart of the program. */
static void in_every_order(void **state)
{
    (void)state;
    for (unsigned order = 0; order < ORDERS; order++) {
        struct stage s;
        struct tally t = {0};
        stage_begin(&s, 3, "123", "", "");
        for (int run = 0; run < 2; run++) {
            s.absent = 7;
            (void)all_round(&s, 10 * S_US, &t);
            for (unsigned i = 0; i < 3; i++) {
                unsigned unit = (unsigned)(orders[order][i] - '1');
                s.absent &= ~(1u << unit);
                goodwe_twin_restart(&s.cast.twins[unit]);
                for (int n = 0; n < 7 && !twin_of(&s, unit)->is_registered; n++)
                    (void)all_round(&s, 10 * S_US, &t);
                assert_true(twin_of(&s, unit)->is_registered);
                assert_int_equal(twin_of(&s, unit)->address, 11 + unit);
            }
            assert_in_range(rounds_until_all(&s, 7, &t), 1, 6);
            expect_addresses(&s);
            stop(&s);
            start(&s);
            assert_in_range(rounds_until_all(&s, 3, &t), 1, 1); /* they kept their addresses */
            expect_addresses(&s);
        }
        assert_int_equal(t.wrong + t.misattributed, 0);
        stage_end(&s);
    }
}

/* The settings were turned round: everybody still has the address that is now another's. Also
 * when questions are lost, so that not all of them hear that they should give it back. */
static void addresses_that_are_anothers(void **state)
{
    struct tally t = {0};
    unsigned worst = 0;

    (void)state;
    for (unsigned order = 0; order < ORDERS * 20; order++) {
        struct stage s;
        char seed[16];
        snprintf(seed, sizeof seed, "seed=%u", order + 1);
        stage_begin(&s, 3, "123", "", seed);
        assert_true(all_round(&s, S_US, &t));
        stop(&s);
        write_settings(&s, orders[order % ORDERS], "");
        start(&s);
        s.lost = order < ORDERS ? 0 : 0.05;
        unsigned n = rounds_until_all(&s, 100, &t);
        worst = n > worst ? n : worst;
        assert_in_range(n, 1, order < ORDERS ? 1 : 99);
        stage_end(&s);
    }
    print_message("settings turned round, 5 %% of all questions lost: all read by round %u, %llu "
                  "wrong, %llu under another's name\n",
                  worst, (unsigned long long)t.wrong, (unsigned long long)t.misattributed);
    assert_int_equal(t.wrong + t.misattributed, 0);
}

/* One of them begins anew while the others run: nobody else notices. */
static void one_begins_anew(void **state)
{
    struct stage s;
    struct tally t = {0}, others = {0};
    int64_t longest = 0;

    (void)state;
    stage_begin(&s, 6, "123456", "", "");
    assert_true(all_round(&s, 10 * S_US, &t));
    trust_wire(&s);
    t = (struct tally){0};
    for (unsigned n = 0; n < 300; n++) {
        unsigned victim = n % 6;
        goodwe_twin_restart(&s.cast.twins[victim]);
        clear_trace(&s);
        for (unsigned i = 0; i < 6; i++) {
            struct tally *to = i == victim ? &t : &others;
            (void)(one_round(&s, &s.house.devices[i], LIVE_ONLY, to) == OK); /* counted */
        }
        longest = t.longest_us > longest ? t.longest_us : longest;
        assert_in_range(s.removals, 1, 2);
        clock_sleep_us(10 * S_US);
        expect_addresses(&s);
    }
    print_message("300 times one of six begins anew: it is read in the same round, after %.1f s; "
                  "the others take %.0f ms at most\n",
                  (double)longest / 1e6, (double)others.longest_us / 1e3);
    assert_int_equal(t.answered, t.rounds);
    assert_int_equal(others.answered, others.rounds);
    assert_true(others.longest_us < 150000 && longest < 4 * S_US);
    assert_int_equal(t.wrong + t.misattributed + others.wrong + others.misattributed, 0);
    stage_end(&s);
}

/* A few rounds with all that belongs to them: then it is known who else is there. */
static void look_round(struct stage *s, struct tally *t)
{
    for (int i = 0; i < 10; i++) {
        assert_int_equal(one_round(s, &s->house.devices[0], WITH_SLOW, t), OK);
        clock_sleep_us(10 * S_US);
    }
}

/* One without a [device]: told once, by its number; it costs nothing while all others run. */
static void a_stranger(void **state)
{
    struct stage s;
    struct tally t = {0};

    (void)state;
    stage_begin(&s, 3, "13", "", "");
    assert_true(all_round(&s, 10 * S_US, &t));
    look_round(&s, &t);
    assert_int_equal(wire_of(&s)->told, 1);
    assert_string_equal(wire_of(&s)->strangers[0], "13600DSN201W0002");
    assert_false(twin_of(&s, 1)->is_registered);
    clear_trace(&s);
    trust_wire(&s);
    for (int i = 0; i < 100; i++)
        assert_true(all_round(&s, 10 * S_US, &t));
    assert_int_equal(s.packets, 200); /* two questions a round, nothing else */
    for (int i = 0; i < 100; i++) {
        goodwe_twin_restart(&s.cast.twins[2 * (i % 2)]);
        assert_in_range(rounds_until_all(&s, 3, &t), 1, 2); /* it may have spoken in between */
    }
    assert_int_equal(wire_of(&s)->told, 1);
    assert_false(twin_of(&s, 1)->is_registered);
    expect_addresses(&s);
    assert_int_equal(t.wrong + t.misattributed, 0);
    stage_end(&s);
}

/* Without a name for it there is one seat: whoever takes it keeps it, and the other is told of. */
static void two_for_one(void **state)
{
    struct stage s;
    struct tally t = {0};

    (void)state;
    stage_begin(&s, 2, "-", "", "");
    assert_in_range(rounds_until_all(&s, 6, &t), 1, 5);
    look_round(&s, &t);
    assert_int_equal(wire_of(&s)->told, 1); /* though nobody of ours is missing */
    clear_trace(&s);
    trust_wire(&s);
    assert_int_equal(one_round(&s, &s.house.devices[0], WITH_SLOW, &t), OK);
    assert_string_equal(s.trace, "running 11, setting 11"); /* and that was all */
    for (int i = 0; i < 50; i++) {
        goodwe_twin_restart(&s.cast.twins[0]);
        goodwe_twin_restart(&s.cast.twins[1]);
        assert_in_range(rounds_until_all(&s, 7, &t), 1, 6);
    }
    assert_true(twin_of(&s, 0)->is_registered && !twin_of(&s, 1)->is_registered);
    assert_int_equal(wire_of(&s)->told, 1);
    assert_int_equal(t.wrong + t.misattributed, 0);
    stage_end(&s);
}

/* Where nobody answered a device, its neighbours need not ask in the same round. */
static void nobody_is_asked_for_at_once(void **state)
{
    static const struct {
        unsigned device;
        int64_t pause_us; /* before its round */
        bool is_asked;
    } rounds[] = {
        {0, 0, true},         {1, 0, false},       {2, S_US, false},
        {1, 3 * S_US, false}, {1, 2 * S_US, true}, {2, 0, false},
    };
    struct stage s;
    struct tally t = {0};

    (void)state;
    stage_begin(&s, 3, "123", "", "");
    s.absent = 7;
    for (size_t i = 0; i < sizeof rounds / sizeof *rounds; i++) {
        clock_sleep_us(rounds[i].pause_us);
        uint64_t before = s.packets;
        int rc = one_round(&s, &s.house.devices[rounds[i].device], LIVE_ONLY, &t);
        assert_int_not_equal(rc, OK);
        if ((s.packets > before) != rounds[i].is_asked)
            fail_msg("round %zu: %llu packets", i, (unsigned long long)(s.packets - before));
    }
    stage_end(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_at_once),
        cmocka_unit_test(in_every_order),
        cmocka_unit_test(addresses_that_are_anothers),
        cmocka_unit_test(one_begins_anew),
        cmocka_unit_test(a_stranger),
        cmocka_unit_test(two_for_one),
        cmocka_unit_test(nobody_is_asked_for_at_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
