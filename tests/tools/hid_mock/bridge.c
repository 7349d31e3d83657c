/* Units whose answers come from another program, over a socket that keeps messages apart. */
#include "tests/tools/hid_mock/mock.h"

#include "base/clock.h"
#include "base/text.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

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
    if (d->mood == MUTE)
        return; /* it hears nothing yet */
    /* If it is gone, bridge_tend sees that next. */
    if (d->far >= 0 && send(d->far, report, length, MSG_NOSIGNAL) < 0 && errno != EPIPE)
        die(d->socket, strerror(errno));
}

/* What it said, under the name of its socket: its plug may move. */
static void note_said(const struct device *d, const uint8_t *report, size_t length)
{
    const char *slash = strrchr(d->socket, '/');
    char words[4 * BYTES];
    struct text t = text_on(words, sizeof words);

    text_hex(&t, report, length);
    fprintf(record, "%s < %s\n", slash ? slash + 1 : d->socket, words);
    fflush(record);
}

/* Every report at once, as the kernel queues them: those that nobody read in time run together,
 * which a reader of a stream does not notice. Or one for each read. */
static void pass_back(struct device *d, const struct bytes *report)
{
    if (d->is_single) {
        if (!d->coming.length)
            d->next_us = clock_us();
        add_reports(d, report);
    } else if (!is_room(d, report->length)) {
        return; /* lost */
    } else if (write(d->master, report->at, report->length) != (ssize_t)report->length) {
        die(d->usb_path, "cannot pass on");
    }
    note_said(d, report->at, report->length);
}

void bridge_tend(struct device *d)
{
    struct bytes report;

    while (d->far >= 0) {
        ssize_t n = recv(d->far, report.at, sizeof report.at, MSG_DONTWAIT);
        if (n < 0 && errno == EAGAIN)
            return;
        if (n <= 0) {
            pull_out(d);
            return;
        }
        report.length = (size_t)n;
        pass_back(d, &report);
    }
}
