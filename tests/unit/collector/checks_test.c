/* What helio check knows by heart: its table of adapters, and what cannot be made up in files. */
#include "collector/checks/adapters.h"
#include "collector/checks/checks.h"

#include "drivers/driver.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>

/* ---- the table and its page ---------------------------------------------------------------- */

static char *page;

static int read_page(void **state)
{
    FILE *f = fopen("docs/adapters.md", "r");
    size_t size = 1 << 18;

    (void)state;
    page = calloc(1, size);
    if (!f || !page)
        return -1;
    size_t length = fread(page, 1, size - 1, f);
    fclose(f);
    return length ? 0 : -1;
}

static int free_page(void **state)
{
    (void)state;
    free(page);
    return 0;
}

/* The row of the page's table that has this id. */
static void row_of(const char *id, char *to, size_t size)
{
    char cell[32];

    snprintf(cell, sizeof cell, "`%s`", id);
    for (const char *line = page; (line = strstr(line, "\n|")); line++) {
        snprintf(to, size, "%.*s", (int)strcspn(line + 1, "\n"), line + 1);
        if (strstr(to, cell))
            return;
    }
    fail_msg("docs/adapters.md has no row for %s", id);
}

static void the_page_has_every_adapter_with_its_driver(void **state)
{
    char row[900], module[40], since[40];

    (void)state;
    for (const struct adapter *a = adapters; a->id; a++) {
        row_of(a->id, row, sizeof row);
        snprintf(module, sizeof module, "`%s`", a->module);
        snprintf(since, sizeof since, "| %s |", a->since);
        if (!strstr(row, module) || !strstr(row, since))
            fail_msg("%s: not %s since %s but %s", a->id, module, since, row);
        assert_true(adapter_is_driven_by(a, a->module));
    }
}

static void every_id_that_drivers_know_is_an_adapter(void **state)
{
    char id[12];
    int used;
    unsigned count = 0;

    (void)state;
    for (size_t i = 0; drivers[i]; i++)
        for (const struct place *p = drivers[i]->places; p->scheme; p++)
            for (const char *ids = p->usb_ids ? p->usb_ids : "";
                 sscanf(ids, " %11s%n", id, &used) == 1; ids += used, count++)
                if (!adapter_of(id))
                    fail_msg("%s of %s is not in adapters.def", id, drivers[i]->name);
    assert_true(count > 8);
}

static void drivers_are_whole_words(void **state)
{
    const struct adapter *exar = adapter_of("04e2:1411");

    (void)state;
    assert_true(adapter_is_driven_by(exar, "xr_serial"));
    assert_true(adapter_is_driven_by(exar, "cdc_xr_usb_serial"));
    assert_false(adapter_is_driven_by(exar, "usb_serial"));
    assert_false(adapter_is_driven_by(exar, "cdc_acm"));
    assert_false(adapter_is_driven_by(exar, ""));
    assert_null(adapter_of("1d6b:0002"));
    for (const struct bound *b = bounds; b->id; b++)
        assert_non_null(adapter_of(b->id));
}

/* ---- findings ------------------------------------------------------------------------------ */

static char *caught;
static size_t caught_size;

static void catch_begin(struct report *r)
{
    FILE *to = open_memstream(&caught, &caught_size);

    assert_non_null(to);
    report_begin(r, to, false);
}

static int catch_end(struct report *r)
{
    int rc = report_end(r);

    fclose(r->to);
    return rc;
}

static void says(const char *words)
{
    if (!strstr(caught, words))
        fail_msg("\"%s\" is not in: %s", words, caught);
}

static const int64_t NOW = 1795206060000; /* in November 2026 */

static void a_clock_that_was_never_set(void **state)
{
    struct report r;

    (void)state;
    catch_begin(&r);
    judge_clock(&r, 86400000, NULL, false); /* the second day of 1970 */
    assert_int_equal(catch_end(&r), ERR_SYSTEM);
    says("trouble: the clock");
    says("1970-01-02");
    says("timedatectl set-ntp true");
    free(caught);
    catch_begin(&r);
    judge_clock(&r, 86400000, "chrony", true);
    assert_int_equal(catch_end(&r), ERR_SYSTEM);
    says("chrony runs");
    says("sudo systemctl restart chrony");
    free(caught);
}

static void a_clock_that_nobody_keeps(void **state)
{
    struct report r;

    (void)state;
    catch_begin(&r);
    judge_clock(&r, NOW, NULL, true);
    assert_int_equal(catch_end(&r), OK);
    assert_int_equal(r.warnings, 1);
    says("warning: the clock");
    free(caught);
    catch_begin(&r);
    judge_clock(&r, NOW, "chrony", false);
    assert_int_equal(catch_end(&r), OK);
    assert_string_equal(caught, "");
    free(caught);
}

static struct statvfs disk_of(unsigned long free_mb, unsigned long names, unsigned long flags)
{
    return (struct statvfs){.f_frsize = 1000000,
                            .f_bavail = free_mb,
                            .f_files = 1000,
                            .f_favail = names,
                            .f_flag = flags};
}

static void disks_that_are_full_in_three_ways(void **state)
{
    const struct {
        struct statvfs disk;
        int rc;
        const char *words;
    } cases[] = {
        {disk_of(0, 10, 0), ERR_FULL, "0 MB are free"},
        {disk_of(900, 0, 0), ERR_FULL, "no inodes"},
        {disk_of(900, 10, ST_RDONLY), ERR_FULL, "remount,rw"},
        {disk_of(20, 10, 0), OK, "it will be full soon"},
        {disk_of(900, 10, 0), OK, ""},
    };
    struct report r;

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        catch_begin(&r);
        judge_space(&r, "/var/lib/helio", &cases[i].disk);
        assert_int_equal(catch_end(&r), cases[i].rc);
        says(cases[i].words);
        assert_true(*cases[i].words || !*caught);
        free(caught);
    }
}

/* ---- what databases refuse ------------------------------------------------------------------- */

#ifdef HELIO_HAS_INFLUX
static const char SETTINGS[] = "[store]\npath = /tmp/x.db\n[sink db]\nkind = influx\n"
                               "url = https://base.example:8443/x\norg = home\nbucket = sun\n"
                               "database = solar\ntoken_file = /etc/helio/token\n";

static void every_refusal_has_a_command(void **state)
{
    static const struct {
        const char *api, *why, *command;
    } cases[] = {
        {"v2", "404 bucket \"sun\" not found; is the database or bucket made",
         "influx bucket create --host https://base.example:8443/x --org 'home' --name 'sun'"},
        {"v3", "404 not found", "influxdb3 create database --host https://base.example:8443/x"},
        {"v2", "401 unauthorized access", "chmod 600 /etc/helio/token"},
        {"v2", "403 insufficient permissions for write", "influx auth create --org 'home'"},
        {"v3", "https://base.example: the name cannot be resolved", "getent hosts base.example"},
        {"v2", "x: its certificate is not trusted (self signed)",
         "openssl s_client -connect base.example:8443"},
        {"v2", "405 method not allowed; is api right?", "curl -i https://base.example:8443/x/ping"},
        {"victoria", "404 page not found", "/insert/0/influx"},
        {"v2", "https://base.example:8443 does not answer (is the database running?)",
         "systemctl status influxdb"},
    };
    char text[600];
    struct report r;

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct plan *plan = plan_new();
        snprintf(text, sizeof text, "%sapi = %s\n", SETTINGS, cases[i].api);
        assert_int_equal(plan_load_text(plan, text, "made up"), OK);
        catch_begin(&r);
        advise_sink(&r, &plan->sinks[0], cases[i].why);
        assert_int_equal(catch_end(&r), ERR_GONE);
        says("trouble: sink db");
        says(cases[i].command);
        assert_null(strstr(caught, "$url"));
        free(caught);
        plan_free(plan);
    }
}
#endif

/* A node is known by its numbers: names are different ones in each container. */
static void nodes_by_their_numbers(void **state)
{
    const struct {
        struct stat a, b;
        bool is_same;
    } cases[] = {
#define CHR(dev, ino, rdev)                                                                        \
    {.st_mode = S_IFCHR, .st_dev = (dev), .st_ino = (ino), .st_rdev = (rdev)}
        {CHR(5, 1, makedev(188, 0)), CHR(9, 7, makedev(188, 0)), true}, /* another /dev, one port */
        {CHR(5, 1, makedev(188, 0)), CHR(5, 1, makedev(188, 1)), false},
        {CHR(22, 3, makedev(136, 0)), CHR(22, 3, makedev(136, 0)), true},
        {CHR(22, 3, makedev(136, 0)), CHR(30, 3, makedev(136, 0)), false}, /* another devpts */
        {CHR(5, 1, makedev(188, 0)), {.st_mode = S_IFREG, .st_dev = 5, .st_ino = 1}, true},
        {{.st_mode = S_IFREG, .st_ino = 4}, {.st_mode = S_IFREG, .st_ino = 5}, false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_int_equal(is_same_node(&cases[i].a, &cases[i].b), cases[i].is_same);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_page_has_every_adapter_with_its_driver),
        cmocka_unit_test(every_id_that_drivers_know_is_an_adapter),
        cmocka_unit_test(drivers_are_whole_words),
        cmocka_unit_test(nodes_by_their_numbers),
        cmocka_unit_test(a_clock_that_was_never_set),
        cmocka_unit_test(a_clock_that_nobody_keeps),
        cmocka_unit_test(disks_that_are_full_in_three_ways),
#ifdef HELIO_HAS_INFLUX
        cmocka_unit_test(every_refusal_has_a_command),
#endif
    };

    return cmocka_run_group_tests(tests, read_page, free_page);
}
