/* Printing (collector/cli/show.h). */
#include "collector/cli/show.h"

#include "base/clock.h"

#include <string.h>

void show_reading(FILE *to, const struct device *d, int result, const struct reading *r)
{
    char when[CLOCK_TEXT], value[200];

    fprintf(to, "%s  %s, address %u  %s\n", d->name, d->driver->name, d->address,
            clock_iso(r->round_ms, when));
    if (result)
        fprintf(to, "  %s\n", error_text(result));
    if (r->withheld)
        fprintf(to, "  %u numbers cannot be true and are left out\n", r->withheld);
    for (unsigned i = 0; i < r->count; i++) {
        enum metric m = (enum metric)r->fields[i].metric;
        metric_say(m, r->fields[i].value, value, sizeof value);
        fprintf(to, "  %-30s %s\n", catalogue[m].name, value);
    }
}

void json_metrics(struct json *j, const struct reading *r)
{
    char text[240], key[80];

    json_open(j, "metrics", '{');
    for (unsigned i = 0; i < r->count; i++) {
        enum metric m = (enum metric)r->fields[i].metric;
        const struct metric_info *info = &catalogue[m];
        if (info->kind == SWITCH) {
            json_bool(j, info->name, r->fields[i].value != 0);
            continue;
        }
        json_number(j, info->name, r->fields[i].value);
        if (info->kind != LABEL && info->kind != FLAGS)
            continue;
        metric_say(m, r->fields[i].value, text, sizeof text);
        snprintf(key, sizeof key, "%s_text", info->name);
        json_string(j, key, text);
    }
    json_close(j, '}');
}

void show_reading_json(FILE *to, const struct device *d, int result, const struct reading *r)
{
    static char line[16384];
    char when[CLOCK_TEXT];
    struct text text = text_on(line, sizeof line);
    struct json j = json_on(&text);

    json_open(&j, NULL, '{');
    json_string(&j, "time", clock_iso(r->round_ms, when));
    json_string(&j, "device", d->name);
    json_string(&j, "driver", d->driver->name);
    json_integer(&j, "address", d->address);
    json_string(&j, "result", error_word(result));
    if (r->withheld)
        json_integer(&j, "withheld", r->withheld);
    if (r->count)
        json_metrics(&j, r);
    json_close(&j, '}');
    fprintf(to, "%s\n", line);
}

void show_news(FILE *to, const struct news *n, bool is_json)
{
    char name[2 * IDENTITY_TEXT];
    /* The device itself belongs to its bus's thread, which is in the middle of something. */
    const struct driver *driver = n->from->house->devices[n->device].driver;
    struct device d = {.name = news_name(n, name, sizeof name),
                       .driver = n->driver ? n->driver : driver,
                       .address = n->address};

    if (is_json)
        show_reading_json(to, &d, n->result, &n->reading);
    else
        show_reading(to, &d, n->result, &n->reading);
}

void json_field(struct json *j, const struct field *f)
{
    char key[80];

    if (f->is_text) {
        json_string(j, f->name, f->text);
        return;
    }
    if (f->is_letter)
        json_string(j, f->name, (const char[]){(char)f->value, '\0'});
    else if (f->is_bit)
        json_bool(j, f->name, f->value != 0);
    else
        json_number(j, f->name, f->value);
    if (!f->text || f->is_bit)
        return;
    snprintf(key, sizeof key, "%s_text", f->name);
    json_string(j, key, *f->text ? f->text : "normal");
}

void show_plain(FILE *to, const struct field *f, bool in_words)
{
    char number[40];
    struct text text = text_on(number, sizeof number);

    if (f->is_text || (in_words && f->text)) {
        fprintf(to, "%s\n", *f->text ? f->text : "normal");
        return;
    }
    if (f->is_letter)
        text_char(&text, (char)f->value);
    else
        text_number(&text, f->value);
    fprintf(to, "%s\n", number);
}

void show_field(FILE *to, const struct field *f)
{
    char number[40];
    struct text text = text_on(number, sizeof number);
    const char *unit = !f->row                             ? ""
                       : f->row->scale > 0 && f->row->unit ? f->row->unit
                       : f->row->metric != M_NONE ? units[catalogue[f->row->metric].unit].symbol
                       : f->row->unit             ? f->row->unit
                                                  : "";

    if (f->is_text)
        text_add(&text, "");
    else if (f->is_letter)
        text_char(&text, (char)f->value);
    else if (f->is_bit)
        text_add(&text, f->value != 0 ? "yes" : "no");
    else
        text_number(&text, f->value);
    fprintf(to, "  %-22s %s%s%s%s%s\n", f->name, number, *unit ? " " : "", unit,
            f->text && *f->text && *number ? "  " : "", f->text ? f->text : "");
}
