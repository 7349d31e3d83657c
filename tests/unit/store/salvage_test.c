/*
 * A damaged store is carried over: whatever page is gone, no more is lost than stood on it;
 * whatever bit of the first page fell over, nothing is.
 */
#include "tests/unit/store/salvage_stage.h"

/* ---- page by page -----------------------------------------------------------------------------
 */

/* No more may be lost than stood on that page; of readings none where it held none. */
static void expect_but(uint32_t page, const uint8_t *was)
{
    int64_t rows[TABLES], lost = 0;
    bool is_leaf = was[0] == 13, has_rows = is_leaf || was[0] == 10 || was[0] == 2;
    int64_t cells = has_rows ? was[3] << 8 | was[4] : was[0] == 5 ? 0 : 1;

    count_rows(path, rows);
    /* The list of free pages begins on the first: without it pruned readings come back, and sets
     * of metrics that were forgotten. */
    bool may_come_back = page == 1 || was[0] == 0;
    for (int i = 0; i < TABLES; i++) {
        if ((i == READINGS_OF || i == SHAPES_OF) && may_come_back && rows[i] > whole->rows[i])
            rows[i] = whole->rows[i];
        if (rows[i] < 0 || rows[i] > whole->rows[i])
            fail_msg("page %u: %s has %lld rows of %lld", page, tables[i], (long long)rows[i],
                     (long long)whole->rows[i]);
        lost += whole->rows[i] - rows[i];
    }
    if (lost > cells || (!is_leaf && rows[READINGS_OF] < whole->rows[READINGS_OF]))
        fail_msg("page %u of type %d with %lld rows: %lld lost, readings %lld of %lld", page,
                 was[0], (long long)cells, (long long)lost, (long long)rows[READINGS_OF],
                 (long long)whole->rows[READINGS_OF]);
}

/* Leaves of readings are many and alike: some of them are enough. */
static bool is_tried(uint32_t n, uint32_t pages)
{
    return is_long || n <= 16 || n == pages || n % 512 == 0 ||
           (whole->bytes[(size_t)(n - 1) * PAGE] != 13 &&
            (whole->bytes[(size_t)(n - 1) * PAGE] != 10 || n % 64 == 0));
}

static void every_page_may_go(void **state)
{
    static const uint8_t of_tables[PAGE] = {5}; /* the first page has none of our rows */
    uint32_t pages = (uint32_t)(whole->size / PAGE);

    (void)state;
    for (uint32_t n = 1; n <= pages; n++) {
        if (!is_tried(n, pages))
            continue;
        put_whole();
        zero_page(n);
        carry();
        expect_but(n, n == 1 ? of_tables : whole->bytes + (size_t)(n - 1) * PAGE);
    }
}

/* ---- the tables' own text, bit by bit
 * ---------------------------------------------------------------
 */

/* Whatever falls over there: the store opens, has everything, and takes more. */
static void let_fall(size_t at, int bit)
{
    struct reading r = reading_of(5, 0);

    whole->bytes[at] ^= (uint8_t)(1 << bit);
    put_whole();
    whole->bytes[at] ^= (uint8_t)(1 << bit);
    struct store *s = open_at(path);
    const struct origin *from = store_origin_named(s, "unit0");
    if (!from || store_append(s, from, RECORD_LIVE, 1800000000000, &r) <= 0 ||
        store_commit(s) != OK)
        fail_msg("bit %zu.%d: it cannot be written to", at, bit);
    store_close(s);
    expect_all("bit", at, bit);
}

/* The first page, and those to which the text of the tables went from there. */
static bool is_of_tables(size_t page)
{
    return !page || memmem(whole->bytes + page * PAGE, PAGE, "CREATE TABLE ", 13) ||
           memmem(whole->bytes + page * PAGE, PAGE, "CREATE INDEX ", 13);
}

static void every_bit_of_the_tables_may_fall(void **state)
{
    unsigned pages = 0;

    (void)state;
    whole = &small;
    for (size_t page = 0; page < whole->size / PAGE; page++) {
        if (!is_of_tables(page))
            continue;
        pages++;
        for (size_t at = 0; at < PAGE; at += is_long ? 1 : 97)
            for (int bit = 0; bit < 8; bit++)
                if (is_long || bit == (int)(at % 8))
                    let_fall(page * PAGE + at, bit);
    }
    assert_true(pages > 1);
    whole = &large;
}

/* A bit of the place of a table: it leads to a page that is whole, but another table's. */
static void a_table_that_leads_into_another(void **state)
{
    static const char *const led[] = {"device", "shape", "resend", "rollup", "day", "event"};
    sqlite3 *db;
    char text[200];

    (void)state;
    for (size_t i = 0; i < sizeof led / sizeof *led; i++) {
        uint32_t leaf = (uint32_t)(whole->size / PAGE);
        put_whole();
        db = open_file(path);
        do { /* the newest that belongs to a larger tree */
            snprintf(text, sizeof text, "SELECT count(*) FROM sqlite_master WHERE rootpage = %u",
                     --leaf);
        } while (whole->bytes[(size_t)(leaf - 1) * PAGE] != 13 || sql_number(db, text, 1) != 0);
        assert_int_equal(sqlite3_db_config(db, SQLITE_DBCONFIG_DEFENSIVE, 0, NULL), SQLITE_OK);
        snprintf(text, sizeof text,
                 "PRAGMA writable_schema = ON; UPDATE sqlite_master SET rootpage = %u WHERE name = "
                 "'%s'",
                 leaf, led[i]);
        assert_int_equal(sql_run(db, text), OK);
        sqlite3_close(db);
        store_close(open_at(path));
        expect_all(led[i], i, 0);
        if (!count_files("damaged"))
            fail_msg("%s led to page %u, and nobody saw it", led[i], leaf);
    }
}

/* Bytes that are anything, anywhere: what can be read is carried over, and nothing else happens. */
static void whatever_is_in_it(void **state)
{
    struct reading r = reading_of(5, 0);
    uint32_t chance = 1;

    (void)state;
    whole = &small;
    for (int round = 0; round < (is_long ? 2000 : 60); round++) {
        put_whole();
        FILE *file = fopen(path, "r+");
        assert_non_null(file);
        for (int i = 0; i < 1 << round % 10; i++) {
            chance = chance * 1664525 + 1013904223;
            long at = (long)(chance >> 4) % (long)whole->size;
            at = round % 3 ? at : at / PAGE * PAGE + at % 20; /* heads of pages */
            assert_int_equal(fseek(file, at, SEEK_SET), 0);
            assert_int_not_equal(fputc((int)(chance >> 24), file), EOF);
        }
        assert_int_equal(fclose(file), 0);
        carry();
        struct store *s = open_at(path);
        const struct origin *from = store_origin(s, &(struct origin){.name = "new", .driver = "x"});
        assert_true(store_append(s, from, RECORD_LIVE, 1800000000000, &r) > 0);
        assert_int_equal(store_commit(s), OK);
        store_close(s);
    }
    whole = &large;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_page_may_go),
        cmocka_unit_test(every_bit_of_the_tables_may_fall),
        cmocka_unit_test(a_table_that_leads_into_another),
        cmocka_unit_test(whatever_is_in_it),
    };

    return cmocka_run_group_tests(tests, make_once, end);
}
