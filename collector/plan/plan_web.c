/* What [web] says (collector/plan/plan.h). */
#include "collector/plan/plan_inside.h"

#ifdef HELIO_HAS_WEB

#include "collector/plan/mate_page.h"
#include "web/web.h"

#include <stdio.h>
#include <string.h>

/* Uploaded readings and polled ones under one name would be one device that is two. */
static void refuse_shared_names(const struct plan *p, struct section *s)
{
    char name[ORIGIN_NAME];

    for (const struct mate_page *page = mate_pages; page->type; page++)
        for (size_t i = 0; i < p->device_count; i++) {
            snprintf(name, sizeof name, "%.*s-%s", ORIGIN_NAME - 8, section_text(s, "mate_device"),
                     page->kind);
            if (!strcmp(p->devices[i].name, name))
                section_fault(s, "mate_device", "there is a [device %s] already; name another",
                              name);
        }
}

void plan_set_web(struct plan *p, struct section *s)
{
    const struct setting *tables[] = {web_settings};

    if (section_check(s, tables, 1))
        return;
    web_check(s);
    refuse_shared_names(p, s);
    p->web = s;
}

#else

void plan_set_web(struct plan *p, struct section *s)
{
    (void)p;
    section_fault(s, NULL, "this helio was built without its web floor");
}

#endif
