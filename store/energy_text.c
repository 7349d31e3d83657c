/* A row of an energy table as CSV and as JSON: the API and helio export say the same. */
#include "base/clock.h"
#include "base/json.h"
#include "store/energy.h"

const char energy_head[] = "date,device,metric,grown,unit,unseen,since\r\n";

struct row_words {
    char date[16], since[CLOCK_TEXT];
};

static void words_of(struct row_words *w, const struct growth *g, enum by by)
{
    struct text date = text_on(w->date, sizeof w->date);

    energy_date(&date, g->first, by);
    *w->since = '\0';
    if (g->since_ms)
        clock_iso(g->since_ms, w->since);
}

void energy_csv(struct text *to, const char *device, enum metric m, enum by by,
                const struct growth *g)
{
    struct row_words w;

    words_of(&w, g, by);
    text_format(to, "%s,", w.date);
    text_csv(to, device);
    text_format(to, ",%s,", catalogue[m].name);
    if (g->is_known)
        text_number(to, g->grown);
    text_format(to, ",%s,", units[catalogue[m].unit].symbol);
    if (g->since_ms)
        text_number(to, g->unseen);
    text_format(to, ",%s\r\n", w.since);
}

void energy_json(struct json *j, const char *device, enum metric m, enum by by,
                 const struct growth *g)
{
    struct row_words w;

    words_of(&w, g, by);
    json_open(j, NULL, '{');
    json_string(j, "date", w.date);
    if (device)
        json_string(j, "device", device);
    json_string(j, "metric", catalogue[m].name);
    if (g->is_known)
        json_number(j, "grown", g->grown);
    else
        json_null(j, "grown");
    if (g->since_ms) {
        json_number(j, "unseen", g->unseen);
        json_string(j, "since", w.since);
    }
    json_close(j, '}');
}
