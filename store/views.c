/* Views over the log, a column a metric (store/views.h). */
#include "store/views.h"

#include "base/log.h"
#include "base/text.h"
#include "metrics/old_status.h"

#include <string.h>

enum { STATS_SQL = 24 * 1024, MODES = 6 };

static const char last_stats[] =
    "CREATE VIEW last_stats AS SELECT datetime, batt_volt, batt_charge_amps, pv_amps, pv_watts, "
    "device FROM stats WHERE datetime > (SELECT max(at) / 1000 - 14400 FROM reading)";

/* ---- one value --------------------------------------------------------------------------- */

static void said(struct text *t, enum metric m)
{
    text_format(t,
                "(SELECT json_extract(r.fields, '$[' || n.key || ']') FROM json_each(s.names) n "
                "WHERE n.value = '%s')",
                catalogue[m].name);
}

/* Settings are rows of their own, written when they change: as the last one before had it. */
static void set(struct text *t, enum metric m)
{
    text_format(t,
                "(SELECT json_extract(q.fields, '$[' || n.key || ']') FROM reading q JOIN shape p "
                "ON p.id = q.shape JOIN json_each(p.names) n WHERE q.kind = 1 AND q.device = "
                "r.device AND q.seq < r.seq AND q.at <= r.at AND n.value = '%s' ORDER BY q.seq "
                "DESC LIMIT 1)",
                catalogue[m].name);
}

/* '1', '0', or nothing, which leaves nothing of the word it is part of. */
static void sign(struct text *t, enum metric m)
{
    text_char(t, '(');
    (catalogue[m].kind == SETTING ? set : said)(t, m);
    text_add(t, " <> 0)");
}

static void signs(struct text *t, const enum metric *all)
{
    for (unsigned i = 0; all[i] != M_NONE; i++) {
        text_add(t, i ? " || " : "");
        sign(t, all[i]);
    }
}

/* ---- the columns (metrics/old_status.h says what they mean) ------------------------------ */

static void say_plain(struct text *t, enum metric m)
{
    said(t, m);
}

/* Of most models it is what goes into the battery. */
static void say_amperes(struct text *t, enum metric m)
{
    text_add(t, "coalesce(");
    said(t, m);
    text_add(t, ", ");
    said(t, M_CHARGER_CURRENT);
    text_char(t, ')');
}

static void say_status(struct text *t, enum metric m)
{
    static const enum metric before[] = {M_SBU_PRIORITY_VERSION,     M_CONFIGURATION_CHANGED,
                                         M_CHARGER_FIRMWARE_UPDATED, M_OUTPUT_ON,
                                         M_BATTERY_VOLTAGE_STEADY,   M_NONE},
                             after[] = {M_SOLAR_CHARGING, M_GRID_CHARGING, M_NONE};

    (void)m;
    signs(t, before);
    text_add(t, " || (");
    sign(t, M_SOLAR_CHARGING);
    text_add(t, " OR ");
    sign(t, M_GRID_CHARGING);
    text_add(t, ") || ");
    signs(t, after);
}

/* More than two do not fit. */
static void two_digits(struct text *t, enum metric m, const char *times)
{
    text_add(t, "(SELECT substr('0' || v, -2) FROM (SELECT CAST(round(");
    set(t, m);
    text_format(t, " * %s) AS INTEGER) AS v) WHERE v BETWEEN 0 AND 99)", times);
}

static void say_fan_offset(struct text *t, enum metric m)
{
    (void)m;
    two_digits(t, M_FAN_ON_VOLTAGE_OFFSET, "100");
}

static void say_eeprom(struct text *t, enum metric m)
{
    (void)m;
    two_digits(t, M_EEPROM_VERSION, "1");
}

static void say_status2(struct text *t, enum metric m)
{
    static const enum metric after[] = {M_SWITCHED_ON, M_DUSTPROOF_INSTALLED, M_NONE};

    (void)m;
    text_char(t, '(');
    said(t, M_CHARGE_STAGE);
    text_format(t, " = %d) || ", CHARGE_STAGE_FLOAT);
    signs(t, after);
}

static void say_mode(struct text *t, enum metric m)
{
    text_add(t, "CASE ");
    said(t, m);
    for (int i = 0; i < MODES; i++)
        text_format(t, " WHEN %d THEN '%s'", i, old_mode_word(i));
    text_add(t, " END");
}

static void write_stats(struct text *t)
{
    static const struct {
        const char *name;
        enum metric metric;
        void (*say)(struct text *t, enum metric m);
    } columns[] = {
#define STATS(column, tag, as) {#column, M_##tag, say_##as},
#include "metrics/stats.def"
#undef STATS
    };

    text_add(t, "CREATE VIEW stats AS SELECT r.at / 1000 AS datetime");
    for (size_t i = 0; i < sizeof columns / sizeof *columns; i++) {
        text_add(t, ", ");
        columns[i].say(t, columns[i].metric);
        text_format(t, " AS %s", columns[i].name);
    }
    text_add(t, ", d.name AS device FROM reading r JOIN device d ON d.id = r.device JOIN shape s "
                "ON s.id = r.shape WHERE r.kind IN (0, 2) AND d.driver <> 'group'");
}

int views_make(sqlite3 *db)
{
    static char sql[STATS_SQL];
    struct text t = text_on(sql, sizeof sql);
    int rc = sql_run(db, "DROP VIEW IF EXISTS last_stats; DROP VIEW IF EXISTS stats");

    write_stats(&t);
    if (!rc)
        rc = t.is_cut ? ERR_FULL : sql_run(db, sql);
    return rc ? rc : sql_run(db, last_stats);
}

static bool is_as_made(sqlite3 *db, const char *name, const char *sql)
{
    sqlite3_stmt *find = NULL;
    bool is_same =
        sqlite3_prepare_v2(db, "SELECT sql FROM sqlite_master WHERE type = 'view' AND name = ?", -1,
                           &find, NULL) == SQLITE_OK &&
        sql_bind(find, "t", name) == OK && sqlite3_step(find) == SQLITE_ROW &&
        !strcmp((const char *)sqlite3_column_text(find, 0), sql);

    sqlite3_finalize(find);
    return is_same;
}

void views_follow(sqlite3 *db)
{
    static char sql[STATS_SQL];
    struct text t = text_on(sql, sizeof sql);

    write_stats(&t);
    if (t.is_cut || (is_as_made(db, "stats", sql) && is_as_made(db, "last_stats", last_stats)))
        return;
    int rc = sql_run(db, "BEGIN IMMEDIATE");
    if (!rc)
        rc = views_make(db);
    if (!rc)
        rc = sql_run(db, "COMMIT");
    if (rc && !sqlite3_get_autocommit(db) && sql_run(db, "ROLLBACK"))
        log_debug("store", "nothing could be taken back");
    if (rc)
        log_debug("store", "its views stay as they were: %s", error_text(rc));
}
