/*
 * The pjon line: a MATEnet command there and its answer back, whatever the bridge says in between.
 * The test is the bridge, byte for byte; then a made-up one answers a whole talk.
 */
#include "bus/bus.h"
#include "bus/far_end.h"
#include "bus/far_pjon.h"
#include "bus/lines.h"
#include "bus/pjon_frame.h"

#include "base/clock.h"
#include "base/log.h"

#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

enum { MS = 1000 };

static const uint8_t command[] = {0x01, 0x02, 0, 0, 0, 0, 0, 0x03};
static const uint8_t command_wire[] = {0x95, 0x00, 0x02, 0x0d, 0x87, 0x01, 0x0a, 0x01,
                                       0x02, 0x00, 0x00, 0x00, 0x00, 0x0b, 0xea};
static const uint8_t value[] = {0x02, 0x00, 0x03, 0x00, 0x05};
static const uint8_t value_wire[] = {0x95, 0x00, 0x02, 0x09, 0xc1, 0x02, 2, 0, 3, 0x56, 0xea};
static const uint8_t status[] = {0x03, 0x89, 0x84, 0x89, 0x00, 0x55, 0x3f, 0x02,
                                 0x00, 0x15, 0x00, 0xfe, 0x02, 0xa8, 0x03, 0xec};
static const uint8_t status_wire[] = {0x95, 0x00, 0x22, 0x17, 0x44, 0x02, 0x03, 0x89, 0x84,
                                      0x89, 0x00, 0x55, 0x3f, 0x02, 0x00, 0x15, 0x00, 0xfe,
                                      0x02, 0xa8, 0xdd, 0xb5, 0xfa, 0x16, 0xea};

struct stand {
    struct section section;
    struct bus bus;
    int far;
};

static void stand_on(struct stand *s, const char *where, const char *words)
{
    const struct line *line = line_find("pjon");
    const struct setting *tables[] = {bus_settings, line->settings};

    assert_int_equal(section_from_words("bus", "bridge", words, &s->section), OK);
    assert_int_equal(section_check(&s->section, tables, 2), OK);
    assert_int_equal(bus_init(&s->bus, "bridge", line, where, &s->section), OK);
    assert_int_equal(bus_borrow(&s->bus, 1000 * MS), OK);
}

static void stand_begin(struct stand *s, const char *words)
{
    char where[64];

    *s = (struct stand){.far = posix_openpt(O_RDWR | O_NOCTTY)};
    if (s->far < 0 || grantpt(s->far) || unlockpt(s->far) ||
        ptsname_r(s->far, where, sizeof where)) {
        print_message("no pseudo-terminals here\n");
        skip();
    }
    stand_on(s, where, words);
}

static void stand_end(struct stand *s)
{
    bus_return(&s->bus);
    bus_done(&s->bus);
    section_done(&s->section);
    if (s->far >= 0)
        close(s->far);
}

static void ask(struct stand *s)
{
    assert_int_equal(s->bus.line->send(&s->bus, command, sizeof command), OK);
}

static void far_says(struct stand *s, const uint8_t *bytes, size_t length)
{
    assert_int_equal(write(s->far, bytes, length), length);
}

static void far_sends(struct stand *s, const struct pjon_packet *packet)
{
    uint8_t wire[PJON_WIRE_MAX];

    far_says(s, wire, pjon_wrap(packet, wire));
}

static void far_remarks(struct stand *s, uint8_t code)
{
    struct pjon_packet packet = {.from = PJON_BRIDGE, .length = 1, .payload = {code}};

    far_sends(s, &packet);
}

static size_t far_hears(struct stand *s, uint8_t *to, size_t size)
{
    size_t got = 0;

    while (got < size) {
        struct pollfd p = {.fd = s->far, .events = POLLIN};
        if (poll(&p, 1, 200) <= 0)
            break;
        ssize_t n = read(s->far, to + got, size - got);
        if (n <= 0)
            break;
        got += (size_t)n;
    }
    return got;
}

static int receive(struct stand *s, uint8_t *to, size_t size)
{
    return s->bus.line->receive(&s->bus, to, size, 1000 * MS);
}

static void hears_nothing(struct stand *s)
{
    uint8_t bytes[8];
    int64_t before = clock_us();

    assert_int_equal(s->bus.line->receive(&s->bus, bytes, sizeof bytes, 60 * MS), 0);
    assert_true(clock_us() - before >= 55 * MS);
    assert_int_equal(s->bus.line->receive(&s->bus, bytes, sizeof bytes, -5), 0);
}

static void hears_value(struct stand *s)
{
    uint8_t bytes[64];

    assert_int_equal(receive(s, bytes, sizeof bytes), sizeof value);
    assert_memory_equal(bytes, value, sizeof value);
}

/* ---- byte for byte ----------------------------------------------------------------------- */

static void there_and_back(void **state)
{
    struct stand s;
    uint8_t bytes[64];

    (void)state;
    stand_begin(&s, "line=given,wait_ms=0");
    ask(&s);
    assert_int_equal(far_hears(&s, bytes, sizeof bytes), sizeof command_wire);
    assert_memory_equal(bytes, command_wire, sizeof command_wire);
    far_says(&s, value_wire, 4); /* in two halves */
    hears_nothing(&s);
    far_says(&s, value_wire + 4, sizeof value_wire - 4);
    hears_value(&s);
    hears_nothing(&s);
    ask(&s);
    far_says(&s, status_wire, sizeof status_wire);
    assert_int_equal(receive(&s, bytes, 3), 3); /* for a caller with little room */
    assert_int_equal(receive(&s, bytes + 3, 61), sizeof status - 3);
    assert_memory_equal(bytes, status, sizeof status);
    stand_end(&s);
}

static void the_other_bus(void **state)
{
    struct stand s;
    struct pjon_reader reader = {0};
    struct pjon_packet packet;
    uint8_t bytes[64];

    (void)state;
    stand_begin(&s, "line=given,wait_ms=0,target=mate");
    ask(&s);
    assert_int_equal(far_hears(&s, bytes, sizeof bytes), sizeof command_wire);
    for (size_t i = 0; i < sizeof command_wire; i++)
        assert_int_equal(pjon_read(&reader, bytes[i], &packet), i == sizeof command_wire - 1);
    assert_int_equal(packet.payload[0], 0x0b);
    stand_end(&s);
}

static void what_is_no_command(void **state)
{
    static const uint8_t wrong[] = {0x01, 0x02, 0, 0, 0, 0, 0, 0x04};
    struct stand s;
    uint8_t bytes[64];

    (void)state;
    stand_begin(&s, "line=given,wait_ms=0");
    assert_int_equal(s.bus.line->send(&s.bus, wrong, sizeof wrong), ERR_DATA);
    assert_int_equal(s.bus.line->send(&s.bus, command, 7), ERR_DATA);
    assert_int_equal(s.bus.line->send(&s.bus, command, 0), ERR_DATA);
    assert_int_equal(far_hears(&s, bytes, sizeof bytes), 0);
    stand_end(&s);
}

/* One error for one question, and then the wire is as before. */
static void remarks(void **state)
{
    static const struct {
        uint8_t code;
        int rc;
    } rows[] = {
        {2, OK},      {3, ERR_GARBAGE}, {4, ERR_SHORT},    {5, ERR_SHORT},
        {6, ERR_CRC}, {'N', ERR_CRC},   {'E', ERR_CONFIG}, {99, ERR_GARBAGE},
    };
    struct stand s;
    uint8_t bytes[64];

    (void)state;
    stand_begin(&s, "line=given,wait_ms=0");
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        int64_t before = clock_us();
        ask(&s);
        far_remarks(&s, rows[i].code);
        assert_int_equal(receive(&s, bytes, sizeof bytes), rows[i].rc);
        assert_true(clock_us() - before < 500 * MS); /* a silence that is told is not sat out */
        far_remarks(&s, rows[i].code);               /* said without being asked: nothing */
        hears_nothing(&s);
        ask(&s);
        far_says(&s, value_wire, sizeof value_wire);
        hears_value(&s);
    }
    ask(&s);
    memcpy(bytes, value_wire, sizeof value_wire);
    bytes[7] ^= 1;
    far_says(&s, bytes, sizeof value_wire);
    assert_int_equal(receive(&s, bytes, sizeof bytes), ERR_CRC);
    far_says(&s, value_wire, 7); /* the rest of it never comes */
    hears_nothing(&s);
    ask(&s);
    far_says(&s, value_wire, sizeof value_wire);
    hears_value(&s);
    stand_end(&s);
}

static void acknowledged(void **state)
{
    struct pjon_packet packet = {
        .to = PJON_HOST, .from = PJON_BRIDGE, .wants_ack = true, .length = 1, .payload = {'E'}};
    struct stand s;
    uint8_t bytes[64];

    (void)state;
    stand_begin(&s, "line=given,wait_ms=0");
    ask(&s);
    assert_int_equal(far_hears(&s, bytes, sizeof bytes), sizeof command_wire);
    far_sends(&s, &packet);
    assert_int_equal(receive(&s, bytes, sizeof bytes), ERR_CONFIG);
    far_sends(&s, &packet); /* as if it had not been heard */
    hears_nothing(&s);
    assert_int_equal(far_hears(&s, bytes, sizeof bytes), 2);
    assert_int_equal(bytes[0], PJON_ACK);
    assert_int_equal(bytes[1], PJON_ACK);
    packet.to = 7;
    far_sends(&s, &packet); /* to somebody else: not ours to acknowledge */
    packet.to = PJON_ANYONE;
    far_sends(&s, &packet); /* nor nobody's, said to all */
    hears_nothing(&s);
    assert_int_equal(far_hears(&s, bytes, sizeof bytes), 0);
    stand_end(&s);
}

static void not_for_us(void **state)
{
    struct pjon_packet packet = {.to = 9, .from = PJON_BRIDGE, .length = 3, .payload = {2, 0, 9}};
    struct stand s;

    (void)state;
    stand_begin(&s, "line=given,wait_ms=0");
    ask(&s);
    far_sends(&s, &packet);
    far_says(&s, command_wire, sizeof command_wire); /* an echo is no answer */
    far_says(&s, (const uint8_t *)"hello\r\n", 7);
    far_says(&s, value_wire, sizeof value_wire);
    hears_value(&s);
    hears_nothing(&s);
    far_says(&s, value_wire, 6); /* half of something older is not put before an answer */
    hears_nothing(&s);
    ask(&s);
    far_says(&s, value_wire + 6, sizeof value_wire - 6);
    hears_nothing(&s);
    far_says(&s, value_wire, sizeof value_wire);
    hears_value(&s);
    stand_end(&s);
}

static void waits_for_the_board(void **state)
{
    struct stand s;
    int64_t before = clock_us();

    (void)state;
    stand_begin(&s, "line=given,wait_ms=150");
    assert_true(clock_us() - before >= 150 * MS);
    before = clock_us();
    bus_return(&s.bus);
    assert_int_equal(bus_borrow(&s.bus, 1000 * MS), OK); /* it stayed open */
    assert_true(clock_us() - before < 100 * MS);
    stand_end(&s);
}

static void gone(void **state)
{
    struct stand s;
    uint8_t bytes[8];

    (void)state;
    stand_begin(&s, "line=given,wait_ms=0");
    ask(&s);
    close(s.far);
    s.far = -1;
    assert_int_equal(receive(&s, bytes, sizeof bytes), ERR_GONE);
    assert_int_equal(receive(&s, bytes, sizeof bytes), ERR_GONE);
    stand_end(&s);
}

/* ---- a whole talk ------------------------------------------------------------------------ */

/* Answers well, spoilt, short, not at all, in turn. */
static int twin(void *who, const uint8_t *asked, size_t length, struct far_answer *a)
{
    unsigned *heard = who;

    if (length != sizeof command || memcmp(asked, command, length) != 0)
        abort(); /* another process: assertions would be its own */
    memcpy(a->answer.bytes, value, sizeof value);
    a->answer.length = sizeof value;
    a->delay_us = 5 * MS;
    switch ((*heard)++ % 4) {
    case 0:
        return OK;
    case 1:
        a->answer.bytes[2] ^= 0x10;
        return OK;
    case 2:
        a->answer.length = 1;
        return OK;
    default:
        return ERR_TIMEOUT;
    }
}

static int whole(const struct ask *question, const uint8_t *bytes, size_t length)
{
    (void)question;
    (void)bytes;
    return length < sizeof value ? 0 : sizeof value;
}

/* Until it is ended. */
static pid_t serve(struct far_end *end)
{
    volatile sig_atomic_t never = 0;
    pid_t pid = fork();

    assert_true(pid >= 0);
    if (pid == 0) {
        (void)alarm(60); /* should the test fail before it ends us */
        _exit(far_end_serve(end, &never) != OK);
    }
    return pid;
}

static void a_talk(void **state)
{
    static struct far_end end;
    static struct answer answer;
    unsigned heard = 0;
    struct far_pjon bridge = {.answer = twin, .who = &heard, .byte_us = 1146};
    struct ask question = {.bytes = command, .length = sizeof command, .whole = whole};
    struct stand s = {.far = -1};

    (void)state;
    end = (struct far_end){
        .heard = far_pjon_heard, .answer = far_pjon_answer, .who = &bridge, .byte_us = 0};
    assert_int_equal(far_end_terminal(&end, NULL), OK);
    pid_t far = serve(&end);
    stand_on(&s, end.port_path, "line=given,wait_ms=0");
    for (unsigned i = 0; i < 5; i++) {
        assert_int_equal(bus_talk(&s.bus, &question, &answer), OK);
        assert_int_equal(answer.length, sizeof value);
        assert_memory_equal(answer.bytes, value, sizeof value);
    }
    assert_int_equal(s.bus.counts.asked, 17); /* the 1st, 5th, 9th, 13th and 17th went well */
    assert_int_equal(s.bus.counts.failed[error_index(ERR_CRC)], 4);
    assert_int_equal(s.bus.counts.failed[error_index(ERR_SHORT)], 4);
    assert_int_equal(s.bus.counts.failed[error_index(ERR_TIMEOUT)], 4);
    stand_end(&s);
    assert_int_equal(kill(far, SIGTERM), 0);
    assert_int_equal(waitpid(far, NULL, 0), far);
    far_end_close(&end);
}

/* ---- the made-up bridge ------------------------------------------------------------------ */

static void heard(void **state)
{
    static const uint8_t again[] = {0x95, 0x00, 0x95, 0x00};
    uint8_t endless[PJON_WIRE_MAX] = {0x95};

    (void)state;
    for (size_t n = 0; n < sizeof command_wire; n++)
        assert_int_equal(far_pjon_heard(command_wire, n), 0);
    assert_int_equal(far_pjon_heard(command_wire, sizeof command_wire), sizeof command_wire);
    assert_int_equal(far_pjon_heard(command_wire + 1, 3), -1);
    assert_int_equal(far_pjon_heard(again, sizeof again), -1);
    assert_int_equal(far_pjon_heard(endless, sizeof endless), -1);
}

static void asks_bridge(const struct pjon_packet *asked, int rc, uint8_t remark)
{
    static struct far_answer a;
    unsigned count = 3; /* the next question is not answered, if one gets through */
    struct far_pjon bridge = {.answer = twin, .who = &count};
    struct pjon_reader reader = {0};
    struct pjon_packet said = {0};
    uint8_t wire[PJON_WIRE_MAX];
    size_t n = pjon_wrap(asked, wire);

    assert_int_equal(far_pjon_answer(&bridge, wire, n, &a), rc);
    for (size_t i = 0; i < a.answer.length && !rc; i++)
        assert_int_equal(pjon_read(&reader, a.answer.bytes[i], &said), i + 1 == a.answer.length);
    assert_int_equal(rc ? 0 : said.payload[0], remark);
    assert_int_equal(said.wants_ack, remark == 'E');
    assert_int_equal(said.to, remark == 'E' ? PJON_HOST : PJON_ANYONE);
}

static void questions_to_a_bridge(void **state)
{
    static struct far_answer a;
    static const uint8_t spoilt[] = {0x95, 0x00, 0x02, 0x07, 0x28, 0x02, 0x06, 0xaf, 0xea};
    static const uint8_t not_this[] = {0x95, 0x00, 0x02, 0x07, 0x28, 0x02, 'N', 0x00, 0xea};
    struct far_pjon bridge = {.answer = twin};
    struct pjon_packet good = {
        .from = PJON_HOST, .length = 7, .payload = {0x0a, 0x01, 0x02, 0, 0, 0, 0}};
    struct pjon_packet short_one = good, other_bus = good, to_other = good;

    (void)state;
    asks_bridge(&good, ERR_TIMEOUT, 0);
    short_one.length = 6;
    asks_bridge(&short_one, OK, 'E');
    other_bus.payload[0] = 0x0b;
    asks_bridge(&other_bus, OK, 'E');
    to_other.to = 9;
    asks_bridge(&to_other, ERR_TIMEOUT, 0);
    assert_int_equal(far_pjon_answer(&bridge, spoilt, sizeof spoilt, &a), OK);
    assert_int_equal(a.answer.length, sizeof not_this);
    assert_memory_equal(a.answer.bytes, not_this, 7); /* and its own sum */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(there_and_back),
        cmocka_unit_test(the_other_bus),
        cmocka_unit_test(what_is_no_command),
        cmocka_unit_test(remarks),
        cmocka_unit_test(acknowledged),
        cmocka_unit_test(not_for_us),
        cmocka_unit_test(waits_for_the_board),
        cmocka_unit_test(gone),
        cmocka_unit_test(a_talk),
        cmocka_unit_test(heard),
        cmocka_unit_test(questions_to_a_bridge),
    };

    log_set_level((enum log_level)0);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
