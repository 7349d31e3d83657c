/* Drawn in one write a round, over itself when the terminal allows (collector/cli/table.h). */
#include "collector/cli/table_inside.h"

#include "base/clock.h"
#include "base/text.h"
#include "store/days.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { DRAWING = 65536, UNITS_ROOM = 64 };

/* The row of this name; units heard through a device get theirs when they are first heard. */
static struct table_row *row_for(struct table *t, const char *name)
{
    int width = (int)strlen(name) + 1;
    size_t i = 0;

    while (i < t->count && strcmp(t->rows[i].name, name) != 0)
        i++;
    if (i == t->room)
        return NULL;
    if (i == t->count) {
        snprintf(t->rows[i].name, sizeof t->rows[i].name, "%s", name);
        t->name_width = width > t->name_width ? width : t->name_width;
        t->count++;
    }
    return &t->rows[i];
}

int table_open(struct table *t, const struct house *house, const bool *wanted)
{
    *t = (struct table){.house = house, .name_width = 10};
    t->room = house->plan->device_count + UNITS_ROOM;
    t->rows = calloc(t->room, sizeof *t->rows);
    t->buses = calloc(house->plan->bus_count + 1, sizeof *t->buses);
    if (!t->rows || !t->buses)
        return ERR_FULL;
    for (size_t i = 0; i < house->plan->device_count; i++)
        if (wanted[i])
            (void)row_for(t, house->plan->devices[i].name); /* there is room for all of these */
    return OK;
}

void table_count(struct table *t, const struct news *n)
{
    t->buses[n->bus] = n->counts;
}

void table_note(struct table *t, const struct news *n)
{
    char name[2 * IDENTITY_TEXT];
    struct table_row *row = row_for(t, news_name(n, name, sizeof name));

    if (!row)
        return;
    row->is_asked = true;
    row->is_total = n->is_total;
    row->result = n->result;
    row->took_us = n->took_us;
    if (n->result == OK) {
        row->reading = n->reading;
        row->is_heard = true;
        row->heard_us = clock_us();
    }
}

void table_note_group(struct table *t, const char *name, const struct reading *r)
{
    struct table_row *row = row_for(t, name);

    if (!row)
        return;
    row->is_asked = row->is_total = row->is_heard = true;
    row->reading = *r;
    row->heard_us = clock_us();
}

static void draw_value(struct text *to, const struct reading *r, size_t column)
{
    char cell[64] = "-";
    enum metric m = table_metric(r, column);
    double value;

    if (m != M_NONE && reading_get(r, m, &value)) {
        if (catalogue[m].kind == LABEL)
            metric_say(m, value, cell, sizeof cell);
        else
            snprintf(cell, sizeof cell, "%.*f", table_columns[column].decimals, value);
    }
    text_format(to, " %*.*s", table_columns[column].width, table_columns[column].width, cell);
}

/* What it had counted is true by night as well, until the day is over; its power is not. */
static void keep_counters(struct reading *r)
{
    bool is_today = day_of(r->round_ms) == day_of(clock_wall_ms());

    for (unsigned i = 0; i < r->count;) {
        enum metric m = (enum metric)r->fields[i].metric;
        enum kind kind = catalogue[m].kind;
        if (kind == COUNTER || kind == NET || (kind == DAILY && is_today))
            i++;
        else
            reading_drop(r, m);
    }
}

static void draw_values(const struct table_layout *l, struct text *to, const struct reading *r)
{
    for (size_t i = 0; i < COLUMNS; i++)
        if (l->is_shown[i])
            draw_value(to, r, i);
}

static void draw_asleep(const struct table_layout *l, struct text *to, const struct table_row *row)
{
    static struct reading kept; /* one thread draws */

    kept = row->reading;
    keep_counters(&kept);
    draw_values(l, to, &kept);
    text_add(to, "  asleep");
    if (row->is_heard && !l->width)
        text_format(to, ", last heard %" PRId64 " min ago",
                    (clock_us() - row->heard_us) / 60000000);
    text_char(to, '\n');
}

/* The end of a long name tells more than its beginning: the port and the address. */
static void draw_name(const struct table_layout *l, struct text *to, const char *name)
{
    size_t length = strlen(name);

    if (l->width && length > TABLE_NAME_MOST)
        text_format(to, "..%-*s", l->name_width - 2, name + length - (TABLE_NAME_MOST - 2));
    else
        text_format(to, "%-*s", l->name_width, name);
}

static void draw_row(const struct table_layout *l, struct text *to, const struct table_row *row)
{
    int64_t age_s = (clock_us() - row->heard_us) / 1000000;
    bool is_stale = row->result != OK; /* old numbers are never shown as live ones */

    draw_name(l, to, row->name);
    if (!row->is_asked) {
        text_add(to, "  not heard yet\n");
        return;
    }
    if (row->result == ERR_ASLEEP) {
        draw_asleep(l, to, row);
        return;
    }
    if (!is_stale)
        draw_values(l, to, &row->reading);
    if (is_stale)
        text_format(to, "  %s%s", row->is_heard || row->result ? error_text(row->result) : "",
                    row->is_heard ? "" : ", never heard");
    if (is_stale && row->is_heard)
        text_format(to, ", last heard %" PRId64 " s ago", age_s);
    if (!is_stale && l->has_round && row->took_us) /* a sum takes no time */
        text_format(to, "  %5.0f ms", (double)row->took_us / 1000);
    text_char(to, '\n');
}

/* What the devices make or take together, and whether any of them says so. */
struct sum {
    const char *what;
    enum metric metrics[2];
    double watts;
    bool is_said;
};

static void add_up(struct sum *s, const struct reading *r)
{
    double value;

    for (size_t i = 0; i < 2; i++)
        if (s->metrics[i] != M_NONE && reading_get(r, s->metrics[i], &value)) {
            s->watts += value;
            s->is_said = true;
        }
}

static void draw_sums(const struct table *t, struct text *to)
{
    struct sum sums[] = {{"PV", {M_PV_POWER, M_NONE}, 0, false},
                         {"load", {M_LOAD_POWER, M_OUTPUT_POWER}, 0, false}};
    size_t heard = 0, asleep = 0, units_here = 0, said = 0;

    for (size_t i = 0; i < t->count; i++) {
        if (t->rows[i].is_total)
            continue;
        units_here++;
        asleep += t->rows[i].result == ERR_ASLEEP; /* it makes nothing */
        if (t->rows[i].result != OK || !t->rows[i].is_heard)
            continue;
        heard++;
        for (size_t k = 0; k < sizeof sums / sizeof *sums; k++)
            add_up(&sums[k], &t->rows[i].reading);
    }
    if (!heard && asleep == units_here)
        text_add(to, "together: all asleep\n");
    else if (heard + asleep != units_here)
        text_format(to, "together: unknown, %zu of %zu were heard\n", heard, units_here);
    for (size_t k = 0; heard && heard + asleep == units_here && k < sizeof sums / sizeof *sums; k++)
        if (sums[k].is_said)
            text_format(to, "%s %s %.1f W", said++ ? "," : "together:", sums[k].what,
                        sums[k].watts);
    if (said)
        text_char(to, '\n');
}

static void draw_wires(const struct table *t, struct text *to)
{
    for (size_t i = 0; i < t->house->plan->bus_count; i++) {
        const struct bus_counts *n = &t->buses[i];
        if (!n->asked)
            continue;
        text_format(to, "%s: %" PRIu64 " asked, %" PRIu64 " answered, %" PRIu64 " tried again",
                    t->house->plan->buses[i].name, n->asked, n->answered, n->retried);
        for (int e = 1; e < ERROR_KINDS; e++)
            if (n->failed[e])
                text_format(to, ", %" PRIu64 " %s", n->failed[e], error_word(-e));
        text_char(to, '\n');
    }
}

void table_draw(struct table *t, FILE *to, bool is_live)
{
    static char bytes[DRAWING];
    char when[CLOCK_TEXT];
    struct text text = text_on(bytes, sizeof bytes);
    struct table_layout l = table_fit(t, fileno(to));

    if (is_live)
        fputs(t->rounds ? "\033[H" : "\033[2J\033[H", to);
    text_format(&text, "%-*s", l.name_width, "device");
    for (size_t i = 0; i < COLUMNS; i++)
        if (l.is_shown[i])
            text_format(&text, " %*s", table_columns[i].width, table_columns[i].head);
    text_format(&text, l.has_round ? "  %8s\n" : "\n", "round");
    for (size_t i = 0; i < t->count; i++)
        draw_row(&l, &text, &t->rows[i]);
    draw_sums(t, &text);
    draw_wires(t, &text);
    text_format(&text, "round %u, %s\n", ++t->rounds, clock_iso(clock_wall_ms(), when));
    for (const char *line = bytes; *line;) { /* \033[K: clear what is left of longer lines */
        size_t length = strcspn(line, "\n");
        table_line(to, line, length, table_terminal_width(fileno(to)), is_live ? "\033[K" : "");
        line += length + (line[length] == '\n');
    }
    fputs(is_live ? "\033[J" : "\n", to);
    fflush(to);
}

void table_close(struct table *t, FILE *to, bool is_live)
{
    if (is_live && t->rounds)
        fputc('\n', to);
    free(t->buses);
    free(t->rows);
    *t = (struct table){0};
}
