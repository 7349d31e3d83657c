/* helio import: history from CSV into the store. */
#include "collector/control_socket.h"
#include "collector/intake.h"
#include "collector/verb.h"

#include "base/log.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static const struct option_row options[] = {
    {"device", 'd', "NAME", "whose numbers these are, when the file has no such column"},
    {.name = NULL},
};

static int import_here(struct call *c, FILE *file)
{
    char path[400], holder[64] = "";
    struct intake intake = {0};
    int rc = store_open(&intake.store, plan_store_path(c->plan, path, sizeof path), c->plan->store,
                        holder, sizeof holder);

    if (rc == ERR_BUSY)
        log_err("import", "%s is in use by process %s, which cannot be reached", path, holder);
    if (rc)
        return rc;
    rc = intake_run(&intake, file, call_text(c, "device", ""));
    for (unsigned i = 0; i < intake.told; i++)
        fprintf(stderr, "%s\n", intake.faults[i]);
    printf("%llu readings taken in, %llu rows refused\n", (unsigned long long)intake.taken,
           (unsigned long long)intake.refused);
    store_close(intake.store);
    return rc ? rc : intake.refused ? ERR_DATA : OK;
}

static int run_import(struct call *c)
{
    const char *const words[] = {"import", call_text(c, "device", "")};
    FILE *file = stdin;
    int rc;

    if (c->count != 1)
        return bad_call(c, "one file is needed, or - for standard input");
    if (strcmp(c->words[0], "-") != 0)
        file = fopen(c->words[0], "r");
    if (!file) {
        log_err("import", "%s: %s", c->words[0], strerror(errno));
        return ERR_INPUT;
    }
    rc = control_is_there() ? control_ask(words, 2, file) : import_here(c, file);
    if (file != stdin)
        (void)fclose(file); /* only read */
    return rc;
}

const struct verb verb_import = {
    .name = "import",
    .synopsis = "FILE.csv [--device NAME]",
    .about = "history from CSV: a column \"time\", one a metric, and \"device\" unless given\n\n"
             "Times as in 2026-05-02T11:24:00Z, \"2026-05-02 11:24\" (site time) or seconds since\n"
             "1970. What cannot be true is left out and told. Imported rows go to no sink until\n"
             "helio resend; importing a file twice stores it twice.",
    .examples = "  helio export south --from 2026-05-01 > may.csv\n"
                "  helio import may.csv\n"
                "  helio import old.csv --device roof\n",
    .options = options,
    .needs_plan = true,
    .run = run_import,
};
