/* Units whose answers come from another program, over a socket that keeps messages apart. */
#include "tests/tools/hid_mock/mock.h"

#include <errno.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum { QUEUE = 64 }; /* reports that the kernel keeps for a reader who is slow */

void bridge_begin(struct device *d)
{
    struct sockaddr_un at = {.sun_family = AF_UNIX};

    d->far = -1;
    if (!*d->socket)
        return;
    memcpy(at.sun_path, d->socket, sizeof at.sun_path);
    d->far = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
    if (d->far < 0 || connect(d->far, (struct sockaddr *)&at, sizeof at))
        die(d->socket, strerror(errno));
}

void bridge_end(struct device *d)
{
    if (d->far >= 0)
        close(d->far);
    d->far = -1;
}

void bridge_pass(struct device *d, const uint8_t *report, size_t length)
{
    /* If it is gone, bridge_tend sees that next. */
    if (d->far >= 0 && send(d->far, report, length, MSG_NOSIGNAL) < 0 && errno != EPIPE)
        die(d->socket, strerror(errno));
}

/* Every report at once, as the kernel queues them: those that nobody read in time run together,
 * which a reader of a stream does not notice. */
void bridge_tend(struct device *d)
{
    uint8_t report[BYTES];
    int unread = 0;

    while (d->far >= 0) {
        ssize_t n = recv(d->far, report, sizeof report, MSG_DONTWAIT);
        if (n < 0 && errno == EAGAIN)
            return;
        if (n <= 0) {
            pull_out(d);
            return;
        }
        if (ioctl(d->peer, FIONREAD, &unread) || unread + n > QUEUE * 8)
            continue; /* the queue is full: lost */
        if (write(d->master, report, (size_t)n) != n)
            die(d->usb_path, "cannot pass on");
    }
}
