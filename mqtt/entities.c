/* From the catalogue's words to Home Assistant's (mqtt/entities.h). */
#include "mqtt/entities.h"

#include "base/json.h"
#include "mqtt/looks.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

const char *const platform_names[HA_PLATFORMS] = {"sensor", "binary_sensor", "number", "select",
                                                  "switch", "button",        "event"};

/* Digits after the point that people want to see, and the steps in which a setting moves. */
static const struct {
    int digits;
    double step;
} fineness[UNIT_COUNT] = {
    [UNIT_VOLT] = {2, 0.01}, [UNIT_AMPERE] = {2, 0.1},         [UNIT_MILLIAMPERE] = {0, 1},
    [UNIT_KWH] = {2, 0.1},   [UNIT_AMPERE_HOUR] = {1, 1},      [UNIT_CELSIUS] = {1, 0.1},
    [UNIT_HERTZ] = {2, 0.1}, [UNIT_KILOGRAM] = {1, 0.1},       [UNIT_MILLIOHM] = {1, 0.1},
    [UNIT_HOUR] = {1, 1},    [UNIT_MV_CELL_KELVIN] = {1, 0.1},
};

/* ---- which there are ----------------------------------------------------------------------- */

static const struct offer *offer_for(const struct ha_device *d, enum metric m)
{
    for (size_t i = 0; i < d->offer_count; i++)
        if (m != M_NONE && !d->offers[i].is_vain && d->offers[i].command->metric == m)
            return &d->offers[i];
    return NULL;
}

static struct entity *add(struct entity *to, size_t room, size_t *count, enum platform platform,
                          enum metric m, const char *form, const char *name)
{
    struct entity *e = &to[*count];

    if (*count == room)
        return NULL;
    *e = (struct entity){.platform = platform, .metric = m, .part = -1};
    snprintf(e->key, sizeof e->key, form, name);
    ++*count;
    return e;
}

static void add_shown(const struct ha_device *d, unsigned at, struct entity *to, size_t room,
                      size_t *count)
{
    enum metric m = (enum metric)d->metrics[at].metric;
    const struct metric_info *info = &catalogue[m];
    bool is_setting = d->metrics[at].is_setting || info->kind == SETTING;
    struct entity *e = add(to, room, count, info->kind == SWITCH ? HA_BINARY_SENSOR : HA_SENSOR, m,
                           "%s", info->name);

    if (e)
        e->is_setting = is_setting;
    if (info->kind == FLAGS &&
        (e = add(to, room, count, HA_BINARY_SENSOR, m, "%s_problem", info->name)))
        e->is_setting = is_setting;
}

/* Has the device ever said this? */
static bool is_said(const struct ha_device *d, enum metric m)
{
    for (unsigned i = 0; i < d->count; i++)
        if (d->metrics[i].metric == m)
            return true;
    return false;
}

/* What may be set, as Home Assistant has it: only what the device shows, for a knob that never says
 * where it stands is worse than none. Commands without a metric are the clock, and what is
 * better not at hand in a dashboard: counters to 0, and words of their own form. */
static bool platform_of(const struct ha_device *d, const struct offer *o, enum platform *to)
{
    const struct metric_info *info = &catalogue[o->command->metric];

    if (o->is_vain)
        return false; /* what can only be refused */
    if (o->command->metric == M_NONE) {
        *to = HA_BUTTON;
        return !strcmp(o->name, "clock");
    }
    if (!is_said(d, command_shown(o->command)))
        return false;
    *to = info->kind == SWITCH                          ? HA_TOGGLE
          : info->words != NO_WORDS || o->command->only ? HA_SELECT
                                                        : HA_NUMBER;
    return info->kind != FLAGS;
}

size_t entities_of(const struct ha_device *d, struct entity *to, size_t room)
{
    size_t count = 0;
    enum platform platform;

    for (int m = M_NONE + 1; m < METRIC_COUNT; m++)
        for (unsigned i = 0; i < d->count; i++)
            if (d->metrics[i].metric == m && !offer_for(d, (enum metric)m))
                add_shown(d, i, to, room, &count);
    for (size_t i = 0; i < d->offer_count; i++)
        if (platform_of(d, &d->offers[i], &platform)) {
            struct entity *e = add(to, room, &count, platform, d->offers[i].command->metric,
                                   "set_%s", d->offers[i].name);
            if (e)
                e->offer = &d->offers[i];
        }
    for (size_t i = 0; i < d->extra_count; i++) {
        struct entity *e =
            add(to, room, &count, d->extras[i].platform, M_NONE, "%s", d->extras[i].key);
        if (e)
            e->extra = &d->extras[i];
    }
    return count;
}

/* ---- names --------------------------------------------------------------------------------- */

static bool is_acronym(const char *word, size_t length)
{
    static const char *const all[] = {"pv",  "ac",  "dc",  "soc", "l",     "co",
                                      "bms", "usb", "sbu", "fet", "eeprom"};

    if (length == 1)
        return true; /* shunt A */
    while (length && isdigit((unsigned char)word[length - 1]))
        length--; /* pv2, l3 */
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        if (strlen(all[i]) == length && !memcmp(all[i], word, length))
            return true;
    return false;
}

/* "pv_power_high" becomes "PV power high". */
static void say_words(const char *key, char to[ENTITY_NAME])
{
    size_t used = 0;

    for (const char *word = key; *word && used + 1 < ENTITY_NAME;) {
        size_t length = strcspn(word, "_");
        bool is_upper = is_acronym(word, length);
        for (size_t i = 0; i < length && used + 1 < ENTITY_NAME; i++)
            to[used++] =
                (char)(is_upper || (!i && word == key) ? toupper((unsigned char)word[i]) : word[i]);
        word += length;
        if (*word && used + 1 < ENTITY_NAME) {
            to[used++] = ' ';
            word++;
        }
    }
    to[used] = '\0';
}

void entity_name(const struct ha_device *d, const struct entity *e, char to[ENTITY_NAME])
{
    char whole[ENTITY_NAME], key[ENTITY_KEY];
    size_t own = strlen(d->name), alarms;

    if (e->extra) {
        snprintf(to, ENTITY_NAME, "%s", e->extra->name);
        return;
    }
    snprintf(key, sizeof key, "%s", e->offer ? e->offer->name : e->key);
    alarms = strlen(key) > 15 ? strlen(key) - 15 : 0;
    if (!e->offer && alarms && !strcmp(key + alarms, "_alarms_problem"))
        snprintf(key + alarms, sizeof key - alarms, "_problem");
    say_words(key, whole);
    if (!strncasecmp(whole, d->name, own) && whole[own] == ' ' && whole[own + 1]) {
        snprintf(to, ENTITY_NAME, "%s", whole + own + 1); /* "Battery" has no "Battery voltage" */
        *to = (char)toupper((unsigned char)*to);
        return;
    }
    snprintf(to, ENTITY_NAME, "%s", whole);
}

/* ---- one of them --------------------------------------------------------------------------- */

static void write_options(enum words set, double least, double most, int without, struct json *j)
{
    json_open(j, "ops", '[');
    for (int code = (int)least; code <= (int)most; code++) {
        const char *text = words_text(set, code);
        if (code != without && text && words_find(set, text) == code)
            json_string(j, NULL, text);
    }
    json_close(j, ']');
}

/* "50 60", or "done|refused". */
static void write_words(const char *words, char between, const char *key, struct json *j)
{
    char one[ENTITY_NAME];

    json_open(j, key, '[');
    for (const char *end; *words; words = *end ? end + 1 : end) {
        end = strchr(words, between);
        end = end ? end : words + strlen(words);
        snprintf(one, sizeof one, "%.*s", (int)(end - words), words);
        json_string(j, NULL, one);
    }
    json_close(j, ']');
}

/* What Home Assistant knows of it while helio itself is there, whatever its device does. */
static void write_extra(const struct ha_device *d, const struct entity *e, struct json *j)
{
    const struct extra *x = e->extra;
    char topic[TOPIC_MAX];

    topic_make(topic, d->prefix, d->word, x->topic);
    json_string(j, "stat_t", topic);
    if (*x->template)
        json_string(j, "val_tpl", x->template);
    if (x->state_class)
        json_string(j, "stat_cla", x->state_class);
    if (x->unit)
        json_string(j, "unit_of_meas", x->unit);
    if (x->words)
        write_words(x->words, '|', e->platform == HA_EVENT ? "evt_typ" : "ops", j);
    if (e->platform == HA_BINARY_SENSOR) {
        json_string(j, "pl_on", "online");
        json_string(j, "pl_off", "offline");
    }
    if (x->is_always_there) {
        json_open(j, "avty", '[');
        json_open(j, NULL, '{');
        json_string(j, "t", d->bridge);
        json_close(j, '}');
        json_close(j, ']');
    }
}

/* What it shows. Unknown is null in a state, or its key is not there yet: a template says both as
 * None, Home Assistant's own word for it. To name a key that is missing would be a warning in its
 * log, once a message. A code that has no words is unknown too: it is none of the options. */
static void write_template(const struct entity *e, struct json *j)
{
    const struct metric_info *info =
        &catalogue[e->offer ? command_shown(e->offer->command) : e->metric];
    char text[240];
    const char *form = "{{value_json.get('%s')}}";

    if (info->kind == FLAGS && e->platform == HA_BINARY_SENSOR)
        form = "{{value_json.%1$s!='none' if value_json.get('%1$s') is string else none}}";
    else if (info->kind == FLAGS)
        form = "{{(value_json.get('%s') or 'None')[:250]}}";
    else if (info->kind == LABEL && info->words != NO_WORDS)
        form = "{{value_json.%1$s if value_json.get('%1$s') is string else none}}";
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
    snprintf(text, sizeof text, form, info->name);
#pragma GCC diagnostic pop
    json_string(j, "val_tpl", text);
}

static void write_sensor(const struct entity *e, struct json *j)
{
    const struct metric_info *info = &catalogue[e->metric];
    bool has_words = info->kind == LABEL && info->words != NO_WORDS;
    const char *state_class = look_state_class(e);

    if (state_class)
        json_string(j, "stat_cla", state_class);
    if (*units[info->unit].symbol)
        json_string(j, "unit_of_meas", units[info->unit].symbol);
    if (has_words)
        write_options(info->words, 0, 63, -1, j);
    else if (info->kind != FLAGS && *units[info->unit].symbol)
        json_integer(j, "sug_dsp_prc", fineness[info->unit].digits);
}

/* Of a number whose range is not known the catalogue's holds: what can be true at all. */
static void write_number(const struct entity *e, struct json *j)
{
    const struct metric_info *info = &catalogue[e->metric];
    bool is_known = e->offer->most > e->offer->least;
    double step = e->offer->step > 0 ? e->offer->step : fineness[info->unit].step;

    json_number(j, "min", is_known ? e->offer->least : info->least);
    json_number(j, "max", is_known ? e->offer->most : info->most);
    json_number(j, "step", step > 0 ? step : 1);
    json_string(j, "mode", "box");
    if (*units[info->unit].symbol)
        json_string(j, "unit_of_meas", units[info->unit].symbol);
}

static void write_command(const struct ha_device *d, const struct entity *e, struct json *j)
{
    char what[ENTITY_KEY + 8], topic[TOPIC_MAX];
    const struct metric_info *info = &catalogue[e->metric];

    snprintf(what, sizeof what, "set/%s", e->offer->name);
    topic_make(topic, d->prefix, d->word, what);
    json_string(j, "cmd_t", topic);
    if (e->platform == HA_NUMBER)
        write_number(e, j);
    else if (e->platform == HA_SELECT && e->offer->command->only)
        write_words(e->offer->command->only, ' ', "ops", j);
    else if (e->platform == HA_SELECT)
        write_options(
            info->words, e->offer->least,
            e->offer->most > e->offer->least ? e->offer->most : info->most,
            e->offer->command->may_go_dark && !d->may_cut_power ? (int)e->offer->command->dark : -1,
            j);
    else if (e->platform == HA_BUTTON)
        json_string(j, "pl_prs", "now");
    else {
        json_string(j, "pl_on", "on");
        json_string(j, "pl_off", "off");
        json_string(j, "stat_on", "True");
        json_string(j, "stat_off", "False");
    }
}

static bool grows_old(const struct entity *e)
{
    enum kind kind = catalogue[e->metric].kind;
    const char *state_class = look_state_class(e);

    if (state_class && !strcmp(state_class, "measurement"))
        return true;
    return !e->is_setting && !e->offer && kind != COUNTER && kind != DAILY && kind != NET &&
           kind != SETTING;
}

static const char *category_of(const struct entity *e)
{
    if (e->offer)
        return "config";
    return e->extra || e->is_setting || catalogue[e->metric].kind == FLAGS ? "diagnostic" : NULL;
}

void entity_write(const struct ha_device *d, const struct entity *e, struct json *j)
{
    char id[HA_ID + ENTITY_KEY + 2], name[ENTITY_NAME];
    const char *class = look_class(e), *icon = class ? NULL : look_icon(e);
    const char *category = category_of(e);

    snprintf(id, sizeof id, "%s_%s", d->id, e->key);
    entity_name(d, e, name);
    json_string(j, "uniq_id", id);
    json_string(j, "name", name);
    if (category)
        json_string(j, "ent_cat", category);
    if (class)
        json_string(j, "dev_cla", class);
    if (icon)
        json_string(j, "ic", icon);
    if (look_is_seldom(e))
        json_bool(j, "en", false);
    if (e->extra) {
        write_extra(d, e, j);
        return;
    }
    if (e->metric != M_NONE)
        write_template(e, j);
    if (e->platform == HA_SENSOR)
        write_sensor(e, j);
    if (e->platform == HA_BINARY_SENSOR) {
        json_string(j, "pl_on", "True");
        json_string(j, "pl_off", "False");
    }
    if (e->offer)
        write_command(d, e, j);
    if (grows_old(e))
        json_integer(j, "exp_aft", d->expire_s);
}
