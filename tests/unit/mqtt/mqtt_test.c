/* Topics, orders, states and batches of the MQTT sink, without a broker. */
#include "mqtt/batch.h"
#include "mqtt/client.h"
#include "mqtt/orders.h"
#include "mqtt/settings.h"
#include "mqtt/states.h"
#include "mqtt/topics.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void words_are_plain(void **state)
{
    static const struct {
        const char *name, *word;
    } cases[] = {
        {"south", "south"},
        {"South.Roof 2", "south_roof_2"},
        {"a/b+c#d$", "a_b_c_d_"},
        {"d\xc3\xa4mpfer", "d_mpfer"},
        {"", "_"},
        {"bridge", "bridge_"},
        {"Bridge", "bridge_"},
        {"east-92931701100510", "east-92931701100510"},
    };
    char word[TOPIC_WORD], long_name[200];

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        topic_word(cases[i].name, word);
        assert_string_equal(word, cases[i].word);
    }
    memset(long_name, 'x', sizeof long_name - 1);
    long_name[sizeof long_name - 1] = '\0';
    topic_word(long_name, word);
    assert_true(strlen(word) < TOPIC_WORD);
}

static void prefixes_are_checked(void **state)
{
    (void)state;
    assert_true(topic_prefix_is_fine("helio"));
    assert_true(topic_prefix_is_fine("solar/west-2"));
    assert_false(topic_prefix_is_fine(""));
    assert_false(topic_prefix_is_fine("/helio"));
    assert_false(topic_prefix_is_fine("helio/"));
    assert_false(topic_prefix_is_fine("a//b"));
    assert_false(topic_prefix_is_fine("Helio"));
    assert_false(topic_prefix_is_fine("a/+"));
    assert_true(topic_is_fine("power/axpert{sn}"));
    assert_false(topic_is_fine("$SYS/x"));
    assert_false(topic_is_fine("a/#"));
    assert_false(topic_is_fine("a b"));
}

static void commands_are_taken_apart(void **state)
{
    static const char *const none[] = {
        "helio/south/set",   "helio/south/set/",    "helio/south/set/a/result", "helio//set/a",
        "other/south/set/a", "heliosouth/set/a",    "helio/south/get/a",        "",
        "helio/South/set/a", "helio/south/set/a b", "helio/south/set/a/",       "helio",
    };
    char word[TOPIC_WORD], setting[TOPIC_WORD];

    (void)state;
    assert_true(topic_take_command("helio/south/set/float_voltage", "helio", word, setting));
    assert_string_equal(word, "south");
    assert_string_equal(setting, "float_voltage");
    assert_true(topic_take_command("a/b/east-1/set/clock", "a/b", word, setting));
    for (size_t i = 0; i < sizeof none / sizeof *none; i++)
        assert_false(topic_take_command(none[i], "helio", word, setting));
}

static void payloads_become_orders(void **state)
{
    char word[WISH_WORD];
    const char *why;

    (void)state;
    assert_int_equal(order_word("float_voltage", " 27.2\n", 6, word, &why), OK);
    assert_string_equal(word, "float_voltage=27.2");
    assert_int_equal(order_word("output_priority", "solar, battery, utility", 23, word, &why), OK);
    assert_string_equal(word, "output_priority=solar, battery, utility");
    assert_int_equal(order_word("a", "", 0, word, &why), ERR_DATA);
    assert_int_equal(order_word("a", " \r\n", 3, word, &why), ERR_DATA);
    assert_int_equal(order_word("a", "1\0002", 3, word, &why), ERR_DATA);
    assert_int_equal(order_word("a", "on\toff", 6, word, &why), ERR_DATA);
    char many[ORDER_TEXT + 1];
    memset(many, '1', sizeof many);
    assert_int_equal(order_word("a", many, sizeof many, word, &why), ERR_DATA);
}

/* ---- states -------------------------------------------------------------------------------- */

static const struct origin south = {.id = 1, .name = "south", .driver = "tracer"};

/* One record of these names and numbers. */
static bool take(struct states *s, int64_t seq, int64_t at_ms, enum record_kind kind, bool every,
                 const char *numbers, const enum metric *metrics, unsigned count)
{
    static struct shape shape;

    shape = (struct shape){.id = 1, .count = count};
    for (unsigned i = 0; i < count; i++)
        shape.fields[i].metric = (uint16_t)metrics[i];
    return states_take(s,
                       &(struct record){.seq = seq,
                                        .at_ms = at_ms,
                                        .kind = kind,
                                        .from = &south,
                                        .shape = &shape,
                                        .numbers = numbers},
                       every);
}

static char said[STATE_BYTES];

static void say(void *who, const struct state *one)
{
    struct text t = text_on(said, sizeof said);

    (void)who;
    state_json(one, &t);
}

static const char *say_south(struct states *s)
{
    said[0] = '\0';
    states_one(s, "south", say, NULL);
    return said;
}

enum { T0 = 1000000 };

static void a_state_has_every_key(void **state)
{
    static const enum metric live[] = {M_PV_POWER, M_CHARGE_STAGE, M_LOAD_ON, M_BATTERY_ALARMS},
                             slow[] = {M_PV_POWER, M_PV_ENERGY}, set[] = {M_FLOAT_VOLTAGE};
    struct states *s = states_new();

    (void)state;
    assert_non_null(s);
    assert_false(take(s, 1, T0, RECORD_SETTING, false, "[27.2]", set, 1));
    assert_true(take(s, 2, T0, RECORD_LIVE, false, "[100,2,1,0]", live, 4));
    assert_non_null(strstr(say_south(s), "\"pv_power\": 100"));
    assert_non_null(strstr(said, "\"charge_stage\": \"absorb\""));
    assert_non_null(strstr(said, "\"load_on\": true"));
    assert_non_null(strstr(said, "\"battery_alarms\": \"none\""));
    assert_non_null(strstr(said, "\"float_voltage\": 27.2"));
    assert_non_null(strstr(said, "\"time\": \"1970-01-01T00:16:40Z\""));
    assert_null(strstr(said, "pv_energy"));

    /* what a round did not ask is said as it was, and null when that is too long ago */
    assert_true(take(s, 3, T0 + 1500, RECORD_LIVE, false, "[90,7.5]", slow, 2));
    assert_true(take(s, 4, T0 + 3000, RECORD_LIVE, false, "[80,2,1,0]", live, 4));
    assert_non_null(strstr(say_south(s), "\"pv_energy\": 7.5"));
    assert_non_null(strstr(said, "\"time\": \"1970-01-01T00:16:43Z\""));
    assert_true(take(s, 5, T0 + 4000, RECORD_LIVE, false, "[80,2,null,0]", live, 4));
    assert_non_null(strstr(say_south(s), "\"load_on\": true"));
    assert_true(take(s, 6, T0 + 900000, RECORD_LIVE, false, "[80,2,null,0]", live, 4));
    assert_non_null(strstr(say_south(s), "\"pv_energy\": null"));
    assert_non_null(strstr(said, "\"load_on\": null"));
    assert_non_null(strstr(said, "\"float_voltage\": 27.2"));
    states_free(s);
}

static void what_comes_twice_is_said_once_or_each(void **state)
{
    static const enum metric live[] = {M_PV_POWER};
    struct states *s = states_new();

    (void)state;
    assert_true(take(s, 1, T0, RECORD_LIVE, false, "[1]", live, 1));
    assert_true(take(s, 2, T0 + 1000, RECORD_LIVE, false, "[2]", live, 1));
    assert_false(take(s, 1, T0, RECORD_LIVE, false, "[1]", live, 1));
    assert_true(take(s, 2, T0 + 1000, RECORD_LIVE, false, "[2]", live, 1));
    assert_non_null(strstr(say_south(s), "\"pv_power\": 2"));
    assert_true(take(s, 1, T0, RECORD_LIVE, true, "[1]", live, 1));
    assert_non_null(strstr(say_south(s), "\"pv_power\": 1"));
    assert_false(take(s, 3, T0, RECORD_DAY, true, "[1]", live, 1));
    assert_false(take(s, 3, T0, RECORD_UNTIMED, true, "[1]", live, 1));
    states_free(s);
}

/* ---- the rest ------------------------------------------------------------------------------ */

static bool count_one(void *who, const char *topic, const char *payload, size_t length)
{
    unsigned *count = who;

    assert_int_equal(length, *count % 7);
    assert_memory_equal(payload, "payload", length);
    assert_string_equal(topic, "a/topic");
    ++*count;
    return true;
}

static void a_batch_holds_what_fits(void **state)
{
    struct batch b;
    unsigned put = 0, got = 0;

    (void)state;
    assert_int_equal(batch_init(&b, 1), OK);
    while (batch_add(&b, "a/topic", "payload", put % 7))
        put++;
    assert_true(put > 500);
    struct batch_mark mark = batch_mark(&b);
    assert_false(batch_add(&b, "a/topic", said, sizeof said));
    batch_back(&b, mark);
    batch_each(&b, count_one, &got);
    assert_int_equal(got, put);
    batch_empty(&b);
    assert_true(batch_add(&b, "a/topic", said, sizeof said)); /* the largest message fits alone */
    batch_done(&b);
}

static void ids_stay_and_differ(void **state)
{
    char one[24], same[24], other[24];

    (void)state;
    client_id(one, "home", "mqtt", "/var/lib/helio/helio.db");
    client_id(same, "home", "mqtt", "/var/lib/helio/helio.db");
    assert_string_equal(one, same);
    assert_true(strlen(one) <= 23); /* what every broker must take */
    client_id(other, "hom", "emqtt", "/var/lib/helio/helio.db");
    assert_string_not_equal(one, other);
    client_id(other, "home", "mqtt", "/home/me/helio.db");
    assert_string_not_equal(one, other);
}

/* What the driver says of its error bits and what the old topics say is one and the same. */
static void error_bits_are_the_drivers(void **state)
{
    struct bit {
        int bit;
        enum metric metric;
        int code;
    };
    static const struct bit ours[] = {
#define GOODWE_BIT(b, set, means) {b, M_##set##_ALARMS, set##_ALARMS_##means},
#include "mqtt/goodwe_errors.def"
#undef GOODWE_BIT
    };
    static const struct bit theirs[] = {
#define GOODWE_ERROR(b, name, set, means) {b, M_##set##_ALARMS, set##_ALARMS_##means},
#include "drivers/goodwe/errors.def"
#undef GOODWE_ERROR
    };

    (void)state;
    assert_int_equal(sizeof ours, sizeof theirs);
    for (size_t i = 0; i < sizeof ours / sizeof *ours; i++) {
        assert_int_equal(ours[i].bit, theirs[i].bit);
        assert_int_equal(ours[i].metric, theirs[i].metric);
        assert_int_equal(ours[i].code, theirs[i].code);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_are_plain),
        cmocka_unit_test(prefixes_are_checked),
        cmocka_unit_test(commands_are_taken_apart),
        cmocka_unit_test(payloads_become_orders),
        cmocka_unit_test(a_state_has_every_key),
        cmocka_unit_test(what_comes_twice_is_said_once_or_each),
        cmocka_unit_test(a_batch_holds_what_fits),
        cmocka_unit_test(ids_stay_and_differ),
        cmocka_unit_test(error_bits_are_the_drivers),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
