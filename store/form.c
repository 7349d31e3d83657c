/* Versions of the tables (store/form.h). */
#include "store/form.h"

#include "base/log.h"
#include "base/text.h"

#include <pthread.h>
#include <sys/statvfs.h>

/* What the way from form N to N + 1 takes on the disk, beside what is there. */
static const int64_t room_for[FORM_NOW] = {[1] = 256 * 1024, [2] = 64 * 1024};

static void stand(sqlite3_context *context, int count, sqlite3_value **values)
{
    (void)count;
    (void)values;
    sqlite3_result_null(context);
}

static int teach(sqlite3 *db, const char **fault, const struct sqlite3_api_routines *api)
{
    (void)fault;
    (void)api;
    return sqlite3_create_function_v2(db, "helio_form", 1, SQLITE_UTF8, NULL, stand, NULL, NULL,
                                      NULL);
}

static void teach_all(void)
{
    sqlite3_auto_extension((void (*)(void))teach); /* without memory no insert can be prepared */
}

void form_teach(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;

    pthread_once(&once, teach_all);
}

int form_version(sqlite3 *db)
{
    int64_t version = sql_number(db, "PRAGMA user_version", -1);

    if (version < 0)
        return -1;
    int64_t noted = sql_number(db, "SELECT value FROM note WHERE key = 'schema'", 0);
    int64_t headed = sql_number(db, "PRAGMA application_id", 0);
    if (!version && noted <= 0)
        return 0;
    if (noted > 0 && headed > 0)
        return (int)(noted < headed ? noted : headed);
    return (int)(noted > 0 ? noted : headed > 0 ? headed : 1);
}

/* ---- the third form ------------------------------------------------------------------------ */

/* The table is made anew, by the schema itself: an added column would give it another text than a
 * new file has (tables_check). What it is, is told by its columns: the number may be spoilt. */
int form_put_away(sqlite3 *db)
{
    if (sql_number(db, "SELECT count(*) FROM pragma_table_info('meter')", 0) != 4)
        return OK;
    return sql_run(db, "CREATE TEMP TABLE older_meter AS SELECT * FROM main.meter;"
                       "DROP TABLE main.meter");
}

int form_bring_back(sqlite3 *db)
{
    int rc = OK;

    if (sql_number(db, "SELECT count(*) FROM temp.sqlite_master WHERE name = 'older_meter'", 0) > 0)
        rc = sql_run(db, "INSERT INTO meter SELECT device, metric, value, carry, -1 FROM "
                         "older_meter; DROP TABLE temp.older_meter");
    if (rc || sql_number(db, "SELECT count(*) FROM sqlite_master WHERE name = 'salvage_spare'", 0))
        return rc; /* a salvage that is under way settles them at its end */
    return form_settle(db);
}

/*
 * From the third form on a row has the carried counter, where older ones have what the unit said.
 * Devices go on from there: what replaced units had counted is no longer added to them. Their group
 * had it in its sum, and keeps it. A rule's memory, which stands in the same table, is no counter.
 */
int form_settle(sqlite3 *db)
{
    return sql_run(
        db, "INSERT OR IGNORE INTO meter SELECT g.id, m.metric, sum(m.value), sum(m.carry), 0 FROM "
            "meter m JOIN device d ON d.id = m.device JOIN device g ON g.name = d.member_of AND "
            "g.driver = 'group' WHERE m.at < 0 AND m.metric NOT IN ('float_voltage', "
            "'absorb_voltage', 'battery_type') GROUP BY g.id, m.metric HAVING sum(m.carry) <> 0;"
            "UPDATE meter SET carry = 0 WHERE at < 0 AND carry <> 0 AND metric NOT IN "
            "('float_voltage', 'absorb_voltage', 'battery_type') AND device NOT IN (SELECT id FROM "
            "device WHERE driver = 'group');"
            "UPDATE meter SET at = 0 WHERE at < 0");
}

int form_write(sqlite3 *db)
{
    char text[200];
    struct text t = text_on(text, sizeof text);

    text_format(&t,
                "INSERT OR REPLACE INTO note VALUES ('schema', %d); PRAGMA application_id = %d;"
                "PRAGMA user_version = 1",
                FORM_NOW, FORM_NOW);
    return sql_run(db, text);
}

void form_tell_newer(const char *path, int form)
{
    log_err("store", "%s was written by a newer helio (tables of form %d, this one knows %d)", path,
            form, FORM_NOW);
}

bool form_has_room(const char *path, int from)
{
    struct statvfs disk;
    int64_t room = 0;

    for (int v = from; v < FORM_NOW; v++)
        room += room_for[v];
    if (statvfs(path, &disk) || (int64_t)disk.f_bavail * (int64_t)disk.f_frsize >= room)
        return true; /* where it cannot be asked, the transaction finds out */
    log_err("store",
            "%s is of an older form, and there is no room to change it: %lld kB are needed. It is "
            "left as it was; make room on that disk",
            path, (long long)(room / 1024));
    return false;
}
