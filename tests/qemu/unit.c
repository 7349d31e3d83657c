/* A made-up USB HID unit at the far end of USB/IP (tests/qemu/unit.h). */
#include "tests/qemu/unit.h"
#include "base/clock.h"
#include "tests/qemu/descriptors.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

/* USB/IP, all numbers big endian. The words of a packet; the rest depends on its command. */
enum { SUBMIT = 1, UNLINK, SUBMIT_DONE, UNLINK_DONE };
enum { AT_COMMAND, AT_NUMBER, AT_DEVICE, AT_DIRECTION, AT_ENDPOINT, AT_STATUS, AT_LENGTH };
enum { AT_UNLINKED = 5, AT_SETUP = 10, WORDS = 12, DATA_MAX = 1024, IS_IN = 1 };

struct packet {
    uint32_t word[WORDS];
    uint8_t setup[8], data[DATA_MAX];
    uint32_t length; /* wanted or sent */
};

/* Of a control request: bmRequestType and bRequest, and what is done about it. */
struct request {
    uint8_t type, code;
    int (*serve)(struct unit *u, struct packet *p); /* bytes for the host, or -errno */
};

static uint32_t word_of(const struct packet *p, unsigned at)
{
    return ntohl(p->word[at]);
}

static int get_all(int fd, void *to, size_t length)
{
    return recv(fd, to, length, MSG_WAITALL) == (ssize_t)length ? OK : ERR_GONE;
}

static int put_all(int fd, const void *from, size_t length)
{
    return send(fd, from, length, MSG_NOSIGNAL) == (ssize_t)length ? OK : ERR_GONE;
}

static int reply(struct unit *u, uint32_t command, uint32_t number, int status, uint32_t length)
{
    uint32_t word[WORDS] = {
        [AT_COMMAND] = htonl(command),
        [AT_NUMBER] = htonl(number),
        [AT_STATUS] = htonl((uint32_t)status),
        [AT_LENGTH] = htonl(length),
    };

    return put_all(u->fd, word, sizeof(word));
}

/* ---- endpoint 0 ---- */

static int give(struct packet *p, const uint8_t *bytes, size_t length)
{
    length = length < p->length ? length : p->length;
    memcpy(p->data, bytes, length);
    return (int)length;
}

static int give_words(struct packet *p, unsigned number)
{
    uint8_t made[64] = {0, 3};
    size_t used = 2;

    if (number >= sizeof(about_words) / sizeof(about_words[0]))
        return -EPIPE;
    for (const char *c = about_words[number]; *c && used + 2 <= sizeof(made); c++) {
        made[used++] = (uint8_t)*c;
        if (number)
            made[used++] = 0; /* UTF-16, but for the languages */
    }
    made[0] = (uint8_t)used;
    return give(p, made, used);
}

static int give_device(const struct unit *u, struct packet *p)
{
    uint8_t made[sizeof(about_device)];

    memcpy(made, about_device, sizeof(made));
    made[AT_VENDOR] = (uint8_t)u->vendor;
    made[AT_VENDOR + 1] = (uint8_t)(u->vendor >> 8);
    made[AT_PRODUCT] = (uint8_t)u->product;
    made[AT_PRODUCT + 1] = (uint8_t)(u->product >> 8);
    return give(p, made, sizeof(made));
}

static int get_descriptor(struct unit *u, struct packet *p)
{
    switch (p->setup[3]) {
    case 1:
        return give_device(u, p);
    case 2:
        return give(p, about_configuration, sizeof(about_configuration));
    case 3:
        return give_words(p, p->setup[2]);
    case 0x21:
        return give(p, about_configuration + ABOUT_HID_AT, ABOUT_HID_LENGTH);
    case 0x22:
        return give(p, about_reports, sizeof(about_reports));
    default:
        return -EPIPE;
    }
}

static int give_zeros(struct unit *u, struct packet *p)
{
    static const uint8_t zeros[REPORT];

    (void)u;
    return give(p, zeros, sizeof(zeros));
}

static int nothing(struct unit *u, struct packet *p)
{
    (void)u;
    (void)p;
    return 0;
}

/* The bridge must first say the question to the device behind it, at 2400 bits a second. */
static int64_t turnaround_us(const struct unit *u)
{
    enum { BYTE_US = 4167, DEVICE_US = 20 * US_PER_MS };

    return u->answers->is_instant ? 0 : (int64_t)u->asked * BYTE_US + DEVICE_US;
}

static void answer(struct unit *u, const struct exchange *row)
{
    size_t padded = (row->answer_length + REPORT - 1) / REPORT * REPORT;

    if (u->said == u->length) {
        u->said = u->length = 0;
        u->next_us = clock_us() + turnaround_us(u);
    }
    if (!padded || u->length + padded > sizeof(u->waiting))
        return;
    memset(u->waiting + u->length, 0, padded);
    memcpy(u->waiting + u->length, row->answer, row->answer_length);
    u->length += padded;
    u->ends_at = u->length;
}

static void tell(const char *what, const uint8_t *bytes, size_t length)
{
    printf("%s ", what);
    for (size_t i = 0; i < length; i++)
        printf("%02x", bytes[i]);
    printf("\n");
}

/* Nothing but whole output reports: anything else is a fault of the program under test. */
static int set_report(struct unit *u, struct packet *p)
{
    const struct exchange *row;
    bool is_begun;

    if (u->far) {
        tell("asked", p->data, p->length);
        return p->setup[3] != 2 || p->setup[2] || bridge_pass(u, p->data, p->length) ? -EPIPE : 0;
    }
    if (p->setup[3] != 2 || p->setup[2] || p->length != REPORT) {
        printf("wrong report: type %u number %u length %u\n", p->setup[3], p->setup[2], p->length);
        return -EPIPE;
    }
    if (u->asked + REPORT > sizeof(u->question))
        u->asked = 0;
    memcpy(u->question + u->asked, p->data, REPORT);
    u->asked += REPORT;
    row = answers_find(u->answers, u->question, u->asked, &is_begun);
    if (!row && is_begun)
        return 0;
    tell(row && row->question_length ? "asked" : "unknown", u->question, u->asked);
    if (row)
        answer(u, row);
    u->asked = 0;
    return 0;
}

static const struct request requests[] = {
    {0x80, 6, get_descriptor},                      /* of the device */
    {0x81, 6, get_descriptor},                      /* of the interface */
    {0x80, 0, give_zeros},                          /* status */
    {0x00, 9, nothing},                             /* configuration */
    {0x01, 11, nothing},                            /* interface */
    {0x02, 1, nothing},                             /* endpoint halted no more */
    {0x21, 9, set_report},     {0x21, 10, nothing}, /* idle */
    {0x21, 11, nothing},                            /* protocol */
    {0xa1, 1, give_zeros},                          /* report */
};

static int control(struct unit *u, struct packet *p)
{
    bool is_in = word_of(p, AT_DIRECTION) == IS_IN;
    int made = -EPIPE, error;

    for (size_t i = 0; i < sizeof(requests) / sizeof(requests[0]); i++) {
        if (requests[i].type == p->setup[0] && requests[i].code == p->setup[1])
            made = requests[i].serve(u, p);
    }
    if (made < 0)
        return reply(u, SUBMIT_DONE, word_of(p, AT_NUMBER), made, 0);
    error = reply(u, SUBMIT_DONE, word_of(p, AT_NUMBER), 0, is_in ? (uint32_t)made : p->length);
    return error || !is_in ? error : put_all(u->fd, p->data, (size_t)made);
}

/* ---- packets ---- */

static int submit(struct unit *u, struct packet *p)
{
    bool is_in = word_of(p, AT_DIRECTION) == IS_IN;

    p->length = word_of(p, AT_LENGTH);
    memcpy(p->setup, &p->word[AT_SETUP], sizeof(p->setup));
    if (p->length > sizeof(p->data) && !is_in)
        return ERR_LENGTH;
    if (!is_in && p->length && get_all(u->fd, p->data, p->length))
        return ERR_GONE;
    if (!word_of(p, AT_ENDPOINT))
        return control(u, p);
    if (!is_in)
        return reply(u, SUBMIT_DONE, word_of(p, AT_NUMBER), -EPIPE, 0);
    u->poll = word_of(p, AT_NUMBER);
    u->is_polled = true;
    return OK;
}

static int unlink_poll(struct unit *u, const struct packet *p)
{
    bool is_open = u->is_polled && u->poll == word_of(p, AT_UNLINKED);

    if (is_open)
        u->is_polled = false;
    return reply(u, UNLINK_DONE, word_of(p, AT_NUMBER), is_open ? -ECONNRESET : 0, 0);
}

int unit_serve(struct unit *u)
{
    struct packet p = {.length = 0};

    if (get_all(u->fd, p.word, sizeof(p.word)))
        return ERR_GONE;
    switch (word_of(&p, AT_COMMAND)) {
    case SUBMIT:
        return submit(u, &p);
    case UNLINK:
        return unlink_poll(u, &p);
    default:
        return ERR_DATA;
    }
}

int unit_speak(struct unit *u, int *wait_ms)
{
    enum { INTERVAL_US = 10 * US_PER_MS, IDLE_MS = 50 };
    int64_t now = clock_us();

    *wait_ms = IDLE_MS;
    if (!u->is_polled || u->said == u->length)
        return OK;
    if (now < u->next_us) {
        *wait_ms = (int)((u->next_us - now) / US_PER_MS) + 1;
        return OK;
    }
    if (reply(u, SUBMIT_DONE, u->poll, 0, REPORT) || put_all(u->fd, u->waiting + u->said, REPORT))
        return ERR_GONE;
    u->is_polled = false;
    u->next_us = now + INTERVAL_US;
    u->said += REPORT;
    u->reports++;
    if (u->said == u->ends_at)
        u->complete++;
    *wait_ms = 0;
    return OK;
}
