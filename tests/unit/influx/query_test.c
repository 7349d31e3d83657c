/* What a database says, taken by the names of its columns. */
#include "influx/query.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static char seen[400];

static int note(void *to, const char *series, const char *const *cells, unsigned count)
{
    (void)to;
    (void)series;
    for (unsigned i = 0; i < count; i++)
        snprintf(seen + strlen(seen), sizeof seen - strlen(seen), "%s%s", cells[i],
                 i + 1 < count ? " " : ";");
    return OK;
}

static int read_it(const char *answer, const char *const *wanted)
{
    *seen = '\0';
    return query_cells_in("test", answer, wanted, note, NULL);
}

/* InfluxDB 1.13 has two columns more than 1.6 before the one that says which policy is the usual.
 */
static void columns_by_name(void **state)
{
    static const char *const wanted[] = {"name", "default", NULL};
    static const char old[] =
        "{\"results\":[{\"statement_id\":0,\"series\":[{\"columns\":[\"name\",\"duration\","
        "\"shardGroupDuration\",\"replicaN\",\"default\"],\"values\":[[\"autogen\",\"0s\","
        "\"168h0m0s\",1,true],[\"short\",\"1h0m0s\",\"1h0m0s\",1,false]]}]}]}";
    static const char recent[] =
        "{\"results\":[{\"statement_id\":0,\"series\":[{\"columns\":[\"name\",\"duration\","
        "\"shardGroupDuration\",\"replicaN\",\"futureWriteLimit\",\"pastWriteLimit\","
        "\"default\"],\"values\":[[\"autogen\",\"0s\",\"168h0m0s\",1,\"0s\",\"0s\",true]]}]}]}";

    (void)state;
    assert_int_equal(read_it(old, wanted), OK);
    assert_string_equal(seen, "autogen true;short false;");
    assert_int_equal(read_it(recent, wanted), OK);
    assert_string_equal(seen, "autogen true;");
}

static void all_but_the_time(void **state)
{
    (void)state;
    assert_int_equal(
        read_it("{\"results\":[{\"series\":[{\"name\":\"solar\",\"columns\":[\"count_a\","
                "\"time\",\"count_b\"],\"values\":[[5,0,7]]}]}]}",
                NULL),
        OK);
    assert_string_equal(seen, "5 7;");
    assert_int_equal(read_it("{\"results\":[{\"statement_id\":0}]}", NULL), OK);
    assert_string_equal(seen, "");
}

static void what_is_missing_is_told(void **state)
{
    static const char *const wanted[] = {"name", "default", NULL};

    (void)state;
    assert_int_equal(read_it("{\"results\":[{\"series\":[{\"columns\":[\"name\"],\"values\":"
                             "[[\"autogen\"]]}]}]}",
                             wanted),
                     ERR_DATA);
    assert_int_equal(read_it("{\"results\":[{\"error\":\"database not found: solar\"}]}", wanted),
                     ERR_DATA);
    assert_int_equal(read_it("<html>", wanted), ERR_DATA);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(columns_by_name),
        cmocka_unit_test(all_but_the_time),
        cmocka_unit_test(what_is_missing_is_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
