/* What counters grew by, going out as a table (collector/history/energy_out.h). */
#include "collector/history/energy_out.h"

#include "base/json.h"
#include "base/text.h"

struct going {
    const struct energy_out *o;
    const char *device;
    enum metric metric;
};

static void put(void *to, const struct growth *g)
{
    const struct going *now = to;
    char row[600];
    struct text t = text_on(row, sizeof row);

    if (now->o->is_json) {
        struct json j = json_on(&t);
        energy_json(&j, now->device, now->metric, now->o->by, g);
        text_char(&t, '\n');
    } else {
        energy_csv(&t, now->device, now->metric, now->o->by, g);
    }
    fputs(row, now->o->to);
}

static bool is_chosen(const struct energy_out *o, enum metric m)
{
    for (size_t i = 0; i < o->column_count; i++)
        if (o->columns[i] == m)
            return true;
    return o->column_count == 0;
}

void energy_out_begin(const struct energy_out *o)
{
    if (!o->is_json)
        fputs(energy_head, o->to);
}

int energy_out_device(const struct energy_out *o, struct reader *r, const struct origin *from)
{
    struct going now = {.o = o, .device = from->name};
    int first = energy_first_day(r, from), rc = OK;
    int64_t from_ms = first ? day_start(first) : o->to_ms;

    from_ms = from_ms > o->from_ms ? from_ms : o->from_ms;
    for (now.metric = 1; !rc && now.metric < METRIC_COUNT && from_ms < o->to_ms; now.metric++)
        if (catalogue[now.metric].kind == COUNTER && is_chosen(o, now.metric) &&
            energy_is_kept(r, from, catalogue[now.metric].name))
            rc = energy_walk(r, from, catalogue[now.metric].name, from_ms, o->to_ms, o->by, put,
                             &now);
    return rc;
}
