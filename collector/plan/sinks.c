/* The table (collector/plan/sinks.h). */
#include "collector/plan/sinks.h"

#ifdef HELIO_HAS_UPLOAD
#include "collector/plan/mate_page.h"
#include "upload/page.h"
#endif

#if defined HELIO_HAS_NATS && defined HELIO_HAS_INFLUX
#include "influx/line_protocol.h"
#include "nats/message.h"
#endif

#include <string.h>

const struct sink *const sinks[] = {
#define SINK(name) &sink_##name,
#include "collector/plan/sinks.def"
#undef SINK
    NULL,
};

const struct sink *sink_find(const char *name)
{
    for (size_t i = 0; sinks[i]; i++)
        if (!strcmp(sinks[i]->name, name))
            return sinks[i];
    return NULL;
}

#ifdef HELIO_HAS_UPLOAD
static int make_page(const char *driver, bool is_day, const struct reading *r, struct page *to)
{
    const struct mate_page *p = mate_pages;

    while (p->type && (p->is_day != is_day || strcmp(p->driver, driver) != 0))
        p++;
    if (!p->type)
        return ERR_ABSENT;
    *to = (struct page){.type = p->type, .length = p->length};
    if (p->extra && reading_get(r, p->extra_metric, &to->extra_value))
        to->extra = p->extra;
    return mate_page_make(p, r, to->bytes);
}
#endif

/* Line protocol for whoever carries it without a database of its own. */
#if defined HELIO_HAS_NATS && defined HELIO_HAS_INFLUX
static void lines_begin(void *maker, const char *measurement, const char *site)
{
    struct line_maker *m = maker;

    *m = (struct line_maker){.measurement = measurement, .site = site};
}

static int lines_make(void *maker, const struct record *r, char *to, size_t size)
{
    return line_make(maker, r, to, size);
}

static void lines_done(void *maker)
{
    line_maker_done(maker);
}

static const struct nats_lines lines = {sizeof(struct line_maker), lines_begin, lines_make,
                                        lines_done};
#endif

void sinks_prepare(void)
{
#if defined HELIO_HAS_NATS && defined HELIO_HAS_INFLUX
    nats_lines_by(&lines);
#endif
#ifdef HELIO_HAS_UPLOAD
    upload_made_by(make_page);
#endif
}
