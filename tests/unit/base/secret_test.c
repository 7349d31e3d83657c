/* A secret comes from an ordinary file of its owner's, and from nothing that could keep us waiting.
 */
#include "base/secret.h"

#include "tests/unit/said.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <sys/stat.h>

static char folder[] = "/tmp/secret_test.XXXXXX", path[100];
static struct said said;

static int set_up(void **state)
{
    (void)state;
    if (!mkdtemp(folder))
        return -1;
    snprintf(path, sizeof path, "%s/secret", folder);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    return rmdir(folder);
}

static int read_it(char *to, size_t size)
{
    said_start(&said);
    int rc = secret_read("sink", path, to, size);
    said_stop(&said);
    return rc;
}

static void make(const char *text, mode_t mode)
{
    FILE *file = fopen(path, "w");

    assert_non_null(file);
    fputs(text, file);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(chmod(path, mode), 0);
}

static void the_first_line_is_it(void **state)
{
    char word[20];

    (void)state;
    make("open sesame\nmore\n", 0600);
    assert_int_equal(read_it(word, sizeof word), OK);
    assert_string_equal(word, "open sesame");
    assert_string_equal(said.text, "");
    make("", 0600);
    assert_int_equal(read_it(word, sizeof word), ERR_DATA);
    make("open sesame\n", 0640);
    assert_int_equal(read_it(word, sizeof word), ERR_DENIED);
    unlink(path);
    assert_int_equal(read_it(word, sizeof word), ERR_INPUT);
}

/* Opening a pipe that nobody writes into would wait for ever, and the whole start with it. */
static void a_pipe_is_refused_at_once(void **state)
{
    char word[20];

    (void)state;
    assert_int_equal(mkfifo(path, 0600), 0);
    alarm(10);
    assert_int_equal(read_it(word, sizeof word), ERR_INPUT);
    alarm(0);
    assert_non_null(strstr(said.text, "not an ordinary file"));
    unlink(path);
}

static void a_folder_is_refused(void **state)
{
    char word[20];

    (void)state;
    assert_int_equal(mkdir(path, 0700), 0);
    assert_int_equal(read_it(word, sizeof word), ERR_INPUT);
    assert_non_null(strstr(said.text, "not an ordinary file"));
    rmdir(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_line_is_it),
        cmocka_unit_test(a_pipe_is_refused_at_once),
        cmocka_unit_test(a_folder_is_refused),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
