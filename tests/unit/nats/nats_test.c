/* The nats sink's pure parts: subjects, ids, words, the reaction table, settings. */
#include "nats/message.h"
#include "nats/settings.h"
#include "nats/verdict.h"
#include "store/sink.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static void test_subject(void **state)
{
    char to[NATS_SUBJECT];

    (void)state;
    nats_subject("solar", "home", "south-east_2", to);
    assert_string_equal(to, "solar.home.south-east_2");
    nats_subject("a.b", "my site.>", "", to);
    assert_string_equal(to, "a.b.my_site__._");
    nats_subject("solar", "d\xc3\xa9", "*", to);
    assert_string_equal(to, "solar.d__._");
}

static void test_id(void **state)
{
    struct record r = {.seq = 4711, .at_ms = 1700000000000};
    char to[NATS_ID], long_name[400];

    (void)state;
    nats_id("home", &r, to);
    assert_string_equal(to, "home/4711-1700000000000");
    assert_int_equal(nats_id_seq(to), 4711);
    nats_id("a/b c\r\nX: y", &r, to);
    assert_string_equal(to, "a/b_c__X:_y/4711-1700000000000");
    assert_int_equal(nats_id_seq(to), 4711);
    memset(long_name, 'x', sizeof long_name - 1);
    long_name[sizeof long_name - 1] = '\0';
    nats_id(long_name, &r, to);
    assert_int_equal(nats_id_seq(to), 4711);
    assert_int_equal(nats_id_seq("x"), -1);
    assert_int_equal(nats_id_seq("a/-5"), -1);
    assert_int_equal(nats_id_seq("a/5"), -1);
}

static void test_covers(void **state)
{
    (void)state;
    assert_true(nats_covers("solar.>", "solar.home.south"));
    assert_true(nats_covers(">", "solar.home.south"));
    assert_true(nats_covers("solar.*.south", "solar.home.south"));
    assert_true(nats_covers("solar.home.south", "solar.home.south"));
    assert_true(nats_covers("*.*.*", "solar.home.south"));
    assert_false(nats_covers("solar.*", "solar.home.south"));
    assert_false(nats_covers("solar.home.south.>", "solar.home.south"));
    assert_false(nats_covers("sola.>", "solar.home.south"));
    assert_false(nats_covers("solarx.>", "solar.home.south"));
    assert_false(nats_covers("wind.>", "solar.home.south"));
}

static void test_json(void **state)
{
    struct origin from = {.name = "a \"b\"", .driver = "tracer"};
    static struct shape shape = {.count = 3};
    struct record r = {.at_ms = 1700000000000, .from = &from, .shape = &shape};
    char to[400];

    (void)state;
    shape.fields[0].name = "pv_power";
    shape.fields[1].name = "pv_voltage";
    shape.fields[2].name = "charge_stage";
    r.numbers = "812.25,null,2";
    int length = nats_json(&r, "home", to, sizeof to);
    assert_string_equal(to, "{\"time\": 1700000000000, \"site\": \"home\", "
                            "\"device\": \"a \\\"b\\\"\", \"driver\": \"tracer\", "
                            "\"kind\": \"live\", "
                            "\"values\": {\"pv_power\": 812.25, \"charge_stage\": 2}}");
    assert_int_equal(length, strlen(to));
    for (size_t size = 1; size <= (size_t)length; size++)
        assert_int_equal(nats_json(&r, "home", to, size), ERR_FULL);
    r.numbers = "null,null,null";
    assert_int_equal(nats_json(&r, "home", to, sizeof to), 0);
}

static void test_verdicts(void **state)
{
    struct outcome o;

    (void)state;
    nats_judge(NATS_ERR, JSStreamNotFoundErr, "stream not found", "SOLAR", &o);
    assert_int_equal(o.verdict, LATER);
    assert_true(o.is_alarm);
    assert_non_null(strstr(o.why, "no stream SOLAR: make it"));
    nats_judge(NATS_ERR, JSStreamMessageExceedsMaximumErr, NULL, "SOLAR", &o);
    assert_int_equal(o.verdict, REFUSED);
    nats_judge(NATS_NO_RESPONDERS, 0, NULL, "SOLAR", &o);
    assert_true(o.verdict == LATER && o.is_alarm);
    nats_judge(NATS_TIMEOUT, 0, NULL, "SOLAR", &o);
    assert_true(o.verdict == LATER && !o.is_alarm);
    assert_non_null(strstr(o.why, "SOLAR did not acknowledge"));
    /* Whatever comes, nothing is taken, and there is a word for it. */
    for (int status = 0; status <= (int)NATS_MISSED_HEARTBEAT; status++)
        for (int code = 0; code < 10200; code += code ? 1 : 10000) {
            nats_judge((natsStatus)status, (jsErrCode)code, NULL, "SOLAR", &o);
            assert_true(o.verdict == LATER || o.verdict == REFUSED);
            assert_true(*o.why && strlen(o.why) < sizeof o.why);
        }
}

/* How many complaints these words cause. */
static unsigned faults(const char *words)
{
    const struct setting *tables[] = {sink_settings, nats_settings};
    struct section s = {0};
    unsigned count;

    assert_int_equal(section_from_words("sink", "far", words, &s), OK);
    int rc = section_check(&s, tables, 2);
    if (!rc)
        nats_check(&s);
    count = s.faults + (rc != OK);
    section_done(&s);
    return count;
}

static void test_settings(void **state)
{
    (void)state;
    assert_int_equal(faults("kind=nats"), 0);
    assert_int_equal(faults("kind=nats,url=nats://a:4222 tls://b:4222,stream=FLEET,subject=a.b"),
                     0);
    assert_int_equal(faults("kind=nats,user=a,password_file=b"), 0);
    assert_int_equal(faults("kind=nats,create_stream=yes,replicas=1"), 0);
    assert_true(faults("kind=nats,url=http://a:4222"));
    assert_true(faults("kind=nats,url=nats://user:word@a:4222"));
    assert_true(faults("kind=nats,url=nats://a:4222/x"));
    assert_true(faults("kind=nats,stream=A.B"));
    assert_true(faults("kind=nats,subject=a.>"));
    assert_true(faults("kind=nats,subject=.a"));
    assert_true(faults("kind=nats,user=a"));
    assert_true(faults("kind=nats,nkey_file=a"));
    assert_true(faults("kind=nats,cert_file=a"));
    assert_true(faults("kind=nats,creds_file=a,token_file=b"));
    assert_true(faults("kind=nats,replicas=3"));
    assert_true(faults("kind=nats,format=xml"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_subject),  cmocka_unit_test(test_id),
        cmocka_unit_test(test_covers),   cmocka_unit_test(test_json),
        cmocka_unit_test(test_verdicts), cmocka_unit_test(test_settings),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
