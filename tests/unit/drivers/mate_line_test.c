/* Lines of a MATE's own stream: taken apart, put together, and picked out of what goes by. */
#include "drivers/mate/kinds.h"
#include "drivers/mate/line.h"

#include "base/section.h"
#include "bus/lines.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

static const char mx[] = "\nB,00,41,33,099,123,05,65,128,02,252,1234,00,101\r";
static const char fx[] = "\n2,06,00,08,115,115,00,10,000,02,520,001,000,041\r";
static const char dc[] = "\na,0958,0126,0000,70,00045,252,088,001,09,99,149\r";
static const char old[] = "\nA,00,08,06,034,031,00,05,000,02,262,000,000,059\r";

static int read_line(const char *line, struct mate_line *to)
{
    return mate_line_read((const uint8_t *)line, strlen(line), to);
}

static void lines_come_back_from_pages(void **state)
{
    static const char *const lines_of[] = {mx, fx, dc};

    (void)state;
    for (size_t i = 0; i < sizeof lines_of / sizeof *lines_of; i++) {
        struct mate_line line, made;
        uint8_t pages[PAGES_MAX], have[PAGES_MAX], bytes[64] = {0};
        assert_int_equal(read_line(lines_of[i], &line), OK);
        mate_line_to_pages(&line, pages, have);
        pages[16] = line.type == MATE_DC ? 0x80 : pages[16]; /* met: a line says it elsewhere */
        made = (struct mate_line){.type = line.type, .port = line.port};
        mate_pages_to_line(pages, line.numbers[3] & 0x3f, &made);
        if (line.type == MATE_DC) { /* what a line of made-up pages does not know */
            made.numbers[7] = line.numbers[7];
            made.numbers[9] = line.numbers[9];
        }
        assert_int_equal(mate_line_write(&made, bytes, sizeof bytes), MATE_LINE + 2);
        assert_string_equal((char *)bytes, lines_of[i]);
    }
}

static void what_is_too_large_is_the_largest(void **state)
{
    struct mate_line line = {.type = MATE_FX, .numbers = {123, 1000}}, back;
    uint8_t bytes[64];
    size_t length = mate_line_write(&line, bytes, sizeof bytes);

    (void)state;
    assert_int_equal(mate_line_read(bytes, length, &back), OK);
    assert_int_equal(back.numbers[0], 99);
    assert_int_equal(mate_line_write(&line, bytes, 20), 0); /* no room */
}

static void every_changed_character_is_noticed(void **state)
{
    (void)state;
    for (size_t i = 1; i < strlen(mx) - 1; i++) {
        char line[64];
        struct mate_line to;
        strcpy(line, mx);
        line[i] = line[i] == '7' ? '6' : '7';
        assert_int_not_equal(read_line(line, &to), OK);
    }
}

static void count(void *to, const struct field *f)
{
    *(unsigned *)to += !strcmp(f->name, "battery_temperature") || !strcmp(f->name, "amp_hours");
}

static void what_is_not_known_is_not_said(void **state)
{
    struct decoding how = {.rows = mate_dc_rows};
    unsigned said = 0;

    (void)state;
    assert_int_equal(mate_line_decode(&how, (const uint8_t *)dc, strlen(dc), count, &said), OK);
    how.rows = mate_mx_rows;
    assert_int_equal(mate_line_decode(&how, (const uint8_t *)old, strlen(old), count, &said), OK);
    assert_int_equal(said, 0); /* no sensor; no ampere-hours */
    assert_int_equal(mate_line_decode(&how, (const uint8_t *)mx, strlen(mx), count, &said), OK);
    assert_int_equal(said, 1);
}

/* ---- listening: a wire that says what the test wrote down ------------------------------------ */

static struct {
    const char *said;
    size_t at, step;
} wire;

static int wire_receive(struct bus *bus, uint8_t *to, size_t size, int64_t wait_us)
{
    size_t left = strlen(wire.said + wire.at), n = left < wire.step ? left : wire.step;

    (void)bus;
    (void)wait_us;
    n = n < size ? n : size;
    memcpy(to, wire.said + wire.at, n);
    wire.at += n;
    return n ? (int)n : ERR_GONE; /* it ends there */
}

static int wire_send(struct bus *bus, const uint8_t *bytes, size_t length)
{
    (void)bus;
    (void)bytes;
    fail_msg("%zu bytes were sent to who only listens", length);
    return ERR_IO;
}

static int wire_open(struct bus *bus)
{
    (void)bus;
    return OK;
}

static void wire_close(struct bus *bus)
{
    (void)bus;
}

static const struct line wire_line = {.scheme = "serial",
                                      .memory = 1,
                                      .open = wire_open,
                                      .send = wire_send,
                                      .receive = wire_receive,
                                      .close = wire_close};

static int hear(struct bus *bus, const struct block *b, uint8_t port, struct answer *a)
{
    uint8_t bytes[ASK_MAX];
    struct ask ask = {0};

    assert_int_equal(mate_stream.question(port, b, bytes, &ask), OK);
    ask.bytes = bytes;
    return bus_talk(bus, &ask, a);
}

static void open_wire(struct bus *bus, struct section *section, const char *said, size_t step)
{
    const struct setting *tables[] = {bus_settings};

    *section = (struct section){0};
    assert_int_equal(section_from_words("bus", "wire", "line=here", section), OK);
    assert_int_equal(section_check(section, tables, 1), OK);
    assert_int_equal(bus_init(bus, "wire", &wire_line, "", section), OK);
    bus->is_open = true;
    wire.said = said;
    wire.at = 0;
    wire.step = step;
}

static void close_wire(struct bus *bus, struct section *section)
{
    bus_done(bus);
    section_done(section);
}

static void each_hears_its_own(void **state)
{
    static const char said[] = "06,065\r\nB,00,41,33,099,123,05,65,128,02,252,1234,00,101\r"
                               "\n2,06,00,08,115,115,00,10,000,02,520,001,000,041\r"
                               "\na,0958,0126,0000,70,00045,252,088,001,09,99,149\r";

    (void)state;
    for (size_t step = 1; step < 300; step += step < 60 ? 1 : 97) {
        struct bus bus;
        struct section section;
        struct answer a;
        open_wire(&bus, &section, said, step);
        assert_int_equal(hear(&bus, mate_stream_mx, 1, &a), OK);
        assert_memory_equal(a.bytes, mx, strlen(mx));
        assert_int_equal(hear(&bus, mate_stream_fx, 0, &a), OK); /* any FX */
        assert_memory_equal(a.bytes, fx, strlen(fx));
        assert_int_equal(hear(&bus, mate_stream_dc, 1, &a), OK);
        assert_memory_equal(a.bytes, dc, strlen(dc));
        assert_int_equal(hear(&bus, mate_stream_dc, 1, &a), ERR_GONE);
        close_wire(&bus, &section);
    }
}

static void a_garbled_line_is_passed_over(void **state)
{
    static const char *const before[] = {
        "\nB,00,41,33,099,123,05,65,128,02,252,1234,00,102\r",    /* another sum */
        "\nB,00,41,33,099,123,05,6",                              /* cut */
        "\nB,00,41,33,099,123,05,65,128,02,252,1234,00,101,00\r", /* too long */
        "\nB\r",
        "\n\n\n",
        "\r\r",
        "\nB,0 ,41,33,099,123,05,65,128,02,252,1234,00,081\r",
    };

    (void)state;
    for (size_t i = 0; i < sizeof before / sizeof *before; i++)
        for (size_t step = 1; step < 120; step += 13) {
            char said[256];
            struct bus bus;
            struct section section;
            struct answer a;
            snprintf(said, sizeof said, "%s%s", before[i], mx);
            open_wire(&bus, &section, said, step);
            assert_int_equal(hear(&bus, mate_stream_mx, 1, &a), OK);
            assert_memory_equal(a.bytes, mx, strlen(mx));
            close_wire(&bus, &section);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_come_back_from_pages),
        cmocka_unit_test(what_is_too_large_is_the_largest),
        cmocka_unit_test(every_changed_character_is_noticed),
        cmocka_unit_test(what_is_not_known_is_not_said),
        cmocka_unit_test(each_hears_its_own),
        cmocka_unit_test(a_garbled_line_is_passed_over),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
