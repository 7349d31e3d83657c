/* helio list: what the program knows, from the tables it runs on. */
#include "collector/cli/listing.h"
#include "collector/cli/verb.h"

#include <string.h>

static const struct option_row options[] = {
    {"as", 0, "FORM", "text, markdown or json; settings: ini, man; verbs: man, bash"},
    {"driver", 'd', "NAME", "commands, registers: only of this one"},
    {"effective", 'e', NULL, "settings: what holds now, and where each value comes from"},
    {.name = NULL},
};

static int run_list(struct call *c)
{
    struct nearest n = {0};
    enum listing_form form;

    if (c->count > 1)
        return bad_call(c, "one list at a time; of one driver only: helio list %s --driver %s",
                        c->words[0], c->words[1]);
    if (!c->count)
        return bad_call(c, "what to list is needed: drivers, devices, metrics, settings, "
                           "commands, registers, lines, sinks or verbs");
    if (!listing_form_read(call_text(c, "as", "text"), &form))
        return bad_call(c, "--as: \"%s\" is not one of text, markdown, json, ini, man, bash",
                        call_text(c, "as", ""));
    n.word = c->words[0];
    for (size_t i = 0; listings[i].name; i++) {
        nearest_try(&n, listings[i].name);
        if (strcmp(listings[i].name, c->words[0]))
            continue;
        if (!listing_has(listings[i].name, form))
            return bad_call(c, "only %s can be listed as %s",
                            form == AS_INI   ? "settings"
                            : form == AS_MAN ? "verbs and settings"
                                             : "verbs",
                            call_text(c, "as", ""));
        return listings[i].print(c, form);
    }
    return bad_call(c, "there is no list of \"%s\"%s%s%s", c->words[0],
                    n.best ? "; did you mean \"" : "", n.best ? n.best : "", n.best ? "\"?" : "");
}

const struct verb verb_list = {
    .name = "list",
    .synopsis = "drivers|devices|metrics|settings|commands|registers|lines|sinks|verbs",
    .about = "what the program knows: from the very tables it runs on",
    .examples = "  helio list drivers\n"
                "  helio list metrics --as markdown\n"
                "  helio list settings --as ini > helio.conf\n"
                "  helio list registers --driver tracer\n",
    .options = options,
    .needs_plan = true,
    .run = run_list,
};
