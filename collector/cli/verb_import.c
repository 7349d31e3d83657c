/* helio import: history from CSV, or from older Axpert programs, into the store. */
#include "collector/cli/import_influx.h"
#include "collector/cli/verb.h"
#include "collector/history/intake.h"
#include "collector/history/old_file.h"
#include "collector/run/control_ask.h"

#include "base/log.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const struct option_row options[] = {
    {"device", 'd', "NAME", "whose numbers these are, when the file has no such column"},
    {"as", 0, "FORM", "csv, axpert-log or axpert-sqlite, when the file does not show it"},
    {"from-influx", 0, "URL", "out of an InfluxDB: its address, or a sink of the settings"},
    {"database", 0, "NAME", "--from-influx URL: the database (else solar)"},
    {"user", 0, "NAME", "--from-influx URL: who reads"},
    {"password-file", 0, "FILE", "--from-influx URL: the file that holds the password"},
    {"measurement", 'm', "NAME", "--from-influx: only this one, else all with fields we know"},
    {"map", 0, "FIELD=METRIC,...", "--from-influx: what fields of another name are"},
    {"from", 'f', "TIME", "--from-influx: from when on"},
    {"to", 't', "TIME", "--from-influx: until when (else now)"},
    {"dry-run", 'n', NULL, "only count what would be taken in, refused, left out, or is known"},
    {.name = NULL},
};

/* By enum old_kind. */
static const char *const forms[] = {"csv", "axpert-log", "axpert-sqlite"};
enum { FORMS = sizeof forms / sizeof *forms };

static int import_here(struct call *c, FILE *file, const char *device)
{
    char path[400], holder[64] = "", said[120];
    struct intake intake = {.is_dry = call_has(c, "dry-run")};
    bool has_store =
        !intake.is_dry || access(plan_store_path(c->plan, path, sizeof path), F_OK) == 0;
    int rc = !has_store ? OK
                        : store_open(&intake.store, plan_store_path(c->plan, path, sizeof path),
                                     c->plan->store, holder, sizeof holder);

    if (rc == ERR_BUSY)
        log_err("import", "%s is in use by process %s, which cannot be reached", path, holder);
    if (rc)
        return rc;
    rc = intake_run(&intake, file, device);
    for (unsigned i = 0; i < intake.told; i++)
        fprintf(stderr, "%s\n", intake.faults[i]);
    intake_say(&intake, said, sizeof said);
    printf("%s\n", said);
    if (intake.store)
        store_close(intake.store);
    return rc ? rc : intake.refused ? ERR_DATA : OK;
}

static int import_csv(struct call *c, FILE *csv, const char *device)
{
    const char *const words[] = {"import", device, "dry"};

    return control_is_there(c->plan)
               ? control_ask(c->plan, words, call_has(c, "dry-run") ? 3 : 2, csv)
               : import_here(c, csv, device);
}

static int import_old(struct call *c, FILE *file, enum old_kind kind)
{
    static struct old_file old; /* one import at a time */
    int rc = old_file_open(&old, kind == OLD_LOG ? file : NULL, c->words[0]);

    if (rc) {
        log_err("import", "%s: %s", c->words[0],
                rc == ERR_DATA ? "no SQLite file with a table \"stats\" of an Axpert"
                               : error_text(rc));
        return rc;
    }
    FILE *csv = old_file_csv(&old);
    rc = csv ? import_csv(c, csv, call_text(c, "device", "axpert")) : ERR_FULL;
    if (csv)
        (void)fclose(csv); /* only read */
    if (old.is_begun)
        old_file_say(&old, stdout);
    if (old.error)
        log_err("import", "%s could be read only in part: %s", c->words[0], error_text(old.error));
    if (!rc)
        rc = old.error;
    if (!rc && !old.log.lines[OLD_TAKEN] && !old.log.lines[OLD_RESYNCED])
        rc = ERR_DATA;
    old_file_close(&old);
    return rc;
}

static int find_kind(struct call *c, FILE *file, enum old_kind *to)
{
    const char *form = call_text(c, "as", "");

    *to = OLD_NOTHING;
    if (!*form) {
        *to = old_kind_of(file);
    } else {
        int i = 0;
        while (i < FORMS && strcmp(forms[i], form) != 0)
            i++;
        if (i == FORMS)
            return bad_call(c, "--as is csv, axpert-log or axpert-sqlite, not \"%s\"", form);
        *to = (enum old_kind)i;
    }
    if (*to == OLD_SQLITE && file == stdin)
        return bad_call(c, "an SQLite file is needed by its name");
    return OK;
}

static int run_import(struct call *c)
{
    enum old_kind kind;
    FILE *file = stdin;
    int rc;

    if (call_has(c, "from-influx"))
        return c->count ? bad_call(c, "either a file or --from-influx")
                        : import_influx(c, import_csv);
    if (c->count != 1)
        return bad_call(c, "one file is needed, or - for standard input");
    if (strcmp(c->words[0], "-") != 0)
        file = fopen(c->words[0], "r");
    if (!file) {
        log_err("import", "%s: %s", c->words[0], strerror(errno));
        return ERR_INPUT;
    }
    rc = find_kind(c, file, &kind);
    if (!rc)
        rc = kind == OLD_NOTHING ? import_csv(c, file, call_text(c, "device", ""))
                                 : import_old(c, file, kind);
    if (file != stdin)
        (void)fclose(file); /* only read */
    return rc;
}

const struct verb verb_import = {
    .name = "import",
    .synopsis = "FILE | --from-influx URL [--device NAME] [--as FORM]",
    .about =
        "history from CSV or from two older Axpert programs, into the local store\n\n"
        "CSV has a column \"time\", one a metric, and \"device\" unless --device names it.\n"
        "Times as in 2026-05-02T11:24:00Z, \"2026-05-02 11:24\" (site time) or seconds since\n"
        "1970. What cannot be true is left out and told. Imported rows go to no sink until\n"
        "helio resend. A row whose device and time are there already with the same words is\n"
        "not stored again, so a file may be imported twice.\n\n"
        "Histories of two older Axpert programs are recognised: a daily text log\n"
        "(Axpert2020-08-23.log, times in site time) and an SQLite file with a table \"stats\".\n"
        "Their device is called axpert unless --device names it; how many lines were taken\n"
        "and refused, and why, is said at the end.\n\n"
        "--from-influx reads an InfluxDB: the fields of the old logtracer (PVwatt, BAvolt...),\n"
        "those of helio, and others that --map names. It is judged as by helio repair, and\n"
        "goes the same way as a file. A device is called as --device says, else as the tag\n"
        "device, else as the measurement. Nothing is changed there.",
    .examples = "  helio export south --from 2026-05-01 > may.csv\n"
                "  helio import may.csv\n"
                "  helio import old.csv --device roof\n"
                "  helio import Axpert2020-08-23.log\n"
                "  helio import inverter.db --device shed\n"
                "  helio import --from-influx http://127.0.0.1:8086 --measurement solar_1 --device "
                "south --dry-run\n"
                "  cat Axpert2020-*.log | helio import - --as axpert-log\n",
    .options = options,
    .needs_plan = true,
    .run = run_import,
};
