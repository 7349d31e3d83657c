/* Points to lines and conditions (influx/point_line.h). */
#include "influx/point_line.h"

#include "base/text.h"
#include "influx/line_protocol.h"

#include <stdio.h>
#include <string.h>

static int take_type(void *to, const char *series, const char *const *cells, unsigned count)
{
    struct field_types *types = to;

    (void)series;
    if (count < 2 || types->count == QUERY_FIELDS || strlen(cells[0]) >= QUERY_NAME)
        return OK;
    snprintf(types->fields[types->count].name, QUERY_NAME, "%s", cells[0]);
    types->fields[types->count++].is_integer = !strcmp(cells[1], "integer");
    return OK;
}

static int take_tag(void *to, const char *series, const char *const *cells, unsigned count)
{
    struct field_types *types = to;

    (void)series;
    if (count && types->tag_count < QUERY_TAGS && strlen(cells[0]) < QUERY_NAME)
        snprintf(types->tags[types->tag_count++], QUERY_NAME, "%s", cells[0]);
    return OK;
}

int field_types_read(struct door *d, const char *measurement, struct field_types *to)
{
    char statement[400], name[250];
    int rc;

    *to = (struct field_types){0};
    query_name(measurement, name, sizeof name);
    snprintf(statement, sizeof statement, "SHOW FIELD KEYS FROM %s", name);
    rc = query_cells(d, statement, take_type, to);
    snprintf(statement, sizeof statement, "SHOW TAG KEYS FROM %s", name);
    return rc ? rc : query_cells(d, statement, take_tag, to);
}

static bool is_integer(const struct field_types *types, const char *name)
{
    for (size_t i = 0; i < types->count; i++)
        if (!strcmp(types->fields[i].name, name))
            return types->fields[i].is_integer;
    return false;
}

static void put_text(struct text *t, const char *text)
{
    text_char(t, '"');
    for (; *text; text++) {
        if (*text == '"' || *text == '\\')
            text_char(t, '\\');
        text_char(t, *text);
    }
    text_char(t, '"');
}

int point_line(const struct point *p, const struct field_types *types, wanted_fn *wanted, void *who,
               char *to, size_t size)
{
    struct text t = text_on(to, size);
    char name[2 * QUERY_NAME];
    bool is_empty = true;

    text_add(&t, p->series);
    for (unsigned i = 0; i < p->field_count; i++) {
        if (!p->fields[i].is_there || (wanted && !wanted(who, i)))
            continue;
        line_escape(p->fields[i].name, IN_TAG_OR_KEY, name, sizeof name);
        text_format(&t, "%s%s=", is_empty ? " " : ",", name);
        if (p->fields[i].is_number && is_integer(types, p->fields[i].name))
            text_format(&t, "%llii", (long long)p->fields[i].integer);
        else if (p->fields[i].is_number)
            text_number(&t, p->fields[i].value);
        else if (p->fields[i].is_boolean)
            text_add(&t, p->fields[i].text);
        else
            put_text(&t, p->fields[i].text);
        is_empty = false;
    }
    text_format(&t, " %lld", (long long)p->at_ns);
    if (t.is_cut)
        return ERR_FULL;
    return is_empty ? 0 : (int)t.used;
}

int point_where(const struct point *p, const struct field_types *types, char *to, size_t size)
{
    struct text t = text_on(to, size);
    char key[250], value[500];

    text_format(&t, "time >= %lld AND time <= %lld", (long long)p->at_ns, (long long)p->at_ns);
    for (size_t i = 0; i < types->tag_count; i++) {
        const char *has = "";
        for (unsigned k = 0; k < p->tag_count; k++)
            if (!strcmp(p->tags[k].key, types->tags[i]))
                has = p->tags[k].value;
        /* A tag it lacks is named too, or points of richer series would go along. */
        text_format(&t, " AND %s = %s", query_name(types->tags[i], key, sizeof key),
                    query_value(has, value, sizeof value));
    }
    return t.is_cut ? ERR_FULL : OK;
}
