/* Points to lines and conditions (influx/point_line.h). */
#include "influx/point_line.h"

#include "base/log.h"
#include "base/text.h"
#include "influx/line_protocol.h"

#include <stdio.h>
#include <string.h>

enum { POLICIES_MAX = 16 };

struct policies {
    const char *ours;
    size_t count;
    char others[POLICIES_MAX][QUERY_NAME];
};

static int refuse(const char *name, const char *why)
{
    log_err("repair", "\"%s\": %s, so points of this measurement are left as they are", name, why);
    return ERR_DATA;
}

/* A field or tag that is not known here would be lost, or would not keep others apart. */
static int take_type(void *to, const char *series, const char *const *cells, unsigned count)
{
    struct field_types *types = to;

    (void)series;
    (void)count;
    if (types->count == QUERY_FIELDS || strlen(cells[0]) >= QUERY_NAME)
        return refuse(cells[0], "too many fields, or too long a name");
    if (types->count && !strcmp(types->fields[types->count - 1].name, cells[0]))
        return refuse(cells[0], "the field has two types");
    snprintf(types->fields[types->count].name, QUERY_NAME, "%s", cells[0]);
    types->fields[types->count++].is_integer = !strcmp(cells[1], "integer");
    return OK;
}

static int take_tag(void *to, const char *series, const char *const *cells, unsigned count)
{
    struct field_types *types = to;

    (void)series;
    (void)count;
    if (types->tag_count == QUERY_TAGS || strlen(cells[0]) >= QUERY_NAME)
        return refuse(cells[0], "too many tags, or too long a name");
    for (size_t i = 0; i < types->count; i++)
        if (!strcmp(types->fields[i].name, cells[0]))
            return refuse(cells[0], "a field and a tag share the name");
    snprintf(types->tags[types->tag_count++], QUERY_NAME, "%s", cells[0]);
    return OK;
}

static int take_policy(void *to, const char *series, const char *const *cells, unsigned count)
{
    struct policies *all = to;

    (void)series;
    (void)count;
    if (all->count == POLICIES_MAX || strlen(cells[0]) >= QUERY_NAME)
        return refuse(cells[0], "too many retention policies, or too long a name");
    bool is_ours = *all->ours ? !strcmp(all->ours, cells[0]) : !strcmp(cells[1], "true");
    if (!is_ours)
        snprintf(all->others[all->count++], QUERY_NAME, "%s", cells[0]);
    return OK;
}

static int take_any(void *to, const char *series, const char *const *cells, unsigned count)
{
    (void)series;
    (void)cells;
    *(bool *)to |= count > 0;
    return OK;
}

/* A deletion knows no retention policy: it would hit points of other ones too. */
static int check_policies(struct door *d, const char *measurement)
{
    static const char *const wanted[] = {"name", "default", NULL};
    struct policies all = {.ours = section_text(d->section, "retention_policy")};
    int rc = d->api == API_V1 ? query_cells(d, "SHOW RETENTION POLICIES", wanted, take_policy, &all)
                              : OK;

    for (size_t i = 0; i < all.count && !rc; i++) {
        char statement[900], policy[250], name[250];
        bool is_there = false;
        snprintf(statement, sizeof statement, "SELECT * FROM %s.%s LIMIT 1",
                 query_name(all.others[i], policy, sizeof policy),
                 query_name(measurement, name, sizeof name));
        rc = query_cells(d, statement, NULL, take_any, &is_there);
        if (!rc && is_there)
            rc = refuse(all.others[i], "this retention policy holds the measurement too, and a "
                                       "deletion would reach into it");
    }
    return rc;
}

int field_types_read(struct door *d, const char *measurement, struct field_types *to)
{
    static const char *const field[] = {"fieldKey", "fieldType", NULL}, *const tag[] = {"tagKey",
                                                                                        NULL};
    char statement[400], name[250];
    int rc;

    *to = (struct field_types){0};
    query_name(measurement, name, sizeof name);
    snprintf(statement, sizeof statement, "SHOW FIELD KEYS FROM %s", name);
    rc = query_cells(d, statement, field, take_type, to);
    snprintf(statement, sizeof statement, "SHOW TAG KEYS FROM %s", name);
    if (!rc)
        rc = query_cells(d, statement, tag, take_tag, to);
    return rc ? rc : check_policies(d, measurement);
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
        else if (strchr(p->fields[i].text, '\n'))
            return refuse(p->fields[i].name, "a text with a line end in it");
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
