/*
 * /graph of the old inverter program: one or two of its columns as an SVG, the first filled and on
 * the left axis, the second on the right one (web/old.h). Up to 2048 points each; beyond that means
 * of as many multiples of its 15 seconds as it takes.
 */
#include "web/old.h"

#include "base/clock.h"
#include "metrics/old_columns.h"
#include "store/days.h"
#include "store/history.h"
#include "web/long.h"

#include <math.h>
#include <string.h>
#include <time.h>

enum {
    POINTS = 2048,
    COLUMNS = 2,
    OLD_EVERY_S = 15,
    WIDTH = 1000,
    HEIGHT = 500,
    LEFT = 60,
    RIGHT = 940,
    TOP = 40,
    BOTTOM = 420,
    TIMES_MOST = 20,
    LINES_MOST = 20,
    LEGEND_SIGNS = 14,
};
static const int64_t SPAN_MOST_MS = INT64_C(86400000) * 366 * 10, GAP_LEAST_MS = 300000;

// clang-format off
static const struct column {
    const char *name;
    enum metric metric;
} columns[] = {
#define STATS(name, metric, as) {#name, M_##metric},
#include "metrics/stats.def"
#undef STATS
};
// clang-format on

struct curve {
    const char *name;
    enum metric metric;
    unsigned count;
    double low, high; /* whole numbers, as the axis has them */
    struct point {
        int64_t at_ms;
        double value;
    } points[POINTS + 2];
};

struct graph {
    char device[64];
    int64_t from_ms, to_ms, step_ms;
    unsigned count;
    unsigned at;         /* the curve being filled */
    enum metric metric;  /* and of what; M_NONE: not begun */
    struct history walk; /* over that */
    struct curve curves[COLUMNS];
};

/* ---- what is asked for ------------------------------------------------------------------------
 */

static const struct column *find_column(const char *name)
{
    for (size_t i = 0; name && i < sizeof columns / sizeof *columns; i++)
        if (!strcmp(columns[i].name, name))
            return &columns[i];
    return NULL;
}

static const char *argument(const struct exchange *x, const char *key)
{
    return MHD_lookup_connection_value(x->connection, MHD_GET_ARGUMENT_KIND, key);
}

/* NULL: the span and the columns are set. Else what is wrong. */
static const char *read_question(const struct exchange *x, struct graph *g)
{
    static const char *const keys[COLUMNS] = {"col_1", "col_2"};
    const char *from = argument(x, "from"), *to = argument(x, "to");

    g->count = 0;
    if (!from || !to || !when_digits(from, &g->from_ms) || !when_digits(to, &g->to_ms))
        return "from and to must be 8, 10, 12 or 14 digits: 20261121, 2026112110, 202611211030";
    g->to_ms += MS_PER_S; /* its last second belongs to it */
    if (g->from_ms >= g->to_ms || g->to_ms - g->from_ms > SPAN_MOST_MS)
        return "from must be before to, by ten years at most";
    for (unsigned i = 0; i < COLUMNS; i++) {
        const struct column *c = find_column(argument(x, keys[i]));
        if (!argument(x, keys[i]) && i)
            continue;
        if (!c || c->metric == M_NONE || catalogue[c->metric].kind == LABEL)
            return "col_1 and col_2 must be columns of numbers: batt_volt, pv_watts, ac_watt...";
        g->curves[g->count++] = (struct curve){.name = c->name, .metric = c->metric};
    }
    int64_t parts = (g->to_ms - g->from_ms) / MS_PER_S / POINTS + 1;
    int64_t olds = (parts + OLD_EVERY_S - 1) / OLD_EVERY_S;
    g->step_ms = (parts == 1 ? 1 : olds * OLD_EVERY_S) * MS_PER_S;
    return NULL;
}

/* ---- drawing ----------------------------------------------------------------------------------
 */

static double across(const struct graph *g, int64_t at_ms)
{
    return (double)LEFT +
           (double)(RIGHT - LEFT) * (double)(at_ms - g->from_ms) / (double)(g->to_ms - g->from_ms);
}

static double down(const struct curve *c, double value)
{
    return (double)BOTTOM - (double)(BOTTOM - TOP) * (value - c->low) / (c->high - c->low);
}

/* Points further apart than this have silence between them. */
static int64_t gap_of(const struct graph *g, const struct curve *c)
{
    int64_t least = INT64_MAX / 10;

    for (unsigned i = 1; i < c->count; i++)
        if (c->points[i].at_ms - c->points[i - 1].at_ms < least)
            least = c->points[i].at_ms - c->points[i - 1].at_ms;
    least = 10 * (least > g->step_ms ? least : g->step_ms);
    return least > GAP_LEAST_MS ? least : GAP_LEAST_MS;
}

static void draw_piece(const struct graph *g, const struct curve *c, unsigned from, unsigned to,
                       bool is_filled, struct text *t)
{
    if (is_filled)
        text_format(t, "M%.1f %d", across(g, c->points[from].at_ms), BOTTOM);
    for (unsigned i = from; i < to; i++)
        text_format(t, "%c%.1f %.1f", i == from && !is_filled ? 'M' : 'L',
                    across(g, c->points[i].at_ms), down(c, c->points[i].value));
    if (is_filled)
        text_format(t, "L%.1f %dZ", across(g, c->points[to - 1].at_ms), BOTTOM);
}

static void draw_curve(const struct graph *g, unsigned at, struct text *t)
{
    static const char *const colours[COLUMNS] = {"#3333FF", "#FF3333"};
    const struct curve *c = &g->curves[at];
    int64_t gap = gap_of(g, c);
    unsigned begun = 0;

    text_format(t, "<path stroke=\"%s\" fill=\"%s\" fill-opacity=\"0.4\" d=\"", colours[at],
                at ? "none" : colours[at]);
    for (unsigned i = 1; i <= c->count; i++) {
        if (i < c->count && c->points[i].at_ms - c->points[i - 1].at_ms <= gap)
            continue;
        draw_piece(g, c, begun, i, at == 0, t);
        begun = i;
    }
    text_format(t, "\"/>\n<text x=\"%d\" y=\"24\" fill=\"%s\" text-anchor=\"%s\">%.*s</text>\n",
                at ? RIGHT : LEFT, colours[at], at ? "end" : "start", LEGEND_SIGNS, c->name);
}

static void draw_values(const struct graph *g, unsigned at, struct text *t)
{
    const struct curve *c = &g->curves[at];
    double step = ceil((c->high - c->low) / (double)LINES_MOST);

    for (double value = c->low; value <= c->high; value += step) {
        double y = down(c, value);
        if (!at)
            text_format(t, "<path stroke=\"#ddd\" d=\"M%d %.1fH%d\"/>\n", LEFT, y, RIGHT);
        text_format(t, "<text x=\"%d\" y=\"%.1f\" text-anchor=\"%s\">%.0f</text>\n",
                    at ? RIGHT + 6 : LEFT - 6, y + 4, at ? "start" : "end", value);
    }
}

static void draw_times(const struct graph *g, struct text *t)
{
    char when[SITE_TEXT];

    for (int i = 0; i <= TIMES_MOST; i++) {
        int64_t at = g->from_ms + (g->to_ms - g->from_ms) / TIMES_MOST * i;
        double x = across(g, at);
        text_format(t,
                    "<text x=\"%.1f\" y=\"%d\" text-anchor=\"end\" "
                    "transform=\"rotate(-45 %.1f %d)\">%.16s</text>\n",
                    x, BOTTOM + 16, x, BOTTOM + 16, site_text(at, when));
    }
}

static void draw(const struct graph *g, struct text *to)
{
    text_format(to,
                "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" "
                "font-family=\"sans-serif\" font-size=\"11\">\n"
                "<title>Inverter Stats</title>\n<rect width=\"100%%\" height=\"100%%\" "
                "fill=\"#fff\"/>\n<text x=\"%d\" y=\"24\" font-size=\"16\" "
                "text-anchor=\"middle\">Inverter Stats</text>\n",
                WIDTH, HEIGHT, WIDTH / 2);
    for (unsigned i = 0; i < g->count; i++)
        if (g->curves[i].count)
            draw_values(g, i, to);
    for (unsigned i = 0; i < g->count; i++)
        if (g->curves[i].count)
            draw_curve(g, i, to);
    draw_times(g, to);
    text_add(to, "</svg>\n");
}

/* ---- what was stored --------------------------------------------------------------------------
 */

static void take(void *who, int64_t at_ms, const struct slot *s)
{
    struct curve *c = who;
    double value = slot_mean(s);

    if (c->count > POINTS)
        return;
    c->low = c->count ? fmin(c->low, floor(value)) : floor(value);
    c->high = c->count ? fmax(c->high, ceil(value)) : ceil(value);
    c->points[c->count++] = (struct point){at_ms, value};
}

/* Where one metric has nothing, what stands in for it is tried. */
static int load_curve(struct graph *g, struct reader *r, const struct origin *from,
                      const struct turn *turn)
{
    struct curve *c = &g->curves[g->at];

    for (;;) {
        if (g->metric == M_NONE) {
            g->metric = c->metric;
            g->walk = history_of(from, catalogue[g->metric].name, g->from_ms, g->to_ms, g->step_ms,
                                 take, c);
        }
        int rc = history_on(&g->walk, r, turn);
        enum metric other = old_stand_in(g->metric);
        if (rc || c->count || other == M_NONE)
            return rc;
        g->metric = other;
        g->walk =
            history_of(from, catalogue[other].name, g->from_ms, g->to_ms, g->step_ms, take, c);
    }
}

static int load(struct long_answer *a, struct reader *r)
{
    struct graph *g = long_own(a);
    const struct origin *from = reader_origin(r, g->device);

    if (!from)
        return ERR_ABSENT;
    for (; g->at < g->count; g->at++, g->metric = M_NONE) {
        int rc = load_curve(g, r, from, long_turn(a));
        if (rc)
            return rc;
    }
    for (unsigned i = 0; i < g->count; i++)
        if (g->curves[i].high <= g->curves[i].low)
            g->curves[i].high = g->curves[i].low + 1;
    if (!g->curves[0].count)
        return ERR_ABSENT;
    draw(g, long_text(a));
    return OK;
}

static enum MHD_Result refuse_graph(struct exchange *x, int rc)
{
    if (rc == ERR_ABSENT || rc == ERR_INPUT)
        return old_refuse(x, MHD_HTTP_NOT_FOUND, "nothing was stored of that");
    return old_refuse(x, MHD_HTTP_SERVICE_UNAVAILABLE, error_text(rc));
}

enum MHD_Result old_graph(struct exchange *x)
{
    static const struct long_kind kind = {.memory = sizeof(struct graph),

                                          .go_on = load,
                                          .refuse = refuse_graph};
    const struct view_device *d = old_device(x);
    enum MHD_Result answered = MHD_NO;
    struct long_answer *a = long_new(x, &kind, "image/svg+xml", &answered);

    if (!a)
        return answered;
    struct graph *g = long_own(a);
    const char *why = read_question(x, g);
    if (why)
        return old_refuse(x, MHD_HTTP_BAD_REQUEST, why);
    if (!d)
        return old_refuse(x, MHD_HTTP_NOT_FOUND, "there is no Axpert: name a device as old_device");
    struct text name = text_on(g->device, sizeof g->device);
    text_add(&name, d->name);
    return long_ask(a);
}
