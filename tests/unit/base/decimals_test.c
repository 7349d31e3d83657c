/* What adding and multiplying leave behind. */
#include "base/decimals.h"

#include "base/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>

static void reads(double value, const char *text)
{
    char said[40];
    struct text t = text_on(said, sizeof said);

    text_number(&t, decimals_cut(value));
    assert_string_equal(said, text);
}

static void products_and_sums(void **state)
{
    (void)state;
    reads(52.81 * 11, "580.91");
    reads(0.1 + 0.2, "0.3");
    reads(49.9 - 49.8, "0.1");
    reads(-52.81 * 11, "-580.91");
    reads(0.0000004, "0");
    reads(1.0 / 3, "0.333333");
}

static void what_has_no_six(void **state)
{
    (void)state;
    reads(9007199254740991.0, "9007199254740991"); /* flags, 53 of them */
    reads(-1e12, "-1e+12");
    assert_true(isnan(decimals_cut(NAN)));
    assert_true(isinf(decimals_cut(INFINITY)));
}

/* Each number of up to six decimals is left as it is, to the bit. */
static void cut_twice(void **state)
{
    (void)state;
    for (uint32_t i = 1; i < 2000000000; i += 99991) {
        double is = (double)i / 1e6, grown = decimals_cut(is);
        assert_true(grown >= is && grown <= is);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(products_and_sums),
        cmocka_unit_test(what_has_no_six),
        cmocka_unit_test(cut_twice),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
