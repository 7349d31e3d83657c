/* What the store asks and tells its file again and again, prepared once. */
#include "store/inside.h"

int statements_prepare(struct store *s)
{
    static const char *const texts[STATEMENTS] = {
        [PUT_READING] = "INSERT OR REPLACE INTO reading VALUES (?, ?, ?, ?, ?, ?, ?)",
        [PUT_SHAPE] = "INSERT OR REPLACE INTO shape VALUES (?, ?)",
        [PUT_DEVICE] = "INSERT INTO device (id, name, driver, serial, firmware, member_of, "
                       "address, first_seen) VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO "
                       "UPDATE SET name = excluded.name, driver = excluded.driver, serial = "
                       "excluded.serial, firmware = excluded.firmware, member_of = "
                       "excluded.member_of, address = excluded.address",
        [PUT_DAY] = "INSERT OR IGNORE INTO day VALUES (?, ?, ?)",
        [FIND_DAY] = "SELECT date FROM day WHERE device = ? AND date = ?",
        [FIND_DAY_FIELDS] = "SELECT fields FROM day WHERE device = ? AND date = ?",
        [NEWEST_DAY] = "SELECT max(date) FROM day WHERE device = ? AND date <= ?",
        [PUT_ROLLUP] = "INSERT OR REPLACE INTO rollup VALUES (?, ?, ?, ?)",
        [DROP_ROLLUPS] = "DELETE FROM rollup WHERE rowid IN (" METRICS_OF
                         "SELECT r.rowid FROM m CROSS JOIN rollup r WHERE r.device = ?1 AND "
                         "r.metric = m.metric AND r.day = ?2)",
        [DROP_PARTS] = "DELETE FROM rollup WHERE rowid IN (" METRICS_OF
                       "SELECT r.rowid FROM m CROSS JOIN rollup r WHERE r.device = ?1 AND "
                       "r.metric = m.metric AND r.day < 0)",
        [FIND_PART] = METRICS_OF "SELECT r.slots FROM m CROSS JOIN rollup r WHERE r.device = ?1 "
                                 "AND r.metric = m.metric AND r.day = ?2 LIMIT 1",
        [SET_ROLLED] = "UPDATE device SET rolled = max(rolled, ?) WHERE id = ?",
        [PUT_REOPENED] = "INSERT OR IGNORE INTO reopened VALUES (?, ?)",
        [DROP_REOPENED] = "DELETE FROM reopened WHERE day = ? AND device = ?",
        [NEXT_REOPENED] = "SELECT day, device FROM reopened WHERE day = (SELECT min(day) FROM "
                          "reopened) LIMIT ?",
        [LOOK] = "SELECT at, device, seq FROM reading INDEXED BY reading_at WHERE at >= ? ORDER BY "
                 "at, device LIMIT ?",
        [OLDEST] = "SELECT at, seq, kind FROM reading INDEXED BY reading_at WHERE at >= ? AND at "
                   "< ? ORDER BY at LIMIT ?",
        [DROP_READING] = "DELETE FROM reading WHERE seq = ?",
        [KIND_OF] = "SELECT kind FROM reading WHERE seq = ?",
        [PUT_CURSOR] = "INSERT OR REPLACE INTO cursor VALUES (?, ?, ?, ?)",
        [PUT_METER] = "INSERT OR REPLACE INTO meter VALUES (?, ?, ?, ?, ?)",
        [PUT_EVENT] = "INSERT INTO event (at, level, who, text) VALUES (?, ?, ?, ?)",
        [PUT_ASIDE] = "INSERT INTO aside VALUES (?, ?, ?, ?)",
        [FIND_MOMENT] = ("SELECT shape, fields FROM reading INDEXED BY reading_at "
                         "WHERE at = ? AND device = ? AND kind < 3"),
    };
    int rc = SQLITE_OK;

    for (int i = 0; i < STATEMENTS && rc == SQLITE_OK; i++)
        rc = sqlite3_prepare_v3(s->db, texts[i], -1, SQLITE_PREPARE_PERSISTENT, &s->statements[i],
                                NULL);
    return sql_error(rc);
}
