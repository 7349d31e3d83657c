/*
 * The far end of a USB cable, for the guest of the rig: plugs a HID unit into the kernel's
 * virtual port and answers by a file (tests/qemu/answers.h) until it is unplugged for good.
 *
 *   usb_hid PORT VENDOR:PRODUCT FILE
 *   usb_hid PORT VENDOR:PRODUCT SOCKET    of "helio sim --reports", which answers; its end is that
 *                                         of the unit
 *
 * SIGUSR1 pulls the cable. It tells what it was asked, and when the cable was moved.
 */
#include "base/clock.h"
#include "base/text.h"
#include "tests/qemu/unit.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#define HOST "/sys/devices/platform/vhci_hcd.0/"

enum { LOW_SPEED = 1, TRIES = 100, PAUSE_US = 50 * US_PER_MS };

static volatile sig_atomic_t is_pulled;

static void pull(int signal_number)
{
    (void)signal_number;
    is_pulled = 1;
}

static int tell_host(const char *file, const char *words)
{
    int fd = open(file, O_WRONLY | O_CLOEXEC), error = OK;

    if (fd < 0)
        return ERR_GONE;
    if (write(fd, words, strlen(words)) < 0)
        error = errno == EBUSY ? ERR_BUSY : ERR_SYSTEM;
    (void)close(fd);
    return error;
}

/* A port just left is busy for a moment. */
static int plug_in(struct unit *u, unsigned port, unsigned number)
{
    int ends[2], error = ERR_BUSY;
    struct text words;
    char buffer[64];

    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends))
        return ERR_SYSTEM;
    words = text_on(buffer, sizeof(buffer));
    text_format(&words, "%u %d %u %d", port, ends[1], 0x10000 | number, LOW_SPEED);
    for (unsigned i = 0; i < TRIES && error == ERR_BUSY; i++) {
        if (i)
            clock_sleep_us(PAUSE_US);
        error = tell_host(HOST "attach", buffer);
    }
    (void)close(ends[1]); /* the kernel has its own hold of it */
    u->fd = ends[0];
    if (error)
        (void)close(ends[0]);
    else
        printf("plugged in as number %u\n", number);
    return error;
}

static void unplug(struct unit *u, unsigned port)
{
    char buffer[16], rest[64];
    struct text words = text_on(buffer, sizeof(buffer));

    text_format(&words, "%u", port);
    if (tell_host(HOST "detach", buffer))
        printf("the port could not be detached\n");
    while (recv(u->fd, rest, sizeof(rest), 0) > 0)
        continue;
    printf("unplugged\n");
}

static bool is_time_to_pull(const struct unit *u)
{
    const struct answers *a = u->answers;

    return is_pulled || (a->unplug_answers && u->complete >= a->unplug_answers) ||
           (a->unplug_reports && u->reports >= a->unplug_reports);
}

/* Until the cable is pulled: OK, or the kernel hangs up. */
static int stay(struct unit *u)
{
    struct pollfd wait[] = {{.fd = u->fd, .events = POLLIN}, {.fd = u->far, .events = POLLIN}};
    int error = OK, wait_ms;

    while (!error && !is_time_to_pull(u)) {
        error = unit_speak(u, &wait_ms);
        if (!error && poll(wait, u->far ? 2 : 1, wait_ms) > 0 && wait[0].revents)
            error = unit_serve(u);
        if (u->far && bridge_tend(u))
            is_pulled = 1;
    }
    return error;
}

/* One stay at the port. What came of the last one is forgotten, as by a unit without power. */
static int stay_once(struct unit *u, unsigned port, unsigned number)
{
    struct unit fresh = {
        .far = u->far, .vendor = u->vendor, .product = u->product, .answers = u->answers};
    int error;

    *u = fresh;
    is_pulled = 0;
    error = plug_in(u, port, number);
    if (error) {
        printf("port %u: %s\n", port, error_text(error));
        return error;
    }
    error = stay(u);
    if (error)
        printf("the other end is gone\n");
    else
        unplug(u, port);
    (void)close(u->fd);
    return error;
}

static int serve(struct unit *u, unsigned port)
{
    struct answers *a = u->answers;
    unsigned number = 2 + 20 * port;
    int error = stay_once(u, port, number);

    while (!error && a->replug_ms >= 0) {
        a->unplug_answers = a->unplug_reports = 0; /* only the first time */
        clock_sleep_us((int64_t)a->replug_ms * US_PER_MS);
        error = stay_once(u, port, ++number);
    }
    return error;
}

static bool is_socket(const char *path)
{
    struct stat info;

    return !stat(path, &info) && S_ISSOCK(info.st_mode);
}

int main(int argc, char **argv)
{
    static struct answers answers = {.replug_ms = -1};
    static struct unit unit = {.answers = &answers};
    struct sigaction on_pull = {.sa_handler = pull};
    unsigned port, vendor, product;
    int error;

    if (argc != 4 || sscanf(argv[1], "%u", &port) != 1 ||
        sscanf(argv[2], "%4x:%4x", &vendor, &product) != 2) {
        (void)fprintf(stderr, "usage: usb_hid PORT VENDOR:PRODUCT FILE|SOCKET\n");
        return error_exit(ERR_USAGE);
    }
    error = is_socket(argv[3]) ? bridge_open(argv[3], &unit.far) : answers_load(&answers, argv[3]);
    if (error) {
        (void)fprintf(stderr, "%s: %s\n", argv[3], error_text(error));
        return error_exit(error);
    }
    unit.vendor = (uint16_t)vendor;
    unit.product = (uint16_t)product;
    (void)setvbuf(stdout, NULL, _IOLBF, 0);
    (void)sigaction(SIGUSR1, &on_pull, NULL);
    return error_exit(serve(&unit, port));
}
