/* Values of settings at the edges of what their row allows. */
#include "base/log.h"
#include "base/section.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

static const struct setting table[] = {
    {"number", NUMBER, "2", 1, 5, NULL, "from 1 to 5"},
    {"choice", CHOICE, "rtu", 0, 0, "rtu tcp tcp-rtu", "one of these"},
    {"switch", YESNO, "no", 0, 0, NULL, "yes or no"},
    {"text", TEXT, "", 0, 0, NULL, "anything"},
    {"word", TEXT, "x", 0, 0, NULL, "anything"},
    SETTINGS_END,
};

static void values(void **state)
{
    static const struct {
        const char *words;
        bool is_fine;
    } rows[] = {
        {"number=1", true},
        {"number=5", true},
        {"number=0.999", false},
        {"number=5.001", false},
        {"number=3.5", true},
        {"number=", false},
        {"number=3x", false},
        {"number=nan", false},
        {"number=-1", false},
        {"choice=rtu", true},
        {"choice=tcp-rtu", true},
        {"choice=tcp-", false},
        {"choice=cp", false},
        {"choice=rt", false},
        {"choice=tcp rtu", false},
        {"choice=-rtu", false},
        {"choice=", false},
        {"switch=yes", true},
        {"switch=off", true},
        {"switch=maybe", false},
        {"switch=", false},
        {"text=", true},
        {"word=", true},
        {"nothing=1", false},
        {"number=1,number=2", false},
    };
    const struct setting *tables[] = {table};

    (void)state;
    log_set_level(LOG_LEVEL_ERR);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct section s;
        int rc = section_from_words("made", "up", rows[i].words, &s);
        if (!rc)
            rc = section_check(&s, tables, 1);
        if ((rc == OK) != rows[i].is_fine)
            fail_msg("%s: %d", rows[i].words, rc);
        section_done(&s);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(values)};

    return cmocka_run_group_tests_name("settings at their edges", tests, NULL, NULL);
}
