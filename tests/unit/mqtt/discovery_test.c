/* What Home Assistant is told: facts of entities and payloads, and which topics are remembered. */
#include "mqtt/discovery.h"
#include "mqtt/remembered.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const struct command float_row = {.metric = M_FLOAT_VOLTAGE},
                            mode_row = {.metric = M_LOAD_MODE},
                            load_row = {.metric = M_LOAD_MANUAL}, clock_row = {.name = "clock"},
                            clear_row = {.name = "clear_energy"};
#define OFFER(row, word, low, high)                                                                \
    {                                                                                              \
        .command = &(row), .name = (word), .least = (low), .most = (high)                          \
    }
static const struct offer offers[] = {
    OFFER(float_row, "float_voltage", 18, 34), OFFER(mode_row, "load_mode", 0, 2),
    OFFER(load_row, "load_manual", 0, 1),      OFFER(clock_row, "clock", 0, 0),
    OFFER(clear_row, "clear_energy", 0, 0),
};

static struct ha_device device_with(const enum metric *metrics, size_t count)
{
    struct ha_device d = {.name = "Battery",
                          .word = "battery",
                          .id = "helio_123",
                          .maker = "EPsolar",
                          .model = "Tracer",
                          .serial = "123456",
                          .firmware = "",
                          .through = "",
                          .prefix = "helio",
                          .bridge = "helio/bridge/availability",
                          .version = "1.0",
                          .expire_s = 30};

    for (size_t i = 0; i < count; i++)
        d.metrics[d.count++].metric = (uint16_t)metrics[i];
    return d;
}

static struct entity entities[ENTITIES_MAX];

/* The whole payload of the device's first part, read back. */
static json_t *payload(const struct ha_device *d, const char *gone)
{
    static char bytes[PAYLOAD_BYTES];
    struct text t = text_on(bytes, sizeof bytes);
    size_t count = entities_of(d, entities, ENTITIES_MAX);

    discovery_split(d, entities, count);
    discovery_device(d, entities, count, 0, gone, &t);
    assert_false(t.is_cut);
    json_t *whole = json_loads(bytes, JSON_REJECT_DUPLICATES, NULL);
    assert_non_null(whole);
    return whole;
}

static json_t *component(json_t *whole, const char *key)
{
    return json_object_get(json_object_get(whole, "cmps"), key);
}

static const char *word(json_t *whole, const char *key, const char *field)
{
    return json_string_value(json_object_get(component(whole, key), field));
}

static bool has(json_t *whole, const char *key, const char *field)
{
    return json_object_get(component(whole, key), field) != NULL;
}

static void numbers_have_their_class(void **state)
{
    static const enum metric all[] = {M_PV_POWER,    M_PV_ENERGY,     M_PV_ENERGY_TODAY,
                                      M_BATTERY_SOC, M_CO2_SAVED,     M_SHUNT_A_ENERGY_NET,
                                      M_FAN_SPEED,   M_OPERATING_TIME};
    struct ha_device d = device_with(all, sizeof all / sizeof *all);
    json_t *whole = payload(&d, "");
    static const struct {
        const char *key, *class, *state, *unit;
        bool expires;
    } rows[] = {
        {"pv_power", "power", "measurement", "W", true},
        {"pv_energy", "energy", "total_increasing", "kWh", false},
        {"pv_energy_today", "energy", "total_increasing", "kWh", false},
        {"battery_soc", "battery", "measurement", "%", true},
        {"co2_saved", NULL, "total_increasing", "kg", false}, /* weight is no counter everywhere */
        {"shunt_a_energy_net", "energy", "total", "kWh", false},
        {"fan_speed", NULL, "measurement", "%", true},
        {"operating_time", "duration", "total_increasing", "h", false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const char *class = word(whole, rows[i].key, "dev_cla");
        assert_string_equal(word(whole, rows[i].key, "p"), "sensor");
        assert_string_equal(class ? class : "", rows[i].class ? rows[i].class : "");
        assert_string_equal(word(whole, rows[i].key, "stat_cla"), rows[i].state);
        assert_string_equal(word(whole, rows[i].key, "unit_of_meas"), rows[i].unit);
        assert_int_equal(has(whole, rows[i].key, "exp_aft"), rows[i].expires);
    }
    assert_string_equal(word(whole, "pv_power", "uniq_id"), "helio_123_pv_power");
    assert_string_equal(word(whole, "pv_power", "val_tpl"), "{{value_json.get('pv_power')}}");
    json_decref(whole);
}

static void words_flags_and_switches(void **state)
{
    static const enum metric all[] = {M_CHARGE_STAGE, M_BATTERY_ALARMS, M_LOAD_ON,
                                      M_BATTERY_CAPACITY};
    struct ha_device d = device_with(all, sizeof all / sizeof *all);
    json_t *whole = payload(&d, "");

    (void)state;
    assert_string_equal(word(whole, "charge_stage", "dev_cla"), "enum");
    assert_int_equal(json_array_size(json_object_get(component(whole, "charge_stage"), "ops")), 8);
    assert_false(has(whole, "charge_stage", "stat_cla"));
    assert_false(has(whole, "charge_stage", "unit_of_meas"));
    assert_string_equal(word(whole, "battery_alarms", "p"), "sensor");
    assert_string_equal(word(whole, "battery_alarms_problem", "p"), "binary_sensor");
    assert_string_equal(word(whole, "battery_alarms_problem", "dev_cla"), "problem");
    assert_string_equal(word(whole, "battery_alarms_problem", "ent_cat"), "diagnostic");
    assert_string_equal(word(whole, "load_on", "p"), "binary_sensor");
    assert_string_equal(word(whole, "load_on", "pl_on"), "True");
    assert_string_equal(word(whole, "battery_capacity", "ent_cat"), "diagnostic");
    assert_false(has(whole, "battery_capacity", "stat_cla"));
    assert_false(has(whole, "battery_capacity", "exp_aft"));
    json_decref(whole);
}

/* What the frontend would draw as a plain eye, an average nobody wants, a sum that ends at 0. */
static void looks_and_what_is_seldom(void **state)
{
    static const enum metric all[] = {M_FAULT,
                                      M_CHARGER_RUNNING,
                                      M_NIGHT,
                                      M_BATTERY_ENERGY_NET_TODAY,
                                      M_FAULT_CODE,
                                      M_PV_ENERGY_MONTH,
                                      M_PV_POWER,
                                      M_BATTERY_CAPACITY,
                                      M_BATTERY_CHARGE_NET};
    struct ha_device d = device_with(all, sizeof all / sizeof *all);
    json_t *whole = payload(&d, ""), *one;
    const char *key;

    (void)state;
    assert_string_equal(word(whole, "fault", "dev_cla"), "problem");
    assert_string_equal(word(whole, "charger_running", "dev_cla"), "running");
    assert_string_equal(word(whole, "night", "ic"), "mdi:weather-night");
    assert_string_equal(word(whole, "battery_energy_net_today", "stat_cla"), "measurement");
    assert_false(has(whole, "battery_energy_net_today", "dev_cla"));
    assert_false(has(whole, "fault_code", "stat_cla"));
    json_object_foreach(json_object_get(whole, "cmps"), key, one)
        assert_true(has(whole, key, "dev_cla") != has(whole, key, "ic"));
    assert_true(has(whole, "pv_energy_month", "en"));
    assert_true(has(whole, "battery_capacity", "en"));
    assert_false(has(whole, "pv_power", "en"));
    json_decref(whole);
}

static const struct command frequency_row = {.metric = M_OUTPUT_FREQUENCY_SETTING,
                                             .only = "50 60",
                                             .shown = M_OUTPUT_RATED_FREQUENCY},
                            dark_row = {.metric = M_INVERTER_CONTROL, .may_go_dark = true};

/* Steps, few values, what would be dark, and what would be refused whatever its value. */
static void knobs_are_what_the_device_takes(void **state)
{
    struct offer some[] = {
        {.command = &frequency_row, .name = "output_frequency_setting", .least = 50, .most = 60},
        {.command = &dark_row, .name = "inverter_control", .least = 0, .most = 2},
        {.command = &float_row, .name = "float_voltage", .least = 48, .most = 58.4, .step = 0.1}};
    static const enum metric all[] = {M_FLOAT_VOLTAGE, M_OUTPUT_RATED_FREQUENCY,
                                      M_INVERTER_CONTROL};
    struct ha_device d = device_with(all, 3);

    (void)state;
    d.offers = some;
    d.offer_count = 3;
    json_t *whole = payload(&d, "");
    assert_string_equal(word(whole, "set_output_frequency_setting", "p"), "select");
    assert_string_equal(word(whole, "set_output_frequency_setting", "val_tpl"),
                        "{{value_json.get('output_rated_frequency')}}");
    json_t *ops = json_object_get(component(whole, "set_output_frequency_setting"), "ops");
    assert_string_equal(json_string_value(json_array_get(ops, 1)), "60");
    ops = json_object_get(component(whole, "set_inverter_control"), "ops");
    assert_int_equal(json_array_size(ops), 2);
    assert_string_equal(json_string_value(json_array_get(ops, 0)), "search");
    json_t *step = json_object_get(component(whole, "set_float_voltage"), "step");
    assert_float_equal(json_number_value(step), 0.1, 1e-9);
    json_decref(whole);

    d.may_cut_power = some[2].is_vain = true;
    whole = payload(&d, "");
    ops = json_object_get(component(whole, "set_inverter_control"), "ops");
    assert_int_equal(json_array_size(ops), 3);
    assert_null(component(whole, "set_float_voltage"));
    assert_non_null(component(whole, "float_voltage")); /* it is seen all the same */
    json_decref(whole);

    d.count = 2; /* never said where it stands: no knob */
    whole = payload(&d, "");
    assert_null(component(whole, "set_inverter_control"));
    json_decref(whole);
}

/* What is known while the device is away, and what became of orders. */
static void extras_are_there_without_the_device(void **state)
{
    static const struct extra extras[] = {{.platform = HA_SENSOR,
                                           .key = "connection",
                                           .name = "Connection",
                                           .topic = "availability",
                                           .template = "{{value}}",
                                           .class = "enum",
                                           .words = "online|stale",
                                           .is_always_there = true},
                                          {.platform = HA_EVENT,
                                           .key = "order",
                                           .name = "Order",
                                           .topic = "order",
                                           .icon = "mdi:send",
                                           .words = "done|refused"}};
    struct ha_device d = device_with(NULL, 0);

    (void)state;
    d.extras = extras;
    d.extra_count = 2;
    json_t *whole = payload(&d, "");
    assert_string_equal(word(whole, "connection", "stat_t"), "helio/battery/availability");
    assert_int_equal(json_array_size(json_object_get(component(whole, "connection"), "avty")), 1);
    assert_string_equal(word(whole, "order", "p"), "event");
    assert_int_equal(json_array_size(json_object_get(component(whole, "order"), "evt_typ")), 2);
    assert_false(has(whole, "order", "avty"));
    json_decref(whole);
}

static void names_do_not_repeat_the_device(void **state)
{
    static const enum metric all[] = {M_BATTERY_VOLTAGE, M_PV1_POWER, M_SHUNT_A_CURRENT,
                                      M_BATTERY_ALARMS};
    struct ha_device d = device_with(all, sizeof all / sizeof *all);
    json_t *whole = payload(&d, "");

    (void)state;
    assert_string_equal(word(whole, "battery_voltage", "name"), "Voltage");
    assert_string_equal(word(whole, "pv1_power", "name"), "PV1 power");
    assert_string_equal(word(whole, "shunt_a_current", "name"), "Shunt A current");
    assert_string_equal(word(whole, "battery_alarms", "name"), "Alarms");
    assert_string_equal(word(whole, "battery_alarms_problem", "name"), "Problem");
    json_decref(whole);
}

static void what_may_be_told_is_a_command(void **state)
{
    static const enum metric all[] = {M_FLOAT_VOLTAGE, M_LOAD_MODE, M_PV_POWER, M_LOAD_MANUAL};
    struct ha_device d = device_with(all, sizeof all / sizeof *all);

    (void)state;
    json_t *whole = payload(&d, "");
    assert_non_null(component(whole, "float_voltage"));
    assert_null(component(whole, "set_float_voltage"));
    json_decref(whole);

    d.offers = offers;
    d.offer_count = sizeof offers / sizeof *offers;
    whole = payload(&d, "");
    json_t *number = component(whole, "set_float_voltage");
    assert_null(component(whole, "float_voltage")); /* not twice */
    assert_string_equal(word(whole, "set_float_voltage", "p"), "number");
    assert_string_equal(word(whole, "set_float_voltage", "cmd_t"),
                        "helio/battery/set/float_voltage");
    assert_string_equal(word(whole, "set_float_voltage", "ent_cat"), "config");
    assert_string_equal(word(whole, "set_float_voltage", "mode"), "box");
    assert_int_equal(json_integer_value(json_object_get(number, "min")), 18);
    assert_int_equal(json_integer_value(json_object_get(number, "max")), 34);
    assert_string_equal(word(whole, "set_load_mode", "p"), "select");
    assert_int_equal(json_array_size(json_object_get(component(whole, "set_load_mode"), "ops")), 3);
    assert_string_equal(word(whole, "set_load_manual", "p"), "switch");
    assert_string_equal(word(whole, "set_clock", "p"), "button");
    assert_string_equal(word(whole, "set_clock", "pl_prs"), "now");
    assert_null(component(whole, "set_clear_energy")); /* not at hand in a dashboard */
    json_decref(whole);
}

static void what_is_gone_holds_only_its_platform(void **state)
{
    static const enum metric all[] = {M_PV_POWER};
    struct ha_device d = device_with(all, 1);
    json_t *whole = payload(&d, " pv_voltage:sensor set_clock:button");

    (void)state;
    assert_int_equal(json_object_size(component(whole, "pv_voltage")), 1);
    assert_string_equal(word(whole, "set_clock", "p"), "button");
    assert_int_equal(json_object_size(json_object_get(whole, "cmps")), 3);
    json_decref(whole);
}

/* All there is, of one device: more than any has, still in payloads of a size, and each once. */
static void a_large_device_is_split_and_stays_so(void **state)
{
    static char bytes[PAYLOAD_BYTES];
    struct ha_device d = device_with(NULL, 0);
    char topic[TOPIC_MAX];
    size_t seen = 0;

    (void)state;
    for (int m = 1; m < METRIC_COUNT && d.count < READING_MAX; m += 2)
        d.metrics[d.count++].metric = (uint16_t)m;
    size_t count = entities_of(&d, entities, ENTITIES_MAX);
    int parts = discovery_split(&d, entities, count);
    assert_true(parts > 1 && parts < PARTS_MAX);
    for (int part = 0; part < parts; part++) {
        struct text t = text_on(bytes, sizeof bytes);
        discovery_device(&d, entities, count, part, "", &t);
        assert_false(t.is_cut);
        json_t *whole = json_loads(bytes, JSON_REJECT_DUPLICATES, NULL);
        assert_non_null(whole);
        seen += json_object_size(json_object_get(whole, "cmps"));
        json_decref(whole);
    }
    assert_int_equal(seen, count);

    /* Something new in front moves nobody who has a place. */
    struct entity before[ENTITIES_MAX];
    memcpy(before, entities, sizeof before);
    for (size_t i = 0; i < count / 2; i++)
        entities[i] = before[i + count / 2];
    discovery_split(&d, entities, count / 2);
    for (size_t i = 0; i < count / 2; i++)
        assert_int_equal(entities[i].part, before[i + count / 2].part);
    discovery_device_topic(topic, "homeassistant", &d, 0);
    assert_string_equal(topic, "homeassistant/device/helio_123/config");
    discovery_device_topic(topic, "homeassistant", &d, 1);
    assert_string_equal(topic, "homeassistant/device/helio_123-2/config");
}

/* Every metric there is makes a valid entity by itself, in the old form too. */
static void every_metric_makes_an_entity(void **state)
{
    static char bytes[PAYLOAD_BYTES];
    char topic[TOPIC_MAX];

    (void)state;
    for (int m = 1; m < METRIC_COUNT; m++) {
        enum metric one = (enum metric)m;
        struct ha_device d = device_with(&one, 1);
        size_t count = entities_of(&d, entities, ENTITIES_MAX);
        assert_int_equal(count, catalogue[m].kind == FLAGS ? 2 : 1);
        for (size_t i = 0; i < count; i++) {
            struct text t = text_on(bytes, sizeof bytes);
            discovery_entity(&d, &entities[i], &t);
            json_t *whole = json_loads(bytes, JSON_REJECT_DUPLICATES, NULL);
            assert_non_null(whole);
            assert_non_null(json_object_get(whole, "stat_t"));
            assert_non_null(json_object_get(whole, "dev"));
            json_decref(whole);
            discovery_entity_topic(topic, "homeassistant", &d, &entities[i]);
            assert_null(strpbrk(topic, " +#"));
        }
    }
}

static void ids_are_plain(void **state)
{
    char id[HA_ID];

    (void)state;
    discovery_id(id, "helio", "929 32/05#1");
    assert_string_equal(id, "helio_929_32_05_1");
    assert_true(discovery_prefix_is_fine("homeassistant"));
    assert_true(discovery_prefix_is_fine("my/HA"));
    assert_false(discovery_prefix_is_fine("home assistant"));
    assert_false(discovery_prefix_is_fine("/ha"));
    assert_false(discovery_prefix_is_fine("ha/#"));
}

static void topics_are_remembered_by_the_store(void **state)
{
    char path[] = "/tmp/remembered-XXXXXX", file[64], holder[64];
    struct store *store = NULL;
    struct remembered r;

    (void)state;
    assert_non_null(mkdtemp(path));
    snprintf(file, sizeof file, "%s/s.db", path);
    assert_int_equal(store_open(&store, file, NULL, holder, sizeof holder), OK);
    assert_int_equal(remembered_open(&r, store, "ha"), OK);
    assert_int_equal(r.count, 0);
    assert_non_null(remembered_put(&r, "h/device/a/config", "a", "A roof", "tracer", "",
                                   " pv_power:sensor load_on:binary_sensor"));
    assert_non_null(
        remembered_put(&r, "h/device/b/config", "b", "B", "axpert", "A roof", " x:sensor"));
    assert_int_equal(remembered_save(&r), OK);
    remembered_close(&r);
    store_close(store);

    assert_int_equal(store_open(&store, file, NULL, holder, sizeof holder), OK);
    assert_int_equal(remembered_open(&r, store, "ha"), OK);
    assert_int_equal(r.count, 2);
    struct kept *k = remembered_find(&r, "h/device/a/config");
    assert_non_null(k);
    assert_false(k->is_wanted);
    assert_string_equal(k->name, "A roof");
    assert_true(parts_have(k->parts, "pv_power"));
    assert_true(parts_have(k->parts, "load_on"));
    assert_false(parts_have(k->parts, "power"));
    assert_false(parts_have(k->parts, "pv_pow"));
    k = remembered_put(&r, "h/device/a/config", "a", "A roof", "tracer", "",
                       " load_on:binary_sensor");
    assert_string_equal(k->gone, " pv_power:sensor");
    k = remembered_put(&r, "h/device/a/config", "a", "A roof", "tracer", "",
                       " load_on:binary_sensor pv_power:sensor");
    assert_string_equal(k->gone, "");
    remembered_drop(&r, 0);
    assert_int_equal(remembered_save(&r), OK);
    remembered_close(&r);
    assert_int_equal(remembered_open(&r, store, "other"), OK);
    assert_int_equal(r.count, 0);
    remembered_close(&r);
    assert_int_equal(remembered_open(&r, store, "ha"), OK);
    assert_int_equal(r.count, 1);
    remembered_close(&r);
    store_close(store);
    for (const char *const *end = (const char *const[]){"", "-wal", "-shm", ".lock", NULL}; *end;
         end++) {
        char name[80];
        snprintf(name, sizeof name, "%s%s", file, *end);
        (void)unlink(name); /* not all of them are there */
    }
    (void)rmdir(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_have_their_class),
        cmocka_unit_test(words_flags_and_switches),
        cmocka_unit_test(looks_and_what_is_seldom),
        cmocka_unit_test(knobs_are_what_the_device_takes),
        cmocka_unit_test(extras_are_there_without_the_device),
        cmocka_unit_test(names_do_not_repeat_the_device),
        cmocka_unit_test(what_may_be_told_is_a_command),
        cmocka_unit_test(what_is_gone_holds_only_its_platform),
        cmocka_unit_test(a_large_device_is_split_and_stays_so),
        cmocka_unit_test(every_metric_makes_an_entity),
        cmocka_unit_test(ids_are_plain),
        cmocka_unit_test(topics_are_remembered_by_the_store),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
