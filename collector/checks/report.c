/* Facts in columns, findings in three lines, or all of it as JSON (collector/checks/report.h). */
#include "collector/checks/report.h"

#include "base/json.h"

#include <stdarg.h>
#include <string.h>

enum { COLUMN = 22, ITEM_ROOM = 8192 };

void report_begin(struct report *r, FILE *to, bool is_json)
{
    *r = (struct report){.to = to, .is_json = is_json};
    if (is_json)
        fprintf(r->to, "{\"checks\": [");
}

static void print_item(struct report *r, const char *state, int rc, const char *about,
                       const char *seen, const struct finding *f)
{
    static char room[ITEM_ROOM];
    struct text to = text_on(room, sizeof room);
    struct json j = json_on(&to);

    json_open(&j, NULL, '{');
    json_string(&j, "state", state);
    json_string(&j, "about", about);
    json_string(&j, "seen", seen);
    if (f) {
        json_string(&j, "means", f->means.to);
        json_string(&j, "mend", f->mend.to);
    }
    if (rc)
        json_string(&j, "error", error_word(rc));
    json_close(&j, '}');
    fprintf(r->to, "%s\n%s", r->has_items ? "," : "", room);
    r->has_items = true;
}

void report_fact(struct report *r, int rc, const char *word, const char *name, const char *format,
                 ...)
{
    char about[300], seen[900];
    int column = COLUMN - (int)strlen(word) - 1;
    va_list args;

    va_start(args, format);
    vsnprintf(seen, sizeof seen, format, args);
    va_end(args);
    r->worst = r->worst ? r->worst : rc;
    if (r->is_json) {
        snprintf(about, sizeof about, "%s %s", word, name);
        print_item(r, rc ? "trouble" : "fact", rc, about, seen, NULL);
    } else {
        fprintf(r->to, "%s %-*s %s\n", word, column > 0 ? column : 0, name, seen);
    }
}

void finding_begin(struct finding *f, enum gravity gravity, int rc, const char *format, ...)
{
    va_list args;

    *f = (struct finding){.gravity = gravity, .rc = rc};
    f->about = text_on(f->about_room, sizeof f->about_room);
    f->seen = text_on(f->seen_room, sizeof f->seen_room);
    f->means = text_on(f->means_room, sizeof f->means_room);
    f->mend = text_on(f->mend_room, sizeof f->mend_room);
    va_start(args, format);
    vsnprintf(f->about_room, sizeof f->about_room, format, args);
    va_end(args);
}

void report_add(struct report *r, const struct finding *f)
{
    const char *state = f->gravity == TROUBLE ? "trouble" : "warning";

    if (f->gravity == TROUBLE) {
        r->troubles++;
        r->worst = r->worst ? r->worst : f->rc;
    } else {
        r->warnings++;
    }
    if (r->is_json)
        print_item(r, state, f->rc, f->about_room, f->seen_room, f);
    else
        fprintf(r->to, "%s: %s\n  seen:  %s\n  means: %s\n  mend:  %s\n", state, f->about_room,
                f->seen_room, f->means_room, f->mend_room);
}

int report_end(struct report *r)
{
    if (r->is_json)
        fprintf(r->to, "\n],\"troubles\": %u, \"warnings\": %u, \"exit\": %d}\n", r->troubles,
                r->warnings, error_exit(r->worst));
    return r->worst;
}
