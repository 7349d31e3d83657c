/* A twin's end of the wire (bus/far_end.h). */
#include "bus/far_end.h"

#include "base/clock.h"
#include "base/log.h"
#include "bus/descriptor.h"
#include "bus/far_reports.h"
#include "bus/mbap.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <termios.h>
#include <unistd.h>

static const int64_t STALE_US = 300000; /* half a question older than this is dropped */
static const int64_t ANNOUNCE_US = 1000000;
enum { LOOK_US = 200000 };

static void begin(struct far_end *f)
{
    f->listener = f->keeper = -1;
    for (int i = 0; i < FAR_CLIENTS; i++)
        f->clients[i].fd = -1;
}

int far_end_terminal(struct far_end *f, const char *link)
{
    struct termios raw;
    int fd;

    begin(f);
    fd = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (fd < 0 || grantpt(fd) || unlockpt(fd) || ptsname_r(fd, f->port_path, sizeof f->port_path)) {
        log_err("sim", "no pseudo-terminal: %s", strerror(errno));
        return ERR_SYSTEM;
    }
    f->clients[0].fd = fd;
    f->keeper = open(f->port_path, O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (f->keeper < 0 || tcgetattr(f->keeper, &raw))
        return ERR_SYSTEM;
    cfmakeraw(&raw);
    if (tcsetattr(f->keeper, TCSANOW, &raw))
        return ERR_SYSTEM;
    if (!link)
        return OK;
    (void)unlink(link); /* one left by a run that was killed */
    if (symlink(f->port_path, link)) {
        log_err("sim", "%s: %s", link, strerror(errno));
        return ERR_FULL;
    }
    f->link = link;
    return OK;
}

int far_end_tcp(struct far_end *f, unsigned port, unsigned *taken)
{
    struct sockaddr_in at = {.sin_family = AF_INET,
                             .sin_port = htons((uint16_t)port),
                             .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof at;
    int one = 1;

    begin(f);
    f->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (f->listener < 0)
        return ERR_SYSTEM;
    (void)setsockopt(f->listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    if (bind(f->listener, (struct sockaddr *)&at, sizeof at) || listen(f->listener, FAR_CLIENTS) ||
        getsockname(f->listener, (struct sockaddr *)&at, &size)) {
        log_err("sim", "127.0.0.1:%u: %s", port, strerror(errno));
        return ERR_SYSTEM;
    }
    *taken = ntohs(at.sin_port);
    return OK;
}

int far_end_reports(struct far_end *f, const char *path)
{
    begin(f);
    f->has_reports = true;
    f->listener = reports_listen(path);
    if (f->listener < 0)
        return f->listener;
    f->link = path;
    return OK;
}

static void accept_client(struct far_end *f)
{
    int fd = accept4(f->listener, NULL, NULL, SOCK_CLOEXEC), one = 1;

    if (fd < 0)
        return;
    (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    for (int i = 0; i < FAR_CLIENTS; i++)
        if (f->clients[i].fd < 0) {
            f->clients[i] = (struct client){.fd = fd};
            return;
        }
    close(fd); /* as a gateway does that has no room */
}

/* Bytes go out as a UART would give them: never before their time. */
static int send_paced(const struct far_end *f, int fd, const struct far_answer *a, int64_t due_us)
{
    enum { CHUNK = 8 };
    const struct answer *said = &a->answer;

    for (size_t at = 0; at < said->length;) {
        size_t n = said->length - at;
        if (f->byte_us && n > CHUNK)
            n = CHUNK;
        if (a->pause_us && at < a->pause_after && at + n > a->pause_after)
            n = a->pause_after - at;
        due_us += (int64_t)n * f->byte_us;
        clock_sleep_us(due_us - clock_us());
        if (fd_send(fd, said->bytes + at, n))
            return ERR_GONE;
        at += n;
        if (a->pause_us && at == a->pause_after)
            due_us += a->pause_us;
    }
    return OK;
}

/* A report leaves the bridge when the wire behind it has filled it, or with the last byte. */
static int send_reports(const struct far_end *f, int fd, const struct far_answer *a, int64_t due_us)
{
    const struct answer *said = &a->answer;
    int rc = OK;

    for (size_t at = 0, n; at < said->length && !rc; at += n) {
        n = said->length - at < REPORT_BYTES ? said->length - at : REPORT_BYTES;
        due_us += (int64_t)n * f->byte_us;
        if (a->pause_us && at <= a->pause_after && a->pause_after < at + n)
            due_us += a->pause_us;
        clock_sleep_us(due_us - clock_us());
        rc = report_send(fd, said->bytes + at, n);
    }
    return rc;
}

static int answer_frame(struct far_end *f, struct client *c, const uint8_t *asked, size_t length,
                        const uint8_t *envelope)
{
    static struct far_answer a; /* one wire, one thread */
    int64_t arrived = c->begun_us + (int64_t)length * f->byte_us;
    int rc;

    f->asked++;
    rc = f->answer(f->who, asked, length, &a);
    if (rc || !a.answer.length)
        return OK;
    f->answered++;
    if (envelope) {
        uint8_t packet[MBAP_MAX];
        uint16_t number = mbap_number(envelope);
        a.answer.length = mbap_wrap(a.answer.bytes, a.answer.length, number, packet);
        memcpy(a.answer.bytes, packet, a.answer.length);
        a.pause_us = 0;
    }
    return (f->has_reports ? send_reports : send_paced)(f, c->fd, &a, arrived + a.delay_us);
}

static void drop(struct client *c, size_t n)
{
    c->length -= n;
    memmove(c->bytes, c->bytes + n, c->length);
    c->begun_us = clock_us();
}

/* Everything whole that is in the client's buffer is answered, one after the other. */
static int take_questions(struct far_end *f, struct client *c)
{
    uint8_t frame[MBAP_MAX + 2];
    int rc = OK;

    while (c->length && !rc) {
        if (f->has_reports && !c->bytes[0]) { /* what filled up the last report */
            drop(c, 1);
            continue;
        }
        int n = f->has_packets ? mbap_length(c->bytes, c->length) : f->heard(c->bytes, c->length);
        if (n == 0)
            break;
        if (n < 0) {
            drop(c, f->has_packets ? c->length : 1);
            continue;
        }
        if (f->has_packets)
            rc = answer_frame(f, c, frame, mbap_unwrap(c->bytes, (size_t)n, frame), c->bytes);
        else
            rc = answer_frame(f, c, c->bytes, (size_t)n, NULL);
        drop(c, (size_t)n);
    }
    return rc;
}

static void close_client(struct client *c)
{
    close(c->fd);
    c->fd = -1;
}

static void serve_client(struct far_end *f, struct client *c)
{
    int64_t now = clock_us();
    int n;

    if (c->length && now - c->begun_us > STALE_US)
        c->length = 0;
    n = f->has_reports ? report_receive(c->fd, c->bytes + c->length, sizeof c->bytes - c->length)
                       : fd_receive(c->fd, c->bytes + c->length, sizeof c->bytes - c->length, 0);
    if (n > 0 && !c->length)
        c->begun_us = now;
    if (n > 0)
        c->length += (size_t)n;
    if ((n < 0 || take_questions(f, c)) && f->listener >= 0)
        close_client(c);
    if (c->length == sizeof c->bytes)
        c->length = 0;
}

/* To the terminal's user. What nobody has read by now is lost, as it would be on a wire. */
static void announce(struct far_end *f)
{
    static struct far_answer a;
    int64_t now = clock_us();

    if (!f->announce || f->listener >= 0 || now - f->announced_us < ANNOUNCE_US)
        return;
    f->announced_us = now;
    (void)tcflush(f->keeper, TCIFLUSH); /* at worst somebody hears what is old */
    for (unsigned i = 0; f->announce(f->who, i, f->announcements, &a) == OK; i++) {
        int64_t due = clock_us() + a.delay_us;
        if (a.answer.length && send_paced(f, f->clients[0].fd, &a, due))
            break; /* nobody listens */
        f->answered += a.answer.length > 0;
    }
    f->announcements++;
}

int far_end_serve(struct far_end *f, volatile sig_atomic_t *stop)
{
    while (!*stop) {
        struct pollfd p[FAR_CLIENTS + 1];
        unsigned count = 0;
        for (int i = 0; i < FAR_CLIENTS; i++) /* a free place has -1, which poll leaves alone */
            p[count++] = (struct pollfd){.fd = f->clients[i].fd, .events = POLLIN};
        /* A bridge has one owner; the next one waits at the door. */
        bool is_taken = f->has_reports && f->clients[0].fd >= 0;
        p[count++] = (struct pollfd){.fd = is_taken ? -1 : f->listener, .events = POLLIN};
        announce(f);
        if (clock_poll(p, count, LOOK_US) < 0)
            return ERR_SYSTEM;
        for (int i = 0; i < FAR_CLIENTS; i++)
            if (f->clients[i].fd >= 0 && p[i].fd == f->clients[i].fd && p[i].revents)
                serve_client(f, &f->clients[i]);
        if (p[FAR_CLIENTS].revents & POLLIN)
            accept_client(f);
    }
    return OK;
}

void far_end_close(struct far_end *f)
{
    if (f->link)
        (void)unlink(f->link); /* ours; gone already is as good */
    for (int i = 0; i < FAR_CLIENTS; i++)
        if (f->clients[i].fd >= 0)
            close_client(&f->clients[i]);
    if (f->listener >= 0)
        close(f->listener);
    if (f->keeper >= 0)
        close(f->keeper);
}
