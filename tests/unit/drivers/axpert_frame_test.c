/* Frames of the axpert family: sums and their spared bytes, and what is no answer to a question. */
#include "drivers/axpert/axpert.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- sums ----------------------------------------------------------------------------------- */

/* A bit at a time, straight from the definition. */
static uint16_t raw_sum(const uint8_t *bytes, size_t length)
{
    unsigned crc = 0;

    for (size_t i = 0; i < length; i++) {
        crc ^= (unsigned)bytes[i] << 8;
        for (int bit = 0; bit < 8; bit++)
            crc = crc & 0x8000 ? crc << 1 ^ 0x1021 : crc << 1;
    }
    return (uint16_t)crc;
}

static uint8_t spared(uint8_t byte)
{
    return byte == 0x28 || byte == 0x0d || byte == 0x0a ? (uint8_t)(byte + 1) : byte;
}

static int judge(const char *asked, const uint8_t *frame, size_t length, struct axpert_frame *to)
{
    uint8_t question[ASK_MAX];
    size_t question_length = *asked ? axpert_request(asked, question) : 0;

    return axpert_judge(question, question_length, frame, length, to);
}

/* Puts a frame with its sum together; returns its length. */
static size_t frame_of(const char *payload, uint8_t *to)
{
    size_t length = strlen(payload) + 1;

    to[0] = '(';
    memcpy(to + 1, payload, length - 1);
    uint16_t crc = axpert_crc(to, length);
    to[length] = (uint8_t)(crc >> 8);
    to[length + 1] = (uint8_t)crc;
    to[length + 2] = '\r';
    return length + 3;
}

static void every_sum_there_is(void **state)
{
    static bool seen[65536];
    unsigned left = 65536, changed = 0, number = 0;
    struct axpert_frame f;

    (void)state;
    for (; left && number < 4000000; number++) {
        uint8_t frame[16];
        char payload[9];
        snprintf(payload, sizeof payload, "%08u", number);
        size_t length = frame_of(payload, frame);
        uint16_t raw = raw_sum(frame, 9);
        if (seen[raw])
            continue;
        seen[raw] = true;
        left--;
        assert_int_equal(frame[9], spared((uint8_t)(raw >> 8)));
        assert_int_equal(frame[10], spared((uint8_t)raw));
        assert_int_equal(judge("", frame, length, &f), OK);
        assert_int_equal(f.length, 8);
        assert_memory_equal(f.payload, payload, 8);
        if (frame[9] == raw >> 8 && frame[10] == (raw & 0xff))
            continue;
        changed++;
        frame[9] = (uint8_t)(raw >> 8); /* as a plain library would send it */
        frame[10] = (uint8_t)raw;
        assert_int_not_equal(judge("", frame, length, &f), OK);
    }
    assert_int_equal(left, 0);
    assert_int_equal(changed, 2 * 3 * 256 - 9);
}

/* Commands as they travel; the spared ones are those that bite. */
static void requests_byte_by_byte(void **state)
{
    static const struct {
        const char *command;
        uint16_t sum;
    } known[] = {
        {"QPIGS", 0xb7a9},    {"QQQ33.2", 0xc099},    {"QPIRI", 0xf854},     {"POP02", 0xe20b},
        {"QPI", 0xbeac},      {"QID", 0xd6ea},        {"QMOD", 0x49c1},      {"QPIWS", 0xb4da},
        {"QFLAG", 0x9874},    {"QDI", 0x711b},        {"QPGS0", 0x3fda},     {"QPGS9", 0xaef3},
        {"QBOOT", 0x0b88},    {"QGMN", 0x4929},       {"QMCHGCR", 0xd855},   {"QMUCHGCR", 0x2634},
        {"QET", 0x81b6},      {"POP00", 0xc248},      {"POP01", 0xd269},     {"PCP03", 0xbd19},
        {"PGR01", 0x39ca},    {"PBT02", 0x074c},      {"F50", 0x633e},       {"PDz", 0x401b},
        {"PBFT54.0", 0x97dd}, {"PBFT57.5", 0x9e29},   {"PBFT55.7", 0xd00b},  {"PCVV56.4", 0x5f5f},
        {"PCVV57.0", 0x29eb}, {"PSDV42.0", 0x1310},   {"PSDV41.4", 0x0bc4},  {"PBCV46.0", 0x888b},
        {"PBCV51.5", 0x2b0b}, {"PBDV00.0", 0x389b},   {"PBDV54.7", 0x29f9},  {"MCHGC061", 0x0e90},
        {"MCHGC090", 0x0e8f}, {"MNCHGC0120", 0x7058}, {"MUCHGC002", 0xb5d1}, {"MUCHGC0131", 0x040e},
        {"PPVOKC0", 0x7b56},  {"PSPB1", 0xe8c7},      {"POPM00", 0x1d04},    {"QPIGS2", 0x682d},
        {"QSID", 0xbb05},     {"QVFW", 0x6299},       {"QT", 0x27ff},        {"QMN", 0xbb64},
        {"QBEQI", 0x2ea9},    {"Q1", 0x1bfc},         {"QALL", 0xe8fb},      {"PEa", 0xd070},
    };
    uint8_t bytes[ASK_MAX];

    (void)state;
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        size_t command = strlen(known[i].command), length = axpert_request(known[i].command, bytes);
        if (length != command + 3 || memcmp(bytes, known[i].command, command) ||
            bytes[command] << 8 != (known[i].sum & 0xff00) ||
            bytes[command + 1] != (known[i].sum & 0xff) || bytes[command + 2] != '\r')
            fail_msg("%s: %02x%02x, not %04x", known[i].command, bytes[command], bytes[command + 1],
                     known[i].sum);
    }
    assert_int_equal(axpert_request("", bytes), 0);
    assert_int_equal(axpert_request("QPIGSQPIGSQPIGSQPIGSQPIGSQPIGSQPIGSQPIGSQ", bytes), 0);
    assert_int_equal(axpert_request("QPIGSQPIGSQPIGSQPIGSQPIGSQPIGSQPIGSQPIGS", bytes), 43);
}

/* ---- what came back ------------------------------------------------------------------------- */

#define STATUS                                                                                     \
    "230.0 50.0 230.0 50.0 0161 0119 003 460 57.50 012 100 0069 0014 103.8 57.45 00000 00110110"

/* Pieces of one string; a sum stands where the table says so. */
static size_t bytes_of(const char *text, uint8_t *to)
{
    size_t used = 0, bracket = 0;

    for (; *text; text++) {
        if (*text == '(')
            bracket = used;
        if (*text == '|') {
            uint16_t crc = axpert_crc(to + bracket, used - bracket);
            to[used++] = (uint8_t)(crc >> 8);
            to[used++] = (uint8_t)crc;
            to[used++] = '\r';
        } else if (*text == '%') { /* a sum of one byte */
            unsigned sum = 1;
            for (size_t i = bracket; i < used; i++)
                sum += to[i];
            to[used++] = (uint8_t)sum;
            to[used++] = '\r';
        } else {
            to[used++] = *text == '~' ? 0 : (uint8_t)*text;
        }
    }
    return used;
}

/* | a sum and CR, % a sum of one byte and CR, ~ a zero. */
static const struct {
    const char *asked, *came;
    int rc, said;
    const char *payload; /* NULL: not looked at */
} cases[] = {
    {"QPIGS", "(" STATUS "|", OK, 0, STATUS},
    {"QPIGS", "(" STATUS " 00 00 00856 010|", OK, 0, STATUS " 00 00 00856 010"},
    {"QPIGS", "~~~(" STATUS "|~~~~", OK, 0, STATUS},
    {"QPIGS", "(230.0 50.0 (" STATUS "|", OK, 0, STATUS},
    {"QPIGS", "abc(" STATUS "|", OK, 0, STATUS},
    {"QPIGS", "(" STATUS, ERR_TIMEOUT, 0, NULL},
    {"QPIGS", "", ERR_TIMEOUT, 0, NULL},
    {"QPIGS", "~~~~", ERR_TIMEOUT, 0, NULL},
    {"QPIGS", "\r", ERR_SHORT, 0, NULL},
    {"QPIGS", "(\r", ERR_SHORT, 0, NULL},
    {"QPIGS", "(a\r", ERR_SHORT, 0, NULL},
    {"QPIGS", "(" STATUS "xx\r", ERR_CRC, 0, NULL},
    {"QPIGS", "(" STATUS "\n", ERR_TIMEOUT, 0, NULL},
    {"QPIGS", STATUS "\r", ERR_GARBAGE, 0, NULL},
    {"QPIGS", "(B|", ERR_FUNCTION, 0, NULL},
    {"QPIGS", "(230.0 50.0|", ERR_FUNCTION, 0, NULL},
    {"QPIGS", "(ACK|", ERR_FUNCTION, AXPERT_ACK, NULL},
    {"QPIGS", "(|", ERR_SHORT, 0, NULL},
    {"QMOD", "(B|", OK, 0, "B"},
    {"QMOD", "(00000100000000000000000000000000|", ERR_FUNCTION, 0, NULL},
    {"QPIWS", "(B|", ERR_FUNCTION, 0, NULL},
    {"QPIWS", "(--000001000000000000000000000000|", OK, 0, NULL},
    {"QFLAG", "(00000100000000000000000000000000|", ERR_FUNCTION, 0, NULL},
    {"QFLAG", "(ED|", OK, 0, "ED"},
    {"QED20261121", "(EakxyDbjuvz|", ERR_FUNCTION, 0, NULL},
    {"QID", "(HMP12345678|", OK, 0, "HMP12345678"},
    {"QMN", "(5048-MGX|", OK, 0, "5048-MGX"},
    {"QID", "(B|", ERR_FUNCTION, 0, NULL},
    {"QPI", "^D00518x\r", ERR_GARBAGE, 0, NULL},       /* another family */
    {"QPIGS2", "(" STATUS "|", ERR_FUNCTION, 0, NULL}, /* some say their status again */
    {"QPIGS2", "(03.1 327.3 01026 |", OK, 0, "03.1 327.3 01026 "},
    {"QPIGS2", "(232.1 50.0 230.1 49.9 0344 0312|", ERR_FUNCTION, 0, NULL},
    {"QPIGS", "(NAK|", ERR_REFUSED, AXPERT_NAK, NULL},
    {"QPIGS", "(NAK\r", ERR_REFUSED, AXPERT_NAK, NULL},
    {"QPIGS", "NAK\r", ERR_REFUSED, AXPERT_NAK, NULL},
    {"QPIGS", "~(NAK|~", ERR_REFUSED, AXPERT_NAK, NULL},
    {"QPIGS", "(230.0 5(NAK|", ERR_REFUSED, AXPERT_NAK, NULL},
    {"QPIGS", "(NAKx\r", ERR_CRC, 0, NULL},
    {"POP02", "(ACK|", OK, AXPERT_ACK, NULL},
    {"POP02", "(ACK|~", OK, AXPERT_ACK, NULL},
    {"POP02", "(NAK|", ERR_REFUSED, AXPERT_NAK, NULL},
    {"POP02", "(B|", ERR_FUNCTION, 0, NULL},
    {"POP02", "(ACK\r", ERR_CRC, 0, NULL},
    {"QALL", "(1 2 3%", OK, 0, "1 2 3"},
    {"QLITH0", "(052.5 000.0%", OK, 0, "052.5 000.0"},
    {"PQSE", "(000100 56.0 54.0%", OK, 0, "000100 56.0 54.0"},
    {"QPIGS", "(" STATUS "%", ERR_CRC, 0, NULL}, /* nobody else has that sum */
    {"QMOD", "(B%", ERR_SHORT, 0, NULL},
    {"QXYZ", "(whatever it is|", OK, 0, "whatever it is"}, /* a question nobody described */
    {"QPIGS", "(230.0\t50.0|", ERR_GARBAGE, 0, NULL},
};

static void answers_and_what_is_none(void **state)
{
    unsigned wrong = 0;

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        uint8_t *bytes = malloc(512); /* where a step too far would show */
        struct axpert_frame f;
        assert_non_null(bytes);
        size_t length = bytes_of(cases[i].came, bytes);
        int rc = judge(cases[i].asked, bytes, length, &f);
        bool is_well = rc == cases[i].rc && f.said == cases[i].said;
        if (is_well && cases[i].payload)
            is_well = f.length == strlen(cases[i].payload) &&
                      !memcmp(f.payload, cases[i].payload, f.length) && f.end == length;
        if (!is_well)
            print_error("%s: \"%s\": %s, said %d\n", cases[i].asked, cases[i].came, error_word(rc),
                        f.said);
        wrong += !is_well;
        free(bytes);
    }
    assert_int_equal(wrong, 0);
}

static void an_echo_is_no_answer(void **state)
{
    uint8_t bytes[200];
    struct axpert_frame f;

    (void)state;
    size_t length = axpert_request("QPGS0", bytes);
    assert_int_equal(judge("QPGS0", bytes, length, &f), ERR_ECHO);
    assert_int_equal(judge("QPGS1", bytes, length, &f), ERR_GARBAGE); /* another's question */
    length = axpert_request("QMOD", bytes);
    size_t more = frame_of("B", bytes + length);
    assert_int_equal(judge("QMOD", bytes, length + 2, &f), ERR_ECHO);
    assert_int_equal(judge("QMOD", bytes, length + more, &f), OK);
    assert_int_equal(f.end, length + more);
    assert_int_equal(f.payload[0], 'B');
}

/* LF ends the answers of batteries, and no other. */
static void line_feeds(void **state)
{
    static const struct {
        const char *asked;
        int rc;
    } rows[] = {{"QBMS", OK}, {"QLITH0", OK}, {"QALL", ERR_TIMEOUT}, {"QPIGS", ERR_TIMEOUT}};
    uint8_t bytes[200];
    struct axpert_frame f;

    (void)state;
    size_t length = frame_of("0 052.5 000.0", bytes);
    bytes[length - 1] = '\n';
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_int_equal(judge(rows[i].asked, bytes, length, &f), rows[i].rc);
}

static void resynced_is_said(void **state)
{
    uint8_t bytes[300];
    struct axpert_frame f;

    (void)state;
    size_t length = bytes_of("(230.0 50(" STATUS "|", bytes);
    assert_int_equal(judge("QPIGS", bytes, length, &f), OK);
    assert_true(f.is_resynced);
    length = bytes_of("~~(" STATUS "|~", bytes);
    assert_int_equal(judge("QPIGS", bytes, length, &f), OK);
    assert_false(f.is_resynced);
}

/* ---- in reports of eight bytes ----------------------------------------------------------------
 */

/* Whatever the cut, an answer is whole at its last report and never before. */
static void reports_of_eight(void **state)
{
    static const struct {
        const char *asked, *came;
        unsigned reports;
    } rows[] = {{"QPIGS", "(" STATUS " 00 00 00000 110|~~", 14},
                {"POP02", "(ACK|~", 1},
                {"PBFT54.0", "(ACK|~", 1},
                {"QMOD", "(B|~~~", 1}};
    uint8_t question[ASK_MAX], bytes[300];

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct ask ask = {.bytes = question};
        struct block b = {.name = "any", .text = rows[i].asked};
        assert_int_equal(axpert_speech.question(1, &b, question, &ask), OK);
        size_t length = bytes_of(rows[i].came, bytes);
        assert_int_equal(length, 8 * rows[i].reports);
        for (size_t at = 8; at < length; at += 8)
            assert_int_equal(ask.whole(&ask, bytes, at), 0);
        assert_int_equal(ask.whole(&ask, bytes, length), length);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_sum_there_is),
        cmocka_unit_test(requests_byte_by_byte),
        cmocka_unit_test(answers_and_what_is_none),
        cmocka_unit_test(an_echo_is_no_answer),
        cmocka_unit_test(line_feeds),
        cmocka_unit_test(resynced_is_said),
        cmocka_unit_test(reports_of_eight),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
