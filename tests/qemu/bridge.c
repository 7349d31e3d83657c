/* A unit whose answers come from another program (tests/qemu/unit.h). */
#include "tests/qemu/unit.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

int bridge_open(const char *path, int *far)
{
    struct sockaddr_un at = {.sun_family = AF_UNIX};

    if (strlen(path) >= sizeof(at.sun_path))
        return ERR_USAGE;
    memcpy(at.sun_path, path, strlen(path));
    *far = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
    if (*far < 0)
        return ERR_SYSTEM;
    if (!connect(*far, (struct sockaddr *)&at, sizeof(at)))
        return OK;
    (void)close(*far);
    return ERR_GONE;
}

int bridge_pass(const struct unit *u, const uint8_t *bytes, size_t length)
{
    uint8_t report[1 + QUESTION_MAX] = {0};

    if (length > QUESTION_MAX)
        return ERR_LENGTH;
    memcpy(report + 1, bytes, length);
    return send(u->far, report, 1 + length, MSG_NOSIGNAL) < 0 ? ERR_GONE : OK;
}

int bridge_tend(struct unit *u)
{
    for (;;) {
        uint8_t report[REPORT] = {0};
        ssize_t n = recv(u->far, report, sizeof(report), MSG_DONTWAIT);

        if (n < 0 && (errno == EAGAIN || errno == EINTR))
            return OK;
        if (n <= 0)
            return ERR_GONE;
        if (u->said == u->length)
            u->said = u->length = 0;
        if (u->length + REPORT > sizeof(u->waiting))
            continue; /* nobody reads: lost */
        memcpy(u->waiting + u->length, report, sizeof(report));
        u->length += sizeof(report);
    }
}
