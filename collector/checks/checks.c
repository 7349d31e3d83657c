/* Walks the table (collector/checks/checks.h). */
#include "collector/checks/checks.h"

#include "collector/checks/root.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

static void (*const table[])(struct scene *s) = {
#define CHECK(name) check_##name,
#include "collector/checks/checks.def"
#undef CHECK
};

void checks_run(const struct plan *plan, const char *config, struct report *report)
{
    struct scene *s = calloc(1, sizeof *s);

    if (!s)
        return;
    s->plan = plan;
    s->config = config;
    s->report = report;
    person_find(&s->person);
    s->usb_count = usb_list(s->usb, USB_MOST);
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        table[i](s);
    free(s);
}

const char *sudo(void)
{
    return geteuid() ? "sudo " : "";
}

struct rule_wanted {
    char vendor[8], product[8];
    const char *word;
    bool has_id, has_word; /* rules jump about: the id may stand in one line, the word in another */
};

/* "6001" and "6001|6010" are both its; "16001" is not. */
static bool has_product(const char *line, const char *product)
{
    for (const char *at = line; (at = strcasestr(at, product)); at++)
        if (at > line && strchr("\"|", at[-1]) && at[4] && strchr("\"|", at[4]))
            return true;
    return false;
}

static bool see_rule(void *who, char *line)
{
    struct rule_wanted *w = who;

    w->has_id |= strcasestr(line, w->vendor) && has_product(line, w->product);
    w->has_word |= strstr(line, w->word) != NULL;
    return !w->has_id || !w->has_word;
}

bool rules_have(const char *id, const char *word, char *file, size_t size)
{
    static const char *const folders[] = {"/etc/udev/rules.d", "/run/udev/rules.d",
                                          "/usr/lib/udev/rules.d", "/lib/udev/rules.d"};
    struct rule_wanted w = {.word = word};
    bool is_found = false;
    char path[ROOT_PATH];

    snprintf(w.vendor, sizeof w.vendor, "\"%.4s\"", id);
    snprintf(w.product, sizeof w.product, "%.4s", id + 5);
    for (size_t i = 0; i < sizeof folders / sizeof *folders && !is_found; i++) {
        char *names = root_list(folders[i]);
        FOR_NAMES (name, names) {
            snprintf(path, sizeof path, "%s/%s", folders[i], name);
            w.has_id = w.has_word = false;
            root_lines(path, see_rule, &w);
            is_found = w.has_id && w.has_word;
            if (is_found && file)
                snprintf(file, size, "%s", path);
            if (is_found)
                break;
        }
        free(names);
    }
    return is_found;
}
