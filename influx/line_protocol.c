/* Lines (influx/line_protocol.h). */
#include "influx/line_protocol.h"

#include "base/clock.h"
#include "base/error.h"
#include "base/text.h"
#include "influx/old_fields.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const int64_t LEFT_OUT_US = 3600000000;

/* The fields of one shape, escaped: "pv_voltage=" and so on, in the order of its numbers. */
struct line_keys {
    int shape;
    unsigned count;
    struct {
        char *text; /* NULL: is left out */
        uint16_t length;
        bool is_integer;
    } keys[READING_MAX];
};

/* ---- escaping ---------------------------------------------------------------------------- */

size_t line_escape(const char *name, enum line_place where, char *to, size_t size)
{
    const char *special = where == IN_MEASUREMENT ? ", " : ",= ";
    struct text t = text_on(to, size);
    size_t length = strlen(name);

    while (length && name[length - 1] == '\\')
        length--; /* at the end it would escape what follows */
    if (*name == '_')
        text_char(&t, 'x'); /* such names are the database's own */
    for (size_t i = 0; i < length; i++) {
        unsigned char c = (unsigned char)name[i];
        if (c < 32 || c == 127)
            c = ' ';
        if (c == '\\' && strchr(special, name[i + 1]))
            continue; /* before a sign that gets one itself, no spelling is read alike everywhere */
        if (strchr(special, c))
            text_char(&t, '\\');
        text_char(&t, (char)c);
    }
    return t.is_cut ? 0 : t.used;
}

/* ---- what is made once ------------------------------------------------------------------- */

static void keys_free(struct line_keys *k)
{
    for (unsigned i = 0; k && i < k->count; i++)
        free(k->keys[i].text);
    free(k);
}

void line_maker_done(struct line_maker *m)
{
    for (unsigned i = 0; i < LINE_CACHES; i++) {
        keys_free(m->keys[i]);
        m->keys[i] = NULL;
        m->heads[i].from.id = 0;
    }
}

static bool is_left_out(const struct line_maker *m, const char *name)
{
    for (size_t i = 0; i < m->left_out.count; i++)
        if (!strcmp(m->left_out.fields[i].name, name) &&
            m->left_out.fields[i].until_us > clock_us())
            return true;
    return false;
}

bool line_leave_out(struct line_maker *m, const char *field, int64_t now_us)
{
    struct left_out *l = &m->left_out;
    size_t at = 0;

    while (at < l->count && strcmp(l->fields[at].name, field) != 0)
        at++;
    if (at < l->count && l->fields[at].until_us > now_us)
        return false;
    if (at == LEFT_OUT_MAX)
        return false;
    snprintf(l->fields[at].name, sizeof l->fields[at].name, "%s", field);
    l->fields[at].until_us = now_us + LEFT_OUT_US;
    l->count += at == l->count;
    line_maker_done(m); /* keys are made anew without it */
    return true;
}

/* States, bits and switches are whole numbers for ever; what is measured is a float for ever. */
static bool is_integer(enum metric m)
{
    return m != M_NONE && (catalogue[m].kind == LABEL || catalogue[m].kind == FLAGS ||
                           catalogue[m].kind == SWITCH);
}

static struct line_keys *make_keys(const struct line_maker *m, const struct shape *shape)
{
    struct line_keys *k = calloc(1, sizeof *k);
    char text[200];

    if (!k)
        return NULL;
    k->shape = shape->id;
    k->count = shape->count;
    for (unsigned i = 0; i < shape->count; i++) {
        size_t length = line_escape(shape->fields[i].name, IN_TAG_OR_KEY, text, sizeof text - 2);
        k->keys[i].is_integer = is_integer((enum metric)shape->fields[i].metric);
        if (!length || is_left_out(m, shape->fields[i].name))
            continue;
        text[length] = '=';
        text[length + 1] = '\0';
        k->keys[i].text = strdup(text);
        k->keys[i].length = (uint16_t)(length + 1);
    }
    return k;
}

static const struct line_keys *keys_of(struct line_maker *m, const struct shape *shape)
{
    for (unsigned i = 0; i < LINE_CACHES && m->keys[i]; i++)
        if (m->keys[i]->shape == shape->id && m->keys[i]->count == shape->count)
            return m->keys[i];
    unsigned at = m->next_key++ % LINE_CACHES;
    keys_free(m->keys[at]);
    m->keys[at] = make_keys(m, shape);
    return m->keys[at];
}

static void add_tag(struct text *t, const char *key, const char *value)
{
    char escaped[200];

    if (line_escape(value, IN_TAG_OR_KEY, escaped, sizeof escaped)) /* no empty tag */
        text_format(t, ",%s=%s", key, escaped);
}

static bool is_same_origin(const struct origin *a, const struct origin *b)
{
    return a->id == b->id && a->address == b->address && !strcmp(a->group, b->group) &&
           !strcmp(a->name, b->name) && !strcmp(a->driver, b->driver);
}

/* A finished day is a series of its own, `solar_day`: at its noon the device said something else.
 */
static const char *head_of(struct line_maker *m, const struct origin *from, bool is_day)
{
    char measurement[200];

    for (unsigned i = 0; i < LINE_CACHES; i++)
        if (m->heads[i].from.id && m->heads[i].is_day == is_day &&
            is_same_origin(&m->heads[i].from, from))
            return m->heads[i].text;
    unsigned at = m->next_head++ % LINE_CACHES;
    struct text t = text_on(m->heads[at].text, sizeof m->heads[at].text);
    m->heads[at].from = *from;
    m->heads[at].is_day = is_day;
    line_escape(m->measurement, IN_MEASUREMENT, measurement, sizeof measurement);
    text_format(&t, "%s%s", measurement, is_day ? "_day" : "");
    if (m->layout == LAYOUT_INDIVIDUAL)
        text_format(&t, "_%u", from->address);
    if (m->layout == LAYOUT_HELIO) { /* sorted, as the database keeps them */
        add_tag(&t, "device", from->name);
        add_tag(&t, "driver", from->driver);
        add_tag(&t, "group", from->group);
        add_tag(&t, "site", m->site);
    }
    return m->heads[at].text;
}

/* ---- lines ------------------------------------------------------------------------------- */

/* A bounded end of the line being made. */
struct end {
    char *at, *limit;
};

static bool put(struct end *e, const char *bytes, size_t length)
{
    if ((size_t)(e->limit - e->at) < length)
        return false;
    memcpy(e->at, bytes, length);
    e->at += length;
    return true;
}

static bool is_whole(const char *number, unsigned length)
{
    return !memchr(number, '.', length) && !memchr(number, 'e', length);
}

static bool put_fields(struct line_maker *m, const struct record *r, struct end *e, bool *is_empty)
{
    const struct line_keys *k = keys_of(m, r->shape);
    const char *at = r->numbers, *number;
    unsigned length;

    for (unsigned i = 0; k && i < k->count && record_next(&at, &number, &length); i++) {
        if (*number == 'n' || !k->keys[i].text) {
            m->left_out_count += *number != 'n';
            continue;
        }
        if (k->keys[i].is_integer && !is_whole(number, length))
            continue;
        if (!put(e, *is_empty ? " " : ",", 1) || !put(e, k->keys[i].text, k->keys[i].length) ||
            !put(e, number, length) || (k->keys[i].is_integer && !put(e, "i", 1)))
            return false;
        *is_empty = false;
    }
    return k != NULL;
}

static bool put_old_fields(struct line_maker *m, const struct record *r, struct end *e,
                           bool *is_empty)
{
    struct reading reading;
    char text[80];

    record_reading(r, &reading);
    for (size_t i = 0; i < old_field_count; i++) {
        struct text t = text_on(text, sizeof text);
        double value;
        if (!old_field_value(&old_fields[i], &reading, m->layout == LAYOUT_AGGREGATE, &value) ||
            is_left_out(m, old_fields[i].name))
            continue;
        text_format(&t, "%s%s=", *is_empty ? " " : ",", old_fields[i].name);
        text_number(&t, value);
        if (!put(e, text, t.used))
            return false;
        *is_empty = false;
    }
    return true;
}

/* Is it for this layout at all? */
static bool is_for(const struct line_maker *m, const struct record *r)
{
    if (r->kind == RECORD_DAY && m->layout != LAYOUT_HELIO)
        return false; /* the old program's databases know no such thing */
    if (m->layout == LAYOUT_INDIVIDUAL)
        return !strcmp(r->from->driver, "tracer");
    if (m->layout == LAYOUT_AGGREGATE)
        return !strcmp(r->from->driver, "group") && !strcmp(r->from->name, m->group);
    return true;
}

int line_make(struct line_maker *m, const struct record *r, char *to, size_t size)
{
    struct end e = {to, to + size};
    bool is_empty = true, fits;
    char when[40];

    if (!is_for(m, r))
        return 0;
    const char *head = head_of(m, r->from, r->kind == RECORD_DAY);
    fits = put(&e, head, strlen(head));
    if (fits)
        fits = m->layout == LAYOUT_HELIO ? put_fields(m, r, &e, &is_empty)
                                         : put_old_fields(m, r, &e, &is_empty);
    if (!fits)
        return ERR_FULL;
    if (is_empty)
        return 0;
    /* The old program wrote whole seconds: its points and ours must fall together. */
    int64_t at_ms = m->layout == LAYOUT_HELIO ? r->at_ms : r->at_ms - r->at_ms % MS_PER_S;
    int length = snprintf(when, sizeof when, " %lld\n", (long long)at_ms);
    if (!put(&e, when, (size_t)length) || e.at == e.limit)
        return ERR_FULL;
    *e.at = '\0';
    return (int)(e.at - to);
}

int line_of_record(const struct record *r, const char *site, char *to, size_t size)
{
    static struct line_maker m = {.measurement = "solar"}; /* one export at a time */

    m.site = site;
    return line_make(&m, r, to, size);
}
