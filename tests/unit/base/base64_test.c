/* Bytes as text and back. */
#include "base/base64.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void base64_of_a_captured_page(void **state)
{
    static const uint8_t fm80[] = {0x88, 0x82, 0x83, 0x00, 0x02, 0x3f, 0x02,
                                   0x00, 0x01, 0x01, 0xfc, 0x02, 0xf5};
    char text[40];

    (void)state;
    base64_write(fm80, sizeof fm80, text);
    assert_string_equal(text, "iIKDAAI/AgABAfwC9Q==");
}

/* RFC 4648, section 10. */
static void base64_pads(void **state)
{
    static const char *const said[] = {"", "Zg==", "Zm8=", "Zm9v", "Zm9vYg==", "Zm9vYmE="};
    char text[16];

    (void)state;
    for (size_t i = 0; i < sizeof said / sizeof *said; i++) {
        base64_write((const uint8_t *)"foobar", i, text);
        assert_string_equal(text, said[i]);
    }
}

static void what_was_written_is_read(void **state)
{
    uint8_t bytes[80], back[80];
    char text[120];

    (void)state;
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (uint8_t)(i * 37 + 200);
    for (size_t length = 0; length <= sizeof bytes; length++) {
        base64_write(bytes, length, text);
        assert_int_equal(base64_read(text, back, length), (int)length);
        assert_memory_equal(back, bytes, length);
        if (length)
            assert_int_equal(base64_read(text, back, length - 1), ERR_DATA);
    }
}

static void reading_is_strict(void **state)
{
    static const char *const wrong[] = {"Z",     "Zg",    "Zg=",  "Zh==",     "Zm9=", "Z===",
                                        "Zg== ", " Zg==", "Zm-v", "Zg==Zg==", "====", "Zm\n="};
    uint8_t bytes[16];

    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_int_equal(base64_read(wrong[i], bytes, sizeof bytes), ERR_DATA);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(base64_of_a_captured_page),
        cmocka_unit_test(base64_pads),
        cmocka_unit_test(what_was_written_is_read),
        cmocka_unit_test(reading_is_strict),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
