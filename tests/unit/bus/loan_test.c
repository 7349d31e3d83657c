/* One wire, two processes: only one has it, and it is free again however that one ends. */
#include "base/clock.h"
#include "bus/loan.h"

#include "tests/unit/said.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static char folder[] = "/tmp/loan_test.XXXXXX";
static struct said said;

static int set_up(void **state)
{
    (void)state;
    return !mkdtemp(folder) || setenv("HELIO_RUN_DIR", folder, 1);
}

static int tear_down(void **state)
{
    char path[100];

    (void)state;
    snprintf(path, sizeof path, "%s/helio-tty-1-2.lock", folder);
    (void)unlink(path); /* not every test made one */
    snprintf(path, sizeof path, "%s/helio-tty-1-3.lock", folder);
    (void)unlink(path);
    return rmdir(folder);
}

/* Another process takes the wire, says so, and waits until it is killed. */
static pid_t start_holder(void)
{
    int ends[2], loan = -1;
    char ready = 0;

    assert_int_equal(pipe(ends), 0);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        ready = loan_take("tty-1-2", "other", 0, NULL, &loan) == OK;
        if (write(ends[1], &ready, 1) != 1)
            _exit(1);
        for (;;)
            pause();
    }
    assert_int_equal(read(ends[0], &ready, 1), 1);
    assert_true(ready);
    close(ends[0]);
    close(ends[1]);
    return child;
}

static void end_holder(pid_t child)
{
    assert_int_equal(kill(child, SIGKILL), 0);
    assert_int_equal(waitpid(child, NULL, 0), child);
}

static void the_folder_is_as_told(void **state)
{
    (void)state;
    assert_string_equal(loan_folder(), folder);
    setenv("HELIO_RUN_DIR", "", 1);
    assert_memory_equal(loan_folder(), "/run/", 5);
    setenv("HELIO_RUN_DIR", folder, 1);
}

static void taken_and_given_back(void **state)
{
    int loan = -1, again = -1, other = -1;

    (void)state;
    assert_int_equal(loan_take("tty-1-2", "me", 0, NULL, &loan), OK);
    assert_true(loan >= 0);
    assert_int_equal(loan_take("tty-1-3", "me", 0, NULL, &other), OK); /* another wire */
    loan_return(&loan);
    assert_int_equal(loan, -1);
    loan_return(&loan);
    assert_int_equal(loan_take("tty-1-2", "me", 0, NULL, &again), OK);
    loan_return(&again);
    loan_return(&other);
}

static void busy_after_the_wait(void **state)
{
    pid_t child = start_holder();
    int64_t before = clock_us();
    char pid[32];
    int loan = -1;

    (void)state;
    said_start(&said);
    int rc = loan_take("tty-1-2", "me", 100000, NULL, &loan);
    said_stop(&said);
    assert_int_equal(rc, ERR_BUSY);
    assert_int_equal(loan, -1);
    assert_in_range(clock_us() - before, 100000, 2000000);
    snprintf(pid, sizeof pid, "process %ld helio other", (long)child);
    assert_non_null(strstr(said.text, pid));
    end_holder(child);
}

static void free_when_the_holder_dies(void **state)
{
    pid_t child = start_holder();
    int loan = -1;

    (void)state;
    end_holder(child);
    assert_int_equal(loan_take("tty-1-2", "me", 0, NULL, &loan), OK);
    loan_return(&loan);
}

static void a_waiting_one_gets_it(void **state)
{
    pid_t child = start_holder();
    int loan = -1;

    (void)state;
    pid_t killer = fork();
    assert_true(killer >= 0);
    if (killer == 0) {
        usleep(50000);
        _exit(kill(child, SIGKILL) != 0);
    }
    int64_t before = clock_us();
    assert_int_equal(loan_take("tty-1-2", "me", 5000000, NULL, &loan), OK);
    assert_in_range(clock_us() - before, 0, 3000000);
    loan_return(&loan);
    assert_int_equal(waitpid(killer, NULL, 0), killer);
    assert_int_equal(waitpid(child, NULL, 0), child);
}

static void no_folder_no_loan(void **state)
{
    int loan = -1;

    (void)state;
    setenv("HELIO_RUN_DIR", "/no/such/folder", 1);
    said_start(&said);
    int rc = loan_take("tty-1-2", "me", 0, NULL, &loan);
    said_stop(&said);
    setenv("HELIO_RUN_DIR", folder, 1);
    assert_int_equal(rc, ERR_SYSTEM);
    assert_int_equal(loan, -1);
    assert_non_null(strstr(said.text, "/no/such/folder"));
}

static void who_must_end_waits_no_longer(void **state)
{
    pid_t child = start_holder();
    int64_t before = clock_us();
    struct bell stop;
    int loan = -1;

    (void)state;
    bell_init(&stop);
    bell_ring(&stop);
    assert_int_equal(loan_take("tty-1-2", "me", 60000000, &stop, &loan), ERR_STOPPED);
    assert_in_range(clock_us() - before, 0, 5000000);
    assert_int_equal(loan, -1);
    bell_done(&stop);
    end_holder(child);
}

/* Whoever can open the file can lock it: nobody but its owner and its group may. */
static void others_cannot_open_it(void **state)
{
    char path[100];
    struct stat st;
    int loan = -1;

    (void)state;
    snprintf(path, sizeof path, "%s/helio-tty-1-2.lock", folder);
    (void)unlink(path);
    mode_t before = umask(0);
    assert_int_equal(loan_take("tty-1-2", "me", 0, NULL, &loan), OK);
    loan_return(&loan);
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 07777, 0660);
    assert_int_equal(chmod(path, 0664), 0); /* as older versions left it */
    assert_int_equal(loan_take("tty-1-2", "me", 0, NULL, &loan), OK);
    loan_return(&loan);
    umask(before);
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 07777, 0660);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_folder_is_as_told),        cmocka_unit_test(taken_and_given_back),
        cmocka_unit_test(busy_after_the_wait),          cmocka_unit_test(free_when_the_holder_dies),
        cmocka_unit_test(a_waiting_one_gets_it),        cmocka_unit_test(no_folder_no_loan),
        cmocka_unit_test(who_must_end_waits_no_longer), cmocka_unit_test(others_cannot_open_it),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
