/*
 * What every line promises: bytes go and come, silence is told as silence after about the wait,
 * and a far side that is gone as gone. Pseudo-terminals, loopback sockets and a file stand in.
 */
#include "bus/bus.h"
#include "bus/lines.h"
#include "bus/mbap.h"

#include "base/clock.h"
#include "base/log.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MS = 1000 };

#define EACH_LINE(l) (const struct line *const *l = lines; *l; l++)
#define promise(line, what, condition)                                                             \
    do {                                                                                           \
        if (!(condition))                                                                          \
            fail_msg("%s: %s: not so: %s", (line)->scheme, what, #condition);                      \
    } while (0)

static const uint8_t question[] = {0x01, 0x04, 0x31, 0x04, 0x00, 0x01, 0x7e, 0xf7};
static const uint8_t reply[] = {0x01, 0x04, 0x02, 0x04, 0xce, 0x3a, 0x64};

/* ---- the table --------------------------------------------------------------------------- */

static void the_table(void **state)
{
    static const char digits[] = "0123456789";

    (void)state;
    assert_non_null(lines[0]);
    for
        EACH_LINE(at)
        {
            const struct line *l = *at;
            char self[40];
            assert_true(l->scheme && *l->scheme && strlen(l->scheme) < 16);
            size_t letters = strspn(l->scheme, "abcdefghijklmnopqrstuvwxyz");
            promise(l, "scheme", letters > 0);
            promise(l, "scheme", l->scheme[letters + strspn(l->scheme + letters, digits)] == '\0');
            promise(l, "scheme", line_find(l->scheme) == l); /* and so it is the only one */
            promise(l, "title", l->title && *l->title);
            snprintf(self, sizeof self, l->parts ? "%s:" : "%s", l->scheme);
            promise(l, "title", strstr(l->title, self)); /* how it is written */
            promise(l, "parts", l->parts <= 4);
            promise(l, "functions", l->open && l->send && l->receive && l->close);
            promise(l, "is_place", !l->is_place || !l->is_place("/dev/hidraw0"));
            promise(l, "memory", l->memory > 0);
            promise(l, "settings", l->settings);
            for (const struct setting *s = l->settings; s->key; s++) {
                promise(l, s->key, s->help && *s->help);
                promise(l, s->key, s->fallback); /* a bare wire must do without any */
                promise(l, s->key, s->type != NUMBER || s->least <= s->most);
                promise(l, s->key, (s->type == CHOICE) == (s->choices != NULL));
                for (const struct setting *o = l->settings; o < s; o++)
                    promise(l, s->key, strcmp(o->key, s->key) != 0);
                for (const struct setting *o = bus_settings; o->key; o++)
                    promise(l, s->key, strcmp(o->key, s->key) != 0);
            }
        }
    assert_null(line_find("no such line"));
}

/* ---- one wire ---------------------------------------------------------------------------- */

struct stand {
    struct section section;
    struct bus bus;
};

static void stand_begin(struct stand *s, const struct line *line, const char *where,
                        const char *options)
{
    const struct setting *tables[] = {bus_settings, line->settings};
    char words[200];

    snprintf(words, sizeof words, "line=given%s%s", *options ? "," : "", options);
    *s = (struct stand){0};
    assert_int_equal(section_from_words("bus", "stand", words, &s->section), OK);
    assert_int_equal(section_check(&s->section, tables, 2), OK);
    assert_int_equal(bus_init(&s->bus, "stand", line, where, &s->section), OK);
}

static void stand_end(struct stand *s)
{
    bus_return(&s->bus);
    bus_done(&s->bus);
    section_done(&s->section);
}

static const char *nowhere(const struct line *l)
{
    static const char *const places[] = {"", "/nonexistent/helio", "127.0.0.1:1", "1:2:3",
                                         "1:2:3:4"};

    return places[l->parts];
}

static void what_is_not_there(void **state)
{
    (void)state;
    for
        EACH_LINE(at)
        {
            struct ask ask = {.bytes = question, .length = sizeof question};
            static struct answer answer;
            struct stand s;
            stand_begin(&s, *at, nowhere(*at), "");
            for (unsigned i = 0; i < 3; i++) { /* each round tries again */
                int rc = bus_borrow(&s.bus, 0);
                promise(*at, "borrow", rc == ERR_GONE || rc == ERR_CONFIG);
                promise(*at, "borrow", !s.bus.is_open && !s.bus.is_lent);
                promise(*at, "talk", bus_talk(&s.bus, &ask, &answer) == ERR_GONE);
                bus_return(&s.bus);
            }
            stand_end(&s);
            bus_done(&s.bus); /* twice does no harm */
        }
}

/* Reads until so many bytes are here, or nothing comes for a second. */
static size_t read_far(int fd, uint8_t *to, size_t size)
{
    size_t got = 0;

    while (got < size) {
        struct pollfd p = {.fd = fd, .events = POLLIN};
        if (poll(&p, 1, 1000) <= 0)
            break;
        ssize_t n = read(fd, to + got, size - got);
        if (n <= 0)
            break;
        got += (size_t)n;
    }
    return got;
}

static size_t receive(struct stand *s, uint8_t *to, size_t size)
{
    size_t got = 0;

    while (got < size) {
        int n = s->bus.line->receive(&s->bus, to + got, size - got, 1000 * MS);
        if (n <= 0)
            break;
        got += (size_t)n;
    }
    return got;
}

static void write_far(int fd, const uint8_t *bytes, size_t length)
{
    assert_int_equal(write(fd, bytes, length), length);
}

static void hears_nothing(struct stand *s)
{
    uint8_t bytes[8];
    int64_t before = clock_us();
    int rc = s->bus.line->receive(&s->bus, bytes, sizeof bytes, 60 * MS);
    int64_t took = clock_us() - before;

    promise(s->bus.line, "silence", rc == 0);
    promise(s->bus.line, "silence", took >= 55 * MS && took < 2000 * MS);
    before = clock_us();
    promise(s->bus.line, "silence", s->bus.line->receive(&s->bus, bytes, sizeof bytes, 0) == 0);
    promise(s->bus.line, "silence", s->bus.line->receive(&s->bus, bytes, sizeof bytes, -5) == 0);
    promise(s->bus.line, "silence", clock_us() - before < 1000 * MS);
}

/* What is on its way may come first; then the wire is gone, and stays gone. */
static void hears_it_is_gone(struct stand *s)
{
    uint8_t bytes[64];
    int rc = OK;

    for (unsigned i = 0; i < 20 && rc >= 0; i++)
        rc = s->bus.line->receive(&s->bus, bytes, sizeof bytes, 100 * MS);
    promise(s->bus.line, "gone", rc == ERR_GONE);
    promise(s->bus.line, "gone",
            s->bus.line->receive(&s->bus, bytes, sizeof bytes, 10 * MS) == ERR_GONE);
}

/* A frame there, a frame back in two halves, silence: on any line that moves bytes as they are. */
static void there_and_back(struct stand *s, int far)
{
    uint8_t bytes[64];

    promise(s->bus.line, "send", s->bus.line->send(&s->bus, question, sizeof question) == OK);
    promise(s->bus.line, "send", read_far(far, bytes, sizeof question) == sizeof question);
    promise(s->bus.line, "send", !memcmp(bytes, question, sizeof question));
    write_far(far, reply, 3);
    promise(s->bus.line, "receive", receive(s, bytes, 3) == 3);
    write_far(far, reply + 3, sizeof reply - 3);
    promise(s->bus.line, "receive", receive(s, bytes + 3, sizeof reply - 3) == sizeof reply - 3);
    promise(s->bus.line, "receive", !memcmp(bytes, reply, sizeof reply));
    hears_nothing(s);
}

/* ---- serial ports ------------------------------------------------------------------------ */

static int far_terminal(char *where, size_t size)
{
    int fd = posix_openpt(O_RDWR | O_NOCTTY);

    if (fd < 0 || grantpt(fd) || unlockpt(fd) || ptsname_r(fd, where, size)) {
        print_message("no pseudo-terminals here\n");
        skip();
    }
    return fd;
}

static void serial_ports(void **state)
{
    static const struct {
        const char *scheme;
        int64_t byte_us, gap_us;
    } rows[] = {
        {"rtu", 1042, 3647}, {"serial", 1042, 3647}, {"serial9", 1146, 1000}, /* 11 bits a byte */
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const struct line *l = line_find(rows[i].scheme);
        char where[64], name[64];
        struct stand s;
        uint8_t every[256], bytes[256];
        int far = far_terminal(where, sizeof where);
        assert_non_null(l);
        stand_begin(&s, l, where, "speed=9600");
        promise(l, "identify", l->identify && !l->identify(&s.bus, name, sizeof name) && *name);
        strcpy(s.bus.where, "/nonexistent/helio");
        promise(l, "identify", !l->identify(&s.bus, name, sizeof name) && !*name);
        strcpy(s.bus.where, where);
        assert_int_equal(bus_borrow(&s.bus, 1000 * MS), OK);
        promise(l, "byte", llabs(s.bus.byte_us - rows[i].byte_us) <= 1);
        promise(l, "gap", llabs(s.bus.gap_us - rows[i].gap_us) <= 7);
        promise(l, "speed", !s.bus.has_true_speed); /* a pseudo-terminal carries at once */
        there_and_back(&s, far);
        for (unsigned b = 0; b < 256; b++) /* no byte means anything to a terminal here */
            every[b] = (uint8_t)b;
        write_far(far, every, sizeof every);
        promise(l, "receive", receive(&s, bytes, sizeof bytes) == sizeof bytes);
        promise(l, "receive", !memcmp(bytes, every, sizeof bytes));
        bus_return(&s.bus);
        write_far(far, reply, sizeof reply); /* said while it was not ours: not for us */
        usleep(20 * MS);
        assert_int_equal(bus_borrow(&s.bus, 1000 * MS), OK);
        promise(l, "stray", s.bus.counts.stray_bytes == sizeof reply);
        hears_nothing(&s);
        close(far);
        hears_it_is_gone(&s);
        stand_end(&s);
    }
}

/* Where somebody else may speak, silence comes before each question; on a cable for two it need
 * not. */
static void serial_for_two(void **state)
{
    static const struct {
        const char *words;
        int64_t gap_us;
    } cases[] = {{"speed=2400", 7 * 4167 / 2},
                 {"speed=2400,shared=yes", 7 * 4167 / 2},
                 {"speed=2400,shared=no", 0}};

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct line *l = line_find("serial");
        char where[64];
        struct stand s;
        int far = far_terminal(where, sizeof where);
        stand_begin(&s, l, where, cases[i].words);
        assert_int_equal(bus_borrow(&s.bus, 1000 * MS), OK);
        promise(l, cases[i].words, s.bus.gap_us == cases[i].gap_us);
        stand_end(&s);
        close(far);
    }
}

static int anything_is_whole(const struct ask *ask, const uint8_t *bytes, size_t length)
{
    (void)ask;
    (void)bytes;
    return (int)length;
}

/* What came since the last answer, unread, is nobody's answer to the next question. */
static void what_waited_is_stale(void **state)
{
    static const char *const words[] = {"speed=115200", "speed=115200,shared=no"};
    static const uint8_t asked[] = {'Q', '\r'};
    struct pace quick = {.is_known = true, .usual_us = 1 * MS};

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        const struct line *l = line_find("serial");
        struct ask ask = {.bytes = asked,
                          .length = sizeof asked,
                          .whole = anything_is_whole,
                          .pace = &quick,
                          .tries = 1};
        struct answer a;
        struct stand s;
        char where[64];
        int far = far_terminal(where, sizeof where);
        stand_begin(&s, l, where, words[i]);
        assert_int_equal(bus_borrow(&s.bus, 1000 * MS), OK);
        write_far(far, reply, sizeof reply);
        usleep(20 * MS);
        promise(l, words[i], bus_talk(&s.bus, &ask, &a) == ERR_TIMEOUT);
        promise(l, words[i], s.bus.counts.stray_bytes == sizeof reply);
        stand_end(&s);
        close(far);
    }
}

/* What is there but is no serial port. */
static void no_serial_port(void **state)
{
    static const char *const schemes[] = {"rtu", "serial", "serial9", "pjon"};

    (void)state;
    for (size_t i = 0; i < sizeof schemes / sizeof *schemes; i++) {
        struct stand s;
        stand_begin(&s, line_find(schemes[i]), "/dev/null", "");
        int rc = bus_borrow(&s.bus, 1000 * MS);
        promise(s.bus.line, "/dev/null", rc == ERR_CONFIG || rc == ERR_GONE);
        promise(s.bus.line, "/dev/null", !s.bus.is_open);
        stand_end(&s);
    }
}

/* ---- sockets ----------------------------------------------------------------------------- */

/* The kernel takes the connection before anybody accepts it: one thread can be both ends. */
static int far_listens(char *where, size_t size)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof at;
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    assert_true(fd >= 0);
    assert_int_equal(bind(fd, (struct sockaddr *)&at, sizeof at), 0);
    assert_int_equal(listen(fd, 4), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&at, &length), 0);
    snprintf(where, size, "127.0.0.1:%u", ntohs(at.sin_port));
    return fd;
}

static void socket_as_a_wire(void **state)
{
    char where[64];
    struct stand s;
    int listener = far_listens(where, sizeof where);

    (void)state;
    stand_begin(&s, line_find("tcp"), where, "framing=rtu");
    assert_int_equal(bus_borrow(&s.bus, 1000 * MS), OK);
    int far = accept(listener, NULL, NULL);
    assert_true(far >= 0);
    there_and_back(&s, far);
    close(far);
    hears_it_is_gone(&s);
    stand_end(&s);
    close(listener);
}

/* The reply with this number, as Modbus TCP packs it. */
static size_t packed(uint16_t number, uint8_t to[MBAP_MAX])
{
    return mbap_wrap(reply, sizeof reply, number, to);
}

static void modbus_tcp(void **state)
{
    char where[64];
    uint8_t packets[2 * MBAP_MAX], bytes[64];
    struct stand s;
    int listener = far_listens(where, sizeof where);
    size_t length;

    (void)state;
    stand_begin(&s, line_find("tcp"), where, "framing=tcp");
    assert_int_equal(bus_borrow(&s.bus, 1000 * MS), OK);
    int far = accept(listener, NULL, NULL);
    assert_true(far >= 0);
    for (unsigned i = 0; i < 3; i++) {
        assert_int_equal(s.bus.line->send(&s.bus, question, sizeof question), OK);
        assert_int_equal(read_far(far, packets, 12), 12);
        assert_int_equal(mbap_length(packets, 12), 12);
        uint16_t number = mbap_number(packets);
        assert_int_equal(mbap_unwrap(packets, 12, bytes), sizeof question);
        assert_memory_equal(bytes, question, sizeof question);
        length = packed((uint16_t)(number - 1), packets); /* a late one is dropped, */
        if (i == 1)
            length += packed(number, packets + length); /* alone or with ours behind it, */
        write_far(far, packets, length);
        if (i != 1) { /* and ours may come in pieces */
            hears_nothing(&s);
            length = packed(number, packets);
            write_far(far, packets, 5);
            hears_nothing(&s);
            write_far(far, packets + 5, length - 5);
        }
        assert_int_equal(s.bus.line->receive(&s.bus, bytes, sizeof bytes, 1000 * MS), sizeof reply);
        assert_memory_equal(bytes, reply, sizeof reply); /* a frame with its check sum again */
    }
    assert_int_equal(s.bus.line->send(&s.bus, question, 3), ERR_DATA);
    memset(packets, 0xff, 12); /* no packet at all: no way to find the next one */
    write_far(far, packets, 12);
    assert_int_equal(s.bus.line->receive(&s.bus, bytes, sizeof bytes, 1000 * MS), ERR_GONE);
    close(far);
    hears_it_is_gone(&s);
    stand_end(&s);
    close(listener);
}

/* Said twice is said; two that differ are none. Nothing of either is left for the next question. */
static void two_answers_in_one_piece(void **state)
{
    char where[64];
    uint8_t packets[2 * MBAP_MAX], bytes[64];
    struct stand s;
    int listener = far_listens(where, sizeof where);

    (void)state;
    stand_begin(&s, line_find("tcp"), where, "framing=tcp");
    assert_int_equal(bus_borrow(&s.bus, 1000 * MS), OK);
    int far = accept(listener, NULL, NULL);
    assert_true(far >= 0);
    for (unsigned differs = 0; differs < 2; differs++) {
        assert_int_equal(s.bus.line->send(&s.bus, question, sizeof question), OK);
        assert_int_equal(read_far(far, packets, 12), 12);
        uint16_t number = mbap_number(packets);
        size_t length = packed(number, packets);
        length += packed(number, packets + length);
        packets[length - 1] ^= (uint8_t)differs;
        write_far(far, packets, length);
        assert_int_equal(s.bus.line->receive(&s.bus, bytes, sizeof bytes, 1000 * MS),
                         differs ? ERR_GARBAGE : (int)sizeof reply);
        hears_nothing(&s);
    }
    close(far);
    stand_end(&s);
    close(listener);
}

static int whole_of_reply(const struct ask *ask, const uint8_t *bytes, size_t length)
{
    (void)ask, (void)bytes;
    return length >= sizeof reply ? (int)sizeof reply : 0;
}

/* The first connection gives what is no packet, or ends; the second answers. */
static void far_spoils_then_answers(int listener, bool spoils)
{
    uint8_t packet[MBAP_MAX];
    int far = accept(listener, NULL, NULL);

    if (read(far, packet, 12) == 12 && spoils) {
        memset(packet, 0xff, 12);
        (void)!write(far, packet, 12);
        (void)!read(far, packet, 12); /* until it is given up */
    }
    close(far);
    far = accept(listener, NULL, NULL);
    if (read(far, packet, 12) == 12)
        (void)!write(far, packet, packed(mbap_number(packet), packet));
    _exit(0);
}

/* A spoilt packet or a lost connection costs a try, not the round. */
static void a_gateway_is_had_again_at_once(void **state)
{
    static const struct ask ask = {
        .bytes = question, .length = sizeof question, .whole = whole_of_reply};
    static struct answer answer;
    char where[64];
    struct stand s;

    (void)state;
    for (int spoils = 0; spoils < 2; spoils++) {
        int listener = far_listens(where, sizeof where);
        pid_t child = fork();
        if (!child)
            far_spoils_then_answers(listener, spoils);
        assert_true(child > 0);
        stand_begin(&s, line_find("tcp"), where, "");
        assert_int_equal(bus_borrow(&s.bus, 1000 * MS), OK);
        assert_int_equal(bus_talk(&s.bus, &ask, &answer), OK);
        assert_memory_equal(answer.bytes, reply, sizeof reply);
        assert_int_equal(s.bus.counts.retried, 1);
        assert_int_equal(s.bus.counts.failed[error_index(ERR_GONE)], 1);
        stand_end(&s);
        close(listener);
        assert_int_equal(waitpid(child, NULL, 0), child);
    }
}

/* A gateway that was switched off and on: the next round has it again. */
static void a_gateway_returns(void **state)
{
    char where[64];
    struct stand s;
    struct ask ask = {.bytes = question, .length = sizeof question, .tries = 1};
    static struct answer answer;
    int listener = far_listens(where, sizeof where);

    (void)state;
    stand_begin(&s, line_find("tcp"), where, "");
    for (unsigned i = 0; i < 3; i++) {
        assert_int_equal(bus_borrow(&s.bus, 1000 * MS), OK);
        int far = accept(listener, NULL, NULL);
        assert_true(far >= 0);
        close(far);
        usleep(10 * MS);
        int rc = bus_talk(&s.bus, &ask, &answer);
        assert_true(rc == ERR_GONE || rc == ERR_IO);
        assert_false(s.bus.is_open);
        bus_return(&s.bus);
    }
    stand_end(&s);
    close(listener);
}

/* ---- what is not real -------------------------------------------------------------------- */

static void a_replay(void **state)
{
    static const char text[] = "# Device: none\n"
                               "> 01 04 31 04 00 01 7e f7\n< 01 04 02 04 ce 3a 64\n= bavolt 12.3\n"
                               "> 01 04 31 04 00 01 7e f7\n< 01 04 02 04\n< cf fb a4\n"
                               "> 01 04 31 00 00 01 3e f6\n! timeout\n";
    static const uint8_t silent[] = {0x01, 0x04, 0x31, 0x00, 0x00, 0x01, 0x3e, 0xf6};
    char path[] = "/tmp/line_contract.XXXXXX";
    int fd = mkstemp(path);
    struct stand s;
    uint8_t bytes[64];

    (void)state;
    assert_true(fd >= 0);
    write_far(fd, (const uint8_t *)text, strlen(text));
    close(fd);
    stand_begin(&s, line_find("replay"), path, "");
    assert_int_equal(bus_borrow(&s.bus, 0), OK);
    for (unsigned i = 0; i < 4; i++) { /* in their order, and then again from the first */
        assert_int_equal(s.bus.line->send(&s.bus, question, sizeof question), OK);
        assert_int_equal(receive(&s, bytes, sizeof reply), sizeof reply);
        assert_memory_equal(bytes, reply, 4);
        assert_int_equal(bytes[4], i % 2 ? 0xcf : 0xce);
        assert_int_equal(s.bus.line->receive(&s.bus, bytes, sizeof bytes, 10 * MS), 0);
    }
    assert_int_equal(s.bus.line->send(&s.bus, silent, sizeof silent), OK);
    assert_int_equal(s.bus.line->receive(&s.bus, bytes, sizeof bytes, 10 * MS), 0);
    assert_int_equal(s.bus.line->send(&s.bus, reply, sizeof reply), OK); /* never asked there */
    assert_int_equal(s.bus.line->receive(&s.bus, bytes, sizeof bytes, 10 * MS), 0);
    stand_end(&s);
    unlink(path);
}

static int far_answers(void *who, const uint8_t *asked, size_t length, struct far_answer *a)
{
    unsigned *heard = who;

    ++*heard;
    assert_int_equal(length, sizeof question);
    assert_memory_equal(asked, question, sizeof question);
    memcpy(a->answer.bytes, reply, sizeof reply);
    a->answer.length = sizeof reply;
    a->delay_us = 20 * MS;
    return *heard > 1 ? ERR_TIMEOUT : OK;
}

/* With the hands of the clock ours, and with real time. */
static void a_simulation(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 2; i++) {
        struct stand s;
        unsigned heard = 0;
        uint8_t bytes[64];
        if (i == 0)
            clock_take(0);
        stand_begin(&s, line_find("sim"), "", "speed=9600");
        s.bus.far = far_answers;
        s.bus.far_who = &heard;
        assert_int_equal(bus_borrow(&s.bus, 0), OK);
        int64_t before = clock_us();
        assert_int_equal(s.bus.line->send(&s.bus, question, sizeof question), OK);
        assert_int_equal(receive(&s, bytes, sizeof reply), sizeof reply);
        assert_memory_equal(bytes, reply, sizeof reply);
        int64_t took = clock_us() - before, due = 20 * MS + 15 * s.bus.byte_us;
        assert_true(took >= due - MS && took <= due + (i ? 1000 * MS : MS));
        assert_int_equal(s.bus.line->send(&s.bus, question, sizeof question), OK);
        hears_nothing(&s);
        assert_int_equal(heard, 2);
        stand_end(&s);
        clock_give_back();
    }
}

/* ---- how wires are written --------------------------------------------------------------- */

static void wires_as_written(void **state)
{
    static const struct {
        const char *text, *scheme, *where, *options;
        int address;
    } rows[] = {
        {"sim", "sim", "", "", -1},
        {"sim:3", "sim", "", "", 3},
        {"sim:model=an:3", "sim", "", "model=an", 3},
        {"sim:collide=0.2,dead=3:1", "sim", "", "collide=0.2,dead=3", 1},
        {"sim:,collide=0.2,dead=3", "sim", "", "collide=0.2,dead=3", -1},
        {"rtu:/dev/null:2", "rtu", "/dev/null", "", 2},
        {"hid:0665:5161", "hid", "0665:5161", "", -1},
        {"hid:0084:0041,usb_path=1-1.4", "hid", "0084:0041", "usb_path=1-1.4", -1},
        {"hid:0665:5161,unit=92932105105335:1", "hid", "0665:5161", "unit=92932105105335", 1},
        {"tcp:gate:502", "tcp", "gate:502", "", -1},
        {"tcp:gate:502:4", "tcp", "gate:502", "", 4},
        {"tcp:[::1]:502,framing=rtu:4", "tcp", "[::1]:502", "framing=rtu", 4},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct wire w;
        char why[300] = "";
        int rc = wire_parse(rows[i].text, &w, why, sizeof why);
        assert_string_equal(why, "");
        assert_int_equal(rc, OK);
        assert_string_equal(w.line->scheme, rows[i].scheme);
        assert_string_equal(w.where, rows[i].where);
        assert_string_equal(w.options, rows[i].options);
        assert_int_equal(w.address, rows[i].address);
    }
}

/* A node is another unit tomorrow: whoever writes one is told what to write instead. */
static void nodes_are_no_names(void **state)
{
    static const char *const wrong[] = {"hid:/dev/hidraw0", "hid:/dev/hidraw0:1", "hid:0665",
                                        "hid:0665:51", "hid:066g:5161"};

    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct wire w;
        char why[300] = "";
        assert_int_equal(wire_parse(wrong[i], &w, why, sizeof why), ERR_USAGE);
        assert_non_null(strstr(why, "hid:0665:5161"));
    }
}

static int quietly(void **state)
{
    (void)state;
    (void)signal(SIGPIPE, SIG_IGN); /* as helio does */
    log_set_level((enum log_level)0);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_table),
        cmocka_unit_test(what_is_not_there),
        cmocka_unit_test(serial_ports),
        cmocka_unit_test(serial_for_two),
        cmocka_unit_test(what_waited_is_stale),
        cmocka_unit_test(no_serial_port),
        cmocka_unit_test(socket_as_a_wire),
        cmocka_unit_test(modbus_tcp),
        cmocka_unit_test(two_answers_in_one_piece),
        cmocka_unit_test(a_gateway_is_had_again_at_once),
        cmocka_unit_test(a_gateway_returns),
        cmocka_unit_test(a_replay),
        cmocka_unit_test(a_simulation),
        cmocka_unit_test(wires_as_written),
        cmocka_unit_test(nodes_are_no_names),
    };
    return cmocka_run_group_tests(tests, quietly, NULL);
}
