/* JSON to orders: {"orders": {"float_voltage": 27.6}, "dry_run": true} (web/inside.h). */
#include "web/inside.h"

#include <ctype.h>
#include <jansson.h>
#include <math.h>
#include <string.h>

/* Names go on as words of a command line would: nothing in them may mean more than itself. */
static bool is_plain_name(const char *name)
{
    size_t length =
        strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.");

    return length && length < ORDER_TEXT && !name[length];
}

static bool is_plain_value(const char *value)
{
    size_t length = strlen(value);

    for (size_t i = 0; i < length; i++)
        if (!isprint((unsigned char)value[i]))
            return false;
    return length && length < ORDER_TEXT;
}

/* "27.6", "user", true: what it would be called on a command line. */
static bool add_value(const json_t *value, struct text *t)
{
    const char *words = json_string_value(value);

    if (json_is_boolean(value))
        text_add(t, json_is_true(value) ? "on" : "off");
    else if (json_is_number(value) && isfinite(json_number_value(value)))
        text_number(t, json_number_value(value));
    else if (words && strlen(words) == json_string_length(value) && is_plain_value(words))
        text_add(t, words);
    else
        return false;
    return true;
}

static const char *take_orders(json_t *orders, struct wish *to)
{
    const char *name;
    json_t *value;

    if (!json_is_object(orders) || !json_object_size(orders))
        return "\"orders\" must be an object of settings and values, as {\"float_voltage\": 27.6}";
    if (json_object_size(orders) > WISH_ORDERS)
        return "more than 16 settings at once";
    json_object_foreach(orders, name, value)
    {
        struct text t = text_on(to->words[to->count], WISH_WORD);
        text_add(&t, name);
        text_char(&t, '=');
        if (!is_plain_name(name) || !add_value(value, &t) || t.is_cut)
            return "a setting has a plain name, and a value that is a number, a word or true and "
                   "false";
        to->count++;
    }
    return NULL;
}

static const char *take_flag(const json_t *value, bool *to)
{
    *to = json_is_true(value);
    return json_is_boolean(value) ? NULL : "\"dry_run\" and \"cut_power\" are true or false";
}

static const char *take_all(json_t *body, struct wish *to)
{
    const char *key, *fault = NULL;
    json_t *value;

    json_object_foreach(body, key, value)
    {
        if (!strcmp(key, "orders"))
            fault = take_orders(value, to);
        else if (!strcmp(key, "dry_run"))
            fault = take_flag(value, &to->told.is_dry);
        else if (!strcmp(key, "cut_power"))
            fault = take_flag(value, &to->told.may_cut_power);
        else
            fault = "only \"orders\", \"dry_run\" and \"cut_power\" may be said";
        if (fault)
            return fault;
    }
    return to->count ? NULL : "\"orders\" are missing";
}

int wish_read(const char *json, size_t length, struct wish *to, char *why, size_t size)
{
    struct text t = text_on(why, size);
    json_error_t error;
    json_t *body = json_loadb(json, length, JSON_REJECT_DUPLICATES, &error);
    const char *fault = !body                   ? error.text
                        : !json_is_object(body) ? "the JSON is no object"
                                                : take_all(body, to);

    json_decref(body);
    text_add(&t, fault ? fault : "");
    return fault ? ERR_GARBAGE : OK;
}
