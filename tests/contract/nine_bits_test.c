/*
 * serial9 on a pseudo-terminal, whose far side sees which parity each byte was sent under (and
 * nothing else of it: no parity bit travels there).
 */
#include "bus/bus.h"
#include "bus/far_end.h"
#include "bus/lines.h"
#include "bus/ninth.h"
#include "bus/sum16.h"

#include "base/log.h"

#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include <cmocka.h>

#include <string.h>

enum { PACKET = 8 };

static const uint8_t packets[][PACKET] = {
    {0x01, 0x02, 0x00, 0x00, 0x00, 0x00, 0x00, 0x03},
    {0x01, 0x04, 0x00, 0x01, 0x00, 0xff, 0x01, 0x05},
    {0x03, 0x03, 0x40, 0x04, 0xbb, 0x95, 0x01, 0x9a},
    {0x0a, 0x16, 0x00, 0x00, 0x00, 0x07, 0x00, 0x27},
};

/* What the far side saw: each byte with the sort of parity that stood when it came. */
struct far {
    int fd;
    size_t length, runs;
    uint8_t bytes[PACKET];
    char parity[PACKET];
};

static char parity_now(int fd)
{
    struct termios t;

    if (tcgetattr(fd, &t))
        return '?';
    if (t.c_cflag & CMSPAR)
        return t.c_cflag & PARODD ? 'M' : 'S';
    return t.c_cflag & PARODD ? 'O' : 'E'; /* a pseudo-terminal forgets that there is any */
}

static void *look(void *context)
{
    struct far *far = context;

    while (far->length < PACKET) {
        struct pollfd p = {.fd = far->fd, .events = POLLIN};
        if (poll(&p, 1, 2000) <= 0)
            break;
        ssize_t n = read(far->fd, far->bytes + far->length, PACKET - far->length);
        if (n <= 0)
            break;
        memset(far->parity + far->length, parity_now(far->fd), (size_t)n);
        far->length += (size_t)n;
        far->runs++;
    }
    return NULL;
}

static int far_terminal(char *where, size_t size)
{
    int fd = posix_openpt(O_RDWR | O_NOCTTY);

    if (fd < 0 || grantpt(fd) || unlockpt(fd) || ptsname_r(fd, where, size)) {
        print_message("no pseudo-terminals here\n");
        skip();
    }
    return fd;
}

/* Has the far side seen each run of bytes with its own sort of parity? */
static bool send_and_look(struct bus *bus, int fd, const uint8_t packet[PACKET], enum ninth_way way)
{
    struct far far = {.fd = fd};
    size_t runs = 0;
    pthread_t thread;

    assert_int_equal(pthread_create(&thread, NULL, look, &far), 0);
    assert_int_equal(bus->line->send(bus, packet, PACKET), OK);
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_int_equal(far.length, PACKET);
    assert_memory_equal(far.bytes, packet, PACKET);
    for (size_t at = 0, n; (n = ninth_run(way, packet, PACKET, at)) > 0; at += n)
        runs++;
    for (size_t i = 0; i < PACKET; i++)
        if (far.parity[i] != ninth_parity(way, packet[i], i == 0))
            return false;
    return far.runs >= runs;
}

/* On a busy machine whoever looks may come after the next change. A sender that is wrong is wrong
 * each time. */
static void send_until_seen(struct bus *bus, int fd, const uint8_t packet[PACKET],
                            enum ninth_way way)
{
    enum { MOST = 20 };

    for (int i = 0; i < MOST; i++)
        if (send_and_look(bus, fd, packet, way))
            return;
    fail_msg("%d times no byte had the parity it needs", MOST);
}

/* A terminal keeps CMSPAR, as a port does that knows mark and space. */
static void parity_of_each_byte(void **state)
{
    static const struct {
        const char *words;
        enum ninth_way way;
    } rows[] = {
        {"line=given,settle_ms=40", NINTH_MARK},
        {"line=given,settle_ms=40,ninth=mark", NINTH_MARK},
        {"line=given,settle_ms=40,ninth=evenodd", NINTH_EVENODD},
    };
    const struct line *line = line_find("serial9");
    const struct setting *tables[] = {bus_settings, line->settings};

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct section section = {0};
        struct bus bus;
        char where[64];
        int fd = far_terminal(where, sizeof where);
        assert_int_equal(section_from_words("bus", "nine", rows[i].words, &section), OK);
        assert_int_equal(section_check(&section, tables, 2), OK);
        assert_int_equal(bus_init(&bus, "nine", line, where, &section), OK);
        assert_int_equal(bus_borrow(&bus, 1000000), OK);
        for (size_t p = 0; p < 2 * (sizeof packets / sizeof *packets); p++)
            send_until_seen(&bus, fd, packets[p / 2], rows[i].way); /* twice: it begins anew */
        bus_return(&bus);
        bus_done(&bus);
        section_done(&section);
        close(fd);
    }
}

/* ---- a whole talk, at the speed of the wire ----------------------------------------------- */

static int heard(const uint8_t *bytes, size_t length)
{
    (void)bytes;
    return length < PACKET ? 0 : PACKET;
}

/* Says the value that stands in the command. */
static int twin(void *who, const uint8_t *asked, size_t length, struct far_answer *a)
{
    (void)who;
    (void)length;
    a->answer.bytes[0] = asked[1];
    memcpy(a->answer.bytes + 1, asked + 4, 2);
    a->answer.length = sum16_append(a->answer.bytes, 3);
    a->delay_us = 5000;
    a->pause_us = 0;
    return OK;
}

static int whole(const struct ask *ask, const uint8_t *bytes, size_t length)
{
    if (length < 5)
        return 0;
    return bytes[0] == ask->bytes[1] && sum16_is_right(bytes, 5) ? 5 : ERR_CRC;
}

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
    const struct line *line = line_find("serial9");
    const struct setting *tables[] = {bus_settings, line->settings};
    struct section section = {0};
    struct bus bus;

    (void)state;
    end = (struct far_end){.heard = heard, .answer = twin, .byte_us = 1146};
    assert_int_equal(far_end_terminal(&end, NULL), OK);
    pid_t far = serve(&end);
    assert_int_equal(section_from_words("bus", "nine", "line=given,tries=1", &section), OK);
    assert_int_equal(section_check(&section, tables, 2), OK);
    assert_int_equal(bus_init(&bus, "nine", line, end.port_path, &section), OK);
    assert_int_equal(bus_borrow(&bus, 1000000), OK);
    for (size_t i = 0; i < sizeof packets / sizeof *packets; i++) {
        struct ask ask = {.bytes = packets[i], .length = PACKET, .whole = whole};
        assert_int_equal(bus_talk(&bus, &ask, &answer), OK);
        assert_int_equal(answer.length, 5);
        assert_memory_equal(answer.bytes + 1, packets[i] + 4, 2);
    }
    bus_return(&bus);
    bus_done(&bus);
    section_done(&section);
    assert_int_equal(kill(far, SIGTERM), 0);
    assert_int_equal(waitpid(far, NULL, 0), far);
    far_end_close(&end);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parity_of_each_byte),
        cmocka_unit_test(a_talk),
    };

    log_set_level((enum log_level)0);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
