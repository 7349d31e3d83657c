/*
 * Memory, threads and descriptors run out at every single place of a start and of a reload: then
 * the settings are refused as a whole, and what ran before goes on. The program's own calls are
 * stood in front of (the linker's --wrap), so this is tried with sanitizers, too.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/clock.h"
#include "collector/daemon/daemon.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

/* ---- what fails ------------------------------------------------------------------------------ */

static _Thread_local long left = -1; /* calls until one fails; -1: none does */
static unsigned failed;

static bool fails(void)
{
    if (left < 0 || left-- > 0)
        return false;
    left = -1;
    failed++;
    errno = ENOMEM;
    return true;
}

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *old, size_t size);
char *__real_strdup(const char *text);
int __real_pthread_create(pthread_t *to, const pthread_attr_t *a, void *(*run)(void *), void *who);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *old, size_t size);
char *__wrap_strdup(const char *text);
int __wrap_pthread_create(pthread_t *to, const pthread_attr_t *a, void *(*run)(void *), void *who);

void *__wrap_malloc(size_t size)
{
    return fails() ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t count, size_t size)
{
    return fails() ? NULL : __real_calloc(count, size);
}

void *__wrap_realloc(void *old, size_t size)
{
    return fails() ? NULL : __real_realloc(old, size);
}

char *__wrap_strdup(const char *text)
{
    return fails() ? NULL : __real_strdup(text);
}

int __wrap_pthread_create(pthread_t *to, const pthread_attr_t *a, void *(*run)(void *), void *who)
{
    return fails() ? EAGAIN : __real_pthread_create(to, a, run, who);
}

/* ---- a house --------------------------------------------------------------------------------- */

static char folder[] = "/tmp/reload_faults.XXXXXX", config[80];
static struct daemon house;

/* Two wires, two devices, a group of them, a sink; or one, one, none, another. */
static void write_config(bool is_larger)
{
    FILE *f = fopen(config, "w");

    assert_non_null(f);
    fprintf(f,
            "[store]\npath = %s/helio.db\n[site]\nname = %s\n%s"
            "[bus roof]\nline = sim\npaced = no\nevery = 0.1\n"
            "[device south]\ndriver = tracer\nbus = roof\nallow_tell = yes\n"
            "[sink paper]\nkind = file\nfolder = %s/paper\n",
            folder, is_larger ? "large" : "small", is_larger ? "timezone = UTC\n" : "", folder);
    if (is_larger)
        fprintf(f, "[bus shed]\nline = sim\npaced = no\nevery = 0.1\n"
                   "[device east]\ndriver = axpert\nbus = shed\n"
                   "[group house]\nmembers = south, east\n");
    assert_int_equal(fclose(f), 0);
}

static struct plan *read_config(bool is_larger)
{
    struct plan *plan = plan_new();

    write_config(is_larger);
    assert_non_null(plan);
    assert_int_equal(plan_load(plan, config), OK);
    return plan;
}

static int begin(void **unused)
{
    (void)unused;
    assert_non_null(mkdtemp(folder));
    setenv("HELIO_RUN_DIR", folder, 1);
    snprintf(config, sizeof config, "%s/a.ini", folder);
    return 0;
}

static int end(void **unused)
{
    char command[100];

    (void)unused;
    snprintf(command, sizeof command, "rm -r %s", folder);
    return system(command);
}

static uint64_t heard(const char *name)
{
    size_t at = keeper_place(&house.keeper, name);

    return at < house.keeper.count ? (uint64_t)house.keeper.slots[at]->heard : 0;
}

struct awaited {
    const char *name;
    uint64_t before;
};

static bool is_heard(void *who)
{
    const struct awaited *a = who;

    return heard(a->name) > a->before;
}

static void is_read(const char *name)
{
    struct awaited a = {name, heard(name)};

    if (!daemon_until(&house, is_heard, &a, clock_us() + 60000000))
        fail_msg("%s is not read any more", name);
}

static bool is_known(const char *name)
{
    size_t at = keeper_place(&house.keeper, name);

    return at < house.keeper.count && !house.keeper.slots[at]->is_gone;
}

static unsigned buses_at_work(void)
{
    unsigned count = 0;

    for (size_t i = 0; i < house.wings.count; i++)
        for (size_t b = 0; b < house.wings.list[i]->plan->bus_count; b++)
            count += rounds_has_bus(&house.wings.list[i]->rounds, b);
    return count;
}

/* One or the other, and nothing between them. */
static void is_whole(bool is_larger)
{
    assert_int_equal(house.plan->device_count, is_larger ? 2 : 1);
    assert_true(is_known("south"));
    assert_int_equal(is_known("east"), is_larger);
    assert_int_equal(is_known("house"), is_larger);
    assert_int_equal(buses_at_work(), is_larger ? 2 : 1);
    assert_int_equal(house.keeper.group_count, is_larger ? 1 : 0);
}

static void go_to(bool is_larger)
{
    write_config(is_larger);
    assert_int_equal(daemon_reload(&house), OK);
    is_whole(is_larger);
}

/* Everything that is said is said again and again: to where nobody reads it. */
static int hush(void)
{
    int before = dup(STDERR_FILENO), nowhere = open("/dev/null", O_WRONLY);

    assert_true(before >= 0 && nowhere >= 0 && dup2(nowhere, STDERR_FILENO) >= 0);
    close(nowhere);
    return before;
}

static void speak(int before)
{
    assert_true(dup2(before, STDERR_FILENO) >= 0);
    close(before);
}

/* ---- tests ----------------------------------------------------------------------------------- */

static void a_reload_without_memory(void **unused)
{
    unsigned refused = 0, followed = 0;
    bool was_hit = true;

    (void)unused;
    assert_int_equal(daemon_open(&house, read_config(false), config), OK);
    int before = hush();
    for (long n = 0; was_hit; n++) {
        write_config(true);
        failed = 0;
        setenv("TZ", "EST5", 1);
        left = n;
        int rc = daemon_reload(&house);
        left = -1;
        was_hit = failed;
        assert_string_equal(getenv("TZ"), rc ? "EST5" : "UTC");
        refused += rc != OK;
        followed += rc == OK;
        is_whole(rc == OK);
        if (rc == OK)
            go_to(false);
        if (n % 64 == 0)
            is_read("south");
    }
    speak(before);
    print_message("a call of a reload failed: %u times refused, %u times followed\n", refused,
                  followed - 1);
    assert_true(refused > 100);
    is_read("south");
    go_to(true);
    is_read("east");
    assert_true(daemon_close(&house));
}

static void a_reload_without_descriptors(void **unused)
{
    struct rlimit was, few;
    unsigned refused = 0;
    int rc = ERR_FULL, next = dup(STDERR_FILENO);

    (void)unused;
    close(next);
    assert_int_equal(daemon_open(&house, read_config(false), config), OK);
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &was), 0);
    is_read("south");
    for (unsigned more = 0; rc; more++) {
        int before = hush();
        write_config(true);
        few = (struct rlimit){.rlim_cur = (rlim_t)next + more, .rlim_max = was.rlim_max};
        assert_int_equal(setrlimit(RLIMIT_NOFILE, &few), 0);
        rc = daemon_reload(&house);
        assert_int_equal(setrlimit(RLIMIT_NOFILE, &was), 0);
        speak(before);
        refused += rc != OK;
        is_whole(rc == OK);
    }
    print_message("descriptors ran out: %u times refused\n", refused);
    assert_true(refused > 0);
    is_read("south");
    is_read("east");
    assert_true(daemon_close(&house));
}

/* What failed is told and given back: the sanitizers would tell of the rest. */
static void a_start_without_memory(void **unused)
{
    enum { EACH_UNTIL = 150, STEP = 7 };
    unsigned refused = 0;
    bool was_hit = true;
    int before = hush();

    (void)unused;
    for (long n = 0; was_hit; n += n < EACH_UNTIL ? 1 : STEP) {
        struct plan *plan = read_config(true);
        failed = 0;
        left = n;
        int rc = daemon_open(&house, plan, config);
        left = -1;
        was_hit = failed;
        refused += rc != OK;
        assert_true(daemon_close(&house));
    }
    speak(before);
    print_message("a call of a start failed: %u times refused\n", refused);
    assert_true(refused > 30);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_reload_without_memory),
        cmocka_unit_test(a_reload_without_descriptors),
        cmocka_unit_test(a_start_without_memory),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
