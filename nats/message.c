/* Subjects, ids, JSON (nats/message.h). */
#include "nats/message.h"

#include "base/error.h"
#include "base/json.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A token has no dot, blank, * or >; only plain signs, so that every tool takes it. */
static void add_token(struct text *t, const char *name)
{
    text_char(t, '.');
    if (!*name)
        text_char(t, '_');
    for (; *name; name++)
        text_char(t, isalnum((unsigned char)*name) || *name == '-' ? *name : '_');
}

void nats_subject(const char *prefix, const char *site, const char *device, char to[NATS_SUBJECT])
{
    struct text t = text_on(to, NATS_SUBJECT);

    text_add(&t, prefix);
    add_token(&t, site);
    add_token(&t, device);
}

void nats_id(const char *site, const struct record *r, char to[NATS_ID])
{
    struct text t = text_on(to, NATS_ID);

    for (size_t i = 0; site[i] && i < 140; i++) /* it is a header: one line, nothing around it */
        text_char(&t, (unsigned char)site[i] > ' ' && site[i] != 127 ? site[i] : '_');
    text_format(&t, "/%lld-%lld", (long long)r->seq, (long long)r->at_ms);
}

int64_t nats_id_seq(const char *id)
{
    const char *slash = strrchr(id, '/');
    char *end;

    if (!slash || !isdigit((unsigned char)slash[1]))
        return -1;
    long long seq = strtoll(slash + 1, &end, 10);
    return *end == '-' ? (int64_t)seq : -1;
}

bool nats_covers(const char *filter, const char *subject)
{
    for (;;) {
        size_t f = strcspn(filter, "."), t = strcspn(subject, ".");
        if (!strcmp(filter, ">"))
            return *subject != '\0';
        if ((f != 1 || *filter != '*') && (f != t || strncmp(filter, subject, f) != 0))
            return false;
        if (!filter[f] || !subject[t])
            return !filter[f] && !subject[t];
        filter += f + 1;
        subject += t + 1;
    }
}

int nats_json(const struct record *r, const char *site, char *to, size_t size)
{
    static const char *const kinds[RECORD_KINDS] = {"live", "setting", "imported", "untimed",
                                                    "day"};
    struct text t = text_on(to, size);
    struct json j = json_on(&t);
    const char *at = r->numbers, *number;
    unsigned length, count = 0;

    json_open(&j, NULL, '{');
    json_integer(&j, "time", r->at_ms);
    json_string(&j, "site", site);
    json_string(&j, "device", r->from->name);
    json_string(&j, "driver", r->from->driver);
    if (*r->from->group)
        json_string(&j, "group", r->from->group);
    json_string(&j, "kind", kinds[r->kind]);
    json_open(&j, "values", '{');
    for (unsigned i = 0; i < r->shape->count && record_next(&at, &number, &length); i++) {
        if (*number == 'n')
            continue;
        json_number(&j, r->shape->fields[i].name, strtod(number, NULL));
        count++;
    }
    json_close(&j, '}');
    json_close(&j, '}');
    if (t.is_cut)
        return ERR_FULL;
    return count ? (int)t.used : 0;
}
