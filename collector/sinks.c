/* The table (collector/sinks.h). */
#include "collector/sinks.h"

#ifdef HELIO_HAS_UPLOAD
#include "collector/mate_page.h"
#include "upload/page.h"
#endif

#include <string.h>

const struct sink *const sinks[] = {
#define SINK(name) &sink_##name,
#include "collector/sinks.def"
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

void sinks_prepare(void)
{
#ifdef HELIO_HAS_UPLOAD
    upload_made_by(make_page);
#endif
}
