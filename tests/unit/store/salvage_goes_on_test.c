/*
 * Carrying over a damaged store is killed, asked to end, doubted, short of room, and done beside
 * the work: it goes on, and nothing is lost.
 */
#include "tests/unit/store/salvage_stage.h"

#include <limits.h>

/* ---- interrupted ------------------------------------------------------------------------------
 */

struct killer {
    uint32_t at;
};

static bool dies_there(void *who, uint32_t page, uint32_t of)
{
    const struct killer *k = who;

    (void)of;
    if (page >= k->at)
        raise(SIGKILL);
    return true;
}

static bool stops_there(void *who, uint32_t page, uint32_t of)
{
    (void)of;
    return page < ((const struct killer *)who)->at;
}

static void killed_anywhere_it_goes_on(void **state)
{
    uint32_t pages = (uint32_t)(whole->size / PAGE), spoilt = root_of("sqlite_autoindex_device_1");

    (void)state;
    for (unsigned tenth = 0; tenth <= 10; tenth++) {
        struct killer k = {tenth * pages / 10 + 1};
        int64_t readings = 0;
        int status;
        put_whole();
        zero_page(spoilt);
        for (unsigned again = 0; again < 2; again++) {
            pid_t child = fork();
            assert_true(child >= 0);
            if (!child) {
                struct salvage_watch watch = {dies_there, &k};
                int rc = salvage_build(path, &watch, &readings);
                if (!rc && again) /* in the middle of changing places */
                    rc = copies_add(path, holder, sizeof holder);
                raise(SIGKILL);
                _exit(rc);
            }
            assert_int_equal(waitpid(child, &status, 0), child);
            assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
        }
        store_close(open_at(path));
        expect_all("tenth", tenth, 0);
        assert_int_equal(count_files("salvage"), 0);
    }
}

static unsigned asked, ends_at;

static bool is_to_end(void)
{
    return ++asked >= ends_at;
}

static int goes_on(void **state)
{
    (void)state;
    store_end_when(NULL);
    return 0;
}

/* As a start of before left it. */
static void begin_salvage(void)
{
    char name[200];

    salvage_name(path, name, sizeof name);
    FILE *half = fopen(name, "w");
    assert_non_null(half);
    assert_int_equal(fclose(half), 0);
}

/* False: it was done before. */
static bool ends_at_question(unsigned at)
{
    put_whole();
    zero_page(root_of("sqlite_autoindex_device_1"));
    begin_salvage();
    asked = 0;
    ends_at = at;
    store_close(open_at(path));
    if (asked < at)
        return false;
    assert_true(asked < at + 20);
    assert_int_equal(count_files("damaged"), 0);
    ends_at = UINT_MAX;
    store_close(open_at(path));
    expect_all("ended at", at, 0);
    return true;
}

/* A start that carries over is asked to end, at any moment: it does, and the next goes on. Its last
 * steps, from the end backwards, are each another kind of work. */
static void a_start_that_is_to_end(void **state)
{
    unsigned at = 1;

    (void)state;
    store_end_when(is_to_end);
    while (ends_at_question(at))
        at = 3 * at / 2 + 1;
    unsigned all = asked;
    for (unsigned before = 0; before < all / 4; before = 3 * before / 2 + 2)
        assert_true(ends_at_question(all - before));
    store_end_when(NULL);
    expect_all("at last", 0, 0);
    print_message("ended at up to the %uth question\n", asked);
    assert_true(asked > 100);
}

/* Stopped while it carries over: what waited goes into the new file, and nothing is twice. */
static void what_waits_is_kept_when_it_is_stopped(void **state)
{
    struct killer k = {100};
    struct salvage_watch watch = {stops_there, &k};
    struct reading r = reading_of(5, 0);
    int64_t readings = 0, rows[TABLES];

    (void)state;
    put_whole();
    struct store *s = open_at(path);
    const struct origin *from = store_origin_named(s, "unit0");
    assert_non_null(from);
    assert_int_equal(salvage_build(path, &watch, &readings), ERR_STOPPED);
    file_close(s);
    s->care.is_away = true;
    for (int i = 0; i < 3; i++)
        assert_true(store_append(s, from, RECORD_LIVE, 1800000000000 + i, &r) > 0);
    store_cursor_move(s, "influx", 4444);
    store_event(s, 2, "run", "while it was carried over");
    store_close(s);
    s = open_at(path);
    assert_int_equal(store_cursor(s, "influx", false), 4444);
    store_close(s);
    count_rows(path, rows);
    assert_int_equal(rows[READINGS_OF], whole->rows[READINGS_OF] + 3);
    assert_int_equal(rows[9], whole->rows[9] + 2); /* and that it was set aside */
    rows[READINGS_OF] -= 3;
    rows[9] -= 2;
    assert_memory_equal(rows, whole->rows, sizeof rows);
}

/* ---- who says so ------------------------------------------------------------------------------
 */

/* Whoever else opens the file sees that we have it open: else it would throw the log away under us.
 */
static bool is_locked(void)
{
    enum { SHARED_AT = 0x40000002, SHARED_BYTES = 510 };
    int status;
    pid_t child = fork(); /* one's own locks do not show */

    assert_true(child >= 0);
    if (!child) {
        struct flock lock = {.l_type = F_WRLCK, .l_start = SHARED_AT, .l_len = SHARED_BYTES};
        int fd = open(path, O_RDWR | O_CLOEXEC);
        _exit(fd >= 0 && !fcntl(fd, F_GETLK, &lock) && lock.l_type != F_UNLCK ? 0 : 1);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static void the_owner_looks_itself(void **state)
{
    struct stat before, after;

    (void)state;
    put_whole();
    struct store *s = open_at(path);
    assert_int_equal(stat(path, &before), 0);
    suspect_mark(path);
    store_event(s, 2, "run", "so that there is something to commit");
    assert_int_equal(store_commit(s), OK);
    store_suspect(s);
    assert_int_equal(store_commit(s), OK);
    assert_int_equal(stat(path, &after), 0);
    assert_int_equal(before.st_ino, after.st_ino);
    assert_int_equal(count_files("damaged"), 0);
    assert_false(suspect_take(path));
    assert_true(is_locked());
    assert_false(header_is_wrong(path));
    assert_true(is_locked());
    store_close(s);
}

/* Where the first key of an index ends: its leaf furthest to the left is where the smallest are. */
static size_t end_of_first_key(const char *index)
{
    enum { INNER = 2, LEAF = 10 };
    const uint8_t *page = whole->bytes + (size_t)(root_of(index) - 1) * PAGE;

    while (*page == INNER) {
        const uint8_t *cell = page + (page[12] << 8 | page[13]);
        page = whole->bytes + (size_t)((cell[2] << 8 | cell[3]) - 1) * PAGE;
    }
    assert_int_equal(*page, LEAF);
    const uint8_t *cell = page + (page[8] << 8 | page[9]);
    unsigned head = cell[1], type = cell[2], size = type > 12 ? (type - 13) / 2 : type == 5 ? 6 : 8;
    return (size_t)(cell - whole->bytes) + 1 + head + size - 1;
}

/* An index that is sound by itself, but has another key than its row: a row not found by it would
 * be missing from charts for ever, and nobody who reads would meet damage. */
static void a_key_that_is_not_its_rows(void **state)
{
    static const char *const indexes[] = {"reading_at", "sqlite_autoindex_device_1",
                                          "sqlite_autoindex_shape_1"};
    int64_t rows[TABLES];

    (void)state;
    for (size_t i = 0; i < sizeof indexes / sizeof *indexes; i++) {
        size_t at = end_of_first_key(indexes[i]);
        whole->bytes[at] ^= 1;
        put_whole();
        whole->bytes[at] ^= 1;
        assert_int_equal(file_check(path, NULL), ERR_DATA);
        struct store *s = open_at(path);
        suspect_mark(path); /* whoever reads has doubts: the owner looks, and mends it */
        store_event(s, 2, "run", "so that there is something to commit");
        (void)!store_commit(s);
        store_close(s);
        store_close(open_at(path));
        assert_int_equal(count_files("damaged"), 1);
        assert_int_equal(file_check(path, NULL), OK);
        count_rows(path, rows);
        assert_int_equal(rows[READINGS_OF], whole->rows[READINGS_OF]);
    }
}

static void two_copies_are_kept(void **state)
{
    char aside[480], last[480] = "";

    (void)state;
    put_whole();
    for (int i = 0; i < 12; i++) { /* within a second, or two */
        int64_t readings = 0;
        assert_int_equal(salvage_build(path, NULL, &readings), OK);
        assert_int_equal(salvage_swap(path, aside, sizeof aside), OK);
        assert_int_equal(readings, whole->rows[READINGS_OF]);
        assert_string_not_equal(aside, last);
        assert_int_equal(access(aside, F_OK), 0);
        assert_true(count_files("damaged") <= 2);
        memcpy(last, aside, sizeof last);
    }
    assert_int_equal(count_files("damaged"), 2);
}

static void room_is_looked_for_first(void **state)
{
    char half[480];
    struct statvfs fs;
    int64_t readings = 0;

    (void)state;
    put_whole();
    carry();
    assert_int_equal(count_files("damaged"), 1);
    assert_int_equal(copies_find_room(path, 0), OK);
    assert_int_equal(count_files("damaged"), 1);
    assert_int_equal(statvfs(folder, &fs), 0);
    /* larger than what is free, but it has holes only */
    assert_int_equal(
        truncate(path, (off_t)((fs.f_bavail + fs.f_bavail / 4) * fs.f_frsize / PAGE * PAGE)), 0);
    assert_int_equal(salvage_build(path, NULL, &readings), ERR_FULL);
    assert_int_equal(count_files("damaged"), 0); /* its room was needed */
    salvage_name(path, half, sizeof half);
    assert_int_equal(access(half, F_OK), -1);
}

/* ---- beside the work ----------------------------------------------------------------------------
 */

static void beside_the_work_nothing_waits(void **state)
{
    struct reading r = reading_of(5, 0);
    struct store_counts counts = {0};
    int64_t rows[TABLES], until;
    int put = 0;

    (void)state;
    put_whole();
    struct store *s = open_at(path);
    const struct origin *from = store_origin_named(s, "unit0");
    assert_non_null(from);
    store_care_beside(s);
    zero_page(root_of("event"));
    store_suspect(s);
    for (until = clock_us() + 60000000; !counts.damaged && clock_us() < until; put++) {
        assert_true(store_append(s, from, RECORD_LIVE, 1800000000000 + put, &r) > 0);
        int rc = store_commit(s);
        assert_true(rc == OK || rc == ERR_BUSY);
        store_count(s, &counts);
        usleep(2000);
    }
    assert_int_equal(counts.damaged, 1);
    assert_int_equal(counts.lost_waiting, 0);
    store_close(s);
    count_rows(path, rows);
    assert_int_equal(rows[READINGS_OF], whole->rows[READINGS_OF] + put);
    assert_int_equal(count_files("damaged"), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(killed_anywhere_it_goes_on),
        cmocka_unit_test_teardown(a_start_that_is_to_end, goes_on),
        cmocka_unit_test(what_waits_is_kept_when_it_is_stopped),
        cmocka_unit_test(the_owner_looks_itself),
        cmocka_unit_test(a_key_that_is_not_its_rows),
        cmocka_unit_test(two_copies_are_kept),
        cmocka_unit_test(room_is_looked_for_first),
        cmocka_unit_test(beside_the_work_nothing_waits),
    };

    return cmocka_run_group_tests(tests, make_once, end);
}
