/* Settings as JSON, as Home Assistant hands options to its add-ons. */
#include "collector/old_settings/finds.h"

#ifdef HELIO_HAS_JANSSON

#include "base/text.h"

#include <jansson.h>

enum { DEEPEST = 8 };

static void take(struct finds *f, const char *name, const json_t *value, int depth);

static void take_members(struct finds *f, const char *above, json_t *object, int depth)
{
    char name[2 * FIND_NAME];
    const char *key;
    json_t *value;

    json_object_foreach(object, key, value)
    {
        snprintf(name, sizeof name, "%s%s%.*s", above, *above ? "." : "", FIND_NAME, key);
        take(f, name, value, depth + 1);
    }
}

static void take_number(struct finds *f, const char *name, double value)
{
    char digits[40];
    struct text t = text_on(digits, sizeof digits);

    text_number(&t, value);
    finds_add(f, 0, name, digits);
}

static void take(struct finds *f, const char *name, const json_t *value, int depth)
{
    char below[2 * FIND_NAME];
    json_t *member;
    size_t i;

    if (depth > DEEPEST) {
        finds_remark(f, 0, "lists in lists, too deep: not taken over");
        return;
    }
    switch (json_typeof(value)) {
    case JSON_OBJECT:
        take_members(f, name, (json_t *)(uintptr_t)value, depth);
        return;
    case JSON_ARRAY:
        json_array_foreach(value, i, member)
        {
            snprintf(below, sizeof below, "%.*s[%zu]", FIND_NAME, name, i);
            take(f, below, member, depth + 1);
        }
        return;
    case JSON_STRING:
        finds_add(f, 0, name, json_string_value(value));
        return;
    case JSON_INTEGER:
    case JSON_REAL:
        take_number(f, name, json_number_value(value));
        return;
    default:
        finds_add(f, 0, name, json_is_null(value) ? NULL : json_is_true(value) ? "yes" : "no");
    }
}

int json_finds(struct finds *f, const char *text)
{
    json_error_t fault;
    json_t *root = json_loads(text, JSON_REJECT_DUPLICATES, &fault), *options;

    if (!json_is_object(root)) {
        /* jansson's own words would show a piece of the text */
        finds_remark(f, root ? 0 : (unsigned)(fault.line > 0 ? fault.line : 0),
                     "is no JSON object as far as here");
        json_decref(root);
        return ERR_DATA;
    }
    options = json_object_get(root, "options"); /* the add-on's own config.json has them there */
    take_members(f, "", json_is_object(options) ? options : root, 0);
    json_decref(root);
    return OK;
}

#else

int json_finds(struct finds *f, const char *text)
{
    (void)text;
    finds_remark(f, 0, "is JSON, and this helio was built without jansson");
    return ERR_DATA;
}

#endif
